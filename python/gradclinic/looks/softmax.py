"""A model's softmax functions: the axes that they run along (scores of what can be attended to mostly lie along the
last), and those that stand, like exponentials, where an activation function belongs."""

import copy
import functools

import torch

from gradclinic import calls, modules
from gradclinic.replaced import Replaced, while_computing


def _replaced(axis_for):
    """Every softmax, or its logarithm, takes the axis that `axis_for(tensor, axis)` gives. F.softmax and nn.Softmax call
    the tensor's."""
    def other(softmax):
        @functools.wraps(softmax)
        def along(tensor, dim, *args, **kwargs):
            return softmax(tensor, axis_for(tensor, dim), *args, **kwargs)
        return along

    return [Replaced(owner, name, other(getattr(owner, name)))
            for owner in (torch, torch.Tensor) for name in ("softmax", "log_softmax")]


def along_last_axis():
    """Every softmax runs along the last axis."""
    return _replaced(lambda tensor, axis: -1)


def rectified(model):
    """Every softmax or exponential whose output a layer reads is a ReLU, from the call of the model on that has shown
    which these are. Returns handles whose remove() takes it back."""
    nodes, read = [], set()   # of this call's softmaxes and exponentials; the numbers of those that layers read

    def counted(function):
        @functools.wraps(function)
        def activate(tensor, *args, **kwargs):
            number = len(nodes)
            output = torch.relu(tensor) if number in read else function(tensor, *args, **kwargs)
            nodes.append(output.grad_fn)
            return output
        return activate

    def replace():
        nodes.clear()
        return [Replaced(owner, name, counted(getattr(owner, name)))
                for owner in (torch, torch.Tensor) for name in ("softmax", "exp")]

    def see(module, inputs):
        given = inputs[0] if inputs else None
        node = modules.unfit_read(given.grad_fn) if isinstance(given, torch.Tensor) else None
        if node in nodes and node is not None:
            read.add(nodes.index(node))

    layers = [layer.module for layer in modules.layers_of(model)]
    return [*while_computing(model, replace), *(calls.before(each, see) for each in layers)]


def runs_along_other_axes(model, inputs):
    """Whether the model, called with `inputs`, has a softmax along another axis than the last; False where it cannot be
    called with them."""
    seen = []

    def note(tensor, axis):
        seen.append(axis % tensor.ndim != tensor.ndim - 1)
        return axis

    replaced = []
    try:
        model = copy.deepcopy(model).eval()  # its running averages and hooks are left alone
        replaced = _replaced(note)
        with torch.no_grad():
            model(*inputs)
    except Exception:  # noqa: BLE001 the user's model
        return False
    finally:
        for each in replaced:
            each.remove()
    return any(seen)
