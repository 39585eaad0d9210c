"""What a training's targets are, read off the gradient that its loss sends to the network's output.

The gradient of cross-entropy is softmax minus target, that of mean squared error twice output minus target, that of
binary cross-entropy sigmoid minus target, each over the number of entries. So the targets follow from output and
gradient, and the loss computed from them tells whether the guess was right. The user's loop need not be touched.
"""

import dataclasses
import math
from typing import Callable

import torch
from torch.nn import functional


PROBABILITIES = "probabilities"   # where the loss takes logits
UNNORMALIZED = "unnormalized"     # where it takes log-probabilities
NEGATED = "negated"               # where the loss has the sign turned
MISPLACED = "misplaced"           # their softmax runs along another axis than the classes
CERTAIN = 0.9999                  # probability from which on rounding may leave no gradient
MISTAKES = (PROBABILITIES, UNNORMALIZED, MISPLACED, NEGATED)


@dataclasses.dataclass
class Targets:
    loss: str                # an id of the core's losses
    outputs: torch.Tensor    # rows x outputs
    values: torch.Tensor     # rows x 1 classes, or rows x outputs
    scale: float             # what the training's loss is of the mean that the core knows (a sum, weights, 1 / micro-steps)
    mistake: str = ""              # what the outputs are that they should not be: one of MISTAKES
    ignored: torch.Tensor | None = None    # of each row whether it sends no gradient, though its class is not certain
    penalty: float = 0.0     # what the training's loss has beside: of the weights, say
    variance: float | None = None  # of targets that are known by their mean and variance only: see _broadcast
    within: bool = False     # of each sample's own targets: see _broadcast_within
    error: Callable | None = None  # of amounts: what the loss is the mean of, where not the squared error

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


def _sums_to_nothing(gradient, axis=1):
    rounding = 1e-6 * float(gradient.abs().max()) + 1e-12
    return bool((gradient.sum(axis).abs() <= 1e-3 * gradient.abs().sum(axis) + rounding).all())


def _are_shares(output):
    """Whether each row is a distribution over several classes."""
    return bool((output >= 0).all()) and bool(((output.sum(1) - 1).abs() < 1e-4).all())


def _classes(output, gradient, loss, squashing):
    if output.ndim < 2:
        return None
    output, gradient = _rows(output, gradient)
    used = gradient.abs().sum(1) > 0
    if output.shape[1] < 2 or not used.any():
        return None
    one_entry = bool(((gradient != 0).sum(1) <= 1).all())  # log-probabilities with a negative log-likelihood
    if not one_entry:
        if loss < 0 or not _sums_to_nothing(gradient) or bool(((gradient < 0).sum(1) > 1).any()):
            return None
    target = torch.where(used, gradient.argmin(1), output.argmax(1))
    if one_entry:
        return _looked_up(output, gradient, target, loss, bool(squashing) or _are_shares(output))
    ignored = ~used & (output.softmax(1).amax(1) < CERTAIN)
    own = float(functional.cross_entropy(output, target))
    penalty = loss - own if _is_whole(output, gradient, target) and not _close(own, loss) and own < loss else 0.0
    scale = (loss - penalty) / own if own > 0 else 1.0
    mistake = PROBABILITIES if bool(squashing) or _are_shares(output) else ""
    return Targets("cross_entropy", output, target[:, None].float(), scale, mistake, None if mistake else ignored,
                   penalty)


def _is_whole(output, gradient, target):
    """Whether the gradient is that of the mean cross-entropy, neither more nor less."""
    expected = (output.softmax(1) - functional.one_hot(target, output.shape[1])) / len(output)
    return float((gradient - expected).norm()) <= 1e-3 * float(expected.norm())


