"""Hooks on the calls of a module. One that TorchScript has compiled refuses to take any, but calls those that it has."""

import contextlib
import functools

from torch import nn


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
