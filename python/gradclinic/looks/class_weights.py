"""How much the classes count in a loss, and a loss in which all samples count the same."""

import torch
from torch.nn import functional

from gradclinic import calls

FEWEST = 4         # batches
SURE = 4           # samples of each class, with which one batch is enough
ENOUGH = 40        # batches, after which no more are looked at
UNCERTAIN = 1e-3   # distance from its target from which on a sample's pull tells its weight
SPREAD = 0.05      # of the weights within a class, over their mean


def _unweighted(outputs, classes, loss):
    """The gradient of each sample's own loss by its logits: rows x outputs."""
    if loss == "bce":
        return torch.sigmoid(outputs) - classes.reshape(outputs.shape)
    return functional.softmax(outputs, 1) - functional.one_hot(classes.long(), outputs.shape[1])


class ClassWeights:
    """Of a classification's batches: the share of what the loss counts that comes from each class."""

    def __init__(self):
        self._batches = 0
        self._sure = False
        self._others = 0     # whose weights are no matter of classes
        self._shares = {}    # by class, added up over batches

    def see(self, found, gradient):
        """found: the targets, or None where the loss is none that is known; gradient: by the output."""
        if found is None or found.loss == "mse" or found.mistake:
            return
        if gradient.shape[:1] != found.outputs.shape[:1] and found.loss != "bce":  # of places, in another order
            return
        if self._batches + self._others >= ENOUGH:
            return
        classes, of_class = found.values[:, 0].unique(return_inverse=True)
        size = _unweighted(found.outputs, found.values[:, 0], found.loss).norm(dim=1)
        tells = size > UNCERTAIN
        weights = gradient.reshape(found.outputs.shape).norm(dim=1)[tells] / size[tells]
        told = of_class[tells].bincount(minlength=len(classes))
        if not bool((told > 0).all()):
            return
        mean = of_class[tells].bincount(weights, len(classes)) / told
        expected = mean[of_class[tells]]
        if bool(((weights - expected).abs() > SPREAD * expected).any()):
            self._others += 1
            return
        shares = mean * of_class.bincount()
        self._batches += 1
        self._sure |= bool((told >= SURE).all())
        for each, share in zip(classes.tolist(), (shares / shares.sum()).tolist()):
            self._shares[each] = self._shares.get(each, 0.0) + share

    def facts(self):
        """By the names of the core's facts."""
        if self._batches < max(1 if self._sure else FEWEST, self._others):
            return {}
        return {"weighted_largest_class": max(self._shares.values()) / self._batches}


def count_alike(model, loss):
    """From now on every sample counts the same in the loss's gradient by the model's logits, whose sign tells the
    classes. loss: "cross_entropy" or "bce". Returns a handle whose remove() takes it back."""
    def hook(module, inputs, output):
        if not isinstance(output, torch.Tensor) or not output.requires_grad:
            return
        logits = output.detach()

        def alike(gradient):
            classes = (gradient < 0).to(logits.dtype) if loss == "bce" else gradient.argmin(1)
            counts = (gradient != 0) if loss == "bce" else (gradient != 0).any(1, keepdim=True)
            return counts * _unweighted(logits, classes, loss) / max(1, int(counts.sum()))

        output.register_hook(alike)

    return calls.after(model, hook)