def _looked_up(output, gradient, target, loss, probabilities):
    """A loss that looks at one entry of each row: at the target's log-probability, at what should be one, or at a
    probability that it takes the logarithm of itself. Others look at one entry, too, as that of the action taken."""
    values = target[:, None].float()
    own = float(functional.nll_loss(output, target))
    logarithms = float(output.logsumexp(1).abs().max()) <= 0.01
    if logarithms and not probabilities:
        return Targets("cross_entropy", output, values, loss / own if own > 0 else 1.0,
                       ignored=(gradient == 0).all(1) & (output.amax(1) < math.log(CERTAIN)))
    if bool((gradient > 0).any()):
        return None
    if _close(float((gradient * output).sum()), loss):  # linear in the output
        return Targets("cross_entropy", output, values, loss / own if probabilities else 1.0,
                       PROBABILITIES if probabilities else UNNORMALIZED)
    outputs = output.clamp_min(1e-30).log()
    if probabilities and _close(float((gradient * output * outputs).sum()), loss):
        own = float(functional.nll_loss(outputs, target))
        return Targets("cross_entropy", outputs, values, loss / own if own > 0 else 1.0)
    return None


def _misplaced(output, gradient, loss, squashing):
    """Classes along one axis and a cross-entropy whose softmax runs along another: of each line along that, the gradient
    is share times the line's number of targets, less 1 at each target."""
    for classes in sorted({1, output.ndim - 1} if output.ndim > 1 else ()):
        places = output.numel() // output.shape[classes]
        for axis in set(range(output.ndim)) - {classes}:
            if output.shape[classes] < 2 or not _sums_to_nothing(gradient, axis) or _sums_to_nothing(gradient, classes):
                continue
            shares = output.softmax(axis)
            for reduced_by in (places, 1):
                pull = reduced_by * gradient
                count = (pull / shares.clamp_min(1e-30)).amax(axis, keepdim=True)
                target = shares * count - pull
                near = target.round()
                if float((target - near).abs().max()) > 0.02 or not bool((near.sum(classes) == 1).all()):
                    continue
                rows = output.movedim(classes, -1).flatten(0, -2)
                return Targets("cross_entropy", rows, near.argmax(classes).reshape(-1, 1).float(), 1.0, MISPLACED)
    return None


def _plain_classes(output, gradient, loss, squashing):
    """Classes whose loss is the cross-entropy to the digit: asked for before amounts, as a mean squared error of outputs
    that are alike can come to the same number within the tolerance."""
    found = _classes(output, gradient, loss, squashing)
    if found is None or not _close(found.scale, 1.0, 0.002):
        return None
    gradient = _rows(output, gradient)[1]
    if bool(((gradient != 0).sum(1) <= 1).all()):
        return found
    expected = functional.softmax(found.outputs, 1)
    expected = expected - functional.one_hot(found.values[:, 0].long(), expected.shape[1])
    used = gradient.norm(dim=1) > 0.01 * gradient.norm(dim=1).max()
    alike = functional.cosine_similarity(gradient[used], expected[used])
    return found if bool((alike > 0.999).all()) else None


def _binary(output, gradient, loss, squashing):
    for logits, target in _binary_guesses(output, gradient):
        near = target.round().clamp(0, 1)
        if float((target - near).abs().max()) > 0.02:
            continue
        own = float(functional.binary_cross_entropy_with_logits(logits, near))
        whole = float((target - near).abs().max()) <= 1e-3
        if _close(own, loss) or whole and own < loss and len(near.unique()) == 2:
            return Targets("bce", logits.reshape(-1, 1), near.reshape(-1, 1), 1.0,
                           PROBABILITIES if squashing and logits is output else "",
                           penalty=0.0 if _close(own, loss) else loss - own)
    return None


def _weighted_binary(output, gradient, loss, squashing):
    """Logits whose two classes count differently (pos_weight): the gradient's sign tells the class, its size the weight."""
    target = (gradient < 0).to(output.dtype)
    weights = gradient.abs() / (torch.sigmoid(output) - target).abs().clamp_min(1e-12)
    certain = (torch.sigmoid(output) - target).abs() > 1e-3  # elsewhere rounding is most of the gradient
    told = [weights[certain & (target == each)] for each in (0, 1)]
    if min(map(len, told)) < 2 and max(map(len, told)) < 8:  # those of one class alone may all be certain by now
        return None
    if any(len(each) and float(each.max() - each.min()) > 0.01 * float(each.max()) for each in told):
        return None
    terms = functional.binary_cross_entropy_with_logits(output, target, reduction="none")
    if not _close(float((weights * terms).sum()), loss):
        return None
    return Targets("bce", output.reshape(-1, 1), target.reshape(-1, 1), loss / float(terms.mean()))


