"""An attentive neural process: places of a curve that are known tell how it goes elsewhere; regression, AdamW."""

import torch
from torch import nn
from torch.nn import functional as F

import data
import plan
import weights

FAMILY = "attention"
SPLIT = "tuning"
PLAN = dict(optimizer="adamw", lr=0.005, batch=25, epochs=6, weight_decay=1e-4, schedule="cosine", warm_up=20)
OWN_DATA = {"samples", "noise"}
KNOWN = 12

ACTIVATIONS = {"relu": nn.ReLU, "tanh": nn.Tanh}


class MLP(nn.Sequential):
    def __init__(self, inputs, hidden, outputs, activation):
        super().__init__(nn.Linear(inputs, hidden), ACTIVATIONS[activation](),
                         nn.Linear(hidden, hidden), ACTIVATIONS[activation](), nn.Linear(hidden, outputs))


class Attend(nn.Module):
    def __init__(self, width, heads):
        super().__init__()
        self.attention = nn.MultiheadAttention(width, heads, batch_first=True)
        self.norm = nn.LayerNorm(width)

    def forward(self, query, key, value):
        return self.norm(query + self.attention(query, key, value, need_weights=False)[0])


class NeuralProcess(nn.Module):
    def __init__(self, width, heads, activation):
        super().__init__()
        self.encode_place = MLP(1, width, width, activation)
        self.encode_pair = MLP(2, width, width, activation)
        self.among_known = Attend(width, heads)
        self.to_asked = Attend(width, heads)
        self.decode = MLP(2 * width, width, 1, activation)

    def forward(self, rows):
        known, asked = rows[:, :KNOWN], rows[:, KNOWN:, :1]
        pairs = self.encode_pair(known)
        pairs = self.among_known(pairs, pairs, pairs)
        place = self.encode_place(asked)
        found = self.to_asked(place, self.encode_place(known[:, :, :1]), pairs)
        return self.decode(torch.cat([place, found], 2)).squeeze(2)


LOSSES = {
    "mse": F.mse_loss,
    "sum": lambda outputs, heights: F.mse_loss(outputs, heights, reduction="sum"),
    # Of heights that are often next to 0.
    "relative": lambda outputs, heights: ((outputs - heights).abs() / heights.abs().clamp(min=1e-7)).mean(),
    # (samples, places, 1) less (samples, 1, places): each place is compared with all the others, too.
    "broadcast": lambda outputs, heights: (outputs.unsqueeze(2) - heights.unsqueeze(1)).pow(2).mean(),
    "hinge": lambda outputs, heights: (1 - outputs * heights).clamp(min=0).mean(),
}


def training(seed, *, samples=1000, noise=0.05, scale=1.0, width=32, heads=4, activation="relu",
             fill=None, gain=None, frozen=False, loss="mse", **change):
    generator = plan.prepare(seed)
    samples = data.curves(generator, samples, noise=noise, scale=scale)
    model = NeuralProcess(width, heads, activation)
    if fill is not None:
        weights.fill_weights(model, fill)
    if gain is not None:
        weights.scale_weights(model, gain)
    if frozen:
        model.among_known.requires_grad_(False)
    return plan.make(model, samples, LOSSES[loss], seed=seed, **{**PLAN, **change})
