"""What a model has not, put between its modules: norms, and connections around them. For fixes alone: a doctor who tried
them on every training would find some that they help without being what it ails of."""

import torch
from torch import nn

from gradclinic import calls, modules
from gradclinic.trials import CannotBeMade, model_changes

NAME = "gradclinic_norm"   # of a norm among a layer's modules, where train() and state_dict() find it

BATCH_NORMS = {nn.Linear: nn.BatchNorm1d, nn.Conv1d: nn.BatchNorm1d, nn.Conv2d: nn.BatchNorm2d, nn.Conv3d: nn.BatchNorm3d}


def normalize(treatment, model, wanted):
    """Between each hidden layer and its activation function. The norms' parameters are learned like the others."""
    if treatment.spec["model.norm"] != "none":
        model_changes.MAKERS["model.norm"](treatment, model, wanted)
        return
    found = dict(model.named_modules())
    activated = [layer for layer in treatment.patient.layers[:-1] if layer.activation not in (None, "identity")]
    hidden = [found.get(layer.name) for layer in activated]
    hidden = [module for module in hidden if type(module) in BATCH_NORMS]
    if not hidden or len(treatment.optimizers) != 1:
        raise CannotBeMade(f"model.norm = {wanted}")
    added = []
    for module in hidden:
        norm = _norm(module, wanted).to(module.weight)
        module.add_module(NAME, norm)
        added += norm.parameters()
        treatment.handles.append(calls.after(module, _normalized))
    like = {key: value for key, value in treatment.optimizers[0].param_groups[0].items() if key != "params"}
    treatment.optimizers[0].add_param_group({**like, "params": added})


def _norm(module, wanted):
    outputs = module.weight.shape[0]
    if wanted == "batch":
        return BATCH_NORMS[type(module)](outputs)
    return nn.LayerNorm(outputs) if isinstance(module, nn.Linear) else nn.GroupNorm(1, outputs)


def _normalized(module, inputs, output):
    norm = getattr(module, NAME)
    if isinstance(module, nn.Linear) and isinstance(norm, nn.BatchNorm1d):  # which takes the second axis for the features
        return norm(output.flatten(0, -2)).reshape(output.shape)
    return norm(output)


def go_around(treatment, model, wanted):
    """Each layer of an nn.Sequential and the activation function behind it are added to what they are given, where both
    have one shape."""
    blocks = [block for sequence in model.modules() if isinstance(sequence, nn.Sequential) for block in _blocks(sequence)]
    if not blocks or not wanted:
        raise CannotBeMade("model.residual")
    for first, last in blocks:
        treatment.handles += _connection(first, last)


def _blocks(sequence):
    """Layers that can be gone around, each with the activation function behind it; norms and dropout may stand between."""
    first = None
    for module in sequence:
        if type(module) in BATCH_NORMS:
            first = module if module.weight.shape[0] == module.weight.shape[1] else None
        elif modules.activation_kind(module):
            if first is not None:
                yield first, module
            first = None
        elif not modules.norm_kind(module) and not isinstance(module, nn.modules.dropout._DropoutNd):
            first = None


def _connection(first, last):
    given = []

    def keep(module, inputs):
        given[:] = inputs[:1]

    def add(module, inputs, output):
        if given and isinstance(output, torch.Tensor) and given[0].shape == output.shape:
            return output + given.pop()
        return None

    return [calls.before(first, keep), calls.after(last, add)]


MAKERS = {"model.norm": normalize, "model.residual": go_around}
