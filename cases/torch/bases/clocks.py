"""Inverted residuals with batch norm and hard swish, as in MobileNetV3, read a clock; regression, RMSprop."""

from torch import nn
from torch.nn import functional as F

import drawings
import plan
import weights

FAMILY = "convolutional"
SPLIT = "held-out"
PLAN = dict(optimizer="rmsprop", lr=0.003, batch=25, epochs=10, schedule="one-cycle")
OWN_DATA = set()


class InvertedResidual(nn.Module):
    """A skip around pointwise kernels that widen, one kernel for each channel, and pointwise ones that narrow again."""

    def __init__(self, inp, oup, stride, activation, expand=3):
        super().__init__()
        hidden = expand * inp
        self.conv = nn.Sequential(
            nn.Conv2d(inp, hidden, 1, bias=False), nn.BatchNorm2d(hidden), activation(),
            nn.Conv2d(hidden, hidden, 3, stride, 1, groups=hidden, bias=False), nn.BatchNorm2d(hidden), activation(),
            nn.Conv2d(hidden, oup, 1, bias=False), nn.BatchNorm2d(oup))
        self.identity = stride == 1 and inp == oup

    def forward(self, x):
        return x + self.conv(x) if self.identity else self.conv(x)


class Exponential(nn.Module):
    def forward(self, x):
        return x.exp()


ACTIVATIONS = {"hardswish": nn.Hardswish, "relu": nn.ReLU, "sigmoid": nn.Sigmoid, "exponential": Exponential}


class ClockReader(nn.Module):
    """head: of what kind, how many and how wide the layers before the last one are."""

    def __init__(self, *, activation, head, dropout, width=12):
        super().__init__()
        activation = ACTIVATIONS[activation]
        self.stem = nn.Sequential(nn.Conv2d(1, width, 3, 2, 1, bias=False), nn.BatchNorm2d(width), activation())
        self.features = nn.Sequential(InvertedResidual(width, width, 1, activation),
                                      InvertedResidual(width, width, 2, activation),
                                      InvertedResidual(width, width, 1, activation))
        kind, depth, wide = head
        sizes = [16 * width] + [wide] * depth
        self.head = nn.Sequential(*(nn.Sequential(nn.Linear(a, b), ACTIVATIONS[kind]())
                                    for a, b in zip(sizes, sizes[1:])))
        self.dropout = nn.Dropout(dropout)
        self.last = nn.Linear(wide, 4)

    def forward(self, x):
        return self.last(self.dropout(self.head(self.features(self.stem(x)).flatten(1))))


LOSSES = {"mse": F.mse_loss, "mae": F.l1_loss}


def training(seed, *, amplitude=1.0, activation="hardswish", head=("hardswish", 1, 32), dropout=0.0, gain=None,
             fill=None, bias=None, uniform=None, frozen=None, loss="mse", **change):
    """gain: a part of the network, and what its weights are multiplied by. fill: a part, and what its weights start at.
    bias: where the biases start. uniform: how far from 0 the head's weights are drawn. frozen: the part that stays as
    it was drawn."""
    generator = plan.prepare(seed)
    inputs, targets, *held_out = drawings.clocks(generator, 700)
    samples = inputs * amplitude, targets, held_out[0] * amplitude, held_out[1]
    model = ClockReader(activation=activation, head=head, dropout=dropout)
    if gain is not None:
        part, factor = gain
        weights.scale_weights(model.get_submodule(part), factor)
    if fill is not None:
        part, value = fill
        weights.fill_weights(model.get_submodule(part), value)
    if bias is not None:
        weights.set_biases(model, bias, last=True)
    if uniform is not None:
        for layer in model.head:
            nn.init.uniform_(layer[0].weight, -uniform, uniform)
            nn.init.zeros_(layer[0].bias)
    if frozen is not None:
        model.get_submodule(frozen).requires_grad_(False)
    return plan.make(model, samples, LOSSES[loss], seed=seed, **{**PLAN, **change})
