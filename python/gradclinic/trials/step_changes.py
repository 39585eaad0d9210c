"""Changes to what an optimizer's steps do."""

import functools
import math
import types

import torch
from torch import nn

from gradclinic import calls
from gradclinic.trials.stand_in import count_step

OPTIMIZERS = {
    "sgd": lambda groups, lr, momentum: torch.optim.SGD(groups, lr=lr),
    "momentum": lambda groups, lr, momentum: torch.optim.SGD(groups, lr=lr, momentum=momentum),
    "nesterov": lambda groups, lr, momentum: torch.optim.SGD(groups, lr=lr, momentum=momentum, nesterov=True),
    "adam": lambda groups, lr, momentum: torch.optim.Adam(groups, lr=lr),
    "adamw": lambda groups, lr, momentum: torch.optim.AdamW(groups, lr=lr),
    "rmsprop": lambda groups, lr, momentum: torch.optim.RMSprop(groups, lr=lr),
}

OF_STEPS = {"train.optimizer", "train.lr", "train.momentum", "train.weight_decay", "train.clip_norm", "train.warmup",
            "train.batch", "train.schedule", "train.parameters", "train.zero_grad", "train.frozen", "train.penalty",
            "train.epsilon"}


def _gather(gathered, groups, batches, complete):
    """Adds up the gradients of several batches; whether their mean is in the parameters now."""
    for group in groups:
        for value in group["params"]:
            if value.grad is None:
                continue
            part = value.grad / batches
            gathered[value] = gathered[value] + part if value in gathered else part
            if complete:
                value.grad.copy_(gathered[value])
    if complete:
        gathered.clear()
    return complete


def change_steps(treatment, model, optimizer):
    """Each step of the optimizer is made as the treatment wants it."""
    change = treatment.changes
    if not any(key in OF_STEPS for key in change):
        return
    if "train.frozen" in change:
        model.requires_grad_(True)
    if {"train.parameters", "train.frozen"} & set(change) and optimizer is treatment.optimizers[0]:
        _give_all_parameters(model, treatment.optimizers)
    groups = optimizer.param_groups
    substitute = None
    adam = treatment.spec["train.optimizer"].startswith("adam") and "train.optimizer" not in change
    if adam and "train.momentum" in change:
        for group in groups:
            group["betas"] = (change["train.momentum"], 0.999)
    elif "train.optimizer" in change or "train.momentum" in change:
        name = change.get("train.optimizer", treatment.spec["train.optimizer"])
        rate = change.get("train.lr", treatment.spec["train.lr"])
        momentum = change.get("train.momentum", treatment.spec["train.momentum"])
        substitute = OPTIMIZERS[name]([{"params": group["params"]} for group in groups], rate, momentum)
    if "train.epsilon" in change:
        for group in groups:
            group["eps"] = change["train.epsilon"]
    if "train.weight_decay" in change:
        for group in (substitute or optimizer).param_groups:
            group["weight_decay"] = change["train.weight_decay"]
    # Another optimizer needs a rate of its own; of the same one the rate changes by a factor, whatever its schedule.
    factor = 1.0
    if "train.lr" in change and substitute is None:
        factor = change["train.lr"] / treatment.spec["train.lr"] if treatment.spec["train.lr"] else 1.0
    whole = _keep_whole_gradients(treatment, model) if change.get("train.clip_norm") == 0.0 else None
    if "train.penalty" in change:
        whole = _keep_gradients_of_output(treatment, model)
    largest = change.get("train.clip_norm") or None
    alone = len(treatment.optimizers) == 1
    clipped = list(model.parameters()) if alone else [value for group in groups for value in group["params"]]
    warmup = int(change.get("train.warmup", 0))
    clears = change.get("train.zero_grad", False)
    planned = []
    falls = treatment.patient.progress.steps if change.get("train.schedule") == "cosine" else 0
    if "train.schedule" in change and substitute is None:
        highest = "max_lr" if "train.lr" not in change else "initial_lr"  # of a schedule that begins below its rate
        planned = [group.get(highest, group.get("initial_lr", group["lr"])) for group in groups]
    gathered = {}
    original, count = optimizer.step, 0

    @functools.wraps(original)
    def step(_, *args, **kwargs):
        nonlocal count
        count += 1
        if treatment.gathers > 1 and not _gather(gathered, groups, treatment.gathers, count % treatment.gathers == 0):
            return None
        if whole is not None:
            for value, gradient in whole.items():
                value.grad.copy_(gradient)
            whole.clear()
        if largest is not None:
            nn.utils.clip_grad_norm_(clipped, largest)
        by = factor * _scheduled(count - 1, warmup, falls)
        used = substitute or optimizer
        rates = [group["lr"] for group in used.param_groups]
        for group, rate in zip(used.param_groups, planned or rates):
            group["lr"] = by * rate
        try:
            if substitute is None:
                return original(*args, **kwargs)
            count_step(optimizer)
            return substitute.step(*args, **kwargs)
        finally:
            if clears:
                optimizer.zero_grad()
            for group, rate in zip(used.param_groups, rates):
                group["lr"] = rate

    optimizer.step = types.MethodType(step, optimizer)


def _scheduled(step, warmup, falls):
    """The share of its rate that a step takes: rising linearly, then constant or along half a cosine to 0 at the last of
    `falls` steps, as the core's schedules."""
    if step < warmup:
        return (step + 1) / warmup
    return 0.5 * (1 + math.cos(math.pi * min(1.0, (step - warmup) / (falls - warmup)))) if falls > warmup else 1.0


def _keep_whole_gradients(treatment, model):
    """What comes back to each parameter, before anyone clips it."""
    whole = {}

    def keeper(value):
        def keep(gradient):
            whole[value] = whole[value] + gradient if value in whole else gradient.clone()
        return keep

    for value in model.parameters():
        if value.requires_grad:
            treatment.handles.append(value.register_hook(keeper(value)))
    return whole


def _keep_gradients_of_output(treatment, model):
    """What comes to each parameter by way of the model's output, without what a loss takes from the weights alone."""
    whole = {}
    parameters = [value for value in model.parameters() if value.requires_grad]

    def keeper(module, inputs, output):
        if not torch.is_grad_enabled() or not isinstance(output, torch.Tensor) or output.grad_fn is None:
            return

        begun = False

        def keep(gradient):
            nonlocal begun
            if begun:  # the pass below comes by here, too
                return
            begun = True
            found = torch.autograd.grad(output, parameters, gradient, retain_graph=True, allow_unused=True)
            for value, part in zip(parameters, found):
                if part is not None:
                    whole[value] = whole[value] + part if value in whole else part

        output.register_hook(keep)

    treatment.handles.append(calls.after(model, keeper))
    return whole


def _give_all_parameters(model, optimizers):
    """To the first group, so that a schedule made for the groups of before still fits."""
    known = {value for optimizer in optimizers for group in optimizer.param_groups for value in group["params"]}
    optimizers[0].param_groups[0]["params"] += [value for value in model.parameters()
                                            if value.requires_grad and value not in known]
