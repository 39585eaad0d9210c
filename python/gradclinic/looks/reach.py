"""Which places of its inputs the outputs of a trained model depend on: what stands in for it must see no more, as inputs
may hold the targets of other places, or of their own."""

import copy
from typing import NamedTuple

import torch

from gradclinic.looks.double import in_double, to_double
from gradclinic.tensors import first_tensor

FEWEST = 3     # places of an axis
FEATURES = 8   # of a place, that are looked at one by one


class Reach(NamedTuple):
    """Of an output with an axis of places (steps, tokens, rows) that an input has as well: whether it depends on inputs
    behind its own place, and on all that reaches later ones at its own. True where there is no such axis.
    unseen: the inputs, by their number, that it does not depend on and that have targets' shape, as labels do from which
    a model computes its loss itself."""

    ahead: bool
    itself: bool
    unseen: frozenset = frozenset()


UNKNOWN = Reach(ahead=False, itself=False)


def reach_of(model, inputs):
    """Of the model's first output, in evaluation mode. inputs: what it is called with, samples along the first axis of
    every tensor; None where that is not known."""
    if not inputs:
        return UNKNOWN
    try:
        with in_double(), torch.no_grad():
            model = copy.deepcopy(model).double().eval()
            inputs = [to_double(each) for each in inputs]

            def output_of(*changed):
                return first_tensor(model(*changed))

            output = output_of(*inputs)
            if not torch.equal(output, output_of(*inputs)):   # chance would be taken for a dependence
                return UNKNOWN
            found = [_along(output_of, inputs, of_input, axis, output, of_output)
                     for of_input, each in enumerate(inputs) if isinstance(each, torch.Tensor)
                     for axis in range(1, each.ndim) for of_output in range(1, output.ndim)
                     if len(each) == len(output) and each.shape[axis] == output.shape[of_output] >= FEWEST]
            unseen = _unseen(output_of, inputs, output)
            return Reach(all(ahead for ahead, _ in found), all(itself for _, itself in found), unseen)
    except Exception:  # noqa: BLE001 the user's model takes no other inputs, or gives back no tensor
        return UNKNOWN


def _unseen(output_of, inputs, output):
    of_targets = [output.shape, *(output.shape[:axis] + output.shape[axis + 1:] for axis in range(1, output.ndim))]
    of_targets = [_without_ones(shape) for shape in of_targets]
    found = set()
    for number, given in enumerate(inputs):
        if isinstance(given, torch.Tensor) and _without_ones(given.shape) in of_targets:
            changed = [*inputs[:number], given.roll(1, 0), *inputs[number + 1:]]
            if torch.equal(output_of(*changed), output):
                found.add(number)
    tensors = sum(isinstance(given, torch.Tensor) for given in inputs)
    return frozenset(found) if len(found) < tensors else frozenset()   # an output that has collapsed


def _without_ones(shape):
    return [size for size in shape if size > 1]


def _along(output_of, inputs, of_input, axis, output, of_output):
    """(ahead, itself) by what becomes of the output where the middle place is another sample's."""
    given = inputs[of_input]
    middle = given.shape[axis] // 2
    ahead, itself = False, True
    for features in _features(given, axis):
        place = [slice(None)] * given.ndim
        place[axis] = middle
        if features is not None:
            place[3 - axis] = features
        changed = given.clone()
        changed[tuple(place)] = given.roll(1, 0)[tuple(place)]
        differs = output_of(*inputs[:of_input], changed, *inputs[of_input + 1:]) != output
        differs = differs.movedim(of_output, 0).flatten(1).any(1)
        ahead |= bool(differs[:middle].any())
        itself &= bool(differs[middle]) or not bool(differs.any())
    return ahead, itself


def _features(given, axis):
    """The entries of a place, one by one where they are few; None for all of them."""
    few = given.ndim == 3 and given.shape[3 - axis] <= FEATURES
    return range(given.shape[3 - axis]) if few else [None]
