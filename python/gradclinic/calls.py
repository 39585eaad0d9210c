"""Hooks on the calls of a module. One that TorchScript has compiled refuses to take any, but calls those that it has."""

import contextlib
import functools
import inspect
import sys

from torch import nn

FRAMES = 6   # from a hook to the call that it is of, at most


class Hook(functools.partial):
    """A module's hook. A copy of the model, pickled or not, gets one that does nothing, and that needs no gradclinic."""

    def __reduce__(self):
        return getattr, (contextlib.nullcontext(), "__exit__")


def before(module, hook):
    """Calls hook(module, inputs) before the module computes, until the handle is removed."""
    return nn.Module.register_forward_pre_hook(module, hook)


def after(module, hook):
    """Calls hook(module, inputs, output) after the module has computed, until the handle is removed."""
    return nn.Module.register_forward_hook(module, hook)


def given(module, inputs):
    """What a module is called with, by position or by name, in a hook of that call which got these inputs: in the order
    of forward()'s parameters, where that is known."""
    named = _named(module)
    ordered = in_order(module.forward, inputs, named)
    return (*inputs, *named.values()) if ordered is None else ordered


def by_position(module, inputs):
    """The same, to call it with again; None where it takes some of that by name only."""
    return in_order(module.forward, inputs, _named(module))


def in_order(function, inputs, named):
    """What a function is called with by its position, with the defaults of what is left out between; None where it takes
    some of that by name only, or does not tell."""
    if not named:
        return inputs
    try:
        signature = inspect.signature(function)
        taken = signature.bind(*inputs, **named)
    except (TypeError, ValueError):
        return None
    last = max(number for number, name in enumerate(signature.parameters) if name in taken.arguments)
    taken.apply_defaults()
    return None if taken.kwargs else taken.args[:last + 1]


def _named(module):
    """PyTorch before 2.0 tells hooks nothing of what is given by name; the frame of the call holds it."""
    frame = sys._getframe(2)
    for _ in range(FRAMES):
        if frame is None:
            break
        if frame.f_locals.get("self") is module and isinstance(frame.f_locals.get("kwargs"), dict):
            return frame.f_locals["kwargs"]
        frame = frame.f_back
    return {}
