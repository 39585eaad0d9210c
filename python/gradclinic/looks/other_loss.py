"""Classes that are learned by another loss than the cross-entropy: read off which of its outputs a loss pulls up."""

import torch

FEWEST = 4       # batches
ENOUGH = 40      # batches, after which no more are looked at
OFTEN = 0.25     # share of the samples that a loss with margins still pulls at


class OtherLoss:
    def __init__(self):
        self._batches = 0
        self._other = 0      # of them those with such a loss

    def see(self, found, output, gradient):
        """found: the targets, or None where the loss is none that is known."""
        if self._batches >= ENOUGH:
            return
        self._batches += 1
        self._other += _is_of_one_hot(found) if found is not None else pulled_up(output, gradient) is not None

    def facts(self):
        """By the names of the core's facts."""
        return {"other_loss": float(2 * self._other > self._batches >= FEWEST)}


def _is_of_one_hot(found):
    """Amounts that are 1 for one output and 0 for all others."""
    values = found.values
    return (found.loss == "mse" and found.variance is None and values.shape[1] > 2
            and bool(((values == 0) | (values == 1)).all()) and bool((values.sum(1) == 1).all()))


def pulled_up(output, gradient):
    """(axis of the classes, class of each sample) where a loss pulls one of a sample's outputs up and none but others
    down; of those that it does not pull at, the largest output's. None of any other loss."""
    for axis in {1, output.ndim - 1} if output.ndim > 1 else ():
        rows = gradient.movedim(axis, -1).flatten(0, -2)
        ups = (rows < 0).sum(1)
        pulled = rows.abs().sum(1) > 0
        if rows.shape[1] < 3 or bool((ups > 1).any()) or float(ups.float().mean()) < OFTEN:
            continue
        if not bool(((rows > 0).sum(1) > 0).any()):  # a look at one entry, as at the action taken
            continue
        largest = output.movedim(axis, -1).flatten(0, -2).argmax(1)
        return axis, torch.where(pulled & (ups == 1), rows.argmin(1), largest)
    return None
