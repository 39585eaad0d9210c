"""What a training's targets are, read off the gradient that its loss sends to the network's output.

The gradient of cross-entropy is softmax minus target, that of mean squared error twice output minus target, that of
binary cross-entropy sigmoid minus target, each over the number of entries. So the targets follow from output and
gradient, and the loss computed from them tells whether the guess was right. The user's loop need not be touched.
"""

import dataclasses
import math

import torch
from torch.nn import functional


@dataclasses.dataclass
class Targets:
    loss: str                # an id of the core's losses
    outputs: torch.Tensor    # rows x outputs
    values: torch.Tensor     # rows x 1 classes, or rows x outputs
    scale: float             # what the training's loss is of the mean that the core knows (a sum, weights, 1 / micro-steps)

    def right(self):
        """For each row whether its class is right; None for a regression."""
        if self.loss == "cross_entropy":
            return self.outputs.argmax(1) == self.values[:, 0].long()
        if self.loss == "bce":
            return (self.outputs > 0) == (self.values > 0.5)
        return None


def _close(one, other, tolerance=0.02):
    return math.isfinite(one) and math.isfinite(other) and abs(one - other) <= tolerance * max(abs(one), abs(other), 1e-6)


def _rows(output, gradient):
    """Both as rows x classes: the classes of images and of (batch, classes, ...) lie in axis 1 where gradients say so."""
    if output.ndim > 2 and _sums_to_nothing(gradient.movedim(1, -1).flatten(0, -2)):
        return output.movedim(1, -1).flatten(0, -2), gradient.movedim(1, -1).flatten(0, -2)
    return output.flatten(0, -2), gradient.flatten(0, -2)


def _sums_to_nothing(gradient):
    return bool((gradient.sum(1).abs() <= 1e-3 * gradient.abs().sum(1) + 1e-12).all())


def _classes(output, gradient, loss):
    if output.ndim < 2:
        return None
    output, gradient = _rows(output, gradient)
    used = gradient.abs().sum(1) > 0
    if output.shape[1] < 2 or not used.any():
        return None
    one_entry = (gradient != 0).sum(1) <= 1  # log-probabilities with a negative log-likelihood
    if not bool(one_entry.all()):
        if not _sums_to_nothing(gradient) or bool(((gradient < 0).sum(1) > 1).any()):
            return None
    target = torch.where(used, gradient.argmin(1), output.argmax(1))
    own = functional.nll_loss(output, target) if bool(one_entry.all()) else functional.cross_entropy(output, target)
    return Targets("cross_entropy", output, target[:, None].float(), loss / float(own) if float(own) > 0 else 1.0)


def _binary(output, gradient, loss):
    for logits, target in _binary_guesses(output, gradient):
        near = target.round().clamp(0, 1)
        if float((target - near).abs().max()) > 0.02:
            continue
        own = float(functional.binary_cross_entropy_with_logits(logits, near))
        if _close(own, loss):
            return Targets("bce", logits.reshape(-1, 1), near.reshape(-1, 1), 1.0)
    return None


def _binary_guesses(output, gradient):
    scaled = gradient * output.numel()
    yield output, torch.sigmoid(output) - scaled
    if bool(((output > 0) & (output < 1)).all()):  # probabilities: the gradient is (p - t) / (p (1 - p))
        yield torch.logit(output), output - scaled * output * (1 - output)


def _amounts(output, gradient, loss):
    target = output - gradient * (output.numel() / 2)
    own = float(functional.mse_loss(output, target))
    if not _close(own, loss):
        return None
    rows = output.shape[0] if output.ndim > 1 else output.numel()
    return Targets("mse", output.reshape(rows, -1), target.reshape(rows, -1), 1.0)


def infer(output, gradient, loss):
    """Targets, or None where the loss is none of these."""
    if not math.isfinite(loss) or output.numel() == 0:
        return None
    if not bool(torch.isfinite(output).all()) or not bool(torch.isfinite(gradient).all()):
        return None
    for guess in (_binary, _amounts, _classes):
        found = guess(output, gradient, loss)
        if found is not None:
            return found
    return None
