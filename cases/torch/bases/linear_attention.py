"""Linear attention says of each of twelve tokens how often it occurs; AdamW, a warm-up of ten steps and a cosine."""

from dataclasses import dataclass

import torch
from torch import nn
from torch.nn import functional as F

import plan
import symbols
import weights

FAMILY = "attention"
SPLIT = "tuning"
PLAN = dict(optimizer="adamw", lr=0.01, batch=32, epochs=8, schedule="cosine", warm_up=10, weight_decay=0.01)
OWN_DATA = {"samples", "length"}


@dataclass
class Config:
    vocab: int = 8
    dim: int = 24
    heads: int = 2
    embedding: float = 1.0


class LinearAttention(nn.Module):
    """softmax(q k) v without the softmax: q (k v), where q and k are made positive."""

    def __init__(self, cfg):
        super().__init__()
        self.cfg = cfg
        self.qkv = nn.Linear(cfg.dim, 3 * cfg.dim, bias=False)
        self.proj = nn.Linear(cfg.dim, cfg.dim)

    def forward(self, x):
        B, N, C = x.shape
        q, k, v = self.qkv(x).view(B, N, 3, self.cfg.heads, -1).permute(2, 0, 3, 1, 4)
        q, k = F.elu(q) + 1, F.elu(k) + 1
        y = q @ (k.transpose(-2, -1) @ v) / (q @ k.sum(-2, keepdim=True).transpose(-2, -1))
        return self.proj(y.transpose(1, 2).reshape(B, N, C))


class Block(nn.Module):
    def __init__(self, cfg):
        super().__init__()
        self.ln1, self.ln2 = nn.LayerNorm(cfg.dim), nn.LayerNorm(cfg.dim)
        self.attn = LinearAttention(cfg)
        self.mlp = nn.Sequential(nn.Linear(cfg.dim, 2 * cfg.dim), nn.ReLU(), nn.Linear(2 * cfg.dim, cfg.dim))

    def forward(self, x):
        x = x + self.attn(self.ln1(x))
        return x + self.mlp(self.ln2(x))


class Labeller(nn.Module):
    def __init__(self, cfg):
        super().__init__()
        self.wte = nn.Embedding(cfg.vocab, cfg.dim)
        self.wte.weight.data *= cfg.embedding
        self.block = Block(cfg)
        self.head = nn.Sequential(nn.LayerNorm(cfg.dim), nn.Linear(cfg.dim, 3))

    def forward(self, idx):
        return self.head(self.block(self.wte(idx))).transpose(1, 2)    # (batch, classes, length)


LOSSES = {
    "cross entropy": F.cross_entropy,
    # The softmax over the places in place of the classes.
    "places": lambda logits, labels: F.nll_loss(logits.log_softmax(2), labels),
    "weighted": lambda logits, labels: F.cross_entropy(logits, labels, weight=torch.tensor([1.0, 1.5, 1.5])),
}


def training(seed, *, samples=800, length=12, loss="cross entropy", fill=None, trained="all", **change):
    generator = plan.prepare(seed)
    dataset = symbols.occurrences(generator, samples, length=length)
    cfg = Config(**{name: change.pop(name) for name in list(change) if name in Config.__dataclass_fields__})
    model = Labeller(cfg)
    if fill is not None:
        weights.fill_weights(model.block, fill)
    if trained == "head":
        model.wte.requires_grad_(False)
        model.block.requires_grad_(False)
    return plan.make(model, dataset, LOSSES[loss], seed=seed, accuracy=plan.top1, **{**PLAN, **change})
