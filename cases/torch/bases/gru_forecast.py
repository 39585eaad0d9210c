"""Two nn.GRUCell in a loop foretell the next value of an oscillation at every step; RMSprop, gentle clipping."""

import torch
from torch import nn

import data
import plan
import weights

FAMILY = "recurrent"
SPLIT = "tuning"
PLAN = dict(optimizer="rmsprop", lr=0.003, batch=32, epochs=6, clip=1.0)
OWN_DATA = {"samples", "length", "noise"}


class Forecaster(nn.Module):
    def __init__(self, width, output):
        super().__init__()
        self.first = nn.GRUCell(1, width)
        self.second = nn.GRUCell(width, width)
        self.readout = nn.Linear(width, 1)
        self.output = output

    def forward(self, series):
        h1 = series.new_zeros(series.size(0), self.first.hidden_size)
        h2 = series.new_zeros(series.size(0), self.second.hidden_size)
        foretold = []
        for value in series.unbind(1):
            h1 = self.first(value, h1)
            h2 = self.second(h1, h2)
            foretold.append(self.readout(h2))
        return self.output(torch.stack(foretold, dim=1))


OUTPUTS = {"identity": nn.Identity, "relu": nn.ReLU}


def training(seed, *, samples=800, length=24, noise=0.1, width=24, output="identity", gain=None, gates=None,
             offset=0.0, scale=1.0, **change):
    generator = plan.prepare(seed)
    samples = data.oscillations(generator, samples, length=length, noise=noise, offset=offset, scale=scale)
    model = Forecaster(width, OUTPUTS[output]())
    if gain is not None:
        weights.scale_weights(model, gain)
    if gates is not None:
        weights.scale_weights(model.first, gates)
        weights.scale_weights(model.second, gates)
    return plan.make(model, samples, nn.MSELoss(), seed=seed, **{**PLAN, **change})
