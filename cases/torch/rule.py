"""The rule of cases/README.md, for trainings in PyTorch: what one came to, and whether that is clearly worse."""

import importlib
import math
from dataclasses import dataclass
from pathlib import Path

from training import evaluate, run

SEEDS, MOST_SEEDS, FEW_SEEDS = 10, 8, 2
SCORED_SEED = 100    # on which bench.py trains; no label is decided on it
LEARNT = 0.75
EXCESS, POINTS, RISE = 0.25, 0.05, 1.25
RELABELS = {"labels", "rare"}       # then the base's held-out samples count, with their true labels
OTHER_LOSS = {"loss", "softmax", "sigmoid", "smoothing"}    # then only accuracy can be compared

BASES = sorted(path.stem for path in (Path(__file__).parent / "bases").glob("*.py"))


def base(name):
    return importlib.import_module(f"bases.{name}")


@dataclass
class Metrics:
    """Losses are divided by that of the best constant on the same samples; NaN: unknown."""

    diverged: bool
    training: float
    held_out: float
    best_held_out: float
    accuracy: float


def constant_loss(targets, classes):
    """Of the best constant prediction: the entropy of the classes' shares, or the targets' variance."""
    if not classes:
        return float(targets.var(unbiased=False))
    shares = targets.reshape(-1).long().bincount().double() / targets.numel()
    return float(-(shares[shares > 0] * shares[shares > 0].log()).sum())


def measure(name, change, seed, own=False):
    """Trains and measures. own: the held-out samples count as they are, whatever the change did to them."""
    task = base(name).training(seed)
    training = base(name).training(seed, **change)
    classes = training.accuracy is not None
    if RELABELS & set(change) and not own:
        training.held_out = task.held_out
    # Another loss cannot be compared: of amounts the base's counts instead, of classes only the accuracy.
    other_loss = bool(OTHER_LOSS & set(change))
    unit = math.nan if other_loss and classes else 1.0
    score = task.loss if other_loss and not classes else training.loss
    looks = run(training, score=score)
    end = evaluate(training, training.seen, score)[0]
    constant = constant_loss(training.held_out[1], classes) * unit
    held = [loss / constant for loss, _ in looks]
    return Metrics(diverged=not math.isfinite(end), training=end / constant_loss(training.seen[1], classes) * unit,
                   held_out=held[-1], best_held_out=min((x for x in held if not math.isnan(x)), default=math.nan),
                   accuracy=looks[-1][1])


def excess(loss, other):
    """How much of the other's gain over the best constant is lost; 0 where it gained nothing or is unknown."""
    if not other < 1 or math.isnan(loss):
        return 0.0
    return (loss - other) / (1 - other)


def clearly_worse(run, than, change=()):
    if run.diverged or than.diverged:
        return run.diverged and not than.diverged
    if not RELABELS & set(change) and excess(run.training, than.training) > EXCESS:
        return True
    higher = excess(run.held_out, than.held_out) > EXCESS
    if not math.isnan(than.accuracy) and run.accuracy < than.accuracy - POINTS:
        return True
    return higher if math.isnan(than.accuracy) else higher and overfits(run)


def overfits(run):
    return run.held_out > RISE * run.best_held_out


def learnt(run):
    return not run.diverged and run.held_out <= LEARNT


def recipes(name, change):
    """Usual ways to train the same: a healthy case that stands alone must not be clearly worse than any."""
    now = {**base(name).PLAN, **change}
    return {"lr x 3": {**change, "lr": 3 * now["lr"]}, "lr / 3": {**change, "lr": now["lr"] / 3},
            "adam 1e-3": {**change, "optimizer": "adam", "lr": 1e-3},
            "three times as long": {**change, "epochs": 3 * now["epochs"]}}


def stands_alone(name, change):
    """Bases do, and healthy cases with other data than their base's."""
    return not change or bool((base(name).OWN_DATA | RELABELS) & set(change))

