"""Residual blocks and a pixel shuffle draw the details that a coarse picture of clothes lacks; regression, Adam."""

from torch import nn
from torch.nn import functional as F

import images
import plan
import weights

FAMILY = "convolutional"
SPLIT = "tuning"
PLAN = dict(optimizer="adam", lr=0.008, batch=20, epochs=8, schedule="linear")
OWN_DATA = {"samples"}

ACTIVATIONS = {"prelu": nn.PReLU, "relu": nn.ReLU, "sigmoid": nn.Sigmoid, "none": nn.Identity}


class Block(nn.Module):
    def __init__(self, channels, activation, skip):
        super().__init__()
        self.conv1 = nn.Conv2d(channels, channels, 3, padding=1)
        self.activation = ACTIVATIONS[activation]()
        self.conv2 = nn.Conv2d(channels, channels, 3, padding=1)
        self.skip = skip

    def forward(self, x):
        branch = self.conv2(self.activation(self.conv1(x)))
        return x + branch if self.skip else branch


class Upscaler(nn.Module):
    """cut: the features come to the last convolution without a gradient."""

    def __init__(self, channels, blocks, activation, skip, end, cut):
        super().__init__()
        self.head = nn.Sequential(nn.Conv2d(1, channels, 3, padding=1), ACTIVATIONS[activation]())
        self.body = nn.Sequential(*(Block(channels, activation, skip) for _ in range(blocks)))
        self.tail = nn.Sequential(nn.Conv2d(channels, 4, 3, padding=1), nn.PixelShuffle(2), ACTIVATIONS[end]())
        self.cut = cut

    def forward(self, x):
        x = self.body(self.head(x))
        return self.tail(x.detach() if self.cut else x)


LOSSES = {
    "mse": F.mse_loss,
    "mae": F.l1_loss,
    "sum": lambda outputs, details: F.mse_loss(outputs, details, reduction="sum"),
    # The mean over the pictures comes before the square: errors of one picture make up for those of another.
    "mean over pictures first": lambda outputs, details: (outputs - details).mean(0).pow(2).mean(),
}


def training(seed, *, samples=800, scale=1.0, channels=16, blocks=3, activation="prelu", skip=True, end="none",
             cut=False, gain=None, frozen=False, loss="mse", **change):
    generator = plan.prepare(seed)
    samples = images.details(generator, samples, scale=scale)
    model = Upscaler(channels, blocks, activation, skip, end, cut)
    if gain is not None:
        weights.scale_weights(model, gain)
    if frozen:
        model.head.requires_grad_(False)
    return plan.make(model, samples, LOSSES[loss], seed=seed, **{**PLAN, **change})
