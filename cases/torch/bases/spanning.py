"""Attention with batch norm, as for travelling salesmen, tells how long the roads between nine places are; Adam."""

import torch
from torch import nn
from torch.nn import functional as F

import geometry
import plan

FAMILY = "attention"
SPLIT = "tuning"
PLAN = dict(optimizer="adam", lr=0.005, batch=32, epochs=8, schedule="exponential", decay=0.99)
OWN_DATA = {"samples", "noise"}

ACTIVATIONS = {"relu": nn.ReLU, "none": nn.Identity, "softmax": lambda: nn.Softmax(dim=-1), "tanh": nn.Tanh}


class SkipConnection(nn.Module):
    def __init__(self, module):
        super().__init__()
        self.module = module

    def forward(self, x):
        return x + self.module(x)


class MultiHeadAttention(nn.Module):
    """Its weights are held as one matrix for each head."""

    def __init__(self, n_heads, embed_dim):
        super().__init__()
        key_dim = embed_dim // n_heads
        self.scale = key_dim ** -0.5
        self.W_query = nn.Parameter(torch.empty(n_heads, embed_dim, key_dim))
        self.W_key = nn.Parameter(torch.empty(n_heads, embed_dim, key_dim))
        self.W_val = nn.Parameter(torch.empty(n_heads, embed_dim, key_dim))
        self.W_out = nn.Parameter(torch.empty(n_heads, key_dim, embed_dim))
        for weight in self.parameters():
            nn.init.uniform_(weight, -embed_dim ** -0.5, embed_dim ** -0.5)

    def forward(self, h):
        q, k, v = (torch.einsum("bnd,hdk->bhnk", h, w) for w in (self.W_query, self.W_key, self.W_val))
        attn = (self.scale * q @ k.transpose(2, 3)).softmax(dim=-1)
        return torch.einsum("bhnk,hkd->bnd", attn @ v, self.W_out)


class Normalization(nn.Module):
    """Batch norm over the places of all maps."""

    def __init__(self, embed_dim):
        super().__init__()
        self.normalizer = nn.BatchNorm1d(embed_dim)

    def forward(self, h):
        return self.normalizer(h.flatten(0, 1)).view_as(h)


class FeedForward(nn.Sequential):
    def __init__(self, inputs, hidden, outputs, activation):
        super().__init__(nn.Linear(inputs, hidden), ACTIVATIONS[activation](), nn.Linear(hidden, outputs))


class Encoder(nn.Module):
    """inner, activation, last: the functions within the layers, within the head and after it. times: what its output
    is multiplied by."""

    def __init__(self, *, embed_dim, n_heads, inner, activation, last, times, n_layers=2, hidden=64):
        super().__init__()
        self.init_embed = nn.Linear(2, embed_dim)
        layers = []
        for _ in range(n_layers):
            layers += [SkipConnection(MultiHeadAttention(n_heads, embed_dim)), Normalization(embed_dim),
                       SkipConnection(FeedForward(embed_dim, hidden, embed_dim, inner)), Normalization(embed_dim)]
        self.layers = nn.Sequential(*layers)
        self.head = nn.Sequential(FeedForward(embed_dim, hidden, 1, activation), ACTIVATIONS[last]())
        self.times = times

    def forward(self, maps):
        return self.times * self.head(self.layers(self.init_embed(maps)).mean(dim=1))


LOSSES = {
    "mse": F.mse_loss,
    "huber": F.smooth_l1_loss,
    "sum": lambda outputs, lengths: F.mse_loss(outputs, lengths, reduction="sum"),
    # As if standardized lengths were probabilities.
    "bce": F.binary_cross_entropy_with_logits,
}


def training(seed, *, samples=1000, noise=0.05, unit=1.0, embed_dim=32, n_heads=4, inner="relu", activation="relu",
             last="none", times=1.0, frozen=False, loss="mse", **change):
    generator = plan.prepare(seed)
    inputs, targets, *held_out = geometry.spanning(generator, samples, noise=noise)
    samples = unit * inputs, targets, unit * held_out[0], held_out[1]
    model = Encoder(embed_dim=embed_dim, n_heads=n_heads, inner=inner, activation=activation, last=last, times=times)
    if frozen:
        model.init_embed.requires_grad_(False)
    return plan.make(model, samples, LOSSES[loss], seed=seed, **{**PLAN, **change})
