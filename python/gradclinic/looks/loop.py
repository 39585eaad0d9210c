"""What is seen of how a loop trains, beside what its network does: mistakes that the loop's own code must mend."""

import math

import torch

from gradclinic.tensors import any_but_0

ENOUGH = 40           # steps looked at, after which no more is expected


class Loop:
    """Of the first steps looked at: whether gradients are cleared, the model trains in training mode, batches are drawn
    at random and optimizers take turns. Holds no tensor beyond a backward pass."""

    def __init__(self, optimizers):
        self._optimizers = optimizers
        self._looks = 0
        self._evaluating = 0
        self._updates = 0
        self._kept = 0
        self._before = None   # parameters with gradients of before this step's first backward pass
        self._begun = False
        self._within = []     # how much the targets vary, of each batch
        self._counts = {}
        self._sums = torch.zeros(3, dtype=torch.float64)
        self._passes = 0      # backward passes up to the last update
        self._stepped = set()    # the optimizers that have stepped since the last of these
        self._alone = set()   # those that did so alone

    def step_begins(self):
        self._begun = False
        self._before = None   # of a backward pass that never ended

    def backward_begins(self, training, parameters):
        """Of the first backward pass since an update, before anything has come to a parameter."""
        if self._begun or self._looks >= ENOUGH:
            return
        self._begun = True
        self._looks += 1
        self._evaluating += not training
        if self._optimizers and self._looks > 1:
            updated = {each for optimizer in self._optimizers for group in optimizer.param_groups
                       for each in group["params"]}
            self._before = [(each.grad, each.grad._version) for each in parameters
                            if each in updated and each.grad is not None and any_but_0(each.grad)]

    def backward_done(self):
        before, self._before = self._before, None
        if before is not None:
            self._updates += 1
            self._kept += any(gradient._version != version for gradient, version in before)

    def updates(self, optimizer, passes):
        """An optimizer is about to step, after so many backward passes."""
        if passes != self._passes:
            if len(self._stepped) == 1:
                self._alone |= self._stepped
            self._passes, self._stepped = passes, set()
        self._stepped.add(id(optimizer))

    def saw_targets(self, found):
        """The targets of a batch, once a step."""
        values = found.values[:, 0].double()
        if found.variance is not None or len(values) < 2 or len(self._within) >= 25 * ENOUGH:
            return
        if found.loss == "mse":
            within = float(values.var())
            self._sums += torch.tensor([len(values), float(values.sum()), float(values.square().sum())])
        else:
            counts = values.unique(return_counts=True)
            within = 1 - float(sum(n * (n - 1) for n in counts[1].tolist())) / (len(values) * (len(values) - 1))
            for value, count in zip(*(each.tolist() for each in counts)):
                self._counts[value] = self._counts.get(value, 0) + count
        self._within.append(within)

    @property
    def batch_variety(self):
        """How much targets vary within a batch, over how much they do in all: near 1 where batches are drawn at random.
        The chance that two are of different classes, or the variance."""
        if len(self._within) < 4:
            return math.nan
        if self._counts:
            total = sum(self._counts.values())
            overall = 1 - sum((count / total) ** 2 for count in self._counts.values())
        else:
            count, mean, square = self._sums[0], *(self._sums[1:] / self._sums[0])
            overall = float(square - mean * mean) if count else 0.0
        return sum(self._within) / len(self._within) / overall if overall > 0 else math.nan

    def facts(self):
        """By the names of the core's facts."""
        return {"gradients_kept": self._kept / self._updates if self._updates else 0.0,
                "evaluation_mode": self._evaluating / self._looks if self._looks else 0.0,
                "batch_variety": self.batch_variety, "alternating": float(len(self._alone) > 1)}
