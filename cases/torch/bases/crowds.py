"""Dilated convolutions at full resolution draw from a picture of a crowd how dense it is; regression, Adam."""

import torch
from torch import nn
from torch.nn import functional as F

import images
import plan
import weights

FAMILY = "convolutional"
SPLIT = "tuning"
PLAN = dict(optimizer="adam", lr=0.005, batch=25, epochs=6)
OWN_DATA = {"samples", "noise"}

ACTIVATIONS = {"relu": nn.ReLU, "sigmoid": nn.Sigmoid, "none": nn.Identity}
NORMS = {"batch": nn.BatchNorm2d, "none": nn.Identity}


class DensityNet(nn.Module):
    """A front end of plain convolutions, a back end of dilated ones. end: what comes after the last. cut: the front
    end's features come without a gradient."""

    def __init__(self, channels, dilations, activation, norm, skips, end, cut):
        super().__init__()

        def layer(inputs, dilation=1):
            return nn.Sequential(nn.Conv2d(inputs, channels, 3, padding=dilation, dilation=dilation),
                                 NORMS[norm](channels), ACTIVATIONS[activation]())

        self.frontend = nn.Sequential(layer(1), layer(channels))
        self.backend = nn.ModuleList(layer(channels, dilation) for dilation in dilations)
        self.output = nn.Conv2d(channels, 1, 1)
        self.end = ACTIVATIONS[end]()
        self.skips, self.cut = skips, cut

    def forward(self, x):
        x = self.frontend(x)
        if self.cut:
            x = x.detach()
        for layer in self.backend:
            x = x + layer(x) if self.skips else layer(x)
        return self.end(self.output(x))


LOSSES = {
    "mse": F.mse_loss,
    "huber": lambda outputs, maps: F.smooth_l1_loss(outputs, maps, beta=0.5),
    "sum": lambda outputs, maps: F.mse_loss(outputs, maps, reduction="sum"),
    # Of maps that are next to 0 in most places.
    "relative": lambda outputs, maps: ((outputs - maps).abs() / maps.abs().clamp(min=1e-6)).mean(),
}


def training(seed, *, samples=500, noise=0.25, swapped=False, amplitude=1.0, scale=1.0, channels=10,
             dilations=(1, 2, 2), activation="relu", norm="none", skips=False, end="none", cut=False, gain=None,
             last=None, loss="mse", **change):
    generator = plan.prepare(seed)
    inputs, targets, *held_out = images.crowds(generator, samples, noise=noise, swapped=swapped)
    samples = amplitude * inputs, scale * targets, amplitude * held_out[0], scale * held_out[1]
    model = DensityNet(channels, dilations, activation, norm, skips, end, cut)
    if gain is not None:
        weights.scale_weights(model, gain)
    if last is not None:
        nn.init.constant_(model.output.bias, last)
    return plan.make(model, samples, LOSSES[loss], seed=seed, **{**PLAN, **change})
