"""Changes to a training that its own loop carries out: made on the model and the optimizer, before the first step."""

import contextlib
import tomllib

from gradclinic.description import describe
from gradclinic.trials import CannotBeMade, inserted
from gradclinic.trials.model_changes import MAKERS
from gradclinic.trials.step_changes import OF_STEPS, change_steps


class Treatment:
    """`changes`: keys of a spec with values. `patient`: the clinic of the untreated training. `inserts`: whether norms and
    residual connections may be put into the model."""

    def __init__(self, changes, patient, inserts=False):
        spec = tomllib.loads(describe(patient))
        self.patient = patient
        self.spec = {"data.standardize": False, "data.standardize_held_out": False,
                     "data.standardize_target": False, "data.target_scale": 1.0,
                     "model.init": None, "model.init_gain": 1.0, "model.bias_init": None, "train.clip_value": 0.0,
                     "train.warmup": 0, "train.schedule": None, "train.momentum": 0.9,
                     "train.parameters": None, "train.zero_grad": None, "train.frozen": True,
                     "model.output": None, "model.detach": True, "model.backward": None, "model.training": None,
                     "model.softmax": None,
                     "model.plain": None, "model.symmetry": None, "train.class_weights": None, "train.penalty": True,
                     "train.hooks": True, "train.epsilon": None}
        self.spec |= {f"{part}.{key}": value for part in ("model", "train") for key, value in spec[part].items()}
        wanted = {key: self._typed(key, value) for key, value in changes}
        self.changes = {key: value for key, value in wanted.items() if value != self.spec.get(key)}
        self._makers = MAKERS | inserted.MAKERS if inserts else MAKERS
        for key in self.changes:
            if key not in self._makers and key not in OF_STEPS:
                raise CannotBeMade(key)
        # A larger batch is several of the loop's.
        self.gathers = round(self.changes.get("train.batch", 1) / max(1, self.spec["train.batch"]))
        if "train.batch" in self.changes and self.gathers < 2:
            raise CannotBeMade("train.batch")

    def _typed(self, key, value):
        if value in ("true", "false"):
            return value == "true"
        with contextlib.suppress(ValueError):
            return float(value)
        return value.strip('"')

    def apply(self, model, optimizers):
        """Makes the changes; returns handles whose remove() takes back what can be. Where one cannot be made, nothing
        stays replaced."""
        self.handles = []
        try:
            self._make(model, optimizers)
        except Exception:
            for handle in self.handles:
                handle.remove()
            raise
        return self.handles

    def _make(self, model, optimizers):
        if not optimizers and any(key.startswith("train.") for key in self.changes):
            raise CannotBeMade("no optimizer")
        # Whole gradients are kept from step to step of the one optimizer.
        if len(optimizers) > 1 and (self.changes.get("train.clip_norm") == 0.0 or "train.penalty" in self.changes):
            raise CannotBeMade("several optimizers")
        self.optimizers = optimizers
        for key, value in self.changes.items():
            if key in self._makers:
                self._makers[key](self, model, value)
        for optimizer in optimizers:
            change_steps(self, model, optimizer)
