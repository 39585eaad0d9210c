"""Four convolutions with group norm and SiLU on pictures of 14 x 14, AdamW."""

import torch
from torch import nn

import images
import plan
import weights

FAMILY = "convolutional"
SPLIT = "tuning"
PLAN = dict(optimizer="adamw", lr=0.003, batch=32, epochs=8, weight_decay=0.01)
OWN_DATA = {"samples"}

ACTIVATIONS = {"silu": nn.SiLU, "relu": nn.ReLU, "gelu": nn.GELU}


class Network(nn.Module):
    def __init__(self, activation, groups, dropout, unused):
        super().__init__()
        widths = [1, 16, 16, 32, 32]
        self.body = nn.ModuleList()
        for i, (inputs, outputs) in enumerate(zip(widths, widths[1:])):
            self.body.append(nn.Sequential(
                nn.Conv2d(inputs, outputs, 3, stride=2 if i in (1, 2) else 1, padding=1, bias=False),
                nn.GroupNorm(groups, outputs), ACTIVATIONS[activation]()))
        self.dropout = nn.Dropout2d(dropout)
        self.head = nn.Linear(32, 10)
        if unused:
            self.auxiliary = nn.Sequential(nn.Linear(32, 64), nn.ReLU(), nn.Linear(64, 10))

    def forward(self, x):
        for layer in self.body:
            x = self.dropout(layer(x))
        return self.head(torch.mean(x, (2, 3)))


def training(seed, *, samples=1200, activation="silu", groups=4, dropout=0.0, unused=False, gain=None, fill=None,
             frozen=False, pixels="standardized", labels="true", rare=(), **change):
    generator = plan.prepare(seed)
    samples = images.fashion(generator, samples, pixels=pixels, labels=labels, rare=rare)
    model = Network(activation, groups, dropout, unused)
    if gain is not None:
        weights.scale_weights(model, gain)
    if fill is not None:
        weights.fill_weights(model, fill)
    if frozen:
        for parameter in model.body[0].parameters():
            parameter.requires_grad = False
    return plan.make(model, samples, nn.functional.cross_entropy, seed=seed, accuracy=plan.top1, **{**PLAN, **change})
