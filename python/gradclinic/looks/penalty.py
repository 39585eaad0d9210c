"""What a loss takes from the weights alone, beside the predictions' loss: a norm of them that is added by hand."""

import torch

from gradclinic.tensors import tensors_in

LOOKS = 4          # at the loss's graph
MOST_NODES = 20000  # of it
FEWEST = 4         # measurements, before the next is foretold from them
MOST = 12          # kept
CLOSE = 2e-3       # of the penalty
ROUNDING = 1e-4    # of the predictions' loss


class Penalty:
    def __init__(self):
        self._looks = 0
        self._outputs = set()    # the nodes of the model's outputs in this step
        self._reached = []       # parameters that the loss depends on other than by way of these
        self._norms = None       # of these in this step, before its update: the sums of sizes and of squares
        self._measured = []      # of earlier steps: norms, and what the loss had beside

    def see_output(self, output):
        self._norms = _norms(self._reached) if self._reached else None
        wanted = self._looks < LOOKS and not self._reached
        self._outputs = {tensor.grad_fn for tensor in tensors_in(output)} - {None} if wanted else set()

    def see_loss(self, loss):
        """A step's loss, as the loop has it."""
        outputs, self._outputs = self._outputs, set()
        if not outputs or not isinstance(loss, torch.Tensor) or loss.grad_fn is None:
            return
        self._looks += 1
        self._reached = parameters_beside(loss.grad_fn, outputs)

    def explains(self, rest, own):
        """Whether what a loss has beside `own` is a penalty: the same factors of the norms as at the looks before."""
        if self._norms is None or not rest > CLOSE * own:
            return False
        measured = self._measured
        self._measured = [*measured, (self._norms, rest)][-MOST:]
        if len(measured) < FEWEST:
            return False
        norms = torch.tensor([each for each, _ in measured], dtype=torch.float64)
        rests = torch.tensor([each for _, each in measured], dtype=torch.float64)
        factors = torch.linalg.lstsq(norms, rests[:, None], driver="gelsd").solution[:, 0]
        foretold = float(torch.tensor(self._norms, dtype=torch.float64) @ factors)
        return abs(foretold - rest) <= CLOSE * rest + ROUNDING * own


def parameters_beside(node, outputs):
    """Those that are reached in a loss's graph without passing an output's node."""
    found, seen, waiting = [], set(outputs), [node]
    while waiting and len(seen) < MOST_NODES:
        node = waiting.pop()
        if node is None or node in seen:
            continue
        seen.add(node)
        if hasattr(node, "variable"):
            found.append(node.variable)
        waiting += [before for before, _ in node.next_functions]
    return found


def _norms(parameters):
    with torch.no_grad():
        return (sum(float(each.detach().abs().sum(dtype=torch.float64)) for each in parameters),
                sum(float(each.detach().square().sum(dtype=torch.float64)) for each in parameters))
