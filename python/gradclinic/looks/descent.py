"""Whether steps go down the gradient or up."""

import math

from gradclinic.tensors import layout

ENOUGH = 8             # steps looked at
ENTRIES = 1_000_000    # that weights looked at have in all, at the most


class Descent:
    """Of the first steps looked at: the cosine between a step and the gradient of before it, over the weights of as many
    layers as are small together. Holds copies of both during an update."""

    def __init__(self):
        self._before = []      # of each weight: itself, its values and its gradient
        self._cosines = []
        self._of_biases = []   # between the gradient of the last layer's bias and what the outputs' makes it

    def saw_output_gradient(self, bias, gradient, channels_first):
        """bias: of the layer whose output is the model's; its gradient is that of the outputs, summed."""
        if bias is None or bias.grad is None or len(self._of_biases) >= ENOUGH:
            return
        expected = gradient.float().reshape(layout(gradient, channels_first)).sum((0, 2))
        found = bias.grad.float().to(expected.device)
        if found.shape != expected.shape:
            return
        sizes = float(found.norm() * expected.norm())
        if sizes > 0 and math.isfinite(sizes):
            self._of_biases.append(float((found * expected).sum()) / sizes)

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
        return {"ascent": _mean(self._cosines), "gradient_turned": -_mean(self._of_biases)}


def _mean(cosines):
    return sum(cosines) / len(cosines) if cosines else 0.0
