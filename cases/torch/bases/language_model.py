"""A causal transformer predicts the next token of a random grammar; the output's weights are the embedding's, AdamW."""

import torch
from torch import nn
from torch.nn import functional as F

import plan
import symbols
import weights

FAMILY = "attention"
SPLIT = "tuning"
PLAN = dict(optimizer="adamw", lr=0.003, batch=32, epochs=6, weight_decay=0.01, clip=1.0)
OWN_DATA = {"samples", "noise"}


class LanguageModel(nn.Module):
    def __init__(self, symbols, length, width, depth, embedding, tied, dropout):
        super().__init__()
        self.tokens = nn.Embedding(symbols, width)
        self.places = nn.Embedding(length, width)
        nn.init.normal_(self.tokens.weight, std=embedding)
        nn.init.normal_(self.places.weight, std=embedding)
        self.norms = nn.ModuleList([nn.LayerNorm(width) for _ in range(2 * depth + 1)])
        self.attention = nn.ModuleList([nn.MultiheadAttention(width, 2, dropout=dropout, batch_first=True)
                                        for _ in range(depth)])
        self.mlps = nn.ModuleList([nn.Sequential(nn.Linear(width, 2 * width), nn.GELU(), nn.Linear(2 * width, width),
                                                 nn.Dropout(dropout)) for _ in range(depth)])
        self.out = nn.Linear(width, symbols, bias=False)
        if tied:
            self.out.weight = self.tokens.weight

    def forward(self, tokens):
        length = tokens.shape[1]
        future = torch.ones(length, length, dtype=torch.bool).triu(1)
        x = self.tokens(tokens) + self.places(torch.arange(length))
        for i, (attention, mlp) in enumerate(zip(self.attention, self.mlps)):
            h = self.norms[2 * i](x)
            x = x + attention(h, h, h, attn_mask=future, need_weights=False)[0]
            x = x + mlp(self.norms[2 * i + 1](x))
        return self.out(self.norms[-1](x))


def loss(outputs, targets):
    return F.cross_entropy(outputs.reshape(-1, outputs.shape[-1]), targets.reshape(-1))


def right(outputs, targets):
    return float((outputs.argmax(-1) == targets).float().mean())


def training(seed, *, samples=600, noise=0.1, width=32, depth=2, embedding=0.02, tied=True, dropout=0.0, fill=None,
             labels="true", **change):
    generator = plan.prepare(seed)
    samples = symbols.chains(generator, samples, noise=noise, labels=labels)
    model = LanguageModel(12, 16, width, depth, embedding, tied, dropout)
    if fill is not None:
        weights.fill_weights(model, fill)
    return plan.make(model, samples, loss, seed=seed, accuracy=right, **{**PLAN, **change})
