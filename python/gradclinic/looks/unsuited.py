"""Losses of other outputs or targets than they are given, read off autograd's graph between a loss and a model's
outputs."""

import torch

from gradclinic.looks.loss_graph import RESHAPING, constant_of, leads, of_difference, walk
from gradclinic.tensors import plain

MOST_NODES = 60
FEWEST = 4         # samples of a batch
SHARES = 0.01      # how far probabilities may be from summing to 1
CLOSE = 1e-3       # of a loss
NEGATIVE = 0.05    # share of targets below 0 from which they are no probabilities
AMOUNTS = 0.1      # share of targets that are neither of two signs
CUT = 0.1          # share of the outputs that a logarithm does not see as they are
CUT_OF_1 = 0.25    # of logarithms of 1 more, of which outputs next to 0 may lie on either side
LOGARITHMS = {"LogBackward0": CUT, "Log2Backward0": CUT, "Log10Backward0": CUT, "Log1PBackward0": CUT_OF_1,
              "BinaryCrossEntropyBackward0": CUT}


def kind_of_graph(loss, nodes, output, compared):
    """A fact's name; None where there is nothing to say. nodes: of the model's outputs, the first that of `output`;
    compared: what loss_graph.read() told."""
    if compared is not None:
        return "relative_to_nothing" if compared.outweighed and compared.relative is not None else None
    for node in walk(loss.grad_fn, nodes, MOST_NODES):
        for kind, holds in KINDS.items():
            if holds(node, nodes[0], output, float(loss.detach())):
                return kind
    return None


def _is_divergence(node, of_output, output, loss):
    """t log t - t x, which is meant for x that are logarithms of shares: of outputs that are none."""
    if node.name() != "SubBackward0" or node.next_functions[0][0] is not None:
        return False
    product = node.next_functions[1][0]
    targets = constant_of(product) if product is not None else None
    if targets is None or targets.numel() != output.numel() or not leads(product.next_functions[1][0], of_output):
        return False
    if any(bool((output.logsumexp(axis).abs() < SHARES).all()) for axis in range(output.ndim)):
        return False
    targets = targets.reshape(output.shape)
    whole = float((torch.xlogy(targets, targets) - targets * output).sum())
    return any(abs(whole / count - loss) <= CLOSE * abs(loss) for count in (output.numel(), len(output), 1))


def _is_entropy_of_amounts(node, of_output, output, loss):
    """Targets times log-probabilities, of targets that are no shares of several classes: many are below 0."""
    targets = constant_of(node)
    before = [each for each, _ in node.next_functions if each is not None]
    if targets is None or targets.shape != output.shape or before[0].name() != "LogSoftmaxBackward0":
        return False
    if not leads(before[0].next_functions[0][0], of_output):
        return False
    axis = before[0]._saved_dim % output.ndim
    several = float(((targets != 0).sum(axis) > 1).double().mean())
    return several > 0.5 and float((targets < 0).double().mean()) > NEGATIVE


def _targets_of_margins(node, of_output, output):
    """Of a soft margin, or of what is 0 beyond 1 less output times target; None of any other node."""
    if node.name() == "SoftMarginLossBackward0":
        return plain(node._saved_target) if leads(node.next_functions[0][0], of_output) else None
    less = node.next_functions[0][0] if node.name().startswith(("Clamp", "Relu")) else None
    product = less.next_functions[0][0] if less is not None and less.name() == "RsubBackward1" else None
    targets = constant_of(product) if product is not None else None
    if targets is None or targets.shape != output.shape:
        return None
    before = next(each for each, _ in product.next_functions if each is not None)
    return targets if leads(before, of_output) else None


def _is_hinge_of_amounts(node, of_output, output, loss):
    """Margins, smooth or not, of targets that are not -1, 1 or, where they do not count, 0; of classes 0 and 1, too."""
    targets = _targets_of_margins(node, of_output, output)
    if targets is None:
        return False
    amounts, nothing = (targets.abs() != 1) & (targets != 0), targets == 0
    return any(float(each.double().mean()) > AMOUNTS for each in (amounts, nothing & (targets.min() >= 0)))


def _is_cut(node, of_output, output, loss):
    """The logarithm of outputs many of which are cut off before."""
    most = LOGARITHMS.get(node.name())
    while most is not None and node.next_functions:
        before = [each for each, _ in node.next_functions if each is not None]
        if len(before) != 1:
            return False
        node = before[0]
        if node.name().startswith(("Clamp", "Relu")):
            return leads(node.next_functions[0][0], of_output) and _share_cut(node) > most
        if not node.name().startswith(("Add", "Div", "Mul")):
            return False
    return False


def _share_cut(node):
    if node.name().startswith("Relu"):
        return float((plain(node._saved_result) == 0).double().mean())
    values = plain(node._saved_self.detach())
    least, most = (getattr(node, name, None) for name in ("_saved_min", "_saved_max"))
    cut = torch.zeros_like(values, dtype=torch.bool)
    if least is not None:
        cut |= values < float(least)
    if most is not None:
        cut |= values > float(most)
    return float(cut.double().mean())


def _is_broadcast(node, of_output, output, loss):
    """Errors of every output with every target of the batch, whatever outputs have passed on the way to them."""
    error, of = of_difference(node)
    if error is None or len(output) < FEWEST or of._saved_self.numel() != len(output) * output.numel():
        return False
    difference = of.next_functions[0][0]
    if difference is None or difference.name() not in ("SubBackward0", "RsubBackward1"):
        return False
    of_outputs = [each for each, _ in difference.next_functions if each is not None]
    return len(of_outputs) == 1 and any(before is of_output for each in walk(of_outputs[0], (), MOST_NODES)
                                        for before in (each, *(one for one, _ in each.next_functions)))


def _is_averaged(node, of_output, output, loss):
    """Errors that are averaged or summed over places of each sample before they are squared (or their sizes taken), and
    nothing else."""
    error, of = of_difference(node)
    if error is None or not len(output) <= of._saved_self.numel() < output.numel():
        return False
    each = error(plain(of._saved_self.detach()), torch.zeros(()))
    if not any(abs(whole - loss) <= CLOSE * loss for whole in (float(each.mean()), float(each.sum()))):
        return False
    reduced = of.next_functions[0][0]
    for _ in range(3):
        if reduced is None or not reduced.name().startswith(("Mean", "Sum", *RESHAPING)):
            break
        reduced = reduced.next_functions[0][0]
    if reduced is None or reduced.name() not in ("SubBackward0", "RsubBackward1"):
        return False
    of_outputs = [each for each, _ in reduced.next_functions if each is not None]
    return len(of_outputs) == 1 and leads(of_outputs[0], of_output)


KINDS = {"pulled_alike": _is_averaged, "broadcast_in_loss": _is_broadcast, "divergence_of_logits": _is_divergence,
         "classes_of_amounts": _is_entropy_of_amounts, "logarithm_of_cut": _is_cut,
         "hinge_of_amounts": _is_hinge_of_amounts}
