"""nn.GRU reads pictures of 14 x 14 row by row, Adam."""

import torch
from torch import nn

import images
import plan
import weights

FAMILY = "recurrent"
SPLIT = "tuning"
PLAN = dict(optimizer="adam", lr=0.006, batch=32, epochs=10)
OWN_DATA = {"samples"}


class Rows(nn.Module):
    def __init__(self, width, layers, both_ways, dropout):
        super().__init__()
        self.gru = nn.GRU(14, width, num_layers=layers, bidirectional=both_ways, dropout=dropout if layers > 1 else 0.0,
                          batch_first=True)
        self.dropout = nn.Dropout(dropout)
        self.classify = nn.Linear(width * (2 if both_ways else 1), 10)

    def forward(self, pictures):
        states, _ = self.gru(self.dropout(pictures.squeeze(1)))
        return self.classify(self.dropout(states.mean(dim=1)))


def training(seed, *, samples=1200, width=40, layers=1, both_ways=False, dropout=0.0, gain=None, fill=None,
             trained="all", pixels="standardized", labels="true", rare=(), **change):
    generator = plan.prepare(seed)
    samples = images.fashion(generator, samples, pixels=pixels, labels=labels, rare=rare)
    model = Rows(width, layers, both_ways, dropout)
    if gain is not None:
        weights.scale_weights(model, gain)
    if fill is not None:
        weights.fill_weights(model, fill)
    parameters = {"all": model, "head": model.classify}[trained].parameters()
    criterion = nn.CrossEntropyLoss()
    return plan.make(model, samples, criterion, seed=seed, accuracy=plan.top1, parameters=parameters,
                     **{**PLAN, **change})
