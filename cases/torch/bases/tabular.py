"""An FT-Transformer foretells the price of a house: a token for each column of a table and a class token; AdamW."""

import math

import torch
from torch import nn

import data
import plan
import weights

FAMILY = "attention"
SPLIT = "tuning"
PLAN = dict(optimizer="adamw", lr=0.003, batch=32, epochs=12, weight_decay=1e-4)
OWN_DATA = {"samples", "missing"}
NUMBERS, DISTRICTS, KINDS = 5, 5, 4


class FeatureTokenizer(nn.Module):
    def __init__(self, d_token, std):
        super().__init__()
        self.weight = nn.Parameter(torch.empty(NUMBERS, d_token))
        self.bias = nn.Parameter(torch.empty(NUMBERS, d_token))
        self.cls = nn.Parameter(torch.empty(1, 1, d_token))
        for parameter in self.parameters():
            nn.init.uniform_(parameter, -1 / math.sqrt(d_token), 1 / math.sqrt(d_token))
        self.district = nn.Embedding(DISTRICTS, d_token)
        self.kind = nn.Embedding(KINDS, d_token)
        for embedding in (self.district, self.kind):
            nn.init.normal_(embedding.weight, std=std)

    def forward(self, rows):
        numbers = rows[:, :NUMBERS, None] * self.weight + self.bias
        district, kind = rows[:, NUMBERS:].long().unbind(1)
        categories = torch.stack([self.district(district), self.kind(kind)], 1)
        return torch.cat([self.cls.expand(len(rows), -1, -1), numbers, categories], 1)


class Attention(nn.Module):
    def __init__(self, d_token, n_heads, dropout):
        super().__init__()
        self.W_q, self.W_k, self.W_v, self.W_out = (nn.Linear(d_token, d_token) for _ in range(4))
        self.n_heads = n_heads
        self.dropout = nn.Dropout(dropout)

    def forward(self, x):
        q, k, v = (layer(x).unflatten(2, (self.n_heads, -1)).transpose(1, 2)
                   for layer in (self.W_q, self.W_k, self.W_v))
        scores = q @ k.transpose(2, 3) / math.sqrt(q.shape[3])
        mixed = self.dropout(scores.softmax(3)) @ v
        return self.W_out(mixed.transpose(1, 2).flatten(2))


class ReGLU(nn.Module):
    def forward(self, x):
        a, b = x.chunk(2, dim=-1)
        return a * b.relu()


class FTTransformer(nn.Module):
    """trained: "head" for features that come without a gradient, as from code that was written for evaluation."""

    def __init__(self, d_token, n_heads, n_layers, dropout, trained, std):
        super().__init__()
        self.tokenizer = FeatureTokenizer(d_token, std)
        self.layers = nn.ModuleList()
        for _ in range(n_layers):
            ffn = nn.Sequential(nn.Linear(d_token, 4 * d_token), ReGLU(), nn.Dropout(dropout),
                                nn.Linear(2 * d_token, d_token))
            self.layers.append(nn.ModuleList([nn.LayerNorm(d_token), Attention(d_token, n_heads, dropout),
                                              nn.LayerNorm(d_token), ffn]))
        self.head = nn.Sequential(nn.LayerNorm(d_token), nn.ReLU(), nn.Linear(d_token, 1))
        self.trained = trained

    def forward(self, rows):
        with torch.set_grad_enabled(self.trained == "all" and torch.is_grad_enabled()):
            features = self.features(rows)
        return self.head(features)

    def features(self, rows):
        x = self.tokenizer(rows)
        for norm1, attention, norm2, ffn in self.layers:
            x = x + attention(norm1(x))
            x = x + ffn(norm2(x))
        return x[:, 0]


LOSSES = {
    "mse": nn.MSELoss(),
    "huber": nn.HuberLoss(delta=0.5),
    # (batch, 1) against (batch,): every house is compared with every price.
    "broadcast": lambda outputs, targets: ((outputs - targets.view(-1)) ** 2).mean(),
}


def training(seed, *, samples=1000, missing=0.0, income=1.0, offset=0.0, scale=1.0, d_token=24, n_heads=2, n_layers=2,
             dropout=0.0, trained="all", std=0.2, fill=None, frozen=False, loss="mse", **change):
    generator = plan.prepare(seed)
    samples = data.houses(generator, samples, missing=missing, income=income, offset=offset, scale=scale)
    model = FTTransformer(d_token, n_heads, n_layers, dropout, trained, std)
    if fill is not None:
        weights.fill_weights(model, fill)
    if frozen:
        model.tokenizer.requires_grad_(False)
    return plan.make(model, samples, LOSSES[loss], seed=seed, **{**PLAN, **change})
