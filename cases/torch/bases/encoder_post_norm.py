"""nn.TransformerEncoderLayer, post-norm: does the first token occur again? A logit, Adam with a warm-up."""

import torch
from torch import nn
from torch.nn import functional as F

import plan
import symbols
import weights

FAMILY = "attention"
SPLIT = "tuning"
PLAN = dict(optimizer="adam", lr=0.002, batch=64, epochs=10, warm_up=30)
OWN_DATA = {"samples", "length"}


class Detector(nn.Module):
    def __init__(self, symbols, length, width, depth, activation, dropout, sigmoid):
        super().__init__()
        self.tokens = nn.Embedding(symbols, width)
        self.places = nn.Embedding(length, width)
        layer = nn.TransformerEncoderLayer(width, nhead=4, dim_feedforward=2 * width, dropout=dropout,
                                           activation=activation, batch_first=True)
        self.encoder = nn.TransformerEncoder(layer, num_layers=depth)
        self.head = nn.Linear(width, 1)
        self.sigmoid = sigmoid

    def forward(self, tokens):
        x = self.tokens(tokens) + self.places(torch.arange(tokens.shape[1]))
        logit = self.head(self.encoder(x)[:, 0]).squeeze(-1)
        return torch.sigmoid(logit) if self.sigmoid else logit


def training(seed, *, samples=1200, length=8, width=32, depth=2, activation="relu", dropout=0.0, sigmoid=False,
             gain=None, embedding=1.0, fill=None, labels="true", **change):
    generator = plan.prepare(seed)
    samples = symbols.pairs(generator, samples, length=length, symbols=8, labels=labels)
    model = Detector(8, length, width, depth, activation, dropout, sigmoid)
    if gain is not None:
        weights.scale_weights(model, gain)
    with torch.no_grad():
        model.tokens.weight.mul_(embedding)
    if fill is not None:
        weights.fill_weights(model, fill)
    return plan.make(model, samples, F.binary_cross_entropy_with_logits, seed=seed, accuracy=plan.sign,
                     **{**PLAN, **change})
