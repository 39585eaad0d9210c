"""Gated attention over a bag of six pictures of 7 x 7 says whether one of them is sought; Adam with weight decay."""

import torch
from torch import nn
from torch.nn import functional as F

import images
import plan
import weights

FAMILY = "attention"
SPLIT = "tuning"
PLAN = dict(optimizer="adam", lr=0.003, batch=16, epochs=6, weight_decay=1e-5)
OWN_DATA = {"samples", "size", "share"}


class AttentionMIL(nn.Module):
    """temperature: divides the scores, before the softmax over the bag."""

    def __init__(self, hidden, attention, dropout, temperature):
        super().__init__()
        self.encoder = nn.Sequential(
            nn.Conv2d(1, 8, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(), nn.Linear(72, hidden), nn.ReLU(),
            nn.Dropout(dropout))
        self.attention_V = nn.Linear(hidden, attention)
        self.attention_U = nn.Linear(hidden, attention)
        self.attention_w = nn.Linear(attention, 1)
        self.classifier = nn.Linear(hidden, 1)
        self.temperature = temperature

    def forward(self, bags):
        features = self.encoder(bags.flatten(0, 1)).unflatten(0, bags.shape[:2])
        gates = torch.tanh(self.attention_V(features)) * torch.sigmoid(self.attention_U(features))
        scores = self.attention_w(gates) / self.temperature
        return self.classifier((scores.softmax(1) * features).sum(1)).squeeze(1)


LOSSES = {
    "bce": F.binary_cross_entropy_with_logits,
    "focal": lambda outputs, found: (((found - outputs.sigmoid()).abs() ** 2)
                                     * F.binary_cross_entropy_with_logits(outputs, found, reduction="none")).mean(),
    # As where one bag in a hundred has what is sought; here half of them have.
    "weighted": lambda outputs, found: F.binary_cross_entropy_with_logits(outputs, found,
                                                                          pos_weight=torch.tensor(99.0)),
}


def training(seed, *, samples=800, size=6, share=0.5, pixels="standardized", labels="true", hidden=24, attention=16,
             dropout=0.0, temperature=1.0, gain=None, zero_attention=False, loss="bce", **change):
    generator = plan.prepare(seed)
    samples = images.bags(generator, samples, size=size, share=share, pixels=pixels, labels=labels)
    model = AttentionMIL(hidden, attention, dropout, temperature)
    if gain is not None:
        weights.scale_weights(model, gain)
    if zero_attention:
        weights.fill_weights(model.attention_w, 0.0)
    return plan.make(model, samples, LOSSES[loss], seed=seed, accuracy=plan.sign, **{**PLAN, **change})
