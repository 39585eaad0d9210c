"""One-dimensional convolutions that read the frequency off a noisy wave; regression, Adam."""

import torch
from torch import nn

import data
import plan
import weights

FAMILY = "convolutional"
SPLIT = "tuning"
PLAN = dict(optimizer="adam", lr=0.003, batch=32, epochs=12)
OWN_DATA = {"samples", "noise"}


class Network(nn.Module):
    def __init__(self, activation, depth, dropout):
        super().__init__()
        self.convs = nn.ModuleList([nn.Conv1d(1 if i == 0 else 16, 16, 5, stride=2 if i < 3 else 1, padding=2)
                                    for i in range(depth)])
        self.activation = activation
        self.out = nn.Linear(16 * 8, 1)
        self.drop = nn.Dropout(dropout)

    def forward(self, x):
        for conv in self.convs:
            x = self.activation(conv(x))
        return self.out(self.drop(x.flatten(start_dim=1)))


LOSSES = {
    "mse": nn.MSELoss(),
    "huber": nn.SmoothL1Loss(),
    # (batch, 1) against (batch,): every output is compared with every target.
    "broadcast": lambda outputs, targets: ((outputs - targets.squeeze(1)) ** 2).mean(),
}


def training(seed, *, samples=1200, noise=0.3, depth=3, activation="relu", dropout=0.0, gain=None, fill=None, bias=None,
             offset=0.0, scale=1.0, amplitude=1.0, loss="mse", **change):
    generator = plan.prepare(seed)
    inputs, targets, *rest = data.waves(generator, samples, noise=noise, offset=offset, scale=scale)
    samples = inputs * amplitude, targets, rest[0] * amplitude, rest[1]
    model = Network(getattr(torch, activation), depth, dropout)
    if gain is not None:
        weights.scale_weights(model, gain)
    if fill is not None:
        weights.fill_weights(model, fill)
    if bias is not None:
        weights.set_biases(model, bias)
    return plan.make(model, samples, LOSSES[loss], seed=seed, **{**PLAN, **change})
