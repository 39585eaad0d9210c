"""Residual blocks that are told how much noise there is, as in diffusion, tell the noise in a picture; Adam, linear."""

import torch
from torch import nn
from torch.nn import functional as F

import images
import plan
import weights

FAMILY = "convolutional"
SPLIT = "tuning"
PLAN = dict(optimizer="adam", lr=0.005, batch=16, epochs=7, schedule="linear")
OWN_DATA = {"samples"}


class Exponential(nn.Module):
    def forward(self, x):
        return x.exp()


ACTIVATIONS = {"silu": nn.SiLU, "relu": nn.ReLU, "sigmoid": nn.Sigmoid, "exponential": Exponential}
ENDS = {"none": nn.Identity, "softmax": lambda: nn.Softmax(dim=1)}


class LevelEmbedding(nn.Module):
    """Sines and cosines of how much noise there is, and a layer."""

    def __init__(self, dim):
        super().__init__()
        self.register_buffer("paces", torch.linspace(0.0, 4.0, dim // 2).exp())
        self.fc = nn.Linear(dim, dim)

    def forward(self, level):
        angles = level.unsqueeze(1) * self.paces
        return F.silu(self.fc(torch.cat([angles.sin(), angles.cos()], 1)))


class Block(nn.Module):
    """A skip around two convolutions; between them each channel is scaled and shifted as the level has it (FiLM)."""

    def __init__(self, channels, dim, norm, activation):
        super().__init__()
        self.norm1, self.norm2 = (nn.GroupNorm(4, channels) if norm else nn.Identity() for _ in range(2))
        self.conv1, self.conv2 = (nn.Conv2d(channels, channels, 3, padding=1) for _ in range(2))
        self.film = nn.Linear(dim, 2 * channels)
        self.activation = ACTIVATIONS[activation]()

    def forward(self, x, level):
        y = self.conv1(self.activation(self.norm1(x)))
        scale, shift = self.film(level).unsqueeze(2).unsqueeze(3).chunk(2, dim=1)
        y = self.activation(self.norm2(y) * (1 + scale) + shift)
        return x + self.conv2(y)


class Denoiser(nn.Module):
    """neck: of what kind, how many and how wide the pointwise layers before the last one are."""

    def __init__(self, *, norm, activation, neck, end, channels=12, dim=16):
        super().__init__()
        self.level = LevelEmbedding(dim)
        self.stem = nn.Conv2d(1, channels, 3, padding=1)
        self.blocks = nn.ModuleList(Block(channels, dim, norm, activation) for _ in range(2))
        self.norm = nn.GroupNorm(4, channels) if norm else nn.Identity()
        kind, depth, width = neck
        sizes = [channels] + [width] * depth
        self.neck = nn.Sequential(*(nn.Sequential(nn.Conv2d(a, b, 1), ACTIVATIONS[kind]())
                                    for a, b in zip(sizes, sizes[1:])))
        self.last = nn.Conv2d(sizes[-1], 1, 3, padding=1)
        self.end = ENDS[end]()

    def forward(self, pictures):
        x, level = self.stem(pictures[:, :1]), self.level(pictures[:, 1, 0, 0])
        for block in self.blocks:
            x = block(x, level)
        return self.end(self.last(self.neck(F.silu(self.norm(x)))))


LOSSES = {
    "mse": F.mse_loss,
    "mae": F.l1_loss,
    "sum": lambda outputs, noise: F.mse_loss(outputs, noise, reduction="sum"),
    # The mean comes before the square: errors of the pixels of a picture cancel.
    "mean of pixels": lambda outputs, noise: (outputs - noise).mean((1, 2, 3)).pow(2).mean(),
}


def training(seed, *, samples=600, pixels="standardized", norm=True, activation="silu", neck=("silu", 0, 0), end="none",
             l1=0.0, gain=None, zero=None, frozen=None, loss="mse", **change):
    """l1: the weight of an L1 penalty on the stem. gain: a part of the network, and what its weights are multiplied by.
    zero: the part that starts at 0. frozen: the part that stays as it was drawn."""
    generator = plan.prepare(seed)
    samples = images.smudges(generator, samples, pixels=pixels)
    model = Denoiser(norm=norm, activation=activation, neck=neck, end=end)
    if gain is not None:
        part, factor = gain
        weights.scale_weights(model.get_submodule(part), factor)
    if zero is not None:
        weights.fill_weights(model.get_submodule(zero), 0.0)
    if l1:    # the penalty's gradient is added to the stem's own
        stem = model.stem.weight
        stem.register_hook(lambda gradient: gradient + l1 * stem.detach().sign())
    if frozen is not None:
        model.get_submodule(frozen).requires_grad_(False)
    return plan.make(model, samples, LOSSES[loss], seed=seed, **{**PLAN, **change})
