"""What a model shows once it is trained, when it is called again with what it was called with first."""

import copy

import torch

from gradclinic import modules
from gradclinic.looks import gradient_check
from gradclinic.looks.double import in_double, to_double
from gradclinic.looks.softmax import runs_along_other_axes
from gradclinic.tensors import first_tensor

SAMPLES = 32     # of a batch
VISIBLE = 1e-3   # of an output's deviation
EXACT = 1e-9     # of how far outputs are apart


def facts(model, inputs, layers, samples_first=False):
    """By the names of the core's facts. inputs: what the model was called with; None where that is not known. layers:
    the model's, in the order in which they compute. samples_first: whether samples are known to lie along the first axis
    of inputs and outputs."""
    if inputs is None:
        return {}
    seen = {"samples_mixed": float(mixes_samples(model, inputs, samples_first)), "norm_gap": norm_gap(model, inputs),
            "softmax_elsewhere": float(runs_along_other_axes(model, inputs)), "affine": float(is_affine(model, inputs)),
            "inputs_ignored": ignored(model, inputs), "output_constant": float(is_constant(model, inputs)),
            "evaluation_noise": evaluation_noise(model, inputs)}
    return seen | gradient_check.facts(model, inputs, layers)


def part_of(inputs):
    """So much of what a model is called with."""
    return tuple(each[:SAMPLES].detach().clone() if isinstance(each, torch.Tensor) and each.ndim else each
                 for each in inputs)


def mixes_samples(model, inputs, samples_first=False):
    """Whether the model's outputs for one half of a batch depend on the other, in evaluation mode; False where that
    cannot be told. inputs: what the model was called with, samples along the first axis of every tensor.
    Looked at in double, as some networks blow up the rounding that differs with a batch's size."""
    rows = {each.shape[0] if each.ndim else 0 for each in inputs if isinstance(each, torch.Tensor)}
    if len(rows) != 1 or min(rows) < 4:
        return False
    count = rows.pop()
    try:
        with in_double(), torch.no_grad():
            model = copy.deepcopy(model).double().eval()

            def outputs(part):
                return first_tensor(model(*(to_double(each[part]) if isinstance(each, torch.Tensor) else each
                                            for each in inputs)))

            whole, again = outputs(slice(None)), outputs(slice(None))
            halves = torch.cat([outputs(slice(0, count // 2)), outputs(slice(count // 2, count))])
            # Of outputs with more axes than that, the first may be of time.
            if (whole.ndim > 2 and not samples_first) or whole.shape != halves.shape or whole.shape[0] != count:
                return False
            return bool((again == whole).all()) and float((halves - whole).abs().max()) > VISIBLE * float(whole.std())
    except Exception:  # noqa: BLE001 the user's model takes no other batch, or gives back no tensor
        return False


def is_affine(model, inputs):
    """Whether the model, in evaluation mode, gives the mean of two samples the mean of what it gives them, as linear
    layers do that nothing non-linear is between; False where that cannot be told."""
    if len(inputs) != 1 or not isinstance(inputs[0], torch.Tensor) or not inputs[0].is_floating_point():
        return False
    try:
        with in_double(), torch.no_grad():
            model = copy.deepcopy(model).double().eval()
            x = inputs[0].double()
            other = x.roll(1, 0)
            y = model(x)
            apart = (model((x + other) / 2) - (y + y.roll(1, 0)) / 2).abs().max()
            return float(y.std(0).max()) > 0 and float(apart) < EXACT * float((y - y.roll(1, 0)).abs().max())
    except Exception:  # noqa: BLE001 the user's model takes no other batch, or gives back no tensor
        return False


def is_constant(model, inputs):
    """Whether the model gives different samples the same first output, in evaluation mode; False where that cannot be
    told."""
    given = [each for each in inputs if isinstance(each, torch.Tensor) and each.ndim]
    if not given or min(map(len, given)) < 4 or not any(bool((each != each[:1]).any()) for each in given):
        return False
    try:
        with in_double(), torch.no_grad():
            y = first_tensor(copy.deepcopy(model).double().eval()(*(to_double(each) for each in inputs)))
            return y.ndim > 0 and len(y) == len(given[0]) and float((y - y[:1]).abs().max()) <= EXACT * float(y.abs().max())
    except Exception:  # noqa: BLE001 the user's model takes no other batch, or gives back no tensor
        return False


def evaluation_noise(model, inputs):
    """Share of the outputs' variance over samples that is chance, in evaluation mode; 0 where that cannot be told."""
    try:
        with in_double(), torch.no_grad():
            model = copy.deepcopy(model).double().eval()
            inputs = [to_double(each) for each in inputs]
            one, other = first_tensor(model(*inputs)), first_tensor(model(*inputs))
            over_samples = float(one.var(0).mean())
            chance = float((one - other).square().mean()) / 2
            return min(1.0, chance / over_samples) if over_samples > 0 else 0.0
    except Exception:  # noqa: BLE001 the user's model gives back no tensor
        return 0.0


def norm_gap(model, inputs):
    """How far the outputs by batch norm's running averages are from those by the batch's own figures, over the outputs'
    deviation; 0 without batch norm, and where it cannot be told. Nothing is dropped out in either."""
    norms = modules.NORMS["batch"]
    try:
        model = copy.deepcopy(model).eval()
        if not any(isinstance(module, norms) for module in model.modules()):
            return 0.0
        with torch.no_grad():
            by_averages = first_tensor(model(*inputs))
            for module in model.modules():
                if isinstance(module, norms):
                    module.train()
            by_batch = first_tensor(model(*inputs))
        spread = float(by_batch.std())
        return float((by_averages - by_batch).square().mean().sqrt()) / spread if spread > 0 else 0.0
    except Exception:  # noqa: BLE001 the user's model takes no other batch, or gives back no tensor
        return 0.0


def ignored(model, inputs):
    """Share of the features that differ between samples and that no output of any sample depends on, in evaluation mode;
    0 where it cannot be told."""
    if not inputs or not isinstance(inputs[0], torch.Tensor) or not inputs[0].is_floating_point():
        return 0.0
    try:
        with in_double(), torch.enable_grad():
            model = copy.deepcopy(model).double().eval()
            x = inputs[0].double().requires_grad_()
            others = [to_double(each) if isinstance(each, torch.Tensor) else each for each in inputs[1:]]

            def outputs(first):
                return first_tensor(model(first, *others))

            y = outputs(x)
            # Of one sum of them all, as such with weights that are no round numbers do not cancel.
            slopes, = torch.autograd.grad((y * torch.cos(1.0 + torch.arange(y.numel()).reshape(y.shape))).sum(), x)
            x = x.detach()
            varies = x.std(0) > 0
            unused = varies & (slopes == 0).all(0)
            # Numbers of categories have no slope: those of another sample change the outputs, where they are used.
            if not bool(varies.any()) or not torch.equal(outputs(torch.where(unused, x.roll(1, 0), x)), y):
                return 0.0
            return float(unused.sum()) / float(varies.sum())
    except Exception:  # noqa: BLE001 the user's model takes no other batch, or gives back no tensor
        return 0.0
