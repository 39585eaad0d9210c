"""PatchTST: attention over patches of a normalized history foretells the load of a machine; AdamW, warm-up, cosine."""

import math

import torch
from torch import nn
from torch.nn import functional as F

import data
import plan

FAMILY = "attention"
SPLIT = "tuning"
PLAN = dict(optimizer="adamw", lr=0.006, batch=32, epochs=6, weight_decay=1e-4, schedule="cosine", warm_up=20)
OWN_DATA = {"samples", "noise", "still"}


class Attention(nn.Module):
    """axis: over which the softmax runs, that of the keys (-1) or of the queries (-2)."""

    def __init__(self, d_model, n_heads, axis, scaled):
        super().__init__()
        self.qkv = nn.Linear(d_model, 3 * d_model)
        self.out = nn.Linear(d_model, d_model)
        self.n_heads, self.axis, self.scaled = n_heads, axis, scaled

    def forward(self, x):
        q, k, v = (part.unflatten(2, (self.n_heads, -1)).transpose(1, 2) for part in self.qkv(x).chunk(3, dim=2))
        scores = q @ k.transpose(2, 3)
        if self.scaled:
            scores = scores / math.sqrt(q.shape[3])
        return self.out((scores.softmax(self.axis) @ v).transpose(1, 2).flatten(2))


class Block(nn.Module):
    def __init__(self, d_model, n_heads, dropout, axis, scaled, residual):
        super().__init__()
        self.attention = Attention(d_model, n_heads, axis, scaled)
        self.mlp = nn.Sequential(nn.Linear(d_model, 2 * d_model), nn.GELU(), nn.Dropout(dropout),
                                 nn.Linear(2 * d_model, d_model))
        self.norm1, self.norm2 = nn.LayerNorm(d_model), nn.LayerNorm(d_model)
        self.dropout, self.residual = nn.Dropout(dropout), residual

    def forward(self, x):
        x = self.residual * x + self.dropout(self.attention(self.norm1(x)))
        return self.residual * x + self.dropout(self.mlp(self.norm2(x)))


class PatchTST(nn.Module):
    """normalize: each history by its own mean and deviation, and its forecast back; floor is added to the deviation.
    positions: whether a patch is told where it lies."""

    def __init__(self, d_model, n_heads, n_layers, dropout, normalize, floor, positions, block):
        super().__init__()
        self.embed = nn.Linear(8, d_model)
        self.place = nn.Parameter(0.02 * torch.randn(6, d_model)) if positions else None
        self.blocks = nn.Sequential(*(Block(d_model, n_heads, dropout, **block) for _ in range(n_layers)))
        self.norm = nn.LayerNorm(d_model)
        self.head = nn.Linear(6 * d_model, 12)
        self.normalize, self.floor = normalize, floor

    def forward(self, series):
        mean, deviation = series.mean(1, keepdim=True), series.std(1, keepdim=True) + self.floor
        x = (series - mean) / deviation if self.normalize else series
        x = self.embed(x.unflatten(1, (6, 8)))
        if self.place is not None:
            x = x + self.place
        x = self.head(self.norm(self.blocks(x)).flatten(1))
        return x * deviation + mean if self.normalize else x


LOSSES = {
    "mse": F.mse_loss,
    "mae": F.l1_loss,
    # The mean comes before the square: errors up and down cancel.
    "square of the mean": lambda outputs, loads: (outputs - loads).mean() ** 2,
}


def training(seed, *, samples=800, noise=0.1, offset=0.0, scale=1.0, still=0, d_model=24, n_heads=2, n_layers=2,
             dropout=0.0, normalize=True, floor=1e-5, positions=True, axis=-1, scaled=True, residual=1.0,
             zero_branches=False, loss="mse", **change):
    generator = plan.prepare(seed)
    samples = data.loads(generator, samples, noise=noise, offset=offset, scale=scale, still=still)
    model = PatchTST(d_model, n_heads, n_layers, dropout, normalize, floor, positions,
                     dict(axis=axis, scaled=scaled, residual=residual))
    for block in model.blocks if zero_branches else ():
        nn.init.zeros_(block.attention.out.weight)
        nn.init.zeros_(block.mlp[3].weight)
    return plan.make(model, samples, LOSSES[loss], seed=seed, **{**PLAN, **change})
