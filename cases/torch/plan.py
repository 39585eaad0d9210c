"""From a model and its samples to a Training: the optimizer, its schedule and the batches, by their usual names."""

import math

import torch
from torch.optim import lr_scheduler

from training import Training


def prepare(seed):
    """Every base starts with it: the weights, the dropout and the data follow from the seed."""
    torch.set_num_threads(1)
    torch.manual_seed(seed)
    return torch.Generator().manual_seed(1000 + seed)


def make(model, samples, loss, *, seed, accuracy=None, parameters=None, optimizer, lr, batch, epochs, momentum=0.9,
         weight_decay=0.0, betas=(0.9, 0.999), eps=1e-8, clip=None, schedule="constant", warm_up=0, decay=1.0, every=1,
         zero_grad=True):
    """samples: training inputs and targets, held-out inputs and targets. parameters: what the optimizer gets, if not
    all. warm_up: steps in which the rate rises; decay: factor of the rate at every step, or at each `every` steps.
    zero_grad: False forgets it."""
    inputs, targets, *held_out = samples
    steps = max(1, len(inputs) // batch) * epochs
    trained = [p for p in (parameters if parameters is not None else model.parameters()) if p.requires_grad]
    chosen = make_optimizer(optimizer, trained, lr, momentum, weight_decay, betas, eps)
    return Training(model=model, optimizer=chosen, loss=loss, batches=batches(inputs, targets, batch, seed),
                    steps=steps, seen=(inputs, targets), held_out=tuple(held_out), accuracy=accuracy, clip=clip,
                    scheduler=make_schedule(chosen, schedule, lr, steps, warm_up, decay, every), zero_grad=zero_grad)


def make_optimizer(name, parameters, lr, momentum, weight_decay, betas, eps):
    if name == "sgd":
        return torch.optim.SGD(parameters, lr=lr, momentum=momentum, weight_decay=weight_decay)
    if name == "nesterov":
        return torch.optim.SGD(parameters, lr=lr, momentum=momentum, weight_decay=weight_decay, nesterov=True)
    if name == "adam":
        return torch.optim.Adam(parameters, lr=lr, betas=tuple(betas), eps=eps, weight_decay=weight_decay)
    if name == "adamw":
        return torch.optim.AdamW(parameters, lr=lr, betas=tuple(betas), eps=eps, weight_decay=weight_decay)
    if name == "radam":
        return torch.optim.RAdam(parameters, lr=lr, betas=tuple(betas), eps=eps, weight_decay=weight_decay)
    if name == "rmsprop":
        return torch.optim.RMSprop(parameters, lr=lr, eps=eps, weight_decay=weight_decay)
    if name == "adagrad":
        return torch.optim.Adagrad(parameters, lr=lr, weight_decay=weight_decay)
    if name == "adadelta":
        return torch.optim.Adadelta(parameters, lr=lr, weight_decay=weight_decay)
    raise ValueError(f"optimizer: no such one (got {name})")


def make_schedule(optimizer, name, lr, steps, warm_up, decay, every):
    if name == "cosine" and not warm_up:
        return lr_scheduler.CosineAnnealingLR(optimizer, T_max=steps)
    if name == "one-cycle":
        return lr_scheduler.OneCycleLR(optimizer, max_lr=lr, total_steps=steps)
    if name == "exponential":
        return lr_scheduler.ExponentialLR(optimizer, gamma=decay)
    if name == "step":
        return lr_scheduler.StepLR(optimizer, step_size=every, gamma=decay)
    if name == "linear":
        return lr_scheduler.LinearLR(optimizer, start_factor=1.0, end_factor=0.01, total_iters=steps)
    if name not in ("constant", "cosine"):
        raise ValueError(f"schedule: no such one (got {name})")
    if not warm_up:
        return None

    def factor(step):
        if step < warm_up:
            return (step + 1) / warm_up
        done = (step - warm_up) / max(1, steps - warm_up)
        return 0.5 * (1 + math.cos(math.pi * done)) if name == "cosine" else 1.0

    return lr_scheduler.LambdaLR(optimizer, factor)


def batches(inputs, targets, size, seed):
    """Shuffled anew every epoch; an incomplete last batch is left out, as with DataLoader(drop_last=True)."""

    def of_epoch(epoch):
        order = torch.randperm(len(inputs), generator=torch.Generator().manual_seed(7919 * seed + epoch))
        size_here = min(size, len(inputs))
        for start in range(0, len(order) - size_here + 1, size_here):
            part = order[start:start + size_here]
            yield inputs[part], targets[part]

    return of_epoch


def top1(outputs, targets):
    """Share of rows (or of tokens: classes are dimension 1) whose largest output is the class."""
    return float((outputs.argmax(1) == targets).float().mean())


def sign(outputs, targets):
    """Share of logits on the right side of 0."""
    return float(((outputs > 0) == (targets > 0.5)).float().mean())
