"""Two linear recurrent units, whose state is complex, tell from a seismogram how far a quake was away; AdamW."""

import math

import torch
from torch import nn
from torch.nn import functional as F

import plan
import sounds

FAMILY = "recurrent"
SPLIT = "tuning"
PLAN = dict(optimizer="adamw", lr=0.01, batch=32, epochs=12, weight_decay=0.01, warm_up=20, schedule="cosine")
OWN_DATA = {"samples"}


class LRU(nn.Module):
    """A diagonal recurrence whose factors start on a ring in the complex plane, up to `radius` from 0."""

    def __init__(self, dim, state, radius):
        super().__init__()
        modulus = torch.sqrt(0.4 ** 2 + (radius ** 2 - 0.4 ** 2) * torch.rand(state))
        self.nu_log = nn.Parameter(torch.log(-torch.log(modulus)))
        self.theta_log = nn.Parameter(torch.log(0.8 * math.pi * torch.rand(state)))
        self.gamma_log = nn.Parameter(torch.log(torch.sqrt(1 - modulus ** 2)))
        self.B_re, self.B_im = (nn.Parameter(torch.randn(dim, state) / math.sqrt(2 * dim)) for _ in range(2))
        self.C_re, self.C_im = (nn.Parameter(torch.randn(state, dim) / math.sqrt(state)) for _ in range(2))
        self.D = nn.Parameter(torch.randn(dim))

    def forward(self, x):
        factor = torch.polar(torch.exp(-torch.exp(self.nu_log)), torch.exp(self.theta_log))
        gamma = torch.exp(self.gamma_log)
        steps = torch.complex(x @ (self.B_re * gamma), x @ (self.B_im * gamma))
        h, states = torch.zeros_like(steps[:, 0]), []
        for step in steps.unbind(1):
            h = factor * h + step
            states.append(h)
        h = torch.stack(states, 1)
        return h.real @ self.C_re - h.imag @ self.C_im + self.D * x


ACTIVATIONS = {"gelu": F.gelu, "tanh": torch.tanh, "none": lambda x: x}


class Block(nn.Module):
    """times: what the output of the recurrence is multiplied by."""

    def __init__(self, dim, state, radius, activation, times, dropout):
        super().__init__()
        self.norm = nn.LayerNorm(dim)
        self.lru = LRU(dim, state, radius)
        self.glu = nn.Linear(dim, 2 * dim)
        self.dropout = nn.Dropout(dropout)
        self.activation, self.times = ACTIVATIONS[activation], times

    def forward(self, x):
        y = self.activation(self.times * self.lru(self.norm(x)))
        return x + F.glu(self.glu(self.dropout(y)), dim=2)


ENDS = {"none": lambda x: x, "softmax": lambda x: x.softmax(dim=1)}


class Seismograph(nn.Module):
    def __init__(self, *, layers, radius, activation, times, dropout, end, dim=20, state=24):
        super().__init__()
        self.encoder = nn.Linear(3, dim)
        self.layers = nn.Sequential(*(Block(dim, state, radius, activation, times, dropout) for _ in range(layers)))
        self.decoder = nn.Linear(dim, 1)
        self.end = ENDS[end]

    def forward(self, records):
        return self.end(self.decoder(self.layers(self.encoder(records)).mean(1)))


LOSSES = {
    "mse": F.mse_loss,
    "huber": F.huber_loss,
    "sum": lambda outputs, delays: F.mse_loss(outputs, delays, reduction="sum"),
    # (records, 1) less (records): each meets the delays of all records of its batch.
    "broadcast": lambda outputs, delays: ((outputs - delays.squeeze(1)) ** 2).mean(),
}


def training(seed, *, samples=1000, layers=2, radius=0.99, activation="gelu", times=1.0, dropout=0.0, end="none",
             std=None, frozen=None, loss="mse", labels="true", **change):
    """frozen: the part that stays as it was drawn."""
    generator = plan.prepare(seed)
    samples = sounds.quakes(generator, samples, labels=labels)
    model = Seismograph(layers=layers, radius=radius, activation=activation, times=times, dropout=dropout, end=end)
    if std is not None:
        for parameter in model.parameters():
            nn.init.normal_(parameter, std=std)
    if frozen is not None:
        model.get_submodule(frozen).requires_grad_(False)
    return plan.make(model, samples, LOSSES[loss], seed=seed, **{**PLAN, **change})
