"""What is seen of a step: hooks on a model's modules that hand its tensors to the core."""

import contextlib
import functools
import math

import torch

from gradclinic import core, modules
from gradclinic.guard import guarded
from gradclinic.tensors import first_tensor, layout, plain

NAN = math.nan
WEIGHT, WEIGHT_GRAD, PRE_ACTIVATION, ACTIVATION, PRE_ACTIVATION_GRAD, ACTIVATION_GRAD = (
    core.QUANTITIES[name] for name in ("weight", "weight_grad", "pre_activation", "activation", "pre_activation_grad",
                                       "activation_grad"))
NOTHING = torch.zeros(1)


class Lens:
    """Looks at a step when told to; in the first one it learns the layers' order and what stands behind them."""

    def __init__(self, model, layers, run, progress, guard):
        self.layers = layers          # once the first step is over: in the order in which it called them
        self.guard = guard
        self.started = False          # whether the first step is over
        self.looking = False
        self.residual = False
        self.loss_of_output = NAN     # of a model that returns its loss
        self.dropout = 0.0            # the largest share dropped in the first step
        self.squashing = None         # "softmax" or "sigmoid", where the output is one's
        self._model, self._run, self._address, self.progress = model, run, run.address, progress
        self._parameters = list(model.parameters())
        self._by_module = {layer.module: layer for layer in layers}
        self._gradient_hooks = {(layer.index, quantity): self._gradient_hook(layer, quantity) for layer in layers
                                for quantity in (PRE_ACTIVATION_GRAD, ACTIVATION_GRAD)}
        self._handles = []
        self._order = []
        self._of_node = {}            # layers by the node of their output
        self._computed = {}           # layer -> the module that computes its activation, and where
        self._covered = set()         # activation modules whose output the next layer shows as well
        self._output_hook = model.register_forward_hook(self._saw_output)  # of every step, as it may give the loss
        self.look()

    def start(self):
        """The first step is over; the layers that it called, in order, and those that it did not."""
        called = [layer for layer in self._order if layer.index in self._called]
        missing = [layer for layer in self.layers if layer not in called]
        self.layers = called
        self.started = True
        self._unhook()
        self._hook_modules()  # without those that are covered
        return called, missing

    def look_away(self):
        """The next step is not looked at: without hooks, as even idle ones take time."""
        self.looking = False
        self._unhook()

    def _unhook(self):
        for handle in self._handles:
            with contextlib.suppress(Exception):
                handle.remove()
        self._handles = []

    def let_go(self):
        """Takes the hooks away."""
        self.look_away()
        self._output_hook.remove()
        self._of_node, self._computed = {}, {}
        self.output = self.output_gradient = None

    def _hook_modules(self):
        for module in self._model.modules():
            if module in self._covered:
                continue
            if module in self._by_module:
                hook = functools.partial(self._saw_layer, self._by_module[module])
            elif modules.activation_kind(module):
                hook = self._saw_activation
            elif modules.norm_kind(module):
                hook = self._saw_norm
            else:
                continue
            self._handles.append(module.register_forward_hook(hook))
        self._handles.append(self._model.register_forward_pre_hook(self._saw_inputs))

    def look(self):
        """The next step is to be looked at."""
        self.looking = True
        if not self._handles:
            self._hook_modules()
        self._called = set()
        self._gradients = set()
        self._last = None            # the layer whose output was seen last
        self._last_address = None
        self._awaits_output = True
        self.norm = self.clipped = NAN
        self._versions = None
        self._queued = False
        self.output = self.output_gradient = None

    @guarded
    def _saw_inputs(self, module, inputs):
        if self.looking and self.progress.wants_inputs and torch.is_grad_enabled():
            self.progress.see_inputs(first_tensor(inputs, floating=False))

    @guarded
    def _saw_layer(self, layer, module, inputs, output):
        if not self.looking or not torch.is_grad_enabled() or layer.index in self._called:
            return
        self._called.add(layer.index)
        tensor = output if isinstance(output, torch.Tensor) else first_tensor(output)
        if not self.started:
            self._discover(layer, inputs, tensor)
        elif layer.reads is not None and inputs:
            self._see_activation(layer.reads, first_tensor(inputs))
        if tensor is None:
            return
        self._see(PRE_ACTIVATION, layer, tensor)
        self._watch_gradient(PRE_ACTIVATION_GRAD, layer, tensor)
        self._last, self._last_address = layer, tensor.data_ptr()

    @guarded
    def _saw_norm(self, module, inputs, output):
        layer = self._follows(inputs)
        if layer is None:
            return
        layer.norm = modules.norm_kind(module)
        self._see(PRE_ACTIVATION, layer, output)
        self._watch_gradient(PRE_ACTIVATION_GRAD, layer, output)
        self._last_address = output.data_ptr()

    @guarded
    def _saw_activation(self, module, inputs, output):
        layer = self._follows(inputs, output)
        if layer is None:
            return
        if layer.activation is None:
            layer.activation = modules.activation_kind(module)
            self._run.set_activation(layer.index, layer.activation)
        self._see_activation(layer, output)
        if not self.started:
            self._computed[layer] = (module, output.data_ptr())
        self._last = None

    def _follows(self, inputs, output=None):
        """The layer whose output a module has just been given; None of any other input."""
        if not self.looking or self._last is None or not inputs or not torch.is_grad_enabled():
            return None
        given = inputs[0]
        same = isinstance(given, torch.Tensor) and given.data_ptr() == self._last_address
        return self._last if same else None

    def _discover(self, layer, inputs, output):
        """The first step: which layer comes when, and which activation function made its input."""
        self._order.append(layer)
        given = first_tensor(inputs) if inputs else None
        if given is not None and given.grad_fn is not None:
            kind, before = modules.activation_before(given.grad_fn, self._of_node)
            if before in self._computed:
                # Where a module's output is the next layer's input as it is, one hook does for both.
                module, address = self._computed[before]
                if address == given.data_ptr():
                    layer.reads = before
                    self._covered.add(module)
            elif before is not None and before.activation is None:
                before.activation = kind or "identity"
                layer.reads = before
                self._run.set_activation(before.index, before.activation)
                self._see_activation(before, given)
        if output is not None and output.grad_fn is not None:
            self._of_node[output.grad_fn] = layer

    def _see_activation(self, layer, tensor):
        if tensor is None:
            return
        self._see(ACTIVATION, layer, tensor)
        self._watch_gradient(ACTIVATION_GRAD, layer, tensor)
        if self.progress.wants_samples:
            self._survey(layer, plain(tensor.detach()))

    def _survey(self, layer, values):
        if values is None:
            return
        outer, units, inner = layout(values, layer.channels_first)
        if values.ndim > 2 and not layer.channels_first:  # sequences: a sample is one of them
            outer, units, inner = values.shape[0], values[0].numel(), 1
        self._run.survey(layer.index, values.data_ptr(), outer, units, inner)

    def _see(self, quantity, layer, tensor):
        if not core.see(self._address, quantity, layer.index, tensor, layer.channels_first):
            values = plain(tensor.detach())
            if values is not None:
                core.see(self._address, quantity, layer.index, values, layer.channels_first)

    def _watch_gradient(self, quantity, layer, tensor):
        node = tensor.grad_fn
        if node is None:
            return
        if tensor.output_nr:
            node.register_hook(self._gradient_hook(layer, quantity, tensor.output_nr))
        else:
            node.register_hook(self._gradient_hooks[layer.index, quantity])

    def _gradient_hook(self, layer, quantity, which=0):
        """Of a node that computes a layer's output or activation: sees the gradient that comes to it. The first to come
        is the one nearest to the loss: behind the norm, where there is one."""
        key = (layer.index, quantity)

        def hook(into, out):
            if not self.looking:
                return
            try:
                if not self._queued:
                    self._queued = True
                    torch.autograd.Variable._execution_engine.queue_callback(self._backward_done)
                if out[which] is not None and key not in self._gradients:
                    self._gradients.add(key)
                    self._see(quantity, layer, out[which])
            except Exception as error:  # noqa: BLE001
                self.guard.give_up("gradient_hook", error)

        return hook

    @guarded
    def _saw_output(self, module, inputs, output):
        if not torch.is_grad_enabled() or not module.training:
            shown = first_tensor(output)
            self.progress.evaluated(shown.shape[0] if shown is not None and shown.ndim else 1)
        if not isinstance(output, torch.Tensor):
            loss = output.get("loss") if isinstance(output, dict) else getattr(output, "loss", None)
            if loss is not None and torch.is_grad_enabled():
                self.loss_of_output = float(loss.detach())
        if not self.looking or not torch.is_grad_enabled() or not self._awaits_output:
            return
        self._awaits_output = False
        tensor = first_tensor(output)
        if tensor is None or tensor.grad_fn is None:
            return
        if not self.started:
            self._finish_order(tensor)
        if self.progress.wants_samples or self.progress.wants_inputs:
            self.output = plain(tensor.detach()).clone()
            self.squashing = modules.squashing(tensor.grad_fn)
            tensor.grad_fn.register_hook(functools.partial(self._saw_output_gradient, which=tensor.output_nr))

    @guarded
    def _saw_output_gradient(self, into, out, which=0):
        if self.looking and self.output is not None and out[which] is not None:
            gradient = plain(out[which].detach())
            self.output_gradient = gradient.clone() if gradient.shape == self.output.shape else None

    @guarded
    def _backward_done(self):
        self._queued = False
        if not self.looking:
            return
        gradients = self._gradients_now()
        self.norm = self.clipped = self._norm_of(gradients)
        self._versions = [each._version for each in gradients]
        for layer in self.layers:
            gradient = layer.weight.grad
            if gradient is None and layer.weight.requires_grad:
                gradient = NOTHING  # what it computes does not reach the loss
            if gradient is not None and not core.see_flat(self._address, WEIGHT_GRAD, layer.index, gradient):
                core.see_flat(self._address, WEIGHT_GRAD, layer.index, plain(gradient.detach()))

    def _gradients_now(self):
        return [gradient for gradient in (value.grad for value in self._parameters) if gradient is not None]

    def _norm_of(self, gradients):
        norm = core.norm_of(gradients)
        if norm is None:
            norm = core.norm_of([each for each in (plain(value.detach()) for value in gradients) if each is not None])
        return norm

    @guarded
    def before_update(self):
        """An optimizer is about to step: gradients as they are after clipping, weights as they were."""
        if not self.looking:
            return
        gradients = self._gradients_now()
        if self._versions is not None and [each._version for each in gradients] != self._versions:
            self.clipped = self._norm_of(gradients)
        for layer in self.layers:
            if not core.keep(self._address, layer.index, layer.weight):
                core.keep(self._address, layer.index, plain(layer.weight.detach()))

    def take_output(self):
        """The model's output and the gradient that came back to it, where they were kept; no longer held here."""
        output, gradient = self.output, self.output_gradient
        self.output = self.output_gradient = None
        return output, gradient

    def see_weights(self):
        """After the update: the weights, and what the step has changed."""
        for layer in self.layers:
            weight = layer.weight
            if not core.see_flat(self._address, WEIGHT, layer.index, weight):
                weight = plain(weight.detach())
                core.see_flat(self._address, WEIGHT, layer.index, weight)
            core.see_update(self._address, layer.index, weight)

    def _finish_order(self, output):
        self.residual = modules.has_residuals(output.grad_fn)
        self.dropout = modules.dropout_of(output.grad_fn)
        self._of_node = {}
        self._computed = {}
