"""Convolutions with batch norm and a sigmoid at the end find the box of a rectangle in noise; Adam."""

import torch
from torch import nn
from torch.nn import functional as F

import images
import plan
import weights

FAMILY = "convolutional"
SPLIT = "tuning"
PLAN = dict(optimizer="adam", lr=0.003, batch=32, epochs=15)
OWN_DATA = {"samples", "noise"}

ACTIVATIONS = {"leaky": lambda: nn.LeakyReLU(0.1), "relu": lambda: nn.ReLU(inplace=True)}
OUTPUTS = {"sigmoid": nn.Sigmoid, "identity": nn.Identity}


class BoxRegressor(nn.Module):
    """flip: pictures are mirrored at random while training, and their boxes are not."""

    def __init__(self, channels, norm, activation, output, flip):
        super().__init__()
        layers, inputs = [], 1
        for outputs in (channels, 2 * channels, 2 * channels):
            layers += [nn.Conv2d(inputs, outputs, 3, stride=2, padding=1), nn.BatchNorm2d(outputs) if norm
                       else nn.Identity(), ACTIVATIONS[activation]()]
            inputs = outputs
        self.backbone = nn.Sequential(*layers, nn.Flatten())
        self.box_head = nn.Sequential(nn.Linear(inputs * 9, 32), ACTIVATIONS[activation](), nn.Linear(32, 4),
                                      OUTPUTS[output]())
        self.flip = flip

    def forward(self, x):
        if self.training and self.flip:
            for dim in (2, 3):
                x = torch.where(torch.rand(len(x), 1, 1, 1) < 0.5, x.flip(dim), x)
        return self.box_head(self.backbone(x))


LOSSES = {
    "mse": F.mse_loss,
    # Boxes of whole pixels: what is rounded has no gradient.
    "pixels": lambda outputs, boxes: F.mse_loss((20 * outputs).round() / 20, boxes),
    "weighted": lambda outputs, boxes: 500 * F.mse_loss(outputs, boxes),
}


def training(seed, *, samples=1500, noise=0.4, amplitude=1.0, scale=1.0, channels=12, norm=True, activation="leaky",
             output="sigmoid", flip=False, gain=None, prior=None, loss="mse", **change):
    generator = plan.prepare(seed)
    inputs, targets, *held_out = images.boxes(generator, samples, noise=noise, scale=scale)
    samples = amplitude * inputs, targets, amplitude * held_out[0], held_out[1]
    model = BoxRegressor(channels, norm, activation, output, flip)
    if gain is not None:
        weights.scale_weights(model, gain)
    if prior is not None:
        weights.set_biases(model, prior, last=True)
    return plan.make(model, samples, LOSSES[loss], seed=seed, **{**PLAN, **change})
