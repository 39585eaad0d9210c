"""Inputs of samples that a training is measured on, beside those that it learns from."""

import math

import torch

SAMPLES = 1000    # held out, of which features are looked at
FEATURES = 4096   # of a sample, at most; spread evenly


def some_features(tensor):
    """Samples x features, of many some."""
    rows = tensor.detach().reshape(tensor.shape[0], -1)
    return rows[:, ::-(-rows.shape[1] // FEATURES)] if rows.shape[1] else rows


class HeldOut:
    """Of samples that the model was shown without learning from them, until the loop has measured on them once."""

    def __init__(self):
        self._rows = 0
        self._sum = self._squares = 0.0
        self._shape = None
        self._complete = False

    def see(self, inputs):
        if self._complete or not isinstance(inputs, torch.Tensor) or not inputs.is_floating_point() or not inputs.ndim:
            return
        rows = some_features(inputs).double()
        if self._shape not in (None, rows.shape[1:]):
            return
        self._shape = rows.shape[1:]
        self._sum = self._sum + rows.sum(0)
        self._squares = self._squares + rows.square().sum(0)
        self._rows += len(rows)
        self._complete = self._rows >= SAMPLES

    def measured(self):
        self._complete = self._rows > 0

    @property
    def moments(self):
        """Mean and standard deviation of all entries; zeros where there are none."""
        if not self._rows or not self._sum.numel():
            return 0.0, 0.0
        mean = float(self._sum.mean()) / self._rows
        return mean, math.sqrt(max(0.0, float(self._squares.mean()) / self._rows - mean * mean))

    def unlike(self, inputs):
        """How far the features' means are from those of `inputs` (samples x features), in deviations, beyond what
        samples drawn at random are apart; 0 where it is not known."""
        if not self._rows or not len(inputs) or self._shape != inputs.shape[1:]:
            return 0.0
        own = inputs.double()
        mean = self._sum.to(own.device) / self._rows
        variance = (own.var(0, unbiased=False) + self._squares.to(own.device) / self._rows - mean.square()).sum() / 2
        if not float(variance) > 0:
            return 0.0
        apart = float((own.mean(0) - mean).square().sum() / variance)
        return math.sqrt(max(0.0, apart - 1 / len(own) - 1 / self._rows))
