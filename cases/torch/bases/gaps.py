"""An encoder with rotary places, RMS norms and gated feed-forward layers fills the gaps in a text; AdamW, warm-up."""

import math

import torch
from torch import nn
from torch.nn import functional as F

import plan
import symbols
import weights

FAMILY = "attention"
SPLIT = "tuning"
PLAN = dict(optimizer="adamw", lr=0.008, batch=40, epochs=6, weight_decay=0.01, warm_up=20)
OWN_DATA = {"samples", "noise"}
LENGTH, MISSING, SYMBOLS = 12, 2, 12


class RMSNorm(nn.Module):
    def __init__(self, dim, eps=1e-6):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(dim))
        self.eps = eps

    def forward(self, x):
        return self.weight * x * torch.rsqrt(x.pow(2).mean(-1, keepdim=True) + self.eps)


def rotate(x, axis):
    """Rotary places for queries and keys (batch, heads, tokens, width); axis: the dimension that counts them."""
    half = x.shape[3] // 2
    places = torch.arange(x.shape[axis]).float().view([-1 if dim == axis else 1 for dim in range(4)])
    angles = places / 100 ** (torch.arange(half) / half)
    a, b = x[..., :half], x[..., half:]
    return torch.cat([a * angles.cos() - b * angles.sin(), a * angles.sin() + b * angles.cos()], 3)


class Attention(nn.Module):
    """hides: "padding", "words" (the mask turned round) or "nothing"."""

    def __init__(self, dim, n_heads, rotary, hides, sharpness):
        super().__init__()
        self.wq, self.wk, self.wv, self.wo = (nn.Linear(dim, dim, bias=False) for _ in range(4))
        self.n_heads, self.rotary, self.hides, self.sharpness = n_heads, rotary, hides, sharpness

    def forward(self, x, words):
        q, k, v = (w(x).unflatten(2, (self.n_heads, -1)).transpose(1, 2) for w in (self.wq, self.wk, self.wv))
        q, k = rotate(q, self.rotary), rotate(k, self.rotary)
        scores = self.sharpness * q @ k.transpose(2, 3) / math.sqrt(q.shape[3])
        hidden = {"padding": ~words, "words": words, "nothing": torch.zeros_like(words)}[self.hides]
        scores = scores.masked_fill(hidden[:, None, None, :], -1e9)
        return self.wo((scores.softmax(3) @ v).transpose(1, 2).flatten(2))


class GatedFeedForward(nn.Module):
    def __init__(self, dim, hidden):
        super().__init__()
        self.w1, self.w3 = nn.Linear(dim, hidden, bias=False), nn.Linear(dim, hidden, bias=False)
        self.w2 = nn.Linear(hidden, dim, bias=False)

    def forward(self, x):
        return self.w2(F.silu(self.w1(x)) * self.w3(x))


class Encoder(nn.Module):
    """Takes tokens and the places of the gaps. where: the outputs there, or at the first places, which is a mistake."""

    def __init__(self, dim, n_heads, n_layers, std, tied, where, attention):
        super().__init__()
        self.embedding = nn.Embedding(SYMBOLS + 2, dim)
        nn.init.normal_(self.embedding.weight, std=std)
        self.layers = nn.ModuleList(nn.ModuleList([RMSNorm(dim), Attention(dim, n_heads, **attention), RMSNorm(dim),
                                                   GatedFeedForward(dim, 2 * dim)]) for _ in range(n_layers))
        self.norm = RMSNorm(dim)
        self.output = nn.Linear(dim, SYMBOLS + 2, bias=False)
        if tied:
            self.output.weight = self.embedding.weight
        self.where = where

    def forward(self, rows):
        tokens, places = rows[:, :LENGTH], rows[:, LENGTH:]
        words = tokens > 0
        x = self.embedding(tokens)
        for norm1, attention, norm2, feed_forward in self.layers:
            x = x + attention(norm1(x), words)
            x = x + feed_forward(norm2(x))
        if self.where == "first":
            places = torch.arange(MISSING).expand_as(places)
        x = self.norm(x).gather(1, places.unsqueeze(2).expand(-1, -1, x.shape[2]))
        return self.output(x)[:, :, 2:].transpose(1, 2)


LOSSES = {
    "cross entropy": F.cross_entropy,
    "smooth": lambda outputs, targets: F.cross_entropy(outputs, targets, label_smoothing=0.1),
}


def training(seed, *, samples=1000, noise=0.1, told=False, dim=24, n_heads=2, n_layers=2, std=0.02, tied=False,
             where="gaps", rotary=2, hides="padding", sharpness=1.0, fill=None, frozen=False,
             gain=None, loss="cross entropy", **change):
    generator = plan.prepare(seed)
    samples = symbols.gaps(generator, samples, length=LENGTH, symbols=SYMBOLS, missing=MISSING, noise=noise, told=told)
    model = Encoder(dim, n_heads, n_layers, std, tied, where, dict(rotary=rotary, hides=hides, sharpness=sharpness))
    if gain is not None:
        weights.scale_weights(model.layers, gain)
    if fill is not None:
        weights.fill_weights(model, fill)
    if frozen:
        model.embedding.requires_grad_(False)
    return plan.make(model, samples, LOSSES[loss], seed=seed, accuracy=plan.top1, **{**PLAN, **change})
