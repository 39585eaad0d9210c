"""Two convolutions and two linear layers on pictures of 14 x 14, momentum."""

import torch
from torch import nn
from torch.nn import functional as F

import images
import plan
import weights

FAMILY = "convolutional"
SPLIT = "tuning"
PLAN = dict(optimizer="sgd", lr=0.02, batch=32, epochs=12)
OWN_DATA = {"samples"}      # changes after which the base's loss says little about the case's


class LeNet(nn.Module):
    def __init__(self, channels, activation, dropout, detach, outputs):
        super().__init__()
        self.conv1 = nn.Conv2d(1, channels, 3, padding=1)
        self.conv2 = nn.Conv2d(channels, 2 * channels, 3, padding=1)
        self.fc1 = nn.Linear(2 * channels * 9, 64)
        self.fc2 = nn.Linear(64, outputs)
        self.activation = activation
        self.dropout = dropout
        self.detach = detach

    def forward(self, x):
        x = F.max_pool2d(self.activation(self.conv1(x)), 2)
        x = F.max_pool2d(self.activation(self.conv2(x)), 2)
        if self.detach:
            x = x.detach()
        x = self.activation(self.fc1(x.flatten(1)))
        x = F.dropout(x, self.dropout, self.training)
        return self.fc2(x)


def on_class_numbers(outputs, targets):
    return F.mse_loss(outputs.squeeze(1), targets.float())


def rounded(outputs, targets):
    return float((outputs.squeeze(1).round() == targets).float().mean())


LOSSES = {
    "cross_entropy": F.cross_entropy,
    "log_softmax": lambda outputs, targets: F.nll_loss(F.log_softmax(outputs, dim=1), targets),
    "log_softmax_twice": lambda outputs, targets: F.cross_entropy(F.log_softmax(outputs, dim=1), targets),
    "class_numbers": on_class_numbers,
}


def training(seed, *, samples=1200, channels=8, activation="relu", dropout=0.0, detach=False, bias=None, gain=None,
             frozen=False, pixels="standardized", labels="true", rare=(), loss="cross_entropy", **change):
    generator = plan.prepare(seed)
    samples = images.fashion(generator, samples, pixels=pixels, labels=labels, rare=rare)
    numbers = loss == "class_numbers"
    model = LeNet(channels, getattr(torch, activation), dropout, detach, 1 if numbers else 10)
    if bias is not None:
        weights.set_biases(model, bias)
    if gain is not None:
        weights.scale_weights(model, gain)
    if frozen:
        model.conv1.requires_grad_(False)
    return plan.make(model, samples, LOSSES[loss], seed=seed, accuracy=rounded if numbers else plan.top1,
                     **{**PLAN, **change})
