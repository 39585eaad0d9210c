"""Kernels that both eyes share, a volume of how they differ and more kernels tell how far things are; Adam, steps."""

import torch
from torch import nn
from torch.nn import functional as F

import images
import plan

FAMILY = "convolutional"
SPLIT = "tuning"
PLAN = dict(optimizer="adam", lr=0.008, batch=20, epochs=8, schedule="step", decay=0.5, every=60)
OWN_DATA = {"samples"}

ACTIVATIONS = {"relu": nn.ReLU, "none": nn.Identity, "elu": nn.ELU}


class StereoNet(nn.Module):
    """depth: how many convolutions follow the volume."""

    def __init__(self, features=12, width=16, depth=2, activation="relu", dropout=0.0):
        super().__init__()
        self.far = nn.Identity() if activation == "none" else torch.abs
        self.features = nn.Sequential(nn.Conv2d(1, features, 3, padding=1), ACTIVATIONS[activation](),
                                      nn.Conv2d(features, features, 3, padding=1))
        layers, inputs = [], images.FARTHEST
        for _ in range(depth):
            layers += [nn.Conv2d(inputs, width, 3, padding=1), ACTIVATIONS[activation]()]
            inputs = width
        self.aggregate = nn.Sequential(*layers, nn.Dropout2d(dropout))
        self.to_shift = nn.Conv2d(inputs, 1, 3, padding=1)

    def forward(self, pictures):
        left, right = (self.features(eye) for eye in pictures.split(1, dim=1))
        width = left.shape[3]
        volume = [self.far(left - F.pad(right, (shift, 0))[..., :width]).mean(1) for shift in range(images.FARTHEST)]
        return self.to_shift(self.aggregate(torch.stack(volume, 1)))


LOSSES = {
    "mse": F.mse_loss,
    "huber": F.smooth_l1_loss,
    "hinge": lambda outputs, shifts: (1 - outputs * shifts).clamp(min=0).mean(),
    # The places of a picture as if they were classes, and their shifts as if they were shares.
    "cross entropy": lambda outputs, shifts: F.cross_entropy(outputs.flatten(1), shifts.flatten(1)),
    "negated": lambda outputs, shifts: -F.mse_loss(outputs, shifts),
}


def training(seed, *, samples=320, depth=2, activation="relu", dropout=0.0, ones=(), offset=0.0, scale=1.0,
             frozen=False, loss="mse", **change):
    generator = plan.prepare(seed)
    model = StereoNet(depth=depth, activation=activation, dropout=dropout)
    for layer in ones:
        nn.init.ones_(model.get_submodule(layer).weight)
    if frozen:
        model.features[0].requires_grad_(False)
    samples = images.stereo(generator, samples, offset=offset, scale=scale)
    return plan.make(model, samples, LOSSES[loss], seed=seed, **{**PLAN, **change})
