"""A PixelCNN, kernels masked so that they see what is above and to the left, foretells each pixel's grey; Adam."""

import torch
from torch import nn
from torch.nn import functional as F

import drawings
import plan
import weights

FAMILY = "convolutional"
SPLIT = "held-out"
PLAN = dict(optimizer="adam", lr=0.01, batch=16, epochs=7, schedule="step", every=80, decay=0.5)
OWN_DATA = set()
LEVELS = 4


class MaskedConv2d(nn.Conv2d):
    """kind: "A" does not see the pixel itself, "B" does."""

    def __init__(self, kind, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.register_buffer("mask", torch.ones_like(self.weight))
        _, _, height, width = self.weight.shape
        self.mask[:, :, height // 2, width // 2 + (kind == "B"):] = 0
        self.mask[:, :, height // 2 + 1:] = 0

    def forward(self, x):
        return F.conv2d(x, self.weight * self.mask, self.bias, padding=self.padding)


ACTIVATIONS = {"relu": nn.ReLU, "hard sigmoid": nn.Hardsigmoid}


class Block(nn.Module):
    """skip: False for none around it."""

    def __init__(self, channels, activation, skip):
        super().__init__()
        activation = ACTIVATIONS[activation]
        self.net = nn.Sequential(activation(), nn.Conv2d(channels, channels // 2, 1), activation(),
                                 MaskedConv2d("B", channels // 2, channels // 2, 3, padding=1), activation(),
                                 nn.Conv2d(channels // 2, channels, 1))
        self.skip = skip

    def forward(self, x):
        return x + self.net(x) if self.skip else self.net(x)


INPUTS = {"centred": lambda x: 2 * x - 1, "softmax": lambda x: x.softmax(dim=1)}


class PixelCNN(nn.Module):
    """neck: how many pointwise layers of a sigmoid come before the last one."""

    def __init__(self, *, inputs, depth, activation, skip, neck, channels=24):
        super().__init__()
        self.inputs = INPUTS[inputs]
        self.first = MaskedConv2d("A", 1, channels, 5, padding=2)
        self.blocks = nn.Sequential(*(Block(channels, activation, skip) for _ in range(depth)))
        self.neck = nn.Sequential(nn.ReLU(), nn.Conv2d(channels, channels, 1), nn.ReLU(),
                                  *(nn.Sequential(nn.Conv2d(channels, channels, 1), nn.Sigmoid()) for _ in range(neck)))
        self.out = nn.Conv2d(channels, LEVELS, 1)

    def forward(self, x):
        return self.out(self.neck(self.blocks(self.first(self.inputs(x)))))


def squares(outputs, levels):
    return F.mse_loss(outputs, F.one_hot(levels, LEVELS).permute(0, 3, 1, 2).float())


LOSSES = {
    "cross entropy": F.cross_entropy,
    "smoothing": lambda outputs, levels: F.cross_entropy(outputs, levels, label_smoothing=0.1),
    "mse": squares,
    "nll": F.nll_loss,
}


def training(seed, *, inputs="centred", depth=3, activation="relu", skip=True, neck=0, std=None, gain=None,
             penalty=None, frozen=None, loss="cross entropy", **change):
    """std: the deviation of all weights and biases. gain: a part of the network, and what its weights are multiplied
    by. penalty: a layer, and the weight of an L1 and an L2 penalty on it. frozen: the part that stays as it was
    drawn."""
    generator = plan.prepare(seed)
    samples = drawings.sketches(generator, 500, levels=LEVELS)
    model = PixelCNN(inputs=inputs, depth=depth, activation=activation, skip=skip, neck=neck)
    if std is not None:
        for parameter in model.parameters():
            nn.init.normal_(parameter, std=std)
    if gain is not None:
        part, times = gain
        weights.scale_weights(model.get_submodule(part), times)
    if penalty is not None:    # the penalties' gradients are added to the layer's own
        part, factor = penalty
        weight = model.get_submodule(part).weight
        weight.register_hook(lambda gradient: gradient + factor * (weight.detach().sign() + 2 * weight.detach()))
    if frozen is not None:
        model.get_submodule(frozen).requires_grad_(False)
    return plan.make(model, samples, LOSSES[loss], seed=seed, accuracy=plan.top1, **{**PLAN, **change})
