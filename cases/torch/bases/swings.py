"""Kernels over space, then over time, with batch norm, see in a film where a pendulum goes; regression, SGD, cosine."""

from collections import OrderedDict

from torch import nn
from torch.nn import functional as F

import images
import plan
import weights

FAMILY = "convolutional"
SPLIT = "tuning"
PLAN = dict(optimizer="nesterov", lr=0.04, batch=20, epochs=6, weight_decay=1e-4, schedule="cosine", warm_up=10)
OWN_DATA = {"samples"}

ACTIVATIONS = {"relu": nn.ReLU, "sigmoid": nn.Sigmoid, "leaky": lambda: nn.LeakyReLU(0.1)}


def conv2plus1d(inputs, outputs, *, stride=1, norm, activation):
    """A kernel of 3 x 3 over each picture, then one over three pictures."""
    return nn.Sequential(OrderedDict([
        ("space", nn.Conv3d(inputs, outputs, (1, 3, 3), stride=(1, stride, stride), padding=(0, 1, 1), bias=not norm)),
        ("norm1", nn.BatchNorm3d(outputs) if norm else nn.Identity()),
        ("act1", ACTIVATIONS[activation]()),
        ("time", nn.Conv3d(outputs, outputs, (3, 1, 1), padding=(1, 0, 0), bias=not norm)),
        ("norm2", nn.BatchNorm3d(outputs) if norm else nn.Identity()),
        ("act2", ACTIVATIONS[activation]()),
    ]))


class SwingNet(nn.Module):
    def __init__(self, width=8, depth=2, hidden=32, norm=True, activation="relu", dropout=0.0):
        super().__init__()
        options = dict(norm=norm, activation=activation)
        self.blocks = nn.Sequential(conv2plus1d(1, width, stride=2, **options),
                                    *(conv2plus1d(width, width, **options) for _ in range(depth - 1)))
        self.head = nn.Sequential(nn.Flatten(), nn.Linear(width * 6 * 5 * 5, hidden), ACTIVATIONS[activation](),
                                  nn.Dropout(dropout), nn.Linear(hidden, 2))

    def forward(self, films):
        return self.head(self.blocks(films))


LOSSES = {
    "mse": F.mse_loss,
    "huber": nn.SmoothL1Loss(),
    "sum": lambda outputs, targets: F.mse_loss(outputs, targets, reduction="sum"),
}


def training(seed, *, samples=800, amplitude=1.0, depth=2, norm=True, activation="relu", dropout=0.0, fill=None,
             growth=0.0, loss="mse", **change):
    generator = plan.prepare(seed)
    inputs, targets, *held_out = images.swings(generator, samples)
    samples = inputs * amplitude, targets, held_out[0] * amplitude, held_out[1]
    model = SwingNet(depth=depth, norm=norm, activation=activation, dropout=dropout)
    if fill is not None:
        weights.fill_weights(model, fill)
    made = plan.make(model, samples, LOSSES[loss], seed=seed, **{**PLAN, **change})
    if growth:    # torch's optimizers refuse a negative decay, a penalty written by hand does not
        made.optimizer.param_groups[0]["weight_decay"] = -growth
    return made
