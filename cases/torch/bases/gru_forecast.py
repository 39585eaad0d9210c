"""Two nn.GRUCell in a loop foretell the next value of an oscillation at every step; squared error, RMSprop, clipping."""

import torch
from torch import nn

import data
import plan
import weights

FAMILY = "recurrent"
SPLIT = "held-out"
PLAN = dict(optimizer="rmsprop", lr=0.003, batch=32, epochs=6, clip=1.0)
OWN_DATA = {"samples", "length", "noise"}


class Forecaster(nn.Module):
    def __init__(self, width, dropout, output, detach):
        super().__init__()
        self.first = nn.GRUCell(1, width)
        self.second = nn.GRUCell(width, width)
        self.readout = nn.Linear(width, 1)
        self.dropout = nn.Dropout(dropout)
        self.output = output
        self.detach = detach

    def forward(self, series):
        h1 = series.new_zeros(series.size(0), self.first.hidden_size)
        h2 = series.new_zeros(series.size(0), self.second.hidden_size)
        foretold = []
        for value in series.unbind(1):
            h1 = self.first(value, h1)
            h2 = self.second(self.dropout(h1), h2)
            foretold.append(self.readout(self.dropout(h2.detach() if self.detach else h2)))
        return self.output(torch.stack(foretold, dim=1))


LOSSES = {"mse": nn.MSELoss(), "sum": nn.MSELoss(reduction="sum"), "huber": nn.SmoothL1Loss()}
OUTPUTS = {"identity": nn.Identity(), "relu": nn.ReLU(), "sigmoid": nn.Sigmoid()}


def training(seed, *, samples=800, length=24, noise=0.1, width=24, dropout=0.0, output="identity", detach=False,
             gain=None, gates=None, offset=0.0, scale=1.0, loss="mse", **change):
    generator = plan.prepare(seed)
    samples = data.oscillations(generator, samples, length=length, noise=noise, offset=offset, scale=scale)
    model = Forecaster(width, dropout, OUTPUTS[output], detach)
    if gain is not None:
        weights.scale_weights(model, gain)
    if gates is not None:
        weights.scale_weights(model.first, gates)
        weights.scale_weights(model.second, gates)
    return plan.make(model, samples, LOSSES[loss], seed=seed, **{**PLAN, **change})
