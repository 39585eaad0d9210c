"""Self- and cross-attention between two clouds of points find for each point its like; AdamW with a cosine."""

import math

import torch
from torch import nn
from torch.nn import functional as F

import geometry
import plan

FAMILY = "attention"
SPLIT = "tuning"
PLAN = dict(optimizer="adamw", lr=0.01, batch=40, epochs=6, weight_decay=0.01, schedule="cosine", warm_up=15)
OWN_DATA = {"samples", "points", "jitter"}


class Layer(nn.Module):
    """Each point asks those of `source`, its own cloud or the other one; what it is told goes through the MLP."""

    def __init__(self, dim, heads, residual):
        super().__init__()
        self.attend = nn.MultiheadAttention(dim, heads, batch_first=True)
        self.norm1, self.norm2 = nn.LayerNorm(dim), nn.LayerNorm(dim)
        self.mlp = nn.Sequential(nn.Linear(2 * dim, 2 * dim), nn.GELU(), nn.Linear(2 * dim, dim))
        self.residual = residual

    def forward(self, x, source):
        told = self.norm1(source)
        message, _ = self.attend(self.norm1(x), told, told, need_weights=False)
        return self.residual * x + self.mlp(torch.cat([self.norm2(x), message], 2))


class Matcher(nn.Module):
    """Gives scores (samples, points of the second cloud, points of the first)."""

    def __init__(self, dim, heads, depth, residual, scores):
        super().__init__()
        self.encode = nn.Sequential(nn.Linear(2, dim), nn.GELU(), nn.Linear(dim, dim))
        self.self_layers = nn.ModuleList(Layer(dim, heads, residual) for _ in range(depth))
        self.cross_layers = nn.ModuleList(Layer(dim, heads, residual) for _ in range(depth))
        self.project = nn.Linear(dim, dim)
        self.scores = SCORES[scores]

    def forward(self, clouds):
        first, second = self.encode(clouds).unbind(1)
        for own, cross in zip(self.self_layers, self.cross_layers):
            first, second = own(first, first), own(second, second)
            first, second = cross(first, second), cross(second, first)
        return self.scores(self.project(second), self.project(first))


def product(second, first):
    return second @ first.transpose(1, 2) / math.sqrt(first.shape[2])


def cosine(second, first):
    return F.normalize(second, dim=2) @ F.normalize(first, dim=2).transpose(1, 2)


SCORES = {
    "product": product,
    "unscaled": lambda second, first: second @ first.transpose(1, 2),
    "distance": lambda second, first: -torch.cdist(second, first) ** 2,
    "cosine": lambda second, first: cosine(second, first) / 0.1,
    # A temperature of 0.1 by which it is multiplied.
    "cool cosine": lambda second, first: cosine(second, first) * 0.1,
    "averaged": lambda second, first: product(second.mean(1, keepdim=True).expand_as(second), first),
}


def training(seed, *, samples=800, points=8, jitter=0.05, inverse=True, size=1.0, shift=0.0, dim=32, heads=4, depth=1,
             residual=1.0, scores="product", frozen=False, zero_branches=False, smoothing=0.0, **change):
    generator = plan.prepare(seed)
    inputs, targets, *held_out = geometry.matches(generator, samples, points=points, jitter=jitter, inverse=inverse)
    samples = inputs * size + shift, targets, held_out[0] * size + shift, held_out[1]
    model = Matcher(dim, heads, depth, residual, scores)
    if frozen:
        model.encode.requires_grad_(False)
    for layer in [*model.self_layers, *model.cross_layers] if zero_branches else ():
        nn.init.zeros_(layer.mlp[2].weight)
    return plan.make(model, samples, nn.CrossEntropyLoss(label_smoothing=smoothing), seed=seed, accuracy=plan.top1,
                     **{**PLAN, **change})
