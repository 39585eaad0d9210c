"""A DenseNet of one dimension, batch norm before every convolution, tells what ails a heart; SGD in one cycle."""

import torch
from torch import nn
from torch.nn import functional as F

import data
import plan
import weights

FAMILY = "convolutional"
SPLIT = "tuning"
PLAN = dict(optimizer="nesterov", lr=0.1, batch=32, epochs=6, weight_decay=1e-4, schedule="one-cycle")
OWN_DATA = {"samples", "noise"}


class DenseLayer(nn.Module):
    def __init__(self, in_channels, growth_rate, bn_momentum, drop_rate, norm):
        super().__init__()
        self.norm = nn.BatchNorm1d(in_channels, momentum=bn_momentum) if norm else nn.Identity()
        self.conv = nn.Conv1d(in_channels, growth_rate, 5, padding=2, bias=False)
        self.drop_rate = drop_rate

    def forward(self, x):
        new = F.dropout(self.conv(F.relu(self.norm(x))), self.drop_rate, self.training)
        return torch.cat([x, new], 1)


class DenseNet(nn.Module):
    """pool: over the time its mean or its maximum."""

    def __init__(self, growth_rate, layers, bn_momentum, drop_rate, norm, pool):
        super().__init__()
        channels = 2 * growth_rate
        self.stem = nn.Conv1d(1, channels, 7, padding=3, bias=False)
        blocks = []
        for place in range(2):
            for _ in range(layers):
                blocks.append(DenseLayer(channels, growth_rate, bn_momentum, drop_rate, norm))
                channels += growth_rate
            if place == 0:
                blocks.append(nn.Sequential(nn.Conv1d(channels, channels // 2, 1, bias=False), nn.AvgPool1d(2)))
                channels //= 2
        self.blocks = nn.Sequential(*blocks)
        self.norm = nn.BatchNorm1d(channels, momentum=bn_momentum) if norm else nn.Identity()
        self.classifier = nn.Linear(channels, 4)
        self.pool = pool

    def forward(self, x):
        x = F.relu(self.norm(self.blocks(F.avg_pool1d(self.stem(x), 2))))
        return self.classifier(x.mean(2) if self.pool == "mean" else x.amax(2))


LOSSES = {
    "cross entropy": F.cross_entropy,
    # nll_loss wants log-probabilities; what it gets are the logits.
    "nll of logits": F.nll_loss,
}


def training(seed, *, samples=1000, noise=0.15, amplitude=1.0, drift=0.0, growth_rate=8, layers=3, bn_momentum=0.1,
             drop_rate=0.0, norm=True, pool="mean", smoothing=0.0, gain=None, frozen=False, loss="cross entropy",
             labels="true", rare=(), **change):
    generator = plan.prepare(seed)
    inputs, targets, *held_out = data.heartbeats(generator, samples, noise=noise, labels=labels, rare=rare)
    samples = amplitude * inputs + drift, targets, amplitude * held_out[0] + drift, held_out[1]
    model = DenseNet(growth_rate, layers, bn_momentum, drop_rate, norm, pool)
    if gain is not None:
        weights.scale_weights(model, gain)
    if frozen:
        model.stem.requires_grad_(False)
    chosen = nn.CrossEntropyLoss(label_smoothing=smoothing) if smoothing else LOSSES[loss]
    return plan.make(model, samples, chosen, seed=seed, accuracy=plan.top1, **{**PLAN, **change})
