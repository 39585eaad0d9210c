"""The clinic: a training under watch, from the first step to the diagnosis."""

import contextlib
import functools
import math
import time
import types

import torch

from gradclinic import core, modules
from gradclinic.description import describe
from gradclinic.diagnosis import Diagnosis
from gradclinic.guard import Guard, guarded
from gradclinic.looks import targets
from gradclinic.looks.class_weights import ClassWeights
from gradclinic.looks.epsilon import Epsilon
from gradclinic.looks.lens import Lens
from gradclinic.looks.loop import Loop
from gradclinic.looks.other_loss import OtherLoss
from gradclinic.looks.other_targets import OtherTargets
from gradclinic.looks.progress import Progress
from gradclinic.looks.pulls import Pulls
from gradclinic.schedule import Schedule

NAN = math.nan
USELESS = 1e4   # size of a parameter
SOME = 5        # names in a sentence


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


class Clinic:
    def __init__(self, model, optimizers, budget, name):
        self.name = name
        self.model = model
        self.optimizers = optimizers
        self.rates = [group.get("initial_lr", group.get("lr", 0.0)) for each in optimizers
                      for group in each.param_groups]
        self.guard = Guard()
        self.schedule = Schedule(budget)
        self.progress = Progress()
        self.loop = Loop(optimizers)
        self.epsilon = Epsilon(optimizers)
        self.pulls = Pulls()
        self.class_weights = ClassWeights()
        self.other_loss = OtherLoss()
        self.other_targets = OtherTargets()
        self.clipped_to = 0.0     # the largest norm that a clipped gradient had
        self.lens = None
        self.second_look = {}     # facts of the trained model, where examine() has called it again
        self._run = None
        self._examined = None
        self._updates = 0
        self._start = {}          # facts of the model before training
        self._started = time.time()
        self._status = "running"
        self._set_up()

    @property
    def notes(self):
        """What could not be seen, and why."""
        return self.guard.notes

    @property
    def layers(self):
        return self.lens.layers if self.lens is not None else []

    @property
    def _begun(self):
        return self.lens is not None and self.lens.started

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
        began = time.perf_counter()  # what came before may have waited for a device
        self.progress.loss(value)
        if self.optimizers and not self._updates:
            return
        if self.lens.looking:
            self._end_look()
        self.progress.step_done()
        self._begin_step(began)

    @guarded
    def validation(self, loss, accuracy=NAN):
        """Loss and accuracy on samples held out, as the loop has measured them."""
        if not self._begun:
            return
        comparable = self.progress.validated(float(loss), self.pulls.summed)
        self._run.validation(max(0, self.progress.steps - 1), comparable, float(accuracy))

    @property
    def lost(self):
        """Whether the training has come to a loss that is no number, or to a parameter that is none or beyond use."""
        return self._begun and not (math.isfinite(self.progress.last) and
                                    all(bool((value.detach().abs() < USELESS).all()) for value in self.model.parameters()))

    def close(self, status="finished"):
        """Ends the watching: hooks are gone, and nothing of the training is held."""
        if self._status != "running":
            return
        if self._begun and not self.guard.ended:
            self._last_survey()
        self._status = "diverged" if status == "interrupted" and self.lost else status
        self.guard.end()

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
        layers = modules.layers_of(self.model)
        if not layers:
            self.notes.append("the model has no layer with weights: only losses can be seen")
        self._start = modules.facts_of_start(self.model, layers)
        self._run = core.Run(len(layers))
        self.lens = Lens(self.model, layers, self._run, self.progress, self.guard, self.loop)
        self.guard.let_go.append(self.lens.let_go)
        for optimizer in self.optimizers:
            self._hook_optimizer(optimizer)

    def _hook_optimizer(self, optimizer):
        original = optimizer.step

        @functools.wraps(original)
        def step(_, *args, **kwargs):
            self._before_update(optimizer)
            result = original(*args, **kwargs)
            self._updates += 1
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

        self.guard.let_go.append(restore)

    # A step.

    @guarded
    def _before_update(self, optimizer):
        if self.lens.looking:
            self.lens.before_update()
            self.loop.updates(optimizer, self.lens.passes)

    def _end_look(self):
        self.lens.see_weights()
        if not self.lens.started:
            self._begin_run()
        norm, clipped = self.lens.norm, self.lens.clipped
        self.epsilon.see(clipped)
        accuracy = self._see_targets()
        if clipped < 0.999 * norm:
            self.clipped_to = max(self.clipped_to, clipped)
        rate = self.optimizers[0].param_groups[0].get("lr", NAN) if self.optimizers else NAN
        self._run.end_step(self.progress.steps, self.progress.last, accuracy, float(rate), norm, clipped)

    def _see_targets(self):
        unsuited = self.lens.unsuited
        output, gradient, compared = self.lens.take_output()
        loss = self.progress.last
        if output is None or gradient is None or not math.isfinite(loss):
            return NAN
        with torch.no_grad():
            found = compared.found(output, loss, True) if compared is not None and self.progress.accompanied else None
            if found is None:
                found = targets.infer(output, gradient, loss, self.lens.squashing)
            if found is not None and compared is None and targets.is_of_nothing(found):
                found = None   # the outputs themselves are to be small: residuals, or what a flow maps to
            usual = found if found is None or found.error is None else None
            if found is None and compared is not None:
                found = compared.found(output, loss, False)
            self.pulls.see(usual, output, gradient, found.scale if found is not None else 1.0)
            self.class_weights.see(usual, gradient)
            self.other_loss.see(usual, output, gradient, loss)
            self.other_targets.see(usual, output, gradient, loss, unsuited)
            if found is not None:
                self.loop.saw_targets(found)
                if self.progress.accompanied and not self.progress.penalized:
                    self.guard.note("the loss takes further outputs of the model, too: only what it makes of the first is judged")
            return self.progress.see_targets(found, output)

    def _begin_step(self, began):
        if self.progress.survey_due(self._run.interval("survey")):
            started = time.perf_counter()
            self._take_survey()
            taken = time.perf_counter() - started
            self.schedule.charge(taken)
            began += taken
        if self.schedule.step(self.lens.looking, self._run.interval("step"), time.perf_counter() - began):
            self.lens.look()
        elif self.lens.looking:
            self.lens.look_away()
        self._updates = 0
        self.guard.step = self.progress.steps

    # The record.

    def _begin_run(self):
        called, unseen, missing = self.lens.start()
        if unseen:
            more = f" and {len(unseen) - SOME} others" if len(unseen) > SOME else ""
            self.notes.append(f"{', '.join(layer.name for layer in unseen[:SOME])}{more}: computed without a call that "
                              "could be seen; weights, gradients and updates are watched, outputs are not")
        self.notes.extend(f"{layer.name} was not called in the first step, and is not watched" for layer in missing)
        self._run.begin(describe(self), {"torch": torch.__version__}, [layer.index for layer in called],
                        [core.Layer(layer.name, layer.activation or "identity", float(layer.inputs),
                                    float(layer.outputs)) for layer in called])

    def _take_survey(self):
        self._run.take_survey(*self.progress.survey())

    def _last_survey(self):
        with contextlib.suppress(Exception):
            if self.progress.since_survey >= max(1, min(self.progress.window, self.progress.steps) // 2):
                self._take_survey()

    def record(self):
        """The record so far, as the core keeps it."""
        if not self._begun:
            raise core.Error("no step was seen: " + ("; ".join(self.notes) or "call step(loss) after each step"))
        self.progress.describe_data(self._run, self.lens.output_range, self.lens.output_activated,
                                    self.loop.facts() | self.epsilon.facts() | self.pulls.facts() | self.class_weights.facts() |
                                    self.lens.descent.facts() | self.other_loss.facts() | self.other_targets.facts() |
                                    self._start | self.second_look |
                                    {"without_graph": self.lens.without_graph,
                                     "softmax_of_one": float(self.lens.softmax_of_one or self.other_loss.is_of_one_class),
                                     "unfit_between": self.lens.unfit_between,
                                     "weight_growth": self._weight_growth(),
                                     "bottleneck": float(modules.bottleneck(self.layers)),
                                     "output_factor": self.lens.output_factor,
                                     "output_of_layer": float(self.lens.output_of_layer)})
        for note in self.notes:
            self._run.event(self.progress.steps, "not-seen", 0, note)
        self.notes.clear()
        status = "finished" if self._status == "running" else self._status
        if not math.isfinite(self.progress.last):
            status = "diverged"
        return self._run.record(describe(self), status, self.progress.steps, self.progress.last,
                                time.time() - self._started)

    def _weight_growth(self):
        """The largest weight decay below 0, with its sign turned."""
        groups = [group for each in self.optimizers for group in each.param_groups]
        return max([0.0] + [-float(group.get("weight_decay", 0.0)) for group in groups])

    def _examine(self):
        if self._status == "running" or self._examined is None:
            self._examined = core.Examined(self.record())
        return self._examined

    def _value_of(self, loss):
        if isinstance(loss, torch.Tensor):
            if loss.numel() != 1:
                if not any("scalar" in note for note in self.notes):
                    self.notes.append(f"the loss is no scalar but of shape {tuple(loss.shape)}: its mean was taken")
                loss = loss.detach().float().mean()
            return loss.item()
        return float(loss)
