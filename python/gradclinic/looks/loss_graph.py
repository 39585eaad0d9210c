"""What a loss is made of, read off autograd's graph before its backward pass frees it: the error that it is the mean of, the
targets that outputs are compared with, and parameters that it takes something of itself."""

import contextlib
import dataclasses
import functools
import math
import weakref
from typing import Callable

import torch

from gradclinic.looks import errors
from gradclinic.looks.targets import Targets
from gradclinic.tensors import plain

MOST_NODES = 5000
MOST_PARTS = 20   # of a loss
SCALARS = ("Mul", "Div", "Add", "View", "Squeeze", "ToCopy")   # of a loss that is one number by now
RESHAPING = ("View", "Reshape", "UnsafeView", "Squeeze", "Unsqueeze", "Expand", "ToCopy")   # entries keep their order
ROUNDING = 1e-3   # of a loss
OUTWEIGHED = 15   # times what most errors count
BESIDE = 0.05     # share of the targets that may lie on the other side of 0
MOST_RELATIVE = 0.8   # share of the errors that are divided by their targets


@dataclasses.dataclass
class Compared:
    """A loss of errors: what an error is, the targets, and how errors become one number."""

    error: Callable          # of outputs and targets, entry by entry
    targets: torch.Tensor    # of the outputs' shape, or of a larger one that both are broadcast to
    reduced: str             # "mean", "sum", or "both" where it is one after the other
    entropy: bool = False    # whether the error is the binary cross-entropy
    weights: torch.Tensor | None = None  # what each error is multiplied by, of the targets' shape; None: all alike
    factor: float = 1.0      # what the loss has them all multiplied by; NaN where that is not known

    def found(self, output, loss, penalized):
        """Targets as of targets.infer(). penalized: what the errors do not explain is a penalty on parameters."""
        rows = output.shape[0] if output.ndim > 1 else output.numel()
        error = self.error if self.weights is None else self.relative
        if error is None or self.targets.numel() < output.numel():
            return None
        if self.targets.numel() > output.numel():
            if self.weights is not None:
                return None
            apart = float((self.targets - self.targets[:1]).abs().max())
            if apart > ROUNDING * float(self.targets.abs().max()):  # several targets of each sample's own
                return None
            mean = self.targets.mean().expand(rows, output.numel() // rows)
            return Targets("mse", output.reshape(rows, -1), mean, 1.0, variance=float(self.targets.var(unbiased=False)))
        outputs, targets = output.reshape(rows, -1), self.targets.reshape(rows, -1)
        each = error(outputs, targets)
        own = float(each.mean())
        scale, penalty = loss / own if own > 0 else 1.0, 0.0
        if penalized:
            scale = self.factor * (each.numel() if self.reduced == "sum" else 1)
            penalty = loss - scale * own
            if self.reduced == "both" or not penalty >= -ROUNDING * loss:
                return None
        if self.entropy:
            return Targets("bce", outputs.reshape(-1, 1), targets.reshape(-1, 1), scale, penalty=penalty)
        return Targets("mse", outputs, targets, scale, penalty=penalty, error=None if error is errors.squared else error)

    @property
    def relative(self):
        """The error, where each is divided by its target (or, of squares, by the target's) unless that is next to 0."""
        if self.weights is None:
            return None
        power = 2 if self.error is errors.squared else 1
        parts = (self.weights * self.targets.abs() ** power).flatten()
        most = float(self.weights.max())
        bounded = self.weights.flatten() >= (1 - ROUNDING) * most   # of targets next to 0
        middle = float(parts[~bounded].median()) if bool((~bounded).any()) else 0.0
        near = (parts - middle).abs() <= ROUNDING * middle
        if not float((near | bounded).double().mean()) > MOST_RELATIVE or not bool(near.any()):
            return None
        return functools.partial(errors.relative, self.error, power, middle, most)

    @property
    def outweighed(self):
        """Whether a few of the errors are counted many times what most are, or targets lie on both sides of 0."""
        if self.weights is None:
            return False
        below = float((self.targets < 0).double().mean())
        return float(self.weights.max()) > OUTWEIGHED * float(self.weights.median()) or BESIDE < below < 1 - BESIDE


def read(loss, outputs, output):
    """Compared, of a loss; None where it is no mean or sum of errors, or has something else of the outputs in it.
    outputs: nodes of the model's outputs, of which the first is that of `output`."""
    found, others, waiting = [], [], [(loss.grad_fn, 1.0)]
    while waiting and len(others) < MOST_PARTS:
        each, factor = waiting.pop()
        if each is None:
            continue
        compared = _errors(each, outputs[0], output)
        if compared is not None:
            found.append(dataclasses.replace(compared, factor=factor * compared.factor))
        elif each.name().startswith(SCALARS):
            constant = constant_of(each)
            more = 1.0 if constant is None else float(constant) if constant.numel() == 1 else math.nan
            waiting += [(before, factor * more) for before, _ in each.next_functions]
        else:
            others.append(each)
    if len(found) != 1 or any(_parameters(other, outputs)[1] for other in others):
        return None
    return found[0]


def parameters_beside(loss, outputs):
    """Those that a loss depends on other than by way of outputs, which are given by their nodes."""
    return _parameters(loss.grad_fn, outputs)[0]


def walk(node, outputs, most):
    """The nodes of a graph, at most some, without those that lie behind outputs' nodes."""
    seen, waiting = set(), [node]
    while waiting and len(seen) < most:
        node = waiting.pop()
        if node is None or node in seen or node in outputs:
            continue
        seen.add(node)
        yield node
        waiting += [before for before, _ in node.next_functions]


def _parameters(node, outputs):
    """Parameters that are reached without passing an output's node, and whether one of these is reached."""
    nodes = [] if node in outputs else list(walk(node, outputs, MOST_NODES))
    reached = node in outputs or any(before in outputs for each in nodes for before, _ in each.next_functions)
    return [each.variable for each in nodes if hasattr(each, "variable")], reached


def _errors(node, of_output, output):
    if node.name() == "SqrtBackward0":
        return _root(_errors(_before_added(node), of_output, output))
    reduced = ""
    for _ in range(3):
        if node is None or not node.name().startswith(("Mean", "Sum")):
            break
        this = "mean" if node.name().startswith("Mean") else "sum"
        reduced = this if reduced in ("", this) else "both"
        node = node.next_functions[0][0]
    node, weights = _without_weights(node) if reduced else (node, None)
    if node is None:
        return None
    if reduced and (found := _of_norms(node, weights, of_output, output)) is not None:
        error, targets, factor = found
        return Compared(error, targets, reduced, factor=factor)
    if node.name() in NAMED:
        error = NAMED[node.name()](node)
        reduced = reduced or ("", "mean", "sum")[node._saved_reduction]
        if error is None or not reduced or not leads(node.next_functions[0][0], of_output):
            return None
        targets = plain(node._saved_target.detach()).clone()
        return Compared(error, targets, reduced, error is errors.entropy, *_of_shape(weights, targets))
    error, node = of_difference(node) if reduced else (None, None)
    if error is None:
        return None
    difference, within = _without_weights(node.next_functions[0][0])
    apart = plain(node._saved_self.detach())
    targets = _subtracted(difference, apart if within is None else apart / within, of_output, output)
    if targets is None or not bool(torch.isfinite(targets).all()):
        return None
    if within is not None:
        within = within.abs() if error is errors.absolute else within.square() if error is errors.squared else None
        if within is None:
            return None
        weights = within if weights is None else weights * within
    return Compared(error, targets, reduced, False, *_of_shape(weights, targets))


def _before_added(node):
    """What a node is made of; without a number that was added, lest a root be of 0."""
    before = node.next_functions[0][0]
    alone = before is not None and before.name().startswith("Add") and len(before.next_functions) > 1 \
        and before.next_functions[1][0] is None
    return before.next_functions[0][0] if alone else before


def _root(mean):
    """Of a mean of squares."""
    squares = mean is not None and mean.error is errors.squared and mean.weights is None and mean.reduced == "mean"
    if not squares or not mean.factor > 0:
        return None
    return dataclasses.replace(mean, error=errors.root_of_mean, factor=math.sqrt(mean.factor))


def _of_norms(node, weights, of_output, output):
    """(error, targets, factor) of the norms of samples' errors, or of these as shares of their targets' norms."""
    difference, apart = _under_norm(node)
    if apart is None or output.ndim < 2 or len(apart) != len(output) or apart.numel() != output.numel():
        return None
    while difference is not None and difference.name().startswith(RESHAPING):
        difference = difference.next_functions[0][0]
    targets = _subtracted(difference, apart.reshape(output.shape), of_output, output)
    if targets is None or not bool(torch.isfinite(targets).all()):
        return None
    if weights is None:
        return errors.norm, targets, 1.0
    if weights.numel() != len(output):
        return None
    shares = weights.flatten() * targets.flatten(1).norm(dim=1)
    alike = float(shares.max() - shares.min()) <= ROUNDING * float(shares.max())
    return (errors.relative_norm, targets, float(shares.mean())) if alike else None


def _under_norm(node):
    """The node and the values whose Euclidean norms a node gives, one for each of the first axis; None of another."""
    if node.name().startswith(("NormBackward", "LinalgVectorNormBackward")):
        power, of, summed = getattr(node, "_saved_p", getattr(node, "_saved_ord", None)), node, node
    elif node.name() == "SqrtBackward0" and (summed := _before_added(node)).name() == "SumBackward1":
        error, of = of_difference(summed.next_functions[0][0])
        power = 2 if error is errors.squared else None
    else:
        return None, None
    axes = getattr(summed, "_saved_dim", None)
    if power != 2 or axes is None:
        return None, None
    values = plain(of._saved_self.detach())
    places = sorted((axis - 2 ** 64 if axis >= 2 ** 63 else axis) % values.ndim for axis in axes)
    return (of.next_functions[0][0], values) if places == list(range(1, values.ndim)) else (None, None)


def constant_of(node):
    """What a product or a quotient multiplies what takes gradients by; None of any other node."""
    first, second = (*(before for before, _ in node.next_functions), None, None)[:2]
    other = getattr(node, "_saved_other", None)
    if node.name() == "DivBackward0" and first is not None and second is None and other is not None:
        return 1 / plain(other.detach().float())
    if node.name() == "DivBackward1":
        return torch.tensor(1 / float(other))
    if node.name() != "MulBackward0" or (first is None) == (second is None):
        return None
    constant = other if second is None else node._saved_self
    return plain(constant.detach().float()) if isinstance(constant, torch.Tensor) else None


def _without_weights(node):
    """The node before products with constants, and their product; None where there are none."""
    weights = None
    for _ in range(3):
        constant = constant_of(node) if node is not None else None
        if constant is None:
            break
        weights = constant if weights is None else weights * constant
        node = node.next_functions[0][0] or node.next_functions[1][0]
    return node, weights


def _of_shape(weights, targets):
    """Weights for each target, and a number; where weights are all the same they are that number."""
    if weights is None:
        return None, 1.0
    first = weights.flatten()[0]
    if bool((weights == first).all()):
        return None, float(first)
    return weights.expand(targets.shape).clone(), 1.0


def of_difference(node):
    """The error that a node makes of a difference, and the node whose input that is; None where it makes none."""
    if node.name() == "AbsBackward0":
        return errors.absolute, node
    if node.name() == "PowBackward0" and node._saved_exponent == 2:
        return errors.squared, node
    first = node.next_functions[0][0]
    if node.name() == "LogBackward0" and first is not None and first.name() == "CoshBackward0":
        return errors.log_cosh, first
    twice = node.name() == "MulBackward0" and first is node.next_functions[1][0]
    return (errors.squared, node) if twice else (None, None)


def _subtracted(difference, apart, of_output, output):
    """What was subtracted from the output, or it from. apart: what was left."""
    if difference is None or difference.name() != "SubBackward0" or difference._saved_alpha != 1:
        return None
    left, right = (before for before, _ in difference.next_functions)
    if (left is None) == (right is None) or not leads(left or right, of_output):
        return None
    try:
        given = output.reshape(apart.shape) if output.numel() == apart.numel() else output.expand(apart.shape)
    except RuntimeError:  # broadcast in a way of its own
        return None
    return given - apart if right is None else given + apart


def leads(node, output):
    """Whether a node is the output's, or only changes its shape."""
    for _ in range(6):
        if node is output:
            return True
        if node is None or not node.name().startswith(RESHAPING):
            return False
        node = node.next_functions[0][0]
    return False


NAMED = {
    "MseLossBackward0": lambda node: errors.squared,
    "SmoothL1LossBackward0": lambda node: functools.partial(errors.smooth_l1, node._saved_beta),
    "HuberLossBackward0": lambda node: functools.partial(errors.huber, node._saved_delta),
    "BinaryCrossEntropyWithLogitsBackward0":
        lambda node: errors.entropy if node._saved_weight is None and node._saved_pos_weight is None else None,
}


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
