"""Losses of amounts that are meant for other targets than they are given, read off their graph (unsuited.py) or their
gradients: then the guess gives the targets, and the loss computed from them tells whether it was right."""

import collections

import torch
from torch.nn import functional

from gradclinic.looks.loss_graph import OUTWEIGHED

FEWEST = 4       # batches
ENOUGH = 200     # batches, after which no more are looked at
CLOSE = 2e-5     # of the loss
ROUNDS = 60      # towards the target of a soft margin
BEYOND = 0.05    # how far a target may be from where it belongs
SOME = 0.1       # share of the targets
EARLY = 8        # batches, in which outputs are still so small that a margin has one target only
VARIED = 0.1     # deviation of the targets' sizes, over their mean
DOUBTFUL = 0.1   # share of a loss


class OtherTargets:
    def __init__(self):
        self._batches = 0
        self._kinds = collections.Counter()
        # Of the hinges those with outputs beyond the margin: while there are none, a relative error looks alike.
        self._beyond = 0
        self._margins = 0    # of the early ones those with a smooth loss of margins

    def see(self, found, output, gradient, loss, kind=None):
        """found: the targets, or None where the loss is none that is known; kind: what its graph tells."""
        if self._batches >= ENOUGH:
            return
        self._batches += 1
        certain = kind is not None
        if not certain and found is None:
            kind = kind_of(output, gradient, loss)
        if self._batches <= EARLY and found is None and kind is None:
            self._margins += is_of_margins(output, gradient, loss)
        if kind is not None:
            self._kinds[kind] += 1
            self._beyond += kind == "hinge_of_amounts" and (certain or bool((gradient == 0).any()))

    def facts(self):
        """By the names of the core's facts."""
        often = 2 * sum(self._kinds.values()) > self._batches >= FEWEST
        most = max(self._kinds, key=self._kinds.get, default=None)
        told = often and (most != "hinge_of_amounts" or self._beyond >= FEWEST)
        kinds = {most: 1.0} if told else {}
        return kinds | ({"hinge_of_amounts": 1.0} if self._margins >= FEWEST else {})


def kind_of(output, gradient, loss):
    """A name of GUESSES; None where the loss is none of these. output, gradient: of a mean over all entries."""
    output, pull = _flat(output, gradient)
    if not bool(torch.isfinite(pull).all()):
        return None
    return next((kind for kind, guess in GUESSES.items() if guess(output, pull, loss)), None)


def is_of_margins(output, gradient, loss):
    """Whether it is a squared hinge or a soft margin, while outputs times targets are small: later two targets have the
    same gradient."""
    output, pull = _flat(output, gradient)
    return any(bool(torch.isfinite(terms).all()) and _varied(target[pull != 0]) and _close(terms, loss)
               for target, terms in (_squared_hinge(output, pull), _soft_margin(output, pull)))


def _squared_hinge(output, pull):
    """Of targets t: (1 - output t)^2 within the margin, whose gradient is -2 t (1 - output t)."""
    target = pull / (1 + (1 - 2 * output * pull).sqrt())
    return target, (1 - output * target).square() * (pull != 0)


def _soft_margin(output, pull):
    """Of targets t: log(1 + exp(-output t)), whose gradient is -t / (1 + exp(output t))."""
    target = 2 * pull
    for _ in range(ROUNDS):
        target = pull * (1 + (output * target).exp())
    return target, functional.softplus(-output * target)


def _flat(output, gradient):
    return output.double().flatten(), -output.numel() * gradient.double().flatten()


def _varied(targets):
    sizes = targets.abs()
    return len(sizes) > 1 and float(sizes.std()) > VARIED * float(sizes.mean())


def _close(terms, loss):
    return abs(float(terms.mean()) - loss) <= CLOSE * abs(loss)


def _some(beyond):
    return float(beyond.double().mean()) > SOME


def _is_hinge(output, pull, loss):
    """Of entries within the margin the gradient is the target; others have none. Targets of one size are classes."""
    within = pull != 0
    if not _some(within) or not _varied(pull[within]):
        return False
    return _close((1 - output * pull) * within, loss)


def _is_entropy(output, pull, loss):
    target = output.sigmoid() + pull
    beyond = (target < -BEYOND) | (target > 1 + BEYOND)
    return _some(beyond) and _close(functional.softplus(output) - output * target, loss)


def _is_poisson(output, pull, loss):
    target = output.exp() + pull
    return _some(target < -BEYOND) and _close(output.exp() - output * target, loss)


def _is_relative(output, pull, loss):
    """Every gradient is one over its target, up to the sign; an output beyond a target of either sign may belong to
    both, which makes a term 2 less."""
    if bool((pull == 0).any()):
        return False
    weights = pull.abs()
    if not float(weights.max()) > OUTWEIGHED * float(weights.median()):
        return False
    terms = 1 - output * pull
    doubtful = 2 * float((terms > 2).double().mean())
    above = float(terms.mean()) - loss
    return bool((terms > 0).all()) and doubtful < DOUBTFUL * loss and -CLOSE * loss <= above <= doubtful + CLOSE * loss


GUESSES = {"relative_to_nothing": _is_relative, "hinge_of_amounts": _is_hinge, "entropy_of_amounts": _is_entropy,
           "poisson_of_negative": _is_poisson}
