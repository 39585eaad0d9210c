"""A policy network, residual kernels, Mish and global pooling as in KataGo, finds the winning move; SGD in steps."""

import torch
from torch import nn
from torch.nn import functional as F

import boards
import plan

FAMILY = "convolutional"
SPLIT = "tuning"
PLAN = dict(optimizer="sgd", lr=0.1, batch=32, epochs=8, weight_decay=1e-4, schedule="step", decay=0.3, every=150)
OWN_DATA = {"samples"}

ACTIVATIONS = {"mish": F.mish, "relu": F.relu}


class GlobalPool(nn.Module):
    """The mean and the maximum of each channel over the board."""

    def forward(self, x):
        return torch.cat([x.mean((2, 3)), x.amax((2, 3))], 1)


class ResBlock(nn.Module):
    """Pre-activation; what is pooled from all of the board is added in the middle."""

    def __init__(self, channels, activation):
        super().__init__()
        self.norm1, self.norm2 = nn.BatchNorm2d(channels), nn.BatchNorm2d(channels)
        self.conv1 = nn.Conv2d(channels, channels, 3, padding=1, bias=False)
        self.conv2 = nn.Conv2d(channels, channels, 3, padding=1, bias=False)
        self.gpool = GlobalPool()
        self.to_bias = nn.Linear(2 * channels, channels)
        self.activation = activation

    def forward(self, x):
        out = self.conv1(self.activation(self.norm1(x)))
        out = out + self.to_bias(self.gpool(out))[:, :, None, None]
        return x + self.conv2(self.activation(self.norm2(out)))


# The map that the last convolution gives has one channel, over which a softmax is always 1.
ENDS = {"map": lambda x: x, "softmax over channels": lambda x: x.softmax(dim=1)}


class PolicyNet(nn.Module):
    def __init__(self, *, channels, blocks, activation, end):
        super().__init__()
        self.activation = ACTIVATIONS[activation]
        self.stem = nn.Conv2d(2, channels, 3, padding=1, bias=False)
        self.blocks = nn.Sequential(*(ResBlock(channels, self.activation) for _ in range(blocks)))
        self.norm = nn.BatchNorm2d(channels)
        self.policy = nn.Conv2d(channels, 1, 1)
        self.end = ENDS[end]

    def forward(self, boards):
        x = self.blocks(self.stem(boards))
        return self.end(self.policy(self.activation(self.norm(x)))).flatten(1)


LOSSES = {
    "cross entropy": F.cross_entropy,
    "smooth": lambda logits, moves: F.cross_entropy(logits, moves, label_smoothing=0.1),
    "sum": lambda logits, moves: F.cross_entropy(logits, moves, reduction="sum"),
    # The softmax is over the places of each row in place of those of the board.
    "rows": lambda logits, moves: F.nll_loss(logits.unflatten(1, (6, 6)).log_softmax(dim=2).flatten(1), moves),
}


def training(seed, *, samples=1000, flipped=False, amplitude=1.0, channels=24, blocks=2, activation="mish", end="map",
             ones=None, l1=0.0, loss="cross entropy", **change):
    """flipped: half of the training boards are flipped left to right, and not their moves."""
    generator = plan.prepare(seed)
    inputs, targets, *held_out = boards.moves(generator, samples)
    if flipped:
        chosen = torch.rand(len(inputs), generator=generator) < 0.5
        inputs[chosen] = inputs[chosen].flip(3)
    model = PolicyNet(channels=channels, blocks=blocks, activation=activation, end=end)
    if ones is not None:
        nn.init.ones_(model.get_submodule(ones).weight)
    if l1:    # the penalty's gradient is added to the first kernels' own
        first = model.stem.weight
        first.register_hook(lambda gradient: gradient + l1 * first.detach().sign())
    samples = amplitude * inputs, targets, amplitude * held_out[0], held_out[1]
    return plan.make(model, samples, LOSSES[loss], seed=seed, accuracy=plan.top1, **{**PLAN, **change})
