"""Classes that are learned by another loss than the cross-entropy: read off which of its outputs a loss pulls up."""

import torch

FEWEST = 4       # batches
ENOUGH = 40      # batches, after which no more are looked at
UNTOLD = -100    # a class that functional.cross_entropy leaves out, as its ignore_index
OFTEN = 0.25     # share of the samples that a loss with margins still pulls at


class OtherLoss:
    def __init__(self):
        self._batches = 0
        self._other = 0      # of them those with such a loss
        self._of_one = 0     # of them those without any, as there is one class only
        self._absolute = 0   # of them those of absolute errors
        self._yes_no = 0     # of them those of squared errors of 0 and 1, of which a sample may have several
        self._numbers = 0    # of them those in which every output is asked for the class's number

    def see(self, found, output, gradient, loss):
        """found: the targets, or None where the loss is none that is known."""
        if self._batches >= ENOUGH:
            return
        self._batches += 1
        self._of_one += _is_of_one_class(output, gradient, loss)
        absolute = found is None and _is_absolute(output, gradient, loss)
        self._absolute += absolute
        pulled = found is None and (absolute or pulled_up(output, gradient) is not None)
        self._other += pulled or found is not None and _is_of_one_hot(found, output)
        self._numbers += found is not None and _is_of_numbers(found, output)
        self._yes_no += found is not None and _is_of_yes_and_no(found, output)

    @property
    def is_of_one_class(self):
        """Whether no batch has had a loss: later on a hinge may have none, too."""
        return self._of_one == self._batches > 0

    @property
    def is_absolute(self):
        """Whether it is the absolute error of outputs, which are pulled up wherever they are below 0."""
        return 2 * self._absolute > self._batches

    def facts(self):
        """By the names of the core's facts."""
        return {"other_loss": float(2 * self._other > self._batches >= FEWEST),
                "errors_of_yes_and_no": float(2 * self._yes_no > self._batches >= FEWEST),
                "numbers_for_classes": float(2 * self._numbers > self._batches >= FEWEST)}


def _by_classes(found, output):
    """The amounts that outputs are compared with, in rows along each axis that may be that of more than two classes."""
    if found.loss != "mse" or found.variance is not None or found.values.numel() != output.numel():
        return
    for axis in {1, output.ndim - 1} if output.ndim > 1 else ():
        if output.shape[axis] > 2:
            yield found.values.reshape(output.shape).movedim(axis, -1).flatten(0, -2)


def _is_of_one_hot(found, output):
    """Amounts that are 1 for one output and 0 for all others."""
    return any(bool(((values == 0) | (values == 1)).all()) and bool((values.sum(1) == 1).all())
               for values in _by_classes(found, output))


def _is_of_yes_and_no(found, output):
    """Amounts that are all 0 or 1, some of each, averaged, and not one for each sample."""
    values = found.values
    yes_no = found.loss == "mse" and found.variance is None and abs(found.scale - 1) < 1e-3
    return (yes_no and bool(((values == 0) | (values == 1)).all()) and 0 < float(values.mean()) < 1
            and not _is_of_one_hot(found, output))


def _is_absolute(output, gradient, loss):
    """Whether a loss is the mean absolute error of amounts that are 1 for one output and 0 for all others: up go outputs
    below 0, and the one that is to be 1."""
    if output.ndim < 2 or output.shape[1] < 3:
        return False
    values, rows = (each.movedim(1, -1).flatten(0, -2) for each in (output, gradient))
    ups = rows < 0
    chosen = ups & (values > 0)
    even = bool(((rows.abs() * output.numel() - 1).abs() < 1e-3).all())
    if not even or bool((~ups & (values < 0)).any()) or bool((chosen.sum(1) > 1).any()):
        return False
    beyond = torch.where(ups.any(1), 1.0, -1.0)  # what the one of a row adds, where it is below 0 or above 1
    added = torch.where(chosen.any(1), 1 - 2 * (values * chosen).sum(1), beyond)
    own = float(values.abs().sum() + added.sum()) / output.numel()
    return abs(own - loss) <= 1e-4 * abs(loss)


def _is_of_numbers(found, output):
    """Amounts that are the same for all outputs of a sample, and could be the number of one of them."""
    return any(bool((values == values[:, :1]).all()) and bool((values == values.round()).all())
               and float(values.min()) >= 0 and 2 <= float(values.max()) < values.shape[1]
               for values in _by_classes(found, output))


def pulled_up(output, gradient):
    """(axis of the classes, class of each sample) where a loss pulls one of a sample's outputs up and none but others
    down; of those that it does not pull at, the largest output's; UNTOLD of those that it only pulls down. None of any
    other loss."""
    for axis in {1, output.ndim - 1} if output.ndim > 1 else ():
        rows = gradient.movedim(axis, -1).flatten(0, -2)
        ups = (rows < 0).sum(1)
        pulled = rows.abs().sum(1) > 0
        if rows.shape[1] < 3 or bool((ups > 1).any()) or float(ups.float().mean()) < OFTEN:
            continue
        if not bool(((rows > 0).sum(1) > 0).any()):  # a look at one entry, as at the action taken
            continue
        largest = output.movedim(axis, -1).flatten(0, -2).argmax(1)
        classes = torch.where(pulled & (ups == 1), rows.argmin(1), largest)
        return axis, torch.where(pulled & (ups == 0), UNTOLD, classes)
    return None


def _is_of_one_class(output, gradient, loss):
    """Whether a loss is 0 and without a gradient whatever the outputs are, as a cross-entropy over one output is."""
    one = output.ndim > 1 and output.shape[1] == 1
    return one and loss == 0 and not bool(gradient.any()) and bool((output != output.flatten()[0]).any())
