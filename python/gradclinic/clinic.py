"""The clinic: a training under watch, from the first step to the diagnosis."""

import contextlib
import functools
import math
import time
import types

import torch

from gradclinic import core, modules, targets
from gradclinic.description import describe
from gradclinic.diagnosis import Diagnosis
from gradclinic.progress import Progress
from gradclinic.schedule import Schedule
from gradclinic.tensors import first_tensor, layout, plain

NAN = math.nan
WEIGHT, WEIGHT_GRAD, UPDATE, PRE_ACTIVATION, ACTIVATION, PRE_ACTIVATION_GRAD, ACTIVATION_GRAD = (
    core.QUANTITIES[name] for name in ("weight", "weight_grad", "update", "pre_activation", "activation",
                                       "pre_activation_grad", "activation_grad"))


def watch(model, optimizer=None, *, budget=0.03, name=None):
    """Watches a training of `model` in a `with` block; call step(loss) at the end of each step.

    optimizer: the optimizer, or several. budget: the share of a step's time that watching may add (0.03 is 3 %);
    None looks at every step. name: what reports call the run. The training itself is not changed.
    """
    return Clinic(model, optimizers_of(optimizer), budget, name or type(model).__name__)


def optimizers_of(given):
    """A list of one, several or no optimizers."""
    if given is None:
        return []
    return list(given) if isinstance(given, (list, tuple)) else [given]


def guarded(method):
    """What goes wrong in the watching ends the watching, never the training."""

    @functools.wraps(method)
    def call(self, *args, **kwargs):
        if self._broken or self._closed:
            return None
        try:
            return method(self, *args, **kwargs)
        except Exception as error:  # noqa: BLE001: the user's loop goes on whatever it is
            self._give_up(method.__name__, error)
            return None

    return call


