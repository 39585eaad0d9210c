"""Two simple recurrent units (SRU), written by hand, tell from accelerations how one moves; SGD, clipping."""

import torch
from torch import nn
from torch.nn import functional as F

import data
import plan
import weights

FAMILY = "recurrent"
SPLIT = "tuning"
PLAN = dict(optimizer="nesterov", lr=0.4, batch=32, epochs=9, schedule="linear", clip=2.0)
OWN_DATA = {"samples"}
GAITS = 5


class Exponential(nn.Module):
    def forward(self, x):
        return x.exp()


ACTIVATIONS = {"relu": nn.ReLU, "exponential": Exponential, "tanh": nn.Tanh}


class SRU(nn.Module):
    """c = f c + (1 - f) w x, h = r tanh(c) + (1 - r) x: all matrix products come before the loop."""

    def __init__(self, inputs, hidden):
        super().__init__()
        self.lift = nn.Linear(inputs, hidden, bias=False) if inputs != hidden else nn.Identity()
        self.weight = nn.Linear(inputs, hidden, bias=False)
        self.gates = nn.Linear(inputs, 2 * hidden)

    def forward(self, x):
        f, r = torch.sigmoid(self.gates(x)).chunk(2, dim=2)
        new = (1 - f) * self.weight(x)
        c, states = torch.zeros_like(new[:, 0]), []
        for f_t, new_t in zip(f.unbind(1), new.unbind(1)):
            c = f_t * c + new_t
            states.append(c)
        return r * torch.tanh(torch.stack(states, 1)) + (1 - r) * self.lift(x)


class GaitModel(nn.Module):
    """depth: the number of hidden layers after the recurrent ones."""

    def __init__(self, hidden=24, depth=1, activation="relu", dropout=0.0, scale=1.0):
        super().__init__()
        self.first = SRU(3, hidden)
        self.second = SRU(hidden, hidden)
        self.dropout = nn.Dropout(dropout)
        layers = []
        for _ in range(depth):
            layers += [nn.Linear(hidden, hidden), ACTIVATIONS[activation]()]
        self.head = nn.Sequential(*layers, nn.Linear(hidden, GAITS))
        self.scale = scale

    def forward(self, accelerations):
        out = self.second(self.dropout(self.first(accelerations)))
        return self.scale * self.head(self.dropout(out.mean(1)))


def msle(logits, gaits):
    """Of shares and one-hot classes."""
    return F.mse_loss(logits.softmax(1).log1p(), F.one_hot(gaits, GAITS).float().log1p())


LOSSES = {
    "cross entropy": F.cross_entropy,
    "smooth": lambda logits, gaits: F.cross_entropy(logits, gaits, label_smoothing=0.1),
    "sum": lambda logits, gaits: F.cross_entropy(logits, gaits, reduction="sum"),
    "msle": msle,
    # (batch, 5) less (batch, 1): the class's number is asked of every output.
    "mse of numbers": lambda logits, gaits: ((logits - gaits.unsqueeze(1)) ** 2).mean(),
}


def training(seed, *, samples=800, silent=0, amplitude=1.0, depth=1, activation="relu", dropout=0.0, scale=1.0,
             fill=None, frozen=False, loss="cross entropy", **change):
    generator = plan.prepare(seed)
    model = GaitModel(depth=depth, activation=activation, dropout=dropout, scale=scale)
    if fill is not None:
        weights.fill_weights(model, fill)
    if frozen:
        model.first.gates.requires_grad_(False)
    inputs, targets, *held_out = data.gaits(generator, samples, silent=silent)
    samples = inputs * amplitude, targets, held_out[0] * amplitude, held_out[1]
    return plan.make(model, samples, LOSSES[loss], seed=seed, accuracy=plan.top1, **{**PLAN, **change})
