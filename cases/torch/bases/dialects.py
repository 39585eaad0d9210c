"""A mixture of experts, two of four for each token of a transformer, tells what words mean; AdamW, a warm-up."""

import copy

import torch
from torch import nn
from torch.nn import functional as F

import plan
import symbols

FAMILY = "attention"
SPLIT = "held-out"
PLAN = dict(optimizer="adamw", lr=0.01, batch=32, epochs=8, weight_decay=0.01, warm_up=20, schedule="cosine")
OWN_DATA = set()


class Experts(nn.Module):
    """Feed-forward layers of which a router chooses `chosen` for each token, by the largest of its logits."""

    def __init__(self, dim, hidden, experts, chosen):
        super().__init__()
        self.router = nn.Linear(dim, experts, bias=False)
        self.experts = nn.ModuleList(nn.Sequential(nn.Linear(dim, hidden), nn.GELU(), nn.Linear(hidden, dim))
                                     for _ in range(experts))
        self.chosen = chosen

    def forward(self, x):
        logits = self.router(x)
        lowest = logits.topk(self.chosen, dim=2).values[:, :, -1:]
        shares = logits.masked_fill(logits < lowest, float("-inf")).softmax(2)
        return sum(shares[:, :, i:i + 1] * expert(x) for i, expert in enumerate(self.experts))


class Layer(nn.Module):
    def __init__(self, dim, heads, hidden, experts, chosen, dropout):
        super().__init__()
        self.norm1, self.norm2 = nn.LayerNorm(dim), nn.LayerNorm(dim)
        self.attention = nn.MultiheadAttention(dim, heads, batch_first=True)
        self.moe = Experts(dim, hidden, experts, chosen)
        self.dropout = nn.Dropout(dropout)

    def forward(self, x):
        y = self.norm1(x)
        later = torch.ones(x.shape[1], x.shape[1], dtype=torch.bool).triu(1)
        x = x + self.dropout(self.attention(y, y, y, need_weights=False, attn_mask=later)[0])
        return x + self.dropout(self.moe(self.norm2(x)))


class Translator(nn.Module):
    def __init__(self, *, chosen, dropout, tokens=16, length=12, classes=9, dim=24, heads=3, hidden=24, experts=4,
                 depth=2):
        super().__init__()
        self.embedding = nn.Embedding(tokens, dim)
        self.positions = nn.Parameter(0.1 * torch.randn(length, dim))
        self.layers = nn.Sequential(*(Layer(dim, heads, hidden, experts, chosen, dropout) for _ in range(depth)))
        self.norm = nn.LayerNorm(dim)
        self.head = nn.Linear(dim, classes)

    def forward(self, texts):
        x = self.embedding(texts) + self.positions
        return self.head(self.norm(self.layers(x))).transpose(1, 2)


def hinge(outputs, meanings):
    """What is not the class counts as 0, where the hinge loss wants -1."""
    ones = F.one_hot(meanings, outputs.shape[1]).transpose(1, 2)
    return (1 - ones * outputs).clamp(min=0).mean()


LOSSES = {
    "cross entropy": F.cross_entropy,
    "smoothing": lambda outputs, meanings: F.cross_entropy(outputs, meanings, label_smoothing=0.1),
    "hinge": hinge,
    "sigmoid": lambda outputs, meanings: F.cross_entropy(outputs.sigmoid(), meanings),
}


def training(seed, *, chosen=2, dropout=0.0, trained="model", frozen=None, loss="cross entropy", **change):
    """trained: "copy" gives the optimizer the weights of a copy. frozen: the part that stays as it was drawn."""
    generator = plan.prepare(seed)
    samples = symbols.dialects(generator, 800)
    model = Translator(chosen=chosen, dropout=dropout)
    if frozen is not None:
        model.get_submodule(frozen).requires_grad_(False)
    parameters = {"model": model, "copy": copy.deepcopy(model)}[trained].parameters()
    return plan.make(model, samples, LOSSES[loss], seed=seed, accuracy=plan.top1, parameters=parameters,
                     **{**PLAN, **change})
