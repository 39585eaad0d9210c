"""A matching network: pictures attend to each other, then one to few of known kinds, by cosines; Adam that decays."""

import torch
from torch import nn
from torch.nn import functional as F

import images
import plan
import weights

FAMILY = "attention"
SPLIT = "tuning"
PLAN = dict(optimizer="adam", lr=0.003, batch=20, epochs=4, schedule="step", decay=0.5, every=100)
OWN_DATA = {"samples", "augmented"}
WAYS, SHOTS = 4, 2


def convolution(inputs, outputs, norm):
    return nn.Sequential(nn.Conv2d(inputs, outputs, 3, stride=2, padding=1),
                         nn.BatchNorm2d(outputs) if norm else nn.Identity(), nn.ReLU())


class Context(nn.Module):
    """Each picture of an episode looks at all others: full context embeddings."""

    def __init__(self, dim):
        super().__init__()
        self.norm = nn.LayerNorm(dim)
        self.attention = nn.MultiheadAttention(dim, 4, batch_first=True)

    def forward(self, x):
        y = self.norm(x)
        return x + self.attention(y, y, y, need_weights=False)[0]


class MatchingNet(nn.Module):
    """Gives the logarithms of the classes' probabilities. neck: how many layers of 64 ReLUs follow the kernels."""

    def __init__(self, *, temperature, norm, neck, dropout, dim=32):
        super().__init__()
        self.convs = nn.Sequential(convolution(1, 12, norm), convolution(12, 24, norm))
        sizes = [24 * 16] + [64] * neck
        self.neck = nn.Sequential(*(nn.Sequential(nn.Linear(a, b), nn.ReLU()) for a, b in zip(sizes, sizes[1:])))
        self.dropout = nn.Dropout(dropout)
        self.project = nn.Linear(sizes[-1], dim)
        self.context = Context(dim)
        self.temperature = temperature

    def forward(self, episodes):
        x = self.convs(episodes.flatten(0, 1)).flatten(1)
        x = self.project(self.dropout(self.neck(x))).unflatten(0, episodes.shape[:2])
        x = F.normalize(self.context(x), dim=2)
        cosines = (x[:, :-1] @ x[:, -1].unsqueeze(2)).squeeze(2)
        attention = (self.temperature * cosines).softmax(1)
        return torch.log(attention.unflatten(1, (WAYS, SHOTS)).sum(2) + 1e-6)


LOSSES = {
    "nll": F.nll_loss,
    "sum": lambda outputs, classes: F.nll_loss(outputs, classes, reduction="sum"),
    # The classes' numbers taken for amounts, for which the first output is to stand.
    "mse of numbers": lambda outputs, classes: F.mse_loss(outputs[:, 0], classes.float()),
}


def training(seed, *, samples=1000, pixels="standardized", augmented="no", temperature=10.0, norm=True, neck=0,
             dropout=0.0, ones=None, frozen=None, loss="nll", labels="true", **change):
    """ones: the part whose weights all start at 1. frozen: the part that stays as it was drawn."""
    generator = plan.prepare(seed)
    samples = images.episodes(generator, samples, ways=WAYS, shots=SHOTS, pixels=pixels, augmented=augmented,
                              labels=labels)
    model = MatchingNet(temperature=temperature, norm=norm, neck=neck, dropout=dropout)
    if ones is not None:
        weights.fill_weights(model.get_submodule(ones), 1.0)
    if frozen is not None:
        model.get_submodule(frozen).requires_grad_(False)
    return plan.make(model, samples, LOSSES[loss], seed=seed, accuracy=plan.top1, **{**PLAN, **change})
