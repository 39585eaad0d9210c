"""What a loss is made of, read off autograd's graph before its backward pass frees it: the error that it is the mean of, the
targets that outputs are compared with, and parameters that it takes something of itself."""

import contextlib
import dataclasses
import functools
import weakref
from typing import Callable

import torch
from torch.nn import functional

from gradclinic.looks.targets import Targets
from gradclinic.tensors import plain

MOST_NODES = 5000
MOST_PARTS = 20   # of a loss
SCALARS = ("Mul", "Div", "Add", "View", "Squeeze", "ToCopy")   # of a loss that is one number by now
RESHAPING = ("View", "Reshape", "UnsafeView", "Squeeze", "Unsqueeze", "Expand", "ToCopy")   # entries keep their order
ROUNDING = 1e-3   # of a loss


@dataclasses.dataclass
class Compared:
    """A loss of errors: what an error is, the targets, and how errors become one number."""

    error: Callable          # of outputs and targets, entry by entry
    targets: torch.Tensor    # of the outputs' shape, or of a larger one that both are broadcast to
    reduced: str             # "mean", "sum", or "both" where it is one after the other
    entropy: bool = False    # whether the error is the binary cross-entropy

    def found(self, output, loss, penalized):
        """Targets as of targets.infer(). penalized: what the errors do not explain is a penalty on parameters."""
        rows = output.shape[0] if output.ndim > 1 else output.numel()
        if self.targets.numel() < output.numel():
            return None
        if self.targets.numel() > output.numel():
            apart = float((self.targets - self.targets[:1]).abs().max())
            if apart > ROUNDING * float(self.targets.abs().max()):  # several targets of each sample's own
                return None
            mean = self.targets.mean().expand(rows, output.numel() // rows)
            return Targets("mse", output.reshape(rows, -1), mean, 1.0, variance=float(self.targets.var(unbiased=False)))
        targets = self.targets.reshape(output.shape)
        own = float(self.error(output, targets).mean())
        scale, penalty = loss / own if own > 0 else 1.0, 0.0
        if penalized:
            scale = float(output.numel()) if self.reduced == "sum" else 1.0
            penalty = loss - scale * own
            if self.reduced == "both" or penalty < -ROUNDING * loss:
                return None
        if self.entropy:
            return Targets("bce", output.reshape(-1, 1), targets.reshape(-1, 1), scale, penalty=penalty)
        return Targets("mse", output.reshape(rows, -1), targets.reshape(rows, -1), scale, penalty=penalty,
                       error=None if self.error is _squared else self.error)


def read(loss, outputs, output):
    """Compared, of a loss; None where it is no mean or sum of errors, or has something else of the outputs in it.
    outputs: nodes of the model's outputs, of which the first is that of `output`."""
    found, others, waiting = [], [], [loss.grad_fn]
    while waiting and len(others) < MOST_PARTS:
        each = waiting.pop()
        if each is None:
            continue
        compared = _errors(each, outputs[0], output)
        if compared is not None:
            found.append(compared)
        elif each.name().startswith(SCALARS):
            waiting += [before for before, _ in each.next_functions]
        else:
            others.append(each)
    if len(found) != 1 or any(_parameters(other, outputs)[1] for other in others):
        return None
    return found[0]


def parameters_beside(loss, outputs):
    """Those that a loss depends on other than by way of outputs, which are given by their nodes."""
    return _parameters(loss.grad_fn, outputs)[0]


def _parameters(node, outputs):
    """Parameters that are reached without passing an output's node, and whether one of these is reached."""
    found, seen, waiting, reached = [], set(), [node], False
    while waiting and len(seen) < MOST_NODES:
        node = waiting.pop()
        if node is None or node in seen:
            continue
        seen.add(node)
        if node in outputs:
            reached = True
            continue
        if hasattr(node, "variable"):
            found.append(node.variable)
        waiting += [before for before, _ in node.next_functions]
    return found, reached


def _errors(node, of_output, output):
    reduced = ""
    for _ in range(3):
        if node is None or not node.name().startswith(("Mean", "Sum")):
            break
        this = "mean" if node.name().startswith("Mean") else "sum"
        reduced = this if reduced in ("", this) else "both"
        node = node.next_functions[0][0]
    if node is None:
        return None
    if node.name() in NAMED:
        error = NAMED[node.name()](node)
        reduced = reduced or ("", "mean", "sum")[node._saved_reduction]
        if error is None or not reduced or not _leads(node.next_functions[0][0], of_output):
            return None
        return Compared(error, plain(node._saved_target.detach()).clone(), reduced, error is _entropy)
    error = _of_difference(node) if reduced else None
    targets = _subtracted(node, of_output, output) if error is not None else None
    return None if targets is None else Compared(error, targets, reduced)


def _of_difference(node):
    """The error that a node makes of a difference; None where it makes none."""
    if node.name() == "AbsBackward0":
        return _absolute
    if node.name() == "PowBackward0" and node._saved_exponent == 2:
        return _squared
    twice = node.name() == "MulBackward0" and node.next_functions[0][0] is node.next_functions[1][0]
    return _squared if twice else None


def _subtracted(node, of_output, output):
    """What was subtracted from the output, or it from."""
    difference = node.next_functions[0][0]
    if difference is None or difference.name() != "SubBackward0" or difference._saved_alpha != 1:
        return None
    left, right = (before for before, _ in difference.next_functions)
    if (left is None) == (right is None) or not _leads(left or right, of_output):
        return None
    apart = plain(node._saved_self.detach())
    try:
        given = output.reshape(apart.shape) if output.numel() == apart.numel() else output.expand(apart.shape)
    except RuntimeError:  # broadcast in a way of its own
        return None
    return given - apart if right is None else given + apart


def _leads(node, output):
    """Whether a node is the output's, or only changes its shape."""
    for _ in range(6):
        if node is output:
            return True
        if node is None or not node.name().startswith(RESHAPING):
            return False
        node = node.next_functions[0][0]
    return False


def _absolute(output, target):
    return (output - target).abs()


def _squared(output, target):
    return (output - target).square()


def _huber(delta, output, target):
    return functional.huber_loss(output, target, reduction="none", delta=delta)


def _smooth_l1(beta, output, target):
    return functional.smooth_l1_loss(output, target, reduction="none", beta=beta)


def _entropy(output, target):
    return functional.binary_cross_entropy_with_logits(output, target, reduction="none")


NAMED = {
    "MseLossBackward0": lambda node: _squared,
    "SmoothL1LossBackward0": lambda node: functools.partial(_smooth_l1, node._saved_beta),
    "HuberLossBackward0": lambda node: functools.partial(_huber, node._saved_delta),
    "BinaryCrossEntropyWithLogitsBackward0":
        lambda node: _entropy if node._saved_weight is None and node._saved_pos_weight is None else None,
}


def constant_error(targets, error):
    """The mean error of each column's median, to which the best constant of all these errors is near."""
    return float(error(targets.median(0).values.expand(targets.shape), targets).mean())


class Backwards:
    """Shows losses to those who want to see them as their backward pass is about to begin. The pass itself is PyTorch's."""

    def __init__(self):
        self._watching = weakref.WeakSet()
        self._original = self._ours = None

    def show(self, watcher):
        """Calls watcher.before_backward(loss) until hide(watcher)."""
        self._watching.add(watcher)
        if torch.Tensor.backward is self._ours:
            return
        self._original = original = torch.Tensor.backward

        @functools.wraps(original)
        def backward(loss, *args, **kwargs):
            for each in list(self._watching):
                with contextlib.suppress(Exception):
                    each.before_backward(loss)
            return original(loss, *args, **kwargs)

        self._ours = torch.Tensor.backward = backward

    def hide(self, watcher):
        self._watching.discard(watcher)
        if not self._watching and torch.Tensor.backward is self._ours:
            torch.Tensor.backward = self._original


BACKWARDS = Backwards()
