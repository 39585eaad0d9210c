"""Whether the gradients that a model's weights get are those of its outputs, by differences of the outputs."""

import copy
import time

import torch

from gradclinic.looks.double import in_double, to_double
from gradclinic.replaced import kept_in_the_graph
from gradclinic.tensors import any_but_0, first_tensor

SAMPLES = 8        # of a batch
LONGEST = 10.0     # seconds: of a model that takes longer, some layers are looked at
FEWEST = 4         # layers, spread from the first to the last
PASSES = 8         # of the model, for each layer
STEP = 1e-7        # of a weight's size
ROUNDING = 1e-12   # of the outputs
STEADY = 0.1       # of a gap: by how much slopes over one step and over two may differ
WRONG = 0.01       # of a slope (CS231n's bound); kinks and rounding come to less than a thousandth of that


def facts(model, inputs, layers):
    """By the names of the core's facts; none where it cannot be told. layers: in the order in which they compute."""
    try:
        with in_double(), torch.enable_grad():
            copied = copy.deepcopy(model).double().eval()
            called_with = [to_double(each[:SAMPLES]) if isinstance(each, torch.Tensor) and each.ndim else each
                           for each in inputs]
            gaps = _gaps(copied, called_with, _weights(model, copied, layers))
            wrong = [number for number, gap in enumerate(gaps, 1) if gap > WRONG]
            if not wrong:
                return {"gradient_gap": max(gaps, default=0.0)}
            replaced = kept_in_the_graph()
            try:
                kept = _gaps(copied, called_with, _weights(model, copied, layers))
            finally:
                for each in replaced:
                    each.remove()
            return {"gradient_gap": max(gaps), "gradient_gap_layer": float(wrong[-1]),
                    "gradient_cut": float(max(kept, default=0.0) <= WRONG)}
    except Exception:  # noqa: BLE001 the user's model computes in one precision only, or gives back no tensor
        return {}


def _weights(model, copied, layers):
    names = {id(value): name for name, value in model.named_parameters()}
    values = dict(copied.named_parameters())
    return [values[names[id(layer.weight)]] for layer in layers]


def _gaps(model, inputs, weights):
    """Of each weight how far the outputs' slope is from what the gradient says, over the larger of the two."""
    generator = torch.Generator().manual_seed(0)
    began = time.perf_counter()
    output = first_tensor(model(*inputs))
    along = torch.randn(output.shape, generator=generator, dtype=output.dtype).to(output.device)
    rounding = ROUNDING * float((output * along).detach().abs().sum())

    def projected():
        return (first_tensor(model(*inputs)) * along).sum().item()

    if projected() != projected():  # drawn anew in every pass
        return []
    passes = 3 * LONGEST / (time.perf_counter() - began)
    looked_at = _spread(len(weights), max(FEWEST, int(passes / PASSES)))
    asked = [weight for weight in weights if weight.requires_grad]
    gradients = dict(zip(map(id, asked), torch.autograd.grad((output * along).sum(), asked, allow_unused=True)))
    return [_gap(projected, rounding, weight, gradients.get(id(weight)), generator) if number in looked_at else 0.0
            for number, weight in enumerate(weights)]


def _spread(count, most):
    """So many numbers below count, the first and the last among them."""
    return set(range(count)) if count <= most else {round(i * (count - 1) / (most - 1)) for i in range(most)}


def _gap(projected, rounding, weight, gradient, generator):
    """0 of a weight that gets no gradient at all, which is seen without a second look."""
    if gradient is None or not any_but_0(gradient):
        return 0.0
    directions = gradient, torch.randn(weight.shape, generator=generator, dtype=weight.dtype).to(weight.device)
    return max(_gap_along(projected, rounding, weight, gradient, direction / direction.norm())
               for direction in directions)


def _gap_along(projected, rounding, weight, gradient, direction):
    step = STEP * max(float(weight.detach().norm()), STEP)
    once, twice = (_slope(projected, weight, direction, length) for length in (step, 2 * step))
    told = float((gradient * direction).sum())
    typical = float(gradient.norm()) / weight.numel() ** 0.5
    size = max(abs(once), abs(told), typical)
    gap = abs(once - told)
    return gap / size if abs(once - twice) < STEADY * gap and gap > rounding / step else 0.0


def _slope(projected, weight, direction, step):
    start = weight.data.clone()
    ends = []
    for sign in (1, -1):
        weight.data.copy_(start + sign * step * direction)
        ends.append(projected())
    weight.data.copy_(start)
    return (ends[0] - ends[1]) / (2 * step)
