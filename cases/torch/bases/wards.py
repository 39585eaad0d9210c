"""A GRU-D, written by hand, whose state decays while nothing is measured, tells which patients do badly; Adam."""

import torch
from torch import nn
from torch.nn import functional as F

import data
import plan

FAMILY = "recurrent"
SPLIT = "tuning"
PLAN = dict(optimizer="adam", lr=0.012, batch=40, epochs=8, schedule="exponential", decay=0.99, clip=5.0)
OWN_DATA = {"samples", "missing"}


class GRUD(nn.Module):
    """What was not taken is the last value, which decays to 0, the mean; so does the state."""

    def __init__(self, signs, hidden):
        super().__init__()
        self.hidden = hidden
        self.decay_x = nn.Parameter(torch.zeros(signs))
        self.decay_h = nn.Linear(signs, hidden)
        self.gates = nn.Linear(2 * signs + hidden, 2 * hidden)
        self.candidate = nn.Linear(2 * signs + hidden, hidden)

    def forward(self, records):
        h = records.new_zeros(len(records), self.hidden)
        last = 0.0
        for step in records.unbind(1):
            x, m, since = step.chunk(3, dim=1)
            last = m * x + (1 - m) * last
            x = m * x + (1 - m) * torch.exp(-F.relu(self.decay_x * since)) * last
            h = torch.exp(-F.relu(self.decay_h(since))) * h
            z, r = torch.sigmoid(self.gates(torch.cat([x, m, h], 1))).chunk(2, dim=1)
            new = torch.tanh(self.candidate(torch.cat([x, m, r * h], 1)))
            h = (1 - z) * h + z * new
        return h


class Prognosis(nn.Module):
    """depth: the number of sigmoid layers of 84 between. scale: what the last state is multiplied by."""

    def __init__(self, hidden, depth, scale, dropout):
        super().__init__()
        self.rnn = GRUD(3, hidden)
        self.dropout = nn.Dropout(dropout)
        sizes = [hidden] + [84] * depth
        self.hidden = nn.Sequential(*(nn.Sequential(nn.Linear(a, b), nn.Sigmoid()) for a, b in zip(sizes, sizes[1:])))
        self.fc = nn.Linear(sizes[-1], 1)
        self.scale = scale

    def forward(self, records):
        return self.fc(self.hidden(self.dropout(self.scale * self.rnn(records)))).squeeze(1)


LOSSES = {
    "bce": F.binary_cross_entropy_with_logits,
    "sum": lambda outputs, badly: F.binary_cross_entropy_with_logits(outputs, badly, reduction="sum"),
    "smoothing": lambda outputs, badly: F.binary_cross_entropy_with_logits(outputs, 0.1 + 0.8 * badly),
    "no sigmoid": lambda outputs, badly: F.binary_cross_entropy(outputs.clamp(1e-7, 1 - 1e-7), badly),
    "hinge": lambda outputs, badly: (1 - outputs * badly).clamp(min=0).mean(),
    # Over a dimension of one: the probability is always 1.
    "softmax": lambda outputs, badly: F.binary_cross_entropy(outputs.unsqueeze(1).softmax(1).squeeze(1), badly),
}


def training(seed, *, samples=800, missing=0.5, hidden=20, depth=0, scale=1.0, dropout=0.0, frozen=False,
             loss="bce", labels="true", **change):
    generator = plan.prepare(seed)
    samples = data.wards(generator, samples, missing=missing, labels=labels)
    model = Prognosis(hidden, depth, scale, dropout)
    if frozen:
        model.rnn.decay_h.requires_grad_(False)
    return plan.make(model, samples, LOSSES[loss], seed=seed, accuracy=plan.sign, **{**PLAN, **change})
