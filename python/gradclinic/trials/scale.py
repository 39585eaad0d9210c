"""The scale of input features, by which they are standardized."""

import torch

CODES = 32        # values at most of a feature that names categories
MISSING = 0.02    # share of the samples at least that a number standing for a missing value has
FAR = 5.0         # deviations of the others that such a number is away from them


class Scale:
    """Of each feature of a batch, along `axis`, as it should be. A feature of few whole numbers from 0 on is left alone,
    as they may be codes of categories; a number far from all others and common stands for missing values and becomes
    the mean of the others."""

    def __init__(self, batch, axis):
        self._axis = axis % batch.ndim
        rows = batch.movedim(self._axis, 0).flatten(1)
        figures = [self._of(row) for row in rows] if rows.shape[1] and batch.ndim == 2 else None
        if figures is None:
            mean = rows.mean(1)
            deviation = (rows - mean[:, None]).square().mean(1).sqrt()
            figures = [(each, spread if spread > 0 else 1.0, float("nan")) for each, spread in zip(mean, deviation)]
        self._mean, self._deviation, self._missing = (
            torch.tensor([float(each) for each in column], dtype=batch.dtype, device=batch.device)
            for column in zip(*figures))

    def applied_to(self, batch):
        shape = [-1 if axis == self._axis else 1 for axis in range(batch.ndim)]
        mean, deviation, missing = (each.view(shape) for each in (self._mean, self._deviation, self._missing))
        return (torch.where(batch == missing, mean, batch) - mean) / deviation

    def _of(self, values):
        """Mean, deviation, and the number that stands for missing values, NaN where none does."""
        distinct, counts = values.unique(return_counts=True)
        if len(distinct) <= CODES and bool((distinct == distinct.round()).all()) and 0 <= distinct[0] and distinct[-1] < CODES:
            return 0.0, 1.0, float("nan")
        missing = float("nan")
        for end in (0, -1):
            others = values[values != distinct[end]]
            if len(others) < 2 or counts[end] < MISSING * len(values):
                continue
            if abs(distinct[end] - others.mean()) > FAR * others.std() > 0:
                missing, values = float(distinct[end]), others
                break
        deviation = values.std(unbiased=False)
        return values.mean(), deviation if deviation > 0 else 1.0, missing
