"""What is seen of a step: hooks on a model's modules that hand its tensors to the core."""

import contextlib
import functools
import math

import torch

from gradclinic import calls, core, modules
from gradclinic.calls import Hook
from gradclinic.guard import guarded
from gradclinic.looks.descent import Descent
from gradclinic.looks.loss_graph import BACKWARDS, parameters_beside, read
from gradclinic.looks.unsuited import kind_of_graph
from gradclinic.looks.weights import Weights
from gradclinic.tensors import first_tensor, layout, plain, tensors_in

try:
    from gradclinic.hooks import Eye
except ImportError:  # not built, or for another version of PyTorch
    from gradclinic.looks.eye import Eye

NAN = math.nan
ANY = (-math.inf, math.inf)   # a range


class Lens:
    """Looks at a step when told to; in the first one it learns the layers' order and what stands behind them."""

    def __init__(self, model, layers, run, progress, guard, loop):
        self.layers = layers          # once the first step is over: in the order in which it called them
        self.guard = guard
        self.loop = loop
        self.started = False          # whether the first step is over
        self.residual = False
        self.loss_of_output = NAN     # of a model that returns its loss
        self.dropout = 0.0            # the largest share dropped in the first step
        self.squashing = None         # "softmax" or "sigmoid", where the output is one's
        self.softmax_of_one = False   # whether it runs over an axis of length 1
        self.output_range = ANY
        self.output_activated = False  # whether it has passed an activation function
        self._output_layer = None     # whose output it is, times a number at most
        self._scaled_layer = None     # the same, as the first step's graph tells
        self.output_factor = 1.0      # the number
        self._read_unfit = 0          # layers whose input is a softmax's or an exponential's output
        self._calls = 0               # of the model in this step
        self.passes = 0               # backward passes that were looked at
        self._learning = False        # whether the model is computing an output that takes gradients
        self._without_graph = set()   # layers that it has then called where gradients are off
        self._model, self._run, self._address, self.progress = model, run, run.address, progress
        self.eye = Eye(self, run, len(layers))
        self._by_module = {layer.module: layer for layer in layers}
        self._by_index = {layer.index: layer for layer in layers}
        self.weights = Weights(list(model.parameters()), layers, run)
        self.descent = Descent()
        self.output = self.output_gradient = None
        self.compared = None          # what this step's loss compares the output with, where its graph tells
        self.unsuited = None          # the fact that it is meant for other outputs or targets, where its graph tells
        self._output_nodes = []       # of all that the model gave in this step, the first that of `output`
        self._handles = []
        self._order = []
        self._reached = set()         # layers whose weights get gradients in the first step
        self._of_node = {}            # layers by the node of their output
        self._computed = {}           # layer -> the module that computes its activation, and where
        self._covered = set()         # activation modules whose output the next layer shows as well
        self._output_hook = calls.after(model, Hook(self._saw_output))  # of every step, as it may give the loss
        BACKWARDS.show(self)
        self.look()

    def _told(self, reader, *of, otherwise=None):
        return self.guard.told(reader, *of, otherwise=otherwise)

    @property
    def looking(self):
        return self.eye.looking

    def start(self):
        """The first step is over: the layers that it called, in order, with those that learn without being called, where
        they are registered; the latter; and all others."""
        unseen = [layer for layer in self.layers if layer in self._reached and not self.eye.was_called(layer.index)]
        called = [layer for layer in self._order if self.eye.was_called(layer.index) or layer in unseen]
        for place, layer in enumerate(self.layers):
            if layer in unseen and layer not in called:
                before = [called.index(each) for each in self.layers[:place] if each in called]
                called.insert(before[-1] + 1 if before else 0, layer)
        missing = [layer for layer in self.layers if layer not in called]
        self.layers = called
        self.weights = Weights(list(self._model.parameters()), called, self._run)
        self.started = True
        self._unhook()
        self._hook_modules()  # without those that are covered
        return called, unseen, missing

    def look_away(self):
        """The next step is not looked at: without hooks, as even idle ones take time."""
        self.eye.looking = False
        self._unhook()

    def _unhook(self):
        for handle in self._handles:
            with contextlib.suppress(Exception):
                handle.remove()
        self._handles = []

    def let_go(self):
        """Takes the hooks away."""
        self.eye.look(False)  # forgets what a step that never ended has shown
        self.loop.step_begins()
        self.look_away()
        self._output_hook.remove()
        self._of_node, self._computed = {}, {}
        self.take_output()
        BACKWARDS.hide(self)

    def _hook_modules(self):
        for module in self._model.modules():
            if module in self._covered:
                continue
            if module in self._by_module:
                hook = self._layer_hook(self._by_module[module])
            elif modules.activation_kind(module):
                hook = Hook(self._saw_activation)
            elif modules.norm_kind(module):
                hook = Hook(self._saw_norm)
            else:
                continue
            self._handles.append(calls.after(module, hook))
        self._handles.append(calls.before(self._model, Hook(self._saw_inputs)))

    def _layer_hook(self, layer):
        hook = Hook(self._saw_layer, layer)
        if not self.started:
            return hook
        reads = layer.reads
        return self.eye.layer_hook(hook, layer.index, layer.channels_first, layer.norm is not None,
                                   -1 if reads is None else reads.index, reads is not None and reads.channels_first)

    def look(self):
        """The next step is to be looked at."""
        if not self._handles:
            self._hook_modules()
        self.eye.look(self.progress.wants_samples)
        self.loop.step_begins()
        self._awaits_output = True
        self._kept = False            # whether this step's weights are
        self._calls = 0
        self.norm = self.clipped = NAN
        self.take_output()

    @guarded
    def _saw_inputs(self, module, inputs):
        self._learning = torch.is_grad_enabled()
        if self.looking and self.progress.wants_inputs and torch.is_grad_enabled():
            self.progress.see_inputs(first_tensor(calls.given(module, inputs), floating=False))

    @guarded
    def _saw_layer(self, layer, module, inputs, output):
        if not self.eye.begins(layer.index):
            if self._learning and not torch.is_grad_enabled() and layer.weight.requires_grad:
                self._without_graph.add(layer)
                if not self.started and layer not in self._order:   # it may be computed again in the backward pass
                    self._order.append(layer)
            return
        tensor = output if isinstance(output, torch.Tensor) else first_tensor(output)
        if not self.started:
            self._discover(layer, inputs, tensor)
        elif layer.reads is not None and inputs:
            self._see_activation(layer.reads, first_tensor(inputs))
        if tensor is not None:
            self.eye.saw_output(layer.index, tensor, layer.channels_first, layer.norm is not None)

    @guarded
    def _saw_norm(self, module, inputs, output):
        layer = self._follows(inputs)
        if layer is None:
            return
        layer.norm = modules.norm_kind(module)
        self.eye.saw_norm(layer.index, output, layer.channels_first)

    @guarded
    def _saw_activation(self, module, inputs, output):
        layer = self._follows(inputs)
        if layer is None:
            return
        if layer.activation is None:
            layer.activation = modules.activation_kind(module)
            self._run.set_activation(layer.index, layer.activation)
        self._see_activation(layer, output)
        if not self.started:
            self._computed[layer] = (module, output.data_ptr())
        self.eye.forget_last()

    def _follows(self, inputs):
        """The layer whose output a module has just been given; None of any other input."""
        last = self.eye.last
        if not self.looking or last < 0 or not inputs or not torch.is_grad_enabled():
            return None
        given = inputs[0]
        same = isinstance(given, torch.Tensor) and given.data_ptr() == self.eye.last_address
        return self._by_index[last] if same else None

    def _discover(self, layer, inputs, output):
        """The first step: which layer comes when, and which activation function made its input."""
        if layer not in self._order:
            self._order.append(layer)
        given = first_tensor(inputs) if inputs else None
        if given is not None and given.grad_fn is not None:
            self._read_unfit += self._told(modules.unfit_read, given.grad_fn) is not None
            kind, before = self._told(modules.activation_before, given.grad_fn, self._of_node,
                                      otherwise=(None, None))
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
        if tensor is not None:
            self.eye.see_activation(layer.index, tensor, layer.channels_first)

    # What the eye asks for.

    def survey(self, module, tensor, channels_first):
        values = plain(tensor.detach())
        if values is None:
            return
        outer, units, inner = layout(values, channels_first)
        if values.ndim > 2 and not channels_first:  # sequences: a sample is one of them
            outer, units, inner = values.shape[0], values[0].numel(), 1
        self._run.survey(module, values.data_ptr(), outer, units, inner)

    def see_copy(self, quantity, module, tensor, channels_first):
        """Of a tensor that the core cannot read as it is."""
        values = plain(tensor.detach())
        if values is not None:
            core.see(self._address, quantity, module, values, channels_first)

    def backward_begins(self):
        self.loop.backward_begins(self._model.training, self.weights.of_layers)
        torch.autograd.Variable._execution_engine.queue_callback(self._backward_done)

    def give_up(self, where, error):
        self.guard.give_up(where, error)

    @property
    def output_of_layer(self):
        """Whether the model's output is a layer's, times a number at most, which has no bounds."""
        return self._output_layer is not None

    @property
    def without_graph(self):
        """Share of the layers that learn and that the first step called only where gradients are off."""
        cut = [layer for layer in self._without_graph if layer not in self.layers]
        return len(cut) / (len(cut) + len(self.layers)) if cut else 0.0

    @property
    def unfit_between(self):
        """Share of the layers whose input is what a softmax or an exponential gave."""
        return self._read_unfit / len(self.layers) if self.layers else 0.0

    @guarded
    def _saw_output(self, module, inputs, output):
        self._learning = False
        if not torch.is_grad_enabled() or not module.training:
            shown = first_tensor(output)
            self.progress.evaluated(shown.shape[0] if shown is not None and shown.ndim else 1,
                                    first_tensor(calls.given(module, inputs), floating=False))
        if not isinstance(output, torch.Tensor):
            loss = output.get("loss") if isinstance(output, dict) else getattr(output, "loss", None)
            if loss is not None and torch.is_grad_enabled():
                self.loss_of_output = float(loss.detach())
        if not self.looking or not torch.is_grad_enabled():
            return
        self._calls += 1
        if not self._awaits_output:
            return
        self.eye.settle()
        self._awaits_output = False
        tensor = first_tensor(output)
        if tensor is None or tensor.grad_fn is None:
            return
        if not self.started:
            self._scaled_layer, self.output_factor = self._told(
                modules.layer_of_output, tensor.grad_fn, self._of_node, self.layers, otherwise=(None, 1.0))
            self._finish_order(tensor)
        # What else a loss has in it is to be known whenever one is told.
        if self.progress.wants_samples or self.progress.wants_inputs or self.progress.accompanied:
            self.output = plain(tensor.detach()).clone()
            self._output_nodes = [tensor.grad_fn, *(each.grad_fn for each in tensors_in(output) if each.requires_grad)]
            self.squashing = self._told(modules.squashing, tensor.grad_fn)
            self.softmax_of_one = self._told(modules.is_softmax_of_one, tensor.grad_fn, otherwise=False)
            self.output_range = self._told(modules.output_range, tensor.grad_fn, otherwise=ANY)
            self.output_activated = self._told(modules.is_activated, tensor.grad_fn, otherwise=False)
            own = self.eye.last >= 0 and tensor.data_ptr() == self.eye.last_address
            self._output_layer = self._by_index[self.eye.last] if own else self._scaled_layer
            tensor.grad_fn.register_hook(functools.partial(self._saw_output_gradient, which=tensor.output_nr))

    @guarded
    def _saw_output_gradient(self, into, out, which=0):
        # A pass that makes a graph of its own, for a penalty on gradients, is not that of the loss.
        if self.looking and self.output is not None and out[which] is not None and not torch.is_grad_enabled():
            gradient = plain(out[which].detach())
            # Of several outputs that one loss takes, the gradient of one does not tell the loss.
            known = gradient.shape == self.output.shape and self._calls == 1
            self.output_gradient = gradient.clone() if known else None

    @guarded
    def _backward_done(self):
        self.eye.queued = False
        self.loop.backward_done()
        if self.looking:
            self.norm = self.clipped = self.weights.see_gradients()

    @guarded
    def before_update(self):
        """An optimizer is about to step: gradients as they are after clipping, weights as they were."""
        if not self.started:
            self._reached = {layer for layer in self.layers if layer.weight.grad is not None}
        if math.isnan(self.norm):   # no output was seen from which the backward pass would have been
            self._backward_done()
        else:
            changed = self.weights.norm_if_changed()
            self.clipped = self.clipped if math.isnan(changed) else changed
        self.descent.before_update(self.weights.of_layers)
        if self._output_layer is not None and self.output_gradient is not None:
            self.descent.saw_output_gradient(getattr(self._output_layer.module, "bias", None), self.output_gradient,
                                             self._output_layer.channels_first)
        if not self._kept:   # several optimizers may follow one another
            self.weights.keep()
            self._kept = True

    def take_output(self):
        """The model's output, the gradient that came back to it and what it is compared with, where they were kept; no
        longer held here."""
        output, gradient, compared = self.output, self.output_gradient, self.compared
        self.output = self.output_gradient = self.compared = self.unsuited = None
        self._output_nodes = []
        return output, gradient, compared

    def before_backward(self, loss):
        """A backward pass is about to begin, of a loss whose graph is still whole."""
        if self.looking:
            self.passes += 1
            self.norm = self.clipped = NAN   # what changes gradients now is no clipping
        if self.looking and self._output_nodes and self.output is not None and self._calls == 1:
            nodes, self._output_nodes = self._output_nodes, []
            self.compared = self._told(read, loss, nodes, self.output)
            self.unsuited = self._told(kind_of_graph, loss, nodes, self.output, self.compared)
            if not self.started:
                self.progress.penalized = bool(self._told(parameters_beside, loss, nodes))
                self.progress.accompanied = bool(self._told(parameters_beside, loss, nodes[:1]))

    def see_weights(self):
        """After the update: the weights, and what the step has changed."""
        self.eye.settle()
        self.descent.after_update()
        self.weights.see()

    def _finish_order(self, output):
        self.residual = self._told(modules.has_residuals, output.grad_fn, otherwise=False)
        self.dropout = self._told(modules.dropout_of, output.grad_fn, otherwise=0.0)
        self._of_node = {}
        self._computed = {}
