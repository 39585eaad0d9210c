"""Dilated causal convolutions with gates and skips foretell the next level of a signal; Adam that decays."""

import torch
from torch import nn
from torch.nn import functional as F
from torch.nn.utils import weight_norm

import data
import plan
import weights

FAMILY = "convolutional"
SPLIT = "tuning"
PLAN = dict(optimizer="adam", lr=0.01, batch=16, epochs=4, schedule="step", every=50, decay=0.5)
OWN_DATA = {"samples", "length", "steps", "noise"}


class GatedLayer(nn.Module):
    def __init__(self, residual, hidden, skip, dilation, wrap):
        super().__init__()
        self.dilation = dilation
        self.filter = wrap(nn.Conv1d(residual, hidden, 2, dilation=dilation))
        self.gate = wrap(nn.Conv1d(residual, hidden, 2, dilation=dilation))
        self.residual = nn.Conv1d(hidden, residual, 1)
        self.skip = nn.Conv1d(hidden, skip, 1)

    def forward(self, x):
        padded = F.pad(x, (self.dilation, 0))
        z = torch.tanh(self.filter(padded)) * torch.sigmoid(self.gate(padded))
        return x + self.residual(z), self.skip(z)


class WaveNet(nn.Module):
    def __init__(self, levels, channels, dilations, wrap, dropout):
        super().__init__()
        self.start = nn.Embedding(levels, channels)
        self.layers = nn.ModuleList(
            GatedLayer(channels, channels, channels, dilation, wrap) for dilation in dilations)
        self.end1 = nn.Conv1d(channels, channels, 1)
        self.end2 = nn.Conv1d(channels, levels, 1)
        self.dropout = dropout

    def forward(self, series):
        x = self.start(series).transpose(1, 2)
        skips = 0
        for layer in self.layers:
            x, skip = layer(x)
            skips = skips + skip
        x = F.dropout(F.relu(skips), self.dropout, self.training)
        return self.end2(F.relu(self.end1(x)))


def training(seed, *, samples=500, length=32, steps=12, noise=0.05, channels=20, dilations=(1, 2, 4, 8),
             normed=False, dropout=0.0, gain=None, gates=None, tail=None, labels="true", **change):
    generator = plan.prepare(seed)
    samples = data.levels(generator, samples, length=length, steps=steps, noise=noise, labels=labels)
    model = WaveNet(steps, channels, dilations, weight_norm if normed else nn.Identity(), dropout)
    if gain is not None:
        weights.scale_weights(model, gain)
    with torch.no_grad():
        if gates is not None:
            for layer in model.layers:
                layer.gate.bias.fill_(gates)
        if tail is not None:
            model.end1.bias.fill_(tail)
    return plan.make(model, samples, nn.CrossEntropyLoss(), seed=seed, accuracy=plan.top1, **{**PLAN, **change})
