"""Maxout networks in every place of a torus, one kernel and then pointwise ones, play the Game of Life; SGD, linear."""

import torch
from torch import nn
from torch.nn import functional as F

import boards
import plan

FAMILY = "convolutional"
SPLIT = "tuning"
PLAN = dict(optimizer="sgd", lr=0.15, batch=16, epochs=12, schedule="linear")
OWN_DATA = {"samples", "share"}


class Maxout(nn.Module):
    """The larger of each pair of channels."""

    def forward(self, x):
        return x.unflatten(1, (-1, 2)).amax(2)


# What follows a convolution, and how many channels it has for each that comes out.
ACTIVATIONS = {"maxout": (Maxout, 2), "relu": (nn.ReLU, 1), "tanh": (nn.Tanh, 1), "none": (nn.Identity, 1),
               "hard sigmoid": (nn.Hardsigmoid, 1)}


def layer(inputs, width, activation, kernel=1):
    kind, pieces = ACTIVATIONS[activation]
    return nn.Conv2d(inputs, pieces * width, kernel, padding=kernel // 2, padding_mode="circular"), kind()


class Automaton(nn.Sequential):
    """first, second: activation functions. depth: the number of layers after the first."""

    def __init__(self, first, second, depth, width=16):
        layers = [*layer(1, width, first, kernel=3)]
        for _ in range(depth):
            layers += layer(width, width, second)
        super().__init__(*layers, nn.Conv2d(width, 1, 1))


LOSSES = {
    "bce": F.binary_cross_entropy_with_logits,
    "sum": lambda outputs, cells: F.binary_cross_entropy_with_logits(outputs, cells, reduction="sum"),
    "mse": lambda outputs, cells: F.mse_loss(outputs.sigmoid(), cells),
    "mse of logits": F.mse_loss,
    "mse of signs": lambda outputs, cells: F.mse_loss(outputs.sigmoid(), 2 * cells - 1),
    "no sigmoid": lambda outputs, cells: F.binary_cross_entropy(outputs.clamp(1e-7, 1 - 1e-7), cells),
}


def training(seed, *, samples=320, share=0.4, first="maxout", second="maxout", depth=1, amplitude=1.0, penalty=0.0,
             loss="bce", labels="true", **change):
    generator = plan.prepare(seed)
    model = Automaton(first, second, depth)
    if penalty:    # its gradient, of the sum of absolute values and squares, is added to the kernels' own
        kernels = model[2].weight
        kernels.register_hook(lambda gradient: gradient + penalty * (kernels.detach().sign() + 2 * kernels.detach()))
    inputs, targets, *held_out = boards.life(generator, samples, share=share, labels=labels)
    samples = inputs * amplitude, targets, held_out[0] * amplitude, held_out[1]
    return plan.make(model, samples, LOSSES[loss], seed=seed, accuracy=plan.sign, **{**PLAN, **change})
