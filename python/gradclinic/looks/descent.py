"""Whether steps go down the gradient or up."""

import math

ENOUGH = 8             # steps looked at
ENTRIES = 1_000_000    # that weights looked at have in all, at the most


class Descent:
    """Of the first steps looked at: the cosine between a step and the gradient of before it, over the weights of as many
    layers as are small together. Holds copies of both during an update."""

    def __init__(self):
        self._before = []      # of each weight: itself, its values and its gradient
        self._cosines = []

    def before_update(self, weights):
        """The first update of a step; more optimizers may follow."""
        if self._before or len(self._cosines) >= ENOUGH:
            return
        left = ENTRIES
        for weight in weights:
            gradient = weight.grad
            if gradient is None or gradient.is_sparse or not gradient.is_floating_point() or gradient.numel() > left:
                continue
            left -= gradient.numel()
            self._before.append((weight, weight.detach().float().clone(), gradient.float().clone()))

    def after_update(self):
        before, self._before = self._before, []
        along = steps = gradients = 0.0
        for weight, values, gradient in before:
            step = weight.detach().float() - values
            along += float((step * gradient).sum())
            steps += float(step.square().sum())
            gradients += float(gradient.square().sum())
        if steps > 0 and gradients > 0 and math.isfinite(steps * gradients):
            self._cosines.append(along / math.sqrt(steps * gradients))

    def facts(self):
        """By the names of the core's facts."""
        return {"ascent": sum(self._cosines) / len(self._cosines) if self._cosines else 0.0}
