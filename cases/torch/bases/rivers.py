"""A causal transformer, heads that share keys and values and ALiBi's slopes, tells a river's level from rain; AdamW."""

import torch
from torch import nn
from torch.nn import functional as F

import data
import plan
import weights

FAMILY = "attention"
SPLIT = "tuning"
PLAN = dict(optimizer="adamw", lr=0.006, batch=25, epochs=13, weight_decay=0.01, warm_up=15, schedule="cosine")
OWN_DATA = {"samples"}


def alibi(length, heads):
    """What is added to the scores (heads, length, length): less for what is longer ago, nothing for what is to come."""
    slopes = 2.0 ** (-2 * torch.arange(heads).float())
    ago = torch.arange(length).view(-1, 1) - torch.arange(length)
    bias = -slopes.view(-1, 1, 1) * ago
    return bias.masked_fill(ago < 0, float("-inf"))


class MultiQueryAttention(nn.Module):
    def __init__(self, dim, heads):
        super().__init__()
        self.heads = heads
        self.query = nn.Linear(dim, dim, bias=False)
        self.key_value = nn.Linear(dim, 2 * dim // heads, bias=False)
        self.out = nn.Linear(dim, dim)

    def forward(self, x):
        q = self.query(x).unflatten(2, (self.heads, -1)).transpose(1, 2)
        k, v = self.key_value(x).unsqueeze(1).chunk(2, dim=3)
        scores = q @ k.transpose(2, 3) / q.shape[3] ** 0.5 + alibi(x.shape[1], self.heads)
        return self.out((scores.softmax(3) @ v).transpose(1, 2).flatten(2))


ACTIVATIONS = {"gelu": nn.GELU, "relu": nn.ReLU}


class Layer(nn.Module):
    def __init__(self, dim, heads, dropout, activation):
        super().__init__()
        self.attention = MultiQueryAttention(dim, heads)
        self.mlp = nn.Sequential(nn.Linear(dim, 2 * dim), ACTIVATIONS[activation](), nn.Linear(2 * dim, dim))
        self.norm1, self.norm2 = nn.LayerNorm(dim), nn.LayerNorm(dim)
        self.dropout = nn.Dropout(dropout)

    def forward(self, x):
        x = x + self.dropout(self.attention(self.norm1(x)))
        return x + self.dropout(self.mlp(self.norm2(x)))


class RiverModel(nn.Module):
    """batch_first: False for layers that take the first dimension for the hours."""

    def __init__(self, *, dropout, activation, batch_first, depth=2, dim=24, heads=4):
        super().__init__()
        self.embed = nn.Linear(3, dim)
        self.layers = nn.Sequential(*(Layer(dim, heads, dropout, activation) for _ in range(depth)))
        self.norm = nn.LayerNorm(dim)
        self.head = nn.Linear(dim, 1)
        self.batch_first = batch_first

    def forward(self, rain):
        x = self.embed(rain)
        x = self.layers(x) if self.batch_first else self.layers(x.transpose(0, 1)).transpose(0, 1)
        return self.head(self.norm(x))


LOSSES = {
    "mse": F.mse_loss,
    "huber": F.huber_loss,
    "sum": lambda outputs, levels: F.mse_loss(outputs, levels, reduction="sum"),
    # As mixed precision has it, but that nobody looks whether a gradient overflows.
    "half": lambda outputs, levels: 2.0 ** 24 * F.mse_loss(outputs.half().float(), levels),
}


def training(seed, *, samples=500, rain=1.0, dropout=0.0, activation="gelu", batch_first=True, gain=None,
             fill=None, bias=None, frozen=None, loss="mse", **change):
    """rain: what it is multiplied by. gain: a part of the network, and what its weights are multiplied by. frozen: the
    part that stays as it was drawn. bias: where all biases start."""
    generator = plan.prepare(seed)
    samples = data.rivers(generator, samples, scale=rain)
    model = RiverModel(dropout=dropout, activation=activation, batch_first=batch_first)
    if fill is not None:
        weights.fill_weights(model, fill)
    if gain is not None:
        part, factor = gain
        weights.scale_weights(model.get_submodule(part), factor)
    if bias is not None:
        weights.set_biases(model, bias, last=True)
    if frozen is not None:
        model.get_submodule(frozen).requires_grad_(False)
    return plan.make(model, samples, LOSSES[loss], seed=seed, **{**PLAN, **change})
