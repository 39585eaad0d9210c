"""A small ResNeXt (grouped kernels, batch norm) tells how a coloured cloth is woven; SGD with warm-up and cosine."""

import torch
from torch import nn
from torch.nn import functional as F

import images
import plan

FAMILY = "convolutional"
SPLIT = "tuning"
PLAN = dict(optimizer="sgd", lr=0.1, batch=32, epochs=6, weight_decay=1e-4, schedule="cosine", warm_up=10)
OWN_DATA = {"samples", "noise"}

LAYOUTS = {
    "permuted": lambda x: x.permute(0, 3, 1, 2),
    # The pictures hold their channels last: this takes thirds of the picture for colours.
    "viewed": lambda x: x.reshape(len(x), 3, *x.shape[1:3]),
}


class Bottleneck(nn.Module):
    def __init__(self, channels, width, groups, dropout):
        super().__init__()
        self.branch = nn.Sequential(
            nn.Conv2d(channels, width, 1, bias=False), nn.BatchNorm2d(width), nn.ReLU(),
            nn.Conv2d(width, width, 3, padding=1, groups=groups, bias=False), nn.BatchNorm2d(width), nn.ReLU(),
            nn.Conv2d(width, channels, 1, bias=False), nn.BatchNorm2d(channels))
        self.activation = nn.ReLU()
        self.dropout = nn.Dropout2d(dropout)

    def forward(self, x):
        return self.dropout(self.activation(x + self.branch(x)))


class ResNeXt(nn.Module):
    """neck: the width of a linear layer before the classifier, if there is one."""

    def __init__(self, layout, width, groups, neck, dropout):
        super().__init__()
        self.layout = LAYOUTS[layout]
        self.stem = nn.Sequential(nn.Conv2d(3, 16, 3, padding=1, bias=False), nn.BatchNorm2d(16), nn.ReLU())
        self.block1 = Bottleneck(16, width, groups, dropout)
        self.down = nn.Sequential(nn.AvgPool2d(2), nn.Conv2d(16, 32, 1, bias=False), nn.BatchNorm2d(32))
        self.block2 = Bottleneck(32, 2 * width, groups, dropout)
        self.neck = nn.Linear(32, neck) if neck else nn.Identity()
        self.classifier = nn.Linear(neck or 32, 6)

    def forward(self, x):
        x = self.block1(self.stem(self.layout(x)))
        x = self.block2(self.down(x))
        return self.classifier(self.neck(F.adaptive_avg_pool2d(x, 1).flatten(1)))


@torch.no_grad()
def shift_norms(model, bias):
    for module in model.modules():
        if isinstance(module, nn.BatchNorm2d):
            module.bias.fill_(bias)


LOSSES = {
    "cross entropy": F.cross_entropy,
    "sum": lambda logits, classes: F.cross_entropy(logits, classes, reduction="sum"),
    "smooth": lambda logits, classes: F.cross_entropy(logits, classes, label_smoothing=0.1),
    "negated": lambda logits, classes: -F.cross_entropy(logits, classes),
}


def training(seed, *, samples=1000, noise=0.5, amplitude=1.0, layout="permuted", width=16, groups=4,
             neck=None, dropout=0.0, bias=None, frozen=False, loss="cross entropy", **change):
    generator = plan.prepare(seed)
    inputs, targets, *held_out = images.textures(generator, samples, noise=noise)
    samples = inputs * amplitude, targets, held_out[0] * amplitude, held_out[1]
    model = ResNeXt(layout, width, groups, neck, dropout)
    if bias is not None:
        shift_norms(model, bias)
    if frozen:
        model.stem.requires_grad_(False)
    return plan.make(model, samples, LOSSES[loss], seed=seed, accuracy=plan.top1, **{**PLAN, **change})
