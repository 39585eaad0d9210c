"""Functions that are others for a while."""

import torch

from gradclinic import calls


class Replaced:
    """A function that is another one until remove()."""

    def __init__(self, owner, name, function):
        self._owner, self._name = owner, name
        self._own = vars(owner).get(name)   # None where the owner has it from a class of its own
        setattr(owner, name, function)

    def remove(self):
        if self._own is None:
            delattr(self._owner, self._name)
        else:
            setattr(self._owner, self._name, self._own)


class Undo:
    """A handle whose remove() calls a function."""

    def __init__(self, remove):
        self.remove = remove


def kept_in_the_graph():
    """Nothing is detached, and gradients stay on."""
    return [Replaced(torch.Tensor, "detach", lambda tensor: tensor),
            Replaced(torch._C, "_set_grad_enabled", lambda mode: None)]


def while_computing(model, replace):
    """While the model computes its output, what `replace()` has replaced and gives back is so. Returns handles whose
    remove() ends that for good."""
    replaced = []

    def stop(*_):
        while replaced:
            replaced.pop().remove()

    def start(*_):
        stop()
        replaced.extend(replace())

    return [calls.before(model, start), calls.after(model, stop), Undo(stop)]
