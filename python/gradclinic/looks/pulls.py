"""How a loss pulls a model's outputs: its gradient by them."""

import math

import torch
from torch.nn import functional

FEWEST = 4        # samples of a batch, and batches
ENOUGH = 40       # batches, after which no more are looked at
ALIKE = 1e-4      # of the pull
CERTAIN = 0.95    # share of a class in what samples are asked for, from which on it may be a class
VARIES = 0.05     # of the pulls' mean size: a pull that is the same in each batch is a loss that is meant so


class Pulls:
    def __init__(self):
        self._batches = 0
        self._alike = []     # marks of the pulls of the batches in which every sample had the same
        self._of_all = []    # likewise of those in which every sample is asked for the same shares of classes
        self._signed = 0     # batches of a policy gradient
        self._summed = 0     # batches whose loss is a sum

    @property
    def summed(self):
        """Whether the loss is a sum over the batch."""
        return 2 * self._summed > self._batches >= FEWEST

    def see(self, found, output, gradient, scale):
        """found: the targets, or None where the loss is none that is known. scale: what the loss is of the mean."""
        if output.ndim == 0 or output.shape[0] < FEWEST or self._batches >= ENOUGH:
            return
        self._batches += 1
        rows = output.shape[0]
        sums = {rows, output.numel(), len(found.outputs) if found is not None else rows}
        self._summed += any(math.isclose(scale, count, rel_tol=0.02) for count in sums)
        self._signed += found is None and _is_policy_gradient(output, gradient)
        apart = float((gradient - gradient[:1]).abs().max())
        if apart <= ALIKE * float(gradient.abs().max()) and float((output - output[:1]).abs().max()) > 0:
            self._alike.append(_mark_of(gradient[0]))
        shares = _common_shares(output, gradient) if found is None else None
        if shares is not None:
            self._of_all.append(_mark_of(shares))

    def facts(self):
        """By the names of the core's facts."""
        if self._batches < FEWEST:
            return {}
        of_all = 2 * len(self._of_all) > self._batches and len(set(self._of_all)) > 1
        return {"pulled_alike": len(self._alike) / self._batches if _varies(self._alike) else 0.0,
                "classes_of_all": float(of_all),
                "loss_summed": float(self.summed),
                "policy_gradient": float(2 * self._signed > self._batches)}


def _varies(marks):
    mean = sum(marks) / len(marks) if marks else 0.0
    return sum(abs(mark - mean) for mark in marks) > VARIES * abs(mean) * max(1, len(marks))


def _common_shares(output, gradient):
    """The shares of classes that a mean cross-entropy asks every sample for alike; None where it is not so, or where the
    samples may all be of one class."""
    if output.ndim != 2 or output.shape[1] < 3:
        return None
    shares = output.softmax(1) - len(output) * gradient
    mean = shares.mean(0)
    sound = float((shares - mean).abs().max()) < 1e-3 and float(mean.min()) > -1e-3 and abs(float(mean.sum()) - 1) < 1e-3
    differ = float((output - output[:1]).abs().max()) > 0.01
    return mean if sound and differ and float(mean.max()) < CERTAIN else None


def _mark_of(pull):
    """A number for a sample's pull, the same for equal ones."""
    return float(pull.flatten() @ torch.cos(torch.arange(pull.numel(), dtype=pull.dtype).square()))


def _is_policy_gradient(output, gradient):
    """Whether each row's gradient is that of the logarithm of one class's probability, times an advantage: of both signs
    over the rows, as no cross-entropy's are. Of two classes either is the other with the sign turned."""
    if output.ndim != 2 or output.shape[1] < 3:
        return False
    rows = gradient.norm(dim=1) > 0.01 * gradient.norm(dim=1).max()
    shares, gradient = output[rows].softmax(1), gradient[rows]
    taken = gradient.abs().argmax(1)
    expected = shares - functional.one_hot(taken, output.shape[1])
    alike = functional.cosine_similarity(gradient, expected)
    return bool((alike.abs() > 0.999).all()) and bool((alike > 0).any()) and bool((alike < 0).any())
