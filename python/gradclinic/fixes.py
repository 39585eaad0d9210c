"""Fixes, tried on the patient: the user's own training, on several seeds."""

import inspect
import json
import math
import random
import sys

import torch

from gradclinic import core
from gradclinic.examination import budget_of_trials, examined, generators, restore, trained
from gradclinic.trials import CannotBeMade
from gradclinic.trials.continuation import Continuation, Several
from gradclinic.trials.treatment import Treatment

MOST_TIMES = 4    # the batch, each of which takes the loop's samples as often again


def fix(train, *, seeds=5, anyway=False, progress=None):
    """Diagnoses a training as examine() does, tries what the diagnosis suggests on it, and proves which fix works:
    `train(watch, seed)` makes model and optimizer and trains them in `with watch(model, optimizer) as clinic`. It is
    called some hundred times, on the seeds 0 to `seeds` - 1; the generators of torch, random and numpy are seeded before.

    anyway: try fixes on a healthy training, too. progress: called with how many trainings of fixes are done, and of
    about how many. Returns Fixes. Raises ValueError where the training comes to the same on every seed.
    """
    if seeds < 1:
        raise ValueError(f"fix: seeds is {seeds}; it takes 1 at least, and 5 to prove a fix")
    state = generators()
    diagnosis, patient = examined(_seeded(train, 0))
    trainer = _Trainer(train, patient, state)
    tried = core.TriedFixes(diagnosis.examined, trainer.train, trainer.watch, trainer.follows, seeds, anyway,
                            progress or (lambda done, of: None))
    restore(state)
    return Fixes(tried, diagnosis)


class Fixes(dict):
    """The document of docs/fix.schema.json; printed, it reads as `gradclinic fix` prints it."""

    def __init__(self, tried, diagnosis):
        super().__init__(json.loads(tried.json()))
        self._tried = tried
        self.diagnosis = diagnosis

    @property
    def proven(self):
        """The ids of the proven fix, or of the two that are; None where none is."""
        return self["proven"] and self["proven"]["fixes"]

    def __str__(self):
        return self._tried.text()

    def __repr__(self):
        return f"<Fixes: {' + '.join(self.proven) + ' proven' if self.proven else 'none proven'}>"


def _seeded(train, seed):
    takes_seed = len(inspect.signature(train).parameters) > 1

    def loop(watch):
        torch.manual_seed(seed)
        random.seed(seed)
        if "numpy" in sys.modules:
            sys.modules["numpy"].random.seed(seed)
        return train(watch, seed) if takes_seed else train(watch)

    return loop


class _Trainer:
    """Carries out the loop with changes to a spec, for the core."""

    def __init__(self, loop, patient, state):
        self._loop, self._patient, self._state = loop, patient, state
        self._made = {}        # whether changes could be made
        self._untreated = {}   # last loss by seed

    def follows(self, changes):
        _, _, rest = self._parts(changes)
        # Where one number can be set, another can.
        known = tuple((key, value if not value[:1].isdigit() or key == "train.batch" else 0) for key, value in rest)
        if known not in self._made:
            try:
                treatment = Treatment(rest, self._patient, inserts=True)
                if treatment.changes:
                    trained(_seeded(self._loop, 0), treatment, self._state, steps=1, budget=0.0)
                self._made[known] = treatment.gathers <= MOST_TIMES
            except Exception:  # noqa: BLE001 the user's code took the change badly
                self._made[known] = False
        return self._made[known]

    def train(self, changes):
        record = self._carry_out(changes, budget_of_trials(self._patient))
        seed, _, rest = self._parts(changes)
        if record is not None and not rest and len(changes) <= 1:
            self._untreated[seed] = record.loss
            if len(self._untreated) > 1 and len(set(self._untreated.values())) == 1 and math.isfinite(record.loss):
                raise ValueError("fix: the training comes to the same on every seed, as it sets a seed of its own; take "
                                 "the seed as an argument: train(watch, seed)")
        return record

    def watch(self, changes):
        return self._carry_out(changes, None)

    def _parts(self, changes):
        """Seed, number of steps, other changes."""
        rest = dict(changes)
        seed, steps = int(rest.pop("seed", 0)), rest.pop("train.steps", None)
        return seed, steps and int(float(steps)), list(rest.items())

    def _carry_out(self, changes, budget):
        seed, steps, rest = self._parts(changes)
        own = self._patient.progress.steps
        try:
            treatment = Treatment(rest, self._patient, inserts=True)
            if steps and steps != own and "train.schedule" in treatment.changes:
                raise CannotBeMade("train.schedule")   # it would begin anew with the loop
            times = max(1, round((steps or own) / own)) * max(1, treatment.gathers)
            limit = steps if steps and steps < own else None
            loop, record = _seeded(self._loop, seed), None
            parts = [treatment]
            for _ in range(times):
                clinic = trained(loop, Several(*parts), self._state, limit, budget)
                record = clinic.record() if record is None else record.followed_by(clinic.record())
                parts = [treatment, Continuation(clinic)]
            return record
        except Exception:  # noqa: BLE001 the user's code took the change badly: it ran without
            return None
