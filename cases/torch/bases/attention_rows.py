"""Attention written by hand over the rows of pictures of 14 x 14; pre-norm blocks, Adam with a warm-up."""

import math

import torch
from torch import nn
from torch.nn import functional as F

import images
import plan
import weights

FAMILY = "attention"
SPLIT = "tuning"
PLAN = dict(optimizer="adam", lr=0.003, batch=32, epochs=7, warm_up=20)
OWN_DATA = {"samples"}


class Block(nn.Module):
    def __init__(self, width, heads, activation, dropout):
        super().__init__()
        self.heads = heads
        self.norm1 = nn.LayerNorm(width)
        self.qkv = nn.Linear(width, 3 * width)
        self.project = nn.Linear(width, width)
        self.norm2 = nn.LayerNorm(width)
        self.up = nn.Linear(width, 2 * width)
        self.down = nn.Linear(2 * width, width)
        self.activation = activation
        self.dropout = dropout

    def attend(self, x):
        batch, length, width = x.shape
        q, k, v = self.qkv(x).view(batch, length, 3, self.heads, width // self.heads).permute(2, 0, 3, 1, 4)
        scores = q @ k.transpose(-2, -1) / math.sqrt(width // self.heads)
        mixed = F.softmax(scores, dim=-1) @ v
        return self.project(mixed.transpose(1, 2).reshape(batch, length, width))

    def forward(self, x):
        x = x + F.dropout(self.attend(self.norm1(x)), self.dropout, self.training)
        hidden = self.activation(self.up(self.norm2(x)))
        return x + F.dropout(self.down(hidden), self.dropout, self.training)


class RowTransformer(nn.Module):
    def __init__(self, width, depth, activation, dropout, softmax):
        super().__init__()
        self.embed = nn.Linear(14, width)
        self.position = nn.Parameter(0.02 * torch.randn(14, width))
        self.blocks = nn.ModuleList([Block(width, 4, activation, dropout) for _ in range(depth)])
        self.norm = nn.LayerNorm(width)
        self.head = nn.Linear(width, 10)
        self.dropout = dropout
        self.softmax = softmax

    def forward(self, pictures):
        x = self.embed(pictures.squeeze(1)) + self.position
        x = F.dropout(x, self.dropout, self.training)
        for block in self.blocks:
            x = block(x)
        out = self.head(self.norm(x).mean(1))
        return F.softmax(out, dim=1) if self.softmax else out


def training(seed, *, samples=1200, width=32, depth=2, activation="relu", dropout=0.0, softmax=False, gain=None,
             fill=None, smoothing=0.0, pixels="standardized", labels="true", rare=(), **change):
    generator = plan.prepare(seed)
    samples = images.fashion(generator, samples, pixels=pixels, labels=labels, rare=rare)
    model = RowTransformer(width, depth, getattr(F, activation), dropout, softmax)
    if gain is not None:
        weights.scale_weights(model, gain)
    if fill is not None:
        weights.fill_weights(model, fill)

    def loss(outputs, targets):
        return F.cross_entropy(outputs, targets, label_smoothing=smoothing)

    return plan.make(model, samples, loss, seed=seed, accuracy=plan.top1, **{**PLAN, **change})
