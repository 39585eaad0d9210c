"""The axes that a model's softmax functions run along: scores of what can be attended to mostly lie along the last."""

import copy
import functools

import torch

from gradclinic.replaced import Replaced


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
