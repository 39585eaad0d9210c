"""nn.MultiheadAttention in which a query finds its key in a table and gives its value; regression, Adam."""

import torch
from torch import nn

import data
import plan
import weights

FAMILY = "attention"
SPLIT = "tuning"
PLAN = dict(optimizer="adam", lr=0.003, batch=32, epochs=20)
OWN_DATA = {"samples", "length"}

ACTIVATIONS = {"relu": nn.ReLU, "silu": nn.SiLU}


class Lookup(nn.Module):
    """Of `padded` the last rows of the table are masked, as if they filled up a batch."""

    def __init__(self, length, width, heads, activation, detach, padded):
        super().__init__()
        self.keys = nn.Embedding(length, width)
        self.value = nn.Linear(1, width)
        self.attention = nn.MultiheadAttention(width, heads, batch_first=True)
        self.mlp = nn.Sequential(nn.LayerNorm(width), nn.Linear(width, 2 * width), ACTIVATIONS[activation](),
                                 nn.Linear(2 * width, 1))
        self.detach = detach
        self.padded = padded

    def forward(self, rows):
        keys = self.keys(rows[:, :, 0].long())
        table, query = keys[:, :-1] + self.value(rows[:, :-1, 1:]), keys[:, -1:]
        mask = torch.zeros(table.shape[:2], dtype=torch.bool)
        mask[::8, table.shape[1] - self.padded:] = True
        found, _ = self.attention(query, table, table, key_padding_mask=mask)
        if self.detach:
            found = found.detach()
        return self.mlp(found[:, 0])


LOSSES = {
    "mse": nn.MSELoss(),
    "huber": nn.HuberLoss(),
    # (batch, 1) against (batch,): every output is compared with every target.
    "broadcast": lambda outputs, targets: torch.mean((outputs - targets.flatten()) ** 2),
}


def training(seed, *, samples=1200, length=8, width=32, heads=2, activation="relu", detach=False, padded=0, fill=None,
             amplitude=1.0, offset=0.0, scale=1.0, loss="mse", **change):
    generator = plan.prepare(seed)
    samples = data.lookup(generator, samples, length=length, offset=offset, scale=scale)
    for rows in samples[::2]:
        rows[:, :, 1] *= amplitude
    model = Lookup(length, width, heads, activation, detach, padded)
    if fill is not None:
        weights.fill_weights(model, fill)
    return plan.make(model, samples, LOSSES[loss], seed=seed, **{**PLAN, **change})
