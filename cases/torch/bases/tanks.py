"""A minimal gated unit with layer norm, written by hand, follows two tanks; regression, AdamW, clipping."""

import torch
from torch import nn
from torch.nn import functional as F

import data
import plan
import weights

FAMILY = "recurrent"
SPLIT = "tuning"
PLAN = dict(optimizer="adamw", lr=0.015, batch=50, epochs=10, weight_decay=0.01, schedule="cosine", clip=1.0)
OWN_DATA = {"samples"}

ACTIVATIONS = {"tanh": torch.tanh, "softplus": F.softplus, "relu": torch.relu}


class MGUCell(nn.Module):
    """One gate forgets and lets in: h = (1 - f) h + f c."""

    def __init__(self, input_size, hidden_size, activation):
        super().__init__()
        self.input = nn.Linear(input_size, 2 * hidden_size, bias=False)
        self.gate = nn.Linear(hidden_size, hidden_size, bias=False)
        self.candidate = nn.Linear(hidden_size, hidden_size, bias=False)
        self.norm = nn.LayerNorm(2 * hidden_size)
        self.gate_bias = nn.Parameter(torch.full((hidden_size,), -1.0))
        self.activation = ACTIVATIONS[activation]

    def forward(self, x, h):
        to_gate, to_candidate = self.norm(self.input(x)).chunk(2, dim=1)
        f = torch.sigmoid(to_gate + self.gate(h) + self.gate_bias)
        c = self.activation(to_candidate + self.candidate(f * h))
        return h + f * (c - h)


class TankModel(nn.Module):
    def __init__(self, hidden_size=16, activation="tanh", dropout=0.0):
        super().__init__()
        self.hidden_size = hidden_size
        self.lift = nn.Linear(1, hidden_size)
        self.cell = MGUCell(hidden_size, hidden_size, activation)
        self.drop = nn.Dropout(dropout)
        self.readout = nn.Linear(hidden_size, 1)

    def forward(self, pump):
        h = pump.new_zeros(len(pump), self.hidden_size)
        outputs = []
        for x in self.lift(pump).unbind(1):
            h = self.cell(x, h)
            outputs.append(self.drop(h))
        return self.readout(torch.stack(outputs, 1))


LOSSES = {
    "mse": F.mse_loss,
    "mae": F.l1_loss,
    "sum": lambda outputs, levels: F.mse_loss(outputs, levels, reduction="sum"),
    # The steps of a series as if they were classes, and their levels as if they were shares.
    "cross entropy": lambda outputs, levels: F.cross_entropy(outputs.squeeze(2), levels.squeeze(2)),
    "negated": lambda outputs, levels: -F.mse_loss(outputs, levels),
}


def training(seed, *, samples=400, scale=1.0, activation="tanh", dropout=0.0, fill=None, frozen=False, loss="mse",
             **change):
    generator = plan.prepare(seed)
    model = TankModel(activation=activation, dropout=dropout)
    if fill is not None:
        weights.fill_weights(model, fill)
    if frozen:
        model.lift.requires_grad_(False)
    return plan.make(model, data.tanks(generator, samples, scale=scale), LOSSES[loss], seed=seed, **{**PLAN, **change})
