"""A stem and four residual blocks with batch norm on pictures of 28 x 28, Nesterov momentum with a cosine schedule."""

import torch
from torch import nn
from torch.nn import functional as F

import images
import plan
import weights

FAMILY = "convolutional"
SPLIT = "tuning"
PLAN = dict(optimizer="nesterov", lr=0.05, batch=32, epochs=5, schedule="cosine", weight_decay=1e-4)
OWN_DATA = {"samples"}


class Block(nn.Module):
    def __init__(self, inputs, outputs, stride, skip):
        super().__init__()
        self.conv1 = nn.Conv2d(inputs, outputs, 3, stride=stride, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(outputs)
        self.conv2 = nn.Conv2d(outputs, outputs, 3, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(outputs)
        self.skip = skip
        self.shortcut = nn.Sequential()
        if skip and (stride != 1 or inputs != outputs):
            self.shortcut = nn.Sequential(nn.Conv2d(inputs, outputs, 1, stride=stride, bias=False),
                                          nn.BatchNorm2d(outputs))

    def forward(self, x):
        out = F.relu(self.bn1(self.conv1(x)))
        out = self.bn2(self.conv2(out))
        if self.skip:
            out += self.shortcut(x)
        return F.relu(out)


class ResNet(nn.Module):
    def __init__(self, blocks, skip):
        super().__init__()
        self.stem = nn.Sequential(nn.Conv2d(1, 8, 3, stride=2, padding=1, bias=False), nn.BatchNorm2d(8),
                                  nn.ReLU(inplace=True))
        widths = [8] + [8] * (blocks // 2) + [16] * (blocks - blocks // 2)
        self.blocks = nn.Sequential(*[Block(a, b, 1 if a == b else 2, skip) for a, b in zip(widths, widths[1:])])
        self.fc = nn.Linear(16, 10)

    def forward(self, x):
        x = self.blocks(self.stem(x))
        return self.fc(x.mean(dim=(2, 3)))


def training(seed, *, samples=1200, blocks=4, skip=True, zero_last=False, gain=None, fill=None, trained="all",
             pixels="standardized", labels="true", smoothing=0.0, **change):
    generator = plan.prepare(seed)
    samples = images.fashion(generator, samples, pool=1, pixels=pixels, labels=labels)
    model = ResNet(blocks, skip)
    if zero_last:
        for block in model.blocks:
            nn.init.zeros_(block.bn2.weight)
    if gain is not None:
        weights.scale_weights(model, gain)
    if fill is not None:
        weights.fill_weights(model, fill)
    # "other": the optimizer was made for a network that is not the one that runs.
    parameters = {"all": model, "head": model.fc, "other": ResNet(blocks, skip)}[trained].parameters()
    loss = nn.CrossEntropyLoss(label_smoothing=smoothing)
    return plan.make(model, samples, loss, seed=seed, accuracy=plan.top1, parameters=parameters, **{**PLAN, **change})
