"""What is seen of a model's parameters: gradients after the backward pass, weights around the update."""

import math

import torch

from gradclinic import core
from gradclinic.tensors import plain

try:
    from gradclinic.hooks import Weights as Compiled
except ImportError:
    Compiled = None

NAN = math.nan
NOTHING = torch.zeros(1)


class Weights:
    """Of those layers. What the compiled class cannot read as it is, or where there is none, is done in Python."""

    def __init__(self, parameters, layers, run):
        self._run, self._address = run, run.address
        self._parameters = parameters
        self._modules = [tuple(layer.index for layer in layers if layer.weight is each) for each in parameters]
        of_layers = [(value, modules) for value, modules in zip(parameters, self._modules) if modules]
        self.of_layers = [value for value, _ in of_layers]
        self._weights = [value for value, modules in of_layers for _ in modules]
        self._indices = [index for _, modules in of_layers for index in modules]
        self._versions = None
        self._compiled = Compiled(run, parameters, self._modules) if Compiled is not None else None

    def see_gradients(self):
        """After a backward pass: their norm."""
        self._versions = None
        norm = self._compiled.see_gradients() if self._compiled is not None else None
        if norm is not None:
            return norm
        gradients, modules = self._gradients()
        self._versions = [each._version for each in gradients]
        # Weights that learn but got no gradient: what they compute does not reach the loss.
        unreached = [index for weight, index in zip(self._weights, self._indices)
                     if weight.grad is None and weight.requires_grad]
        return self._norm_of([*gradients, NOTHING], [*modules, tuple(unreached)])

    def norm_if_changed(self):
        """The norm of the gradients if they have been changed since then, by clipping; NaN if not."""
        if self._versions is None and self._compiled is not None:
            norm = self._compiled.norm_if_changed()
            if norm is not None:
                return norm
        gradients, modules = self._gradients()
        if self._versions is None or [each._version for each in gradients] == self._versions:
            return NAN
        return self._norm_of(gradients, [()] * len(modules))

    def keep(self):
        """Before the update."""
        if self._compiled is None or not self._compiled.keep():
            self._with_weights(core.keep)

    def see(self):
        """After the update: the weights, and what it has changed."""
        if self._compiled is None or not self._compiled.see():
            self._with_weights(core.see_weights)

    def _gradients(self):
        pairs = [(value.grad, modules) for value, modules in zip(self._parameters, self._modules)]
        return [each for each, _ in pairs if each is not None], [each for gradient, each in pairs if gradient is not None]

    def _norm_of(self, gradients, modules):
        norm = core.norm_of(self._address, modules, gradients)
        if norm is None:
            pairs = [(plain(each.detach()), of) for each, of in zip(gradients, modules)]
            pairs = [(copy, of) for copy, of in pairs if copy is not None]
            norm = core.norm_of(self._address, [of for _, of in pairs], [copy for copy, _ in pairs])
        return norm

    def _with_weights(self, call):
        if not call(self._address, self._indices, self._weights):
            call(self._address, self._indices, [plain(each.detach()) for each in self._weights])
