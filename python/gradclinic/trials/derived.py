"""Functions whose backward pass is written by hand, with autograd's own in its place."""

import torch

from gradclinic.replaced import Replaced


class _Context:
    """What forward() is given. It keeps what it is told to and does nothing with it."""

    def __init__(self, inputs):
        self.needs_input_grad = tuple(isinstance(each, torch.Tensor) and each.requires_grad for each in inputs)

    def save_for_backward(self, *tensors):
        self.saved_tensors = tensors

    def mark_dirty(self, *tensors):
        pass

    def mark_non_differentiable(self, *tensors):
        pass

    def set_materialize_grads(self, value):
        pass


def _all_below(function):
    """Its subclasses, and theirs, without PyTorch's own."""
    for each in function.__subclasses__():
        yield from _all_below(each)
        if not each.__module__.startswith("torch."):
            yield each


def _keeping(forward):
    def keeping(context, *inputs):
        context.gradclinic_inputs = inputs
        return forward(context, *inputs)
    return keeping


def _derived(forward):
    """The gradient of forward(), which is computed once more."""
    def backward(context, *gradients):
        inputs = [each.detach().requires_grad_() if needed else each
                  for each, needed in zip(context.gradclinic_inputs, context.needs_input_grad)]
        wanted = [each for each, needed in zip(inputs, context.needs_input_grad) if needed]
        with torch.enable_grad():
            outputs = forward(_Context(inputs), *inputs)
        outputs = outputs if isinstance(outputs, tuple) else (outputs,)
        pairs = [(output, gradient) for output, gradient in zip(outputs, gradients)
                 if isinstance(output, torch.Tensor) and output.requires_grad]
        if not pairs:   # nothing that has a slope
            return tuple(None for _ in inputs)
        found = iter(torch.autograd.grad([output for output, _ in pairs], wanted, [gradient for _, gradient in pairs],
                                         allow_unused=True))
        return tuple(next(found) if needed else None for needed in context.needs_input_grad)
    return backward


def functions():
    """Every torch.autograd.Function of the user's has the gradient of its forward(). A name that stands for its apply()
    finds these, too, as that looks both up when it is called."""
    own = [(each, each.forward) for each in set(_all_below(torch.autograd.Function))
           if "setup_context" not in vars(each)]
    return [Replaced(each, name, staticmethod(make(forward))) for each, forward in own
            for name, make in (("forward", _keeping), ("backward", _derived))]
