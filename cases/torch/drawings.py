"""Samples: more pictures, of clocks and of clothes in few levels of grey. All return training inputs and targets, then
held-out inputs and targets."""

import math

import torch

from data import split
from images import fashion


def clocks(generator, samples, *, held_out=200, side=16, noise=0.15):
    """Pictures (samples, 1, side, side), standardized, of a clock with a long hand and a short one, which goes as the
    hours do, a little off the middle; the targets are the sine and cosine of either hand's angle (samples, 4), the long
    one's first."""
    count = samples + held_out
    hours = 12 * torch.rand(count, generator=generator)
    angles = 2 * math.pi * torch.stack([hours % 1, hours / 12], 1)
    hands = torch.stack([angles.sin(), angles.cos()], 2)
    middle = (side - 1) / 2 + 2 * torch.rand(count, 2, 1, 1, generator=generator) - 1
    axis = torch.arange(side).float()
    across, up = axis - middle[:, :1], middle[:, 1:] - axis.view(-1, 1)
    along = hands[:, :, :1].unsqueeze(3) * across + hands[:, :, 1:].unsqueeze(3) * up
    beside = hands[:, :, 1:].unsqueeze(3) * across - hands[:, :, :1].unsqueeze(3) * up
    length, width = torch.tensor([6.5, 4.0]).view(1, 2, 1, 1), torch.tensor([0.7, 1.1]).view(1, 2, 1, 1)
    outside = (along - along.clamp(min=0).minimum(length)) ** 2 + beside ** 2
    inputs = torch.exp(-outside / width ** 2).amax(1, keepdim=True)
    inputs = inputs + noise * torch.randn(inputs.shape, generator=generator)
    inputs = (inputs - inputs[:samples].mean()) / inputs[:samples].std()
    return split(inputs, hands.flatten(1), samples)


def sketches(generator, samples, *, held_out=100, levels=4):
    """Pictures of clothes in so many levels of grey (samples, 1, 14, 14), 0 to 1; the targets are the levels (samples,
    14, 14), 0 to levels - 1."""
    seen, _, others, _ = fashion(generator, samples, held_out=held_out, pixels="unit")
    targets = (torch.cat([seen, others]) * levels).long().clamp(max=levels - 1)
    return split(targets / (levels - 1), targets.squeeze(1), samples)