class Clinic:
    def __init__(self, model, optimizers, budget, name):
        self.name = name
        self.model = model
        self.optimizers = optimizers
        self.notes = []          # what could not be seen, and why
        self.rates = [group.get("initial_lr", group["lr"]) for each in optimizers for group in each.param_groups]
        self.schedule = Schedule(budget)
        self.progress = Progress()
        self._broken = self._closed = False
        self._handles = []
        self._layers = []
        self._run = None
        self._examined = None
        self._started = time.time()
        self._status = "running"
        self._clipped_to = 0.0
        self.loss_of_output = NAN   # of a model that returns its loss
        self._set_up()

    # The training's side.

    def __enter__(self):
        return self

    def __exit__(self, kind, value, traceback):
        self.close("finished" if kind is None else "interrupted")
        return False

    @guarded
    def step(self, loss):
        """A step is done, with this loss. Of a training that gathers gradients over several batches, call it after each
        of them: what lies between two updates is one step."""
        value = self._value_of(loss)
        self.progress.loss(value)
        if self.optimizers and not self._updates:
            return
        if self._looking:
            self._end_look()
        self.progress.step_done()
        self._begin_step()

    @guarded
    def validation(self, loss, accuracy=NAN):
        """Loss and accuracy on samples held out, as the loop has measured them."""
        if not self._run_begun:
            return
        self.progress.validated = True
        self._run.validation(max(0, self.progress.steps - 1), float(loss), float(accuracy))

    def close(self, status="finished"):
        """Ends the watching: hooks are gone, and nothing of the training is held."""
        if self._closed:
            return
        if self._run_begun and not self._broken:
            self._last_survey()
        self._closed = True
        self._status = status
        self._let_go()

    # The reader's side.

    def diagnosis(self):
        """What ails the training as far as it has come."""
        return Diagnosis(self._examine())

    def report(self, path):
        """Writes the diagnosis as one page that works offline."""
        self._examine().write_page(str(path))

    def series(self, quantity, layer=0):
        """What was recorded of a quantity ("loss", "weight_grad.l2" of layer 1): (steps, values); layers count from 1."""
        return self._examine().series(quantity, layer)

    def save(self, store="gradclinic.sqlite"):
        """Adds the record to a store, for `gradclinic list`, `diagnose` and `export`; its id there."""
        return self._examine().save(str(store))

    # Setting up.

    @guarded
    def _set_up(self):
        if modules.is_lazy(self.model):
            raise ValueError("the model has parameters without a shape yet: pass it one batch first")
        self._run_begun = False
        self._layers = modules.layers_of(self.model)
        if not self._layers:
            self.notes.append("the model has no layer with weights: only losses can be seen")
        self._run = core.Run(len(self._layers))
        self._address = self._run.address
        self._by_module = {layer.module: layer for layer in self._layers}
        self._parameters = [value for value in self.model.parameters()]
        self._gradient_hooks = {}
        self._hook_modules()
        for optimizer in self.optimizers:
            self._hook_optimizer(optimizer)
        self._updates = 0
        self._looking = False
        self._order = []
        self._of_node = {}
        self._computed = {}   # layer -> the module that computes its activation, and where
        self._look()

    def _hook_modules(self):
        self._activation_handles = {}
        for module in self.model.modules():
            if module in self._by_module:
                hook = functools.partial(self._saw_layer, self._by_module[module])
            elif modules.activation_kind(module):
                hook = self._saw_activation
            elif modules.norm_kind(module):
                hook = self._saw_norm
            else:
                continue
            module_handle = module.register_forward_hook(hook)
            self._handles.append(module_handle)
            if hook == self._saw_activation:
                self._activation_handles[module] = module_handle
        self._handles.append(self.model.register_forward_pre_hook(self._saw_inputs))
        self._handles.append(self.model.register_forward_hook(self._saw_output))
        for layer in self._layers:
            for quantity in (PRE_ACTIVATION_GRAD, ACTIVATION_GRAD):
                self._gradient_hooks[layer.index, quantity] = self._gradient_hook(layer, quantity)

    def _hook_optimizer(self, optimizer):
        original = optimizer.step

        @functools.wraps(original)
        def step(_, *args, **kwargs):
            self._before_update(optimizer)
            result = original(*args, **kwargs)
            self._after_update()
            return result

        # A method, as learning-rate schedulers take it apart.
        ours = types.MethodType(step, optimizer)
        had_own = "step" in vars(optimizer)
        optimizer.step = ours

        def restore():
            if vars(optimizer).get("step") is ours:
                if had_own:
                    optimizer.step = original
                else:
                    del optimizer.step

        self._handles.append(types.SimpleNamespace(remove=restore))

    # A step that is looked at, in the order in which things happen.

    def _look(self):
        self._looking = True
        self._called = set()
        self._gradients = set()
        self._last = None            # the layer whose output was seen last
        self._last_address = None
        self._awaits_output = True
        self._norm = self._clipped = NAN
        self._versions = None
        self._queued = False
        self._output = self._output_gradient = None

    @guarded
    def _saw_inputs(self, module, inputs):
        if self._looking and self.progress.wants_inputs and torch.is_grad_enabled():
            self.progress.see_inputs(first_tensor(inputs))

    @guarded
    def _saw_layer(self, layer, module, inputs, output):
        if not self._looking or not torch.is_grad_enabled() or layer.index in self._called:
            return
        self._called.add(layer.index)
        tensor = output if isinstance(output, torch.Tensor) else first_tensor(output)
        if not self._run_begun:
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
        if not self._run_begun:
            self._computed[layer] = (module, output.data_ptr())
        self._last = None

    def _follows(self, inputs, output=None):
        """The layer whose output a module has just been given; None of any other input."""
        if not self._looking or self._last is None or not inputs or not torch.is_grad_enabled():
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
                    self._activation_handles[module].remove()
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
            if not self._looking:
                return
            try:
                if not self._queued:
                    self._queued = True
                    torch.autograd.Variable._execution_engine.queue_callback(self._backward_done)
                if out[which] is not None and key not in self._gradients:
                    self._gradients.add(key)
                    self._see(quantity, layer, out[which])
            except Exception as error:  # noqa: BLE001
                self._give_up("_gradient_hook", error)

        return hook

    @guarded
    def _saw_output(self, module, inputs, output):
        if not isinstance(output, torch.Tensor):
            loss = output.get("loss") if isinstance(output, dict) else getattr(output, "loss", None)
            if loss is not None and torch.is_grad_enabled():
                self.loss_of_output = float(loss.detach())
        if not self._looking or not torch.is_grad_enabled() or not self._awaits_output:
            return
        self._awaits_output = False
        tensor = first_tensor(output)
        if tensor is None or tensor.grad_fn is None:
            return
        if not self._run_begun:
            self._finish_order(tensor)
        if self.progress.wants_samples or self.progress.wants_inputs:
            self._output = plain(tensor.detach()).clone()
            tensor.grad_fn.register_hook(functools.partial(self._saw_output_gradient, which=tensor.output_nr))

    @guarded
    def _saw_output_gradient(self, into, out, which=0):
        if self._looking and self._output is not None and out[which] is not None:
            gradient = plain(out[which].detach())
            self._output_gradient = gradient.clone() if gradient.shape == self._output.shape else None

    @guarded
    def _backward_done(self):
        self._queued = False
        if not self._looking:
            return
        gradients = self._gradients_now()
        self._norm = self._clipped = self._norm_of(gradients)
        self._versions = [each._version for each in gradients]
        for layer in self._layers:
            gradient = layer.weight.grad
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
    def _before_update(self, optimizer):
        if not self._looking:
            return
        gradients = self._gradients_now()
        if self._versions is not None and [each._version for each in gradients] != self._versions:
            self._clipped = self._norm_of(gradients)
        for layer in self._layers:
            if not core.keep(self._address, layer.index, layer.weight):
                core.keep(self._address, layer.index, plain(layer.weight.detach()))

    def _after_update(self):
        self._updates += 1

    def _end_look(self):
        for layer in self._layers:
            weight = layer.weight
            if not core.see_flat(self._address, WEIGHT, layer.index, weight):
                weight = plain(weight.detach())
                core.see_flat(self._address, WEIGHT, layer.index, weight)
            core.see_update(self._address, layer.index, weight)
        if not self._run_begun:
            self._begin_run()
        with torch.no_grad():
            accuracy = self._see_targets()
        if self._clipped < 0.999 * self._norm:
            self._clipped_to = max(self._clipped_to, self._clipped)
        rate = self.optimizers[0].param_groups[0]["lr"] if self.optimizers else NAN
        self._run.end_step(self.progress.steps, self.progress.last, accuracy, float(rate), self._norm, self._clipped)
        self._output = self._output_gradient = None

    def _see_targets(self):
        if self._output is None or self._output_gradient is None:
            return NAN
        found = targets.infer(self._output, self._output_gradient, self.progress.last)
        return self.progress.see_targets(found, self._output)

    def _begin_step(self):
        if self.progress.survey_due(self._run.interval("survey")):
            self._take_survey()
        looked, self._looking = self._looking, False
        if self.schedule.step(looked, self._run.interval("step")):
            self._look()
        self._updates = 0

    # The record.

    def _finish_order(self, output):
        self._residual = modules.has_residuals(output.grad_fn)
        self._of_node = {}
        self._computed = {}
        self._activation_handles = {}

    def _begin_run(self):
        called = [layer for layer in self._order if layer.index in self._called]
        for layer in self._layers:
            if layer not in called:
                self.notes.append(f"{layer.name} was not called in the first step, and is not watched")
        self._layers = called
        self._run.begin(self._description(), {"torch": torch.__version__}, [layer.index for layer in called],
                        [core.Layer(layer.name, layer.activation or "identity", float(layer.inputs),
                                    float(layer.outputs)) for layer in called])
        self._run_begun = True

    def _description(self):
        return describe(self)

    def _take_survey(self):
        self._run.take_survey(*self.progress.survey())

    def _last_survey(self):
        with contextlib.suppress(Exception):
            if self.progress.since_survey >= max(1, self.progress.window // 2):
                self._take_survey()

    def record(self):
        """The record so far, as the core keeps it."""
        if self._run is None or not self._run_begun:
            raise core.Error("no step was seen: " + ("; ".join(self.notes) or "call step(loss) after each step"))
        self.progress.describe_data(self._run)
        for note in self.notes:
            self._run.event(self.progress.steps, "not-seen", 0, note)
        self.notes = []
        status = "finished" if self._status == "running" else self._status
        if not math.isfinite(self.progress.last):
            status = "diverged"
        return self._run.record(self._description(), status, self.progress.steps, self.progress.last,
                                time.time() - self._started)

    def _examine(self):
        if not self._closed or self._examined is None:
            self._examined = core.Examined(self.record())
        return self._examined

    def _value_of(self, loss):
        if isinstance(loss, torch.Tensor):
            if loss.numel() != 1:
                if not any("scalar" in note for note in self.notes):
                    self.notes.append(f"the loss is no scalar but of shape {tuple(loss.shape)}: its mean was taken")
                loss = loss.detach().float().mean()
            return float(loss.detach())
        return float(loss)

    def _give_up(self, where, error):
        self._broken = True
        self.notes.append(f"watching ended in {where.strip('_')} at step {self.progress.steps}: "
                          f"{type(error).__name__}: {error}")
        self._let_go()

    def _let_go(self):
        for handle in self._handles:
            with contextlib.suppress(Exception):
                handle.remove()
        self._handles = []
        self._of_node = {}
        self._output = self._output_gradient = None
        self._looking = False
