"""Two inception modules with squeeze-and-excitation on pictures of 14 x 14; SGD whose rate drops in steps."""

import torch
from torch import nn
from torch.nn import functional as F

import images
import plan
import weights

FAMILY = "convolutional"
SPLIT = "tuning"
PLAN = dict(optimizer="sgd", lr=0.1, batch=32, epochs=4, weight_decay=1e-4, schedule="step", every=75, decay=0.1)
OWN_DATA = {"samples"}


def conv_bn(c_in, c_out, k, bn=True, **kw):
    layers = [nn.Conv2d(c_in, c_out, k, padding=k // 2, bias=not bn, **kw)]
    if bn:
        layers.append(nn.BatchNorm2d(c_out))
    return nn.Sequential(*layers, nn.ReLU())


class SELayer(nn.Module):
    def __init__(self, channel, reduction):
        super().__init__()
        self.fc = nn.Sequential(nn.Linear(channel, channel // reduction), nn.ReLU(),
                                nn.Linear(channel // reduction, channel), nn.Sigmoid())

    def forward(self, x):
        return x * self.fc(x.mean((2, 3)))[:, :, None, None]


class Inception(nn.Module):
    def __init__(self, c_in, c1, c3, c5, cp, bn):
        super().__init__()
        self.b1 = conv_bn(c_in, c1, 1, bn)
        self.b3 = nn.Sequential(conv_bn(c_in, c3 // 2, 1, bn), conv_bn(c3 // 2, c3, 3, bn))
        self.b5 = nn.Sequential(conv_bn(c_in, c5 // 2, 1, bn), conv_bn(c5 // 2, c5, 5, bn))
        self.bp = nn.Sequential(nn.MaxPool2d(3, 1, 1), conv_bn(c_in, cp, 1, bn))
        self.se = SELayer(c1 + c3 + c5 + cp, 4)

    def forward(self, x):
        return self.se(torch.cat([self.b1(x), self.b3(x), self.b5(x), self.bp(x)], 1))


def build(bn, dropout):
    return nn.Sequential(conv_bn(1, 8, 3, bn, stride=2), Inception(8, 4, 8, 4, 4, bn), nn.MaxPool2d(2, ceil_mode=True),
                         Inception(20, 8, 12, 6, 6, bn), nn.AdaptiveAvgPool2d(1), nn.Flatten(),
                         nn.Dropout(dropout), nn.Linear(32, 10))


LOSSES = {
    "cross entropy": F.cross_entropy,
    "smooth": lambda outputs, targets: F.cross_entropy(outputs, targets, label_smoothing=0.1),
    # The softmax that the loss takes itself comes twice.
    "softmax": lambda outputs, targets: F.cross_entropy(outputs.softmax(1), targets),
}


def training(seed, *, samples=800, pixels="standardized", labels="true", rare=(), bn=True, dropout=0.0,
             head_gain=1.0, gain=1.0, loss="cross entropy", **change):
    generator = plan.prepare(seed)
    dataset = images.fashion(generator, samples, held_out=200, pixels=pixels, labels=labels, rare=rare)
    net = build(bn, dropout)
    weights.scale_weights(net, gain)
    weights.scale_weights(net[-1], head_gain)
    return plan.make(net, dataset, LOSSES[loss], seed=seed, accuracy=plan.top1, **{**PLAN, **change})
