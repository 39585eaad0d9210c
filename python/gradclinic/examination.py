"""A training that can be run again: judged as a spec is, by training it without what is suspected."""

import contextlib
import random
import sys
import warnings

import torch

from gradclinic import calls, core
from gradclinic.clinic import Clinic, optimizers_of
from gradclinic.diagnosis import Diagnosis
from gradclinic.looks import second_look
from gradclinic.looks.reach import UNKNOWN, reach_of
from gradclinic.tensors import first_tensor
from gradclinic.trials.continuation import Continuation, Several
from gradclinic.trials.treatment import Treatment


class _Enough(BaseException):
    """Leaves a training after the steps that it was given. No Exception, so that no handler of the user's takes it."""


def examine(train, *, steps=None, budget=None, name=None, progress=None):
    """Diagnoses a training with trials: `train(watch)` makes model and optimizer and trains them in
    `with watch(model, optimizer) as clinic`. It is called some fifteen times: as it is, then without each suspect, and by
    recipes known to be sound, always from the same state of the generators of torch, random and numpy.

    steps: where to end each training, if before its own end. budget: as of watch(), for the training as it is, which is
    looked at in full unless told otherwise; of the others only the losses matter, which need no look but where they
    have something else in them (a penalty, a further output's). An error of the training's own that comes of numbers
    that are none ends it there, and is told; others pass. progress: called after each with how many are done.
    """
    return examined(train, steps=steps, budget=budget, name=name, progress=progress)[0]


def examined(train, *, steps=None, budget=None, name=None, progress=None):
    """The same, and the clinic of the training as it is."""
    state = generators()
    patient = trained(train, None, state, steps, budget, name)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")   # of what PyTorch thinks of copies
        patient.second_look = second_look.facts(patient.model, patient.batch, patient.layers, patient.samples_first)
        patient.reach = reach_of(patient.model, patient.batch)
    patient.batch = None
    budget = budget_of_trials(patient)
    done = 0

    def retrain(changes):
        nonlocal done
        try:
            clinic = patient
            for treatment in _treatments(changes, patient):
                clinic = trained(train, treatment(clinic), state, steps, budget, name)
            record = clinic.record()
        except Exception:  # noqa: BLE001 the user's code took the change badly: it ran without
            record = None
        done += 1
        if progress is not None:
            progress(done)
        return record

    found = core.Examined(patient.record(), retrain)
    restore(state)
    return Diagnosis(found), patient


def budget_of_trials(patient):
    """Of these only the losses matter, which need no look but where they have something else in them."""
    return None if patient.progress.accompanied and patient.progress.loss_kind else 0.0


def _treatments(changes, patient):
    """What to treat one training after the other by, each made of the clinic before: more steps are the training again
    from where it came to, as its loop has an end of its own."""
    wanted = dict(changes)
    if "train.steps" not in wanted:
        return [lambda before: Treatment(changes, before)]
    if "train.batch" not in wanted:
        return [Continuation] * (round(float(wanted["train.steps"]) / max(1, patient.progress.steps)) - 1)
    # As many updates of larger batches take the loop's samples as often again.
    larger = Treatment([("train.batch", wanted["train.batch"])], patient)
    return [lambda before: larger, *[lambda before: Several(Continuation(before), larger)] * (larger.gathers - 1)]


def trained(train, treatment, state, steps=None, budget=None, name=None):
    """The clinic of one training from that state of the generators, with a treatment, or none."""
    clinics = []

    def watch(model, optimizer=None, *, name=name, **_):
        if clinics:
            raise ValueError("examine: the training watches a second model; call watch once")
        optimizers = optimizers_of(optimizer)
        handles = treatment.apply(model, optimizers) if treatment is not None else []
        clinics.append(_Limited(model, optimizers, budget, name or type(model).__name__, steps, handles))
        return clinics[0]

    restore(state)
    try:
        train(watch)
    except _Enough:
        pass
    except Exception as error:  # noqa: BLE001 what is no number may be refused anywhere
        if not clinics or not clinics[0].lost:
            raise
        clinics[0].guard.note(f"the training ended in step {clinics[0].progress.steps + 1} with "
                              f"{type(error).__name__}: {str(error).splitlines()[0] if str(error) else ''}")
    finally:
        for clinic in clinics:
            clinic.close()
    if not clinics:
        raise ValueError("examine: the training never called watch(model, optimizer)")
    return clinics[0]


class _Limited(Clinic):
    def __init__(self, model, optimizers, budget, name, steps, handles):
        super().__init__(model, optimizers, budget, name)
        self._most = steps
        self.batch = None   # what the model was first called with
        self.reach = UNKNOWN   # of its outputs, once it is trained
        self._shape = None      # of the first input, in the first call
        self._varied = set()    # its axes that had another size in a later one
        self.guard.let_go += [handle.remove for handle in [*handles, calls.before(model, self._saw_call)]]

    def _saw_call(self, module, inputs):
        with contextlib.suppress(Exception):  # tensors of a kind that takes no part of itself, or only given by name
            shape = first_tensor(calls.given(module, inputs), floating=False).shape
            if self._shape is None:
                self._shape = shape
                self.batch = second_look.part_of(calls.by_position(module, inputs))
            self._varied |= {axis for axis, sizes in enumerate(zip(shape, self._shape)) if len(set(sizes)) > 1}

    @property
    def samples_first(self):
        """Whether calls differ in the size of the inputs' first axis, and not of their second, as of samples x steps."""
        return 0 in self._varied and 1 not in self._varied

    def step(self, loss):
        # Not at the end of the last step, as samples held out may be judged behind it.
        if self._most is not None and self.progress.steps >= self._most:
            raise _Enough
        super().step(loss)

    def __exit__(self, kind, value, traceback):
        self.close("finished" if kind in (None, _Enough) else "interrupted")
        return False


def generators():
    numpy = sys.modules.get("numpy")
    return (torch.random.get_rng_state(), random.getstate(), numpy and numpy.random.get_state())


def restore(state):
    torch.random.set_rng_state(state[0])
    random.setstate(state[1])
    if state[2] is not None:
        sys.modules["numpy"].random.set_state(state[2])
