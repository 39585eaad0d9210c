"""A tanh cell written by hand recalls the first of twelve tokens; its gradients are clipped."""

import torch
from torch import nn

import plan
import symbols
import weights

FAMILY = "recurrent"
SPLIT = "tuning"
PLAN = dict(optimizer="adam", lr=0.002, batch=32, epochs=8, clip=1.0)
OWN_DATA = {"samples", "length"}


class Recurrent(nn.Module):
    def __init__(self, symbols, width, activation, recurrent):
        super().__init__()
        self.embed = nn.Embedding(symbols, 16)
        self.input = nn.Linear(16, width)
        self.hidden = nn.Linear(width, width, bias=False)
        self.output = nn.Linear(width, symbols)
        self.activation = activation
        nn.init.orthogonal_(self.hidden.weight, gain=recurrent)

    def forward(self, tokens):
        inputs = self.input(self.embed(tokens))
        state = torch.zeros(len(tokens), self.hidden.in_features)
        for time in range(tokens.shape[1]):
            state = self.activation(inputs[:, time] + self.hidden(state))
        return self.output(state)


def training(seed, *, samples=1000, length=12, width=48, activation="tanh", recurrent=1.0, embedding=1.0, fill=None,
             frozen=False, labels="true", **change):
    generator = plan.prepare(seed)
    samples = symbols.first_token(generator, samples, length=length, labels=labels)
    model = Recurrent(8, width, getattr(torch, activation), recurrent)
    with torch.no_grad():
        model.embed.weight.mul_(embedding)
    if fill is not None:
        weights.fill_weights(model, fill)
    if frozen:
        model.embed.weight.requires_grad_(False)
    return plan.make(model, samples, nn.CrossEntropyLoss(), seed=seed, accuracy=plan.top1, **{**PLAN, **change})