def _binary_guesses(output, gradient):
    scaled = gradient * output.numel()
    yield output, torch.sigmoid(output) - scaled
    if bool(((output > 0) & (output < 1)).all()):  # probabilities: the gradient is (p - t) / (p (1 - p))
        yield torch.logit(output), output - scaled * output * (1 - output)


def _broadcast(output, gradient, loss, squashing):
    """A mean squared error of every sample's outputs with every sample's targets, as (n, 1) and (n,) make it, or
    (n, 1, height, width) and (n, height, width): each output is pulled to the targets' mean over the batch, and the loss
    has their variance on top."""
    rows = output.shape[0] if output.ndim else 1
    if rows < 4:
        return None
    output = output.reshape(rows, -1)
    target = output - gradient.reshape(rows, -1) * (output.numel() / 2)
    mean = target.mean(0)
    if not float((target - mean).square().mean()) < 1e-4 * float((output - output.mean(0)).square().mean()):
        return None
    variance = loss - float((output - mean).square().mean())
    if not variance > 1e-3 * loss:  # targets that are the same for every sample, to the digit
        return None
    return Targets("mse", output, mean.expand(rows, -1), 1.0, variance=variance)


def _broadcast_within(output, gradient, loss, squashing):
    """The same along an axis of each sample: every place is compared with the targets of all its places."""
    target = output - gradient * (output.numel() / 2)
    for axis in range(1, output.ndim):
        if output.shape[axis] < 4:
            continue
        mean = target.mean(axis, keepdim=True)
        spread = (output - output.mean(axis, keepdim=True)).square().mean()
        variance = loss - float((output - mean).square().mean())
        if float((target - mean).square().mean()) < 1e-4 * float(spread) and variance > 1e-3 * loss:
            rows = output.reshape(len(output), -1)
            return Targets("mse", rows, mean.expand_as(output).reshape(rows.shape), 1.0, variance=variance, within=True)
    return None


def _amounts(output, gradient, loss, squashing):
    """A mean squared error, or squared errors that are summed: all of them, or each sample's."""
    rows = output.shape[0] if output.ndim > 1 else output.numel()
    for reduced_by in (output.numel(), rows, 1):
        target = output - gradient * (reduced_by / 2)
        own = float(functional.mse_loss(output, target))
        if not _close(own * output.numel() / reduced_by, loss):
            continue
        near = target.round()  # whole numbers come back with the rounding of output and gradient
        if float((target - near).abs().max()) < 1e-3:
            target = near
        return Targets("mse", output.reshape(rows, -1), target.reshape(rows, -1), output.numel() / reduced_by)
    return None


def _negated(output, gradient, loss, squashing):
    """A loss that is known, to the digit, but for its sign."""
    for guess in (_binary, _plain_classes, _amounts):
        found = guess(output, -gradient, -loss, squashing)
        if found is not None:
            return dataclasses.replace(found, mistake=NEGATED, scale=-found.scale)
    return None


def is_of_nothing(found):
    """Whether amounts are compared with zeros alone, up to rounding."""
    return found.loss == "mse" and float(found.values.abs().max()) <= 1e-5 * float(found.outputs.abs().max())


def infer(output, gradient, loss, squashing=None):
    """Targets, or None where the loss is none of these. squashing: "softmax" or "sigmoid" where the output is one's."""
    if not math.isfinite(loss) or output.numel() == 0:
        return None
    if not bool(torch.isfinite(output).all()) or not bool(torch.isfinite(gradient).all()):
        return None
    known = (_binary, _plain_classes, _misplaced, _broadcast, _broadcast_within, _amounts, _weighted_binary, _classes)
    for guess in known if loss >= 0 else (_negated, _misplaced, _classes):
        found = guess(output, gradient, loss, squashing)
        if found is not None:
            return found
    return None
