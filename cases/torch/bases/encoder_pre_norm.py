"""nn.TransformerEncoderLayer with norm_first reverses eight tokens; a class for every token, AdamW."""

import torch
from torch import nn

import plan
import symbols
import weights

FAMILY = "attention"
SPLIT = "tuning"
PLAN = dict(optimizer="adamw", lr=0.003, batch=32, epochs=8, weight_decay=0.01)
OWN_DATA = {"samples", "length"}


class Reverser(nn.Module):
    def __init__(self, symbols, length, width, depth, dropout, unused):
        super().__init__()
        self.tokens = nn.Embedding(symbols, width)
        self.places = nn.Parameter(torch.randn(1, length, width))
        layer = nn.TransformerEncoderLayer(width, nhead=2, dim_feedforward=2 * width, dropout=dropout, norm_first=True,
                                           activation="gelu", batch_first=True)
        self.encoder = nn.TransformerEncoder(layer, depth, norm=nn.LayerNorm(width))
        self.out = nn.Linear(width, symbols)
        if unused:
            self.value_head = nn.Linear(width, 1)

    def forward(self, tokens):
        x = self.encoder(self.tokens(tokens) + self.places)
        return self.out(x).transpose(1, 2)    # (batch, classes, length), as cross_entropy wants them


def training(seed, *, samples=1000, length=8, width=32, depth=1, dropout=0.0, unused=False, gain=None, embedding=1.0,
             fill=None, trained="all", frozen=False, labels="true", **change):
    generator = plan.prepare(seed)
    samples = symbols.reversal(generator, samples, length=length, labels=labels)
    model = Reverser(10, length, width, depth, dropout, unused)
    if gain is not None:
        weights.scale_weights(model, gain)
    with torch.no_grad():
        model.tokens.weight.mul_(embedding)
    if fill is not None:
        weights.fill_weights(model, fill)
    if frozen:
        model.tokens.weight.requires_grad_(False)
    parameters = {"all": model, "head": model.out}[trained].parameters()
    return plan.make(model, samples, nn.CrossEntropyLoss(), seed=seed, accuracy=plan.top1, parameters=parameters,
                     **{**PLAN, **change})
