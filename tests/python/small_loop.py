"""A small training whose loop can be told what to do, for tests that run it many times."""

import torch
from torch import nn
from torch.nn import functional as F


class Nobody:
    """No clinic at all, in the place of watch()."""

    def __init__(self, model, *_, **__):
        self.model = model

    def __enter__(self):
        return self

    def __exit__(self, *_):
        return False

    def step(self, loss):
        pass

    def validation(self, loss, accuracy):
        pass


def data():
    generator = torch.Generator().manual_seed(4)
    x = torch.randn(300, 6, generator=generator)
    return x, (x[:, 0] * x[:, 1] + 0.5 * x[:, 2] > 0).long()


class Detached(nn.Module):
    def forward(self, x):
        return x.detach()


def loop(watch=None, *, lr=0.1, optimizer=None, clip=None, scale=1.0, steps=60, activation=nn.Tanh, gain=1.0, warmup=0,
         rate_of_schedule=None, init=None, dropout=0.0, softmax=False, detached=False, trained=None, clears=True,
         frozen=False, batch=50, loss_of=F.cross_entropy, penalty=0.0,
         outputs=2, keep=None):
    torch.manual_seed(11)
    model = nn.Sequential(nn.Linear(6, 16), activation(), nn.Dropout(dropout), nn.Linear(16, 16), activation(),
                          *([Detached()] if detached else []), nn.Linear(16, outputs), *([nn.Softmax(1)] if softmax else []))
    with torch.no_grad():
        for value in model.parameters():
            value.mul_(gain)
        if init:
            for module in model:
                if isinstance(module, nn.Linear):
                    init(module.weight)
                    module.bias.zero_()
    model[0].requires_grad_(not frozen)
    chosen = (optimizer or (lambda p, lr: torch.optim.SGD(p, lr=lr)))(
        (model if trained is None else nn.Sequential(*(model[place] for place in trained))).parameters(), lr)
    x, y = data()
    x = x * scale

    def train(clinic=None):
        for step in range(steps):
            start = batch * step % 300
            if warmup:
                chosen.param_groups[0]["lr"] = lr * min(1.0, (step + 1) / warmup)
            if rate_of_schedule:
                chosen.param_groups[0]["lr"] = lr * rate_of_schedule(step)
            loss = loss_of(model(x[start:start + batch]), y[start:start + batch])
            if penalty:
                loss = loss + penalty * sum(value.abs().sum() for value in model.parameters())
            if clears:
                chosen.zero_grad()
            loss.backward()
            if clip:
                nn.utils.clip_grad_norm_(model.parameters(), clip)
            chosen.step()
            if clinic is not None:
                clinic.step(loss)

    if watch is None:
        train()
    else:
        with watch(model, chosen) as clinic:
            train(clinic)
    if keep is not None:
        keep.append(model)
    return model


def adam(parameters, lr):
    return torch.optim.Adam(parameters, lr=lr)


def adam_of(*betas):
    return lambda parameters, lr: torch.optim.Adam(parameters, lr=0.003, betas=betas)


def momentum(parameters, lr):
    return torch.optim.SGD(parameters, lr=lr, momentum=0.9)


def decayed(parameters, lr):
    return torch.optim.SGD(parameters, lr=lr, weight_decay=0.1)


def fit(watch, model, lr, steps, loss_of):
    """Trains by Adam on the whole batch, under watch."""
    optimizer = adam(model.parameters(), lr)
    with watch(model, optimizer) as clinic:
        for _ in range(steps):
            loss = loss_of(model)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            clinic.step(loss)


def fact(clinic, name):
    """What a clinic found of the training's data."""
    return clinic.series(f"data.{name}")[1][0]
