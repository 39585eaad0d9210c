"""A Fourier neural operator, kernels of complex numbers, foretells how waves steepen; regression, relative L2, Adam."""

import math

import torch
from torch import nn
from torch.nn import functional as F

import data
import plan
import sounds
import weights

FAMILY = "convolutional"
SPLIT = "tuning"
PLAN = dict(optimizer="adam", lr=0.01, batch=20, epochs=8, schedule="step", decay=0.5, every=80)
OWN_DATA = {"samples"}

ACTIVATIONS = {"gelu": F.gelu, "relu": F.relu, "tanh": torch.tanh}


class SpectralConv1d(nn.Module):
    """Multiplies the lowest `modes` of the Fourier transform."""

    def __init__(self, in_channels, out_channels, modes):
        super().__init__()
        self.modes = modes
        scale = 1 / (in_channels * out_channels)
        self.weights1 = nn.Parameter(scale * torch.rand(in_channels, out_channels, modes, dtype=torch.cfloat))

    def forward(self, x):
        x_ft = torch.fft.rfft(x)
        out_ft = x_ft.new_zeros(len(x), self.weights1.shape[1], x_ft.shape[2])
        out_ft[:, :, :self.modes] = torch.einsum("bix,iox->box", x_ft[:, :, :self.modes], self.weights1)
        return torch.fft.irfft(out_ft, n=x.shape[2])


class FNO1d(nn.Module):
    """times: what the output of every layer is multiplied by. dropout: of that output, in evaluation, too."""

    def __init__(self, *, depth, activation, times, dropout, modes=10, width=24):
        super().__init__()
        self.fc0 = nn.Linear(2, width)
        self.convs = nn.ModuleList([SpectralConv1d(width, width, modes) for _ in range(depth)])
        self.ws = nn.ModuleList([nn.Conv1d(width, width, 1) for _ in range(depth)])
        self.fc1 = nn.Linear(width, 64)
        self.fc2 = nn.Linear(64, 1)
        self.activation, self.times, self.dropout = ACTIVATIONS[activation], times, dropout

    def forward(self, x):
        grid = torch.linspace(0, 1, x.shape[1]).view(1, -1, 1).expand(len(x), -1, 1)
        x = self.fc0(torch.cat([x, grid], dim=-1)).permute(0, 2, 1)
        for place, (conv, w) in enumerate(zip(self.convs, self.ws)):
            x = self.times * (conv(x) + w(x))
            if place < len(self.convs) - 1:
                x = self.activation(x)
            x = F.dropout(x, self.dropout)
        return self.fc2(self.activation(self.fc1(x.permute(0, 2, 1))))


def relative(outputs, waves):
    """The norm of each error as a share of the wave's own."""
    return (outputs - waves).flatten(1).norm(dim=1) / waves.flatten(1).norm(dim=1)


LOSSES = {
    "relative": lambda outputs, waves: relative(outputs, waves).mean(),
    "sum": lambda outputs, waves: relative(outputs, waves).sum(),
    "mse": F.mse_loss,
}


def training(seed, *, samples=600, amplitude=1.0, missing=0, depth=3, activation="gelu", times=1.0, dropout=0.0,
             fill=None, frozen=False, loss="relative", labels="true", **change):
    """missing: in so many of the first waves one value is NaN."""
    generator = plan.prepare(seed)
    inputs, targets, *held_out = sounds.burgers(generator, samples)
    inputs[:missing, 0] = math.nan
    targets = data.relabel(targets, labels, 0, generator)
    model = FNO1d(depth=depth, activation=activation, times=times, dropout=dropout)
    if fill is not None:
        weights.fill_weights(model, fill)
    if frozen:
        model.fc0.requires_grad_(False)
    samples = amplitude * inputs, targets, amplitude * held_out[0], held_out[1]
    return plan.make(model, samples, LOSSES[loss], seed=seed, **{**PLAN, **change})
