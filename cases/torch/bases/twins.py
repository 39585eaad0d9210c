"""A siamese network says of two pictures of 14 x 14 whether both show the same kind of cloth; Adam."""

import torch
from torch import nn
from torch.nn import functional as F

import images
import plan

FAMILY = "convolutional"
SPLIT = "tuning"
PLAN = dict(optimizer="adam", lr=0.006, batch=32, epochs=8, schedule="cosine")
OWN_DATA = {"samples", "same", "itself"}

ACTIVATIONS = {"relu": nn.ReLU, "tanh": nn.Tanh, "sigmoid": nn.Sigmoid}


class Twins(nn.Module):
    """The logit is a learnt threshold less the distance of two embeddings. distance: "squared", or its "root", which
    has no gradient at 0, or "safe root", which never is 0. shared: both are embedded by the same weights."""

    def __init__(self, channels, embedding, activation, distance, shared, dropout, output):
        super().__init__()

        def tower():
            return nn.Sequential(
                nn.Conv2d(1, channels, 3, padding=1), ACTIVATIONS[activation](), nn.MaxPool2d(2),
                nn.Conv2d(channels, 2 * channels, 3, padding=1), ACTIVATIONS[activation](), nn.MaxPool2d(2),
                nn.Flatten(), nn.Dropout(dropout), nn.Linear(2 * channels * 9, 64), ACTIVATIONS[activation](),
                nn.Linear(64, embedding))

        self.embed = tower()
        self.other = self.embed if shared else tower()
        self.threshold = nn.Parameter(torch.ones(1))
        self.distance, self.output = distance, output

    def forward(self, pair):
        a, b = self.embed(pair[:, :1]), self.other(pair[:, 1:])
        distance = ((a - b) ** 2).sum(1)
        if self.distance != "squared":
            distance = (distance + (1e-6 if self.distance == "safe root" else 0.0)).sqrt()
        logits = self.threshold - distance
        return logits.relu() if self.output == "relu" else logits


def contrastive(outputs, same):
    """The output is 1 less the distance; pairs that differ are to be 2 apart."""
    return (same * (1 - outputs) ** 2 + (1 - same) * (1 + outputs).relu() ** 2).mean()


LOSSES = {
    "bce": F.binary_cross_entropy_with_logits,
    "contrastive": contrastive,
    "hinge": lambda outputs, same: (1 - (2 * same - 1) * outputs).relu().mean(),
    # The loss of those who count unlike pairs as 1, for a network that counts like ones.
    "turned": lambda outputs, same: F.binary_cross_entropy_with_logits(outputs, 1 - same),
}


def training(seed, *, samples=1500, same=0.5, itself=0.0, pixels="standardized", channels=6, embedding=16,
             activation="relu", distance="squared", shared=True, dropout=0.0, output="identity", frozen=False,
             loss="bce", **change):
    generator = plan.prepare(seed)
    samples = images.twins(generator, samples, same=same, itself=itself, pixels=pixels)
    model = Twins(channels, embedding, activation, distance, shared, dropout, output)
    if frozen:
        model.embed[0].requires_grad_(False)
    return plan.make(model, samples, LOSSES[loss], seed=seed, accuracy=plan.sign, **{**PLAN, **change})
