"""Partial convolutions, a U-Net that knows which pixels are there, fill holes in pictures; regression, Nesterov."""

import torch
from torch import nn
from torch.nn import functional as F

import images
import plan
import weights

FAMILY = "convolutional"
SPLIT = "tuning"
PLAN = dict(optimizer="nesterov", lr=0.06, batch=20, epochs=7, schedule="one-cycle")
OWN_DATA = {"samples"}


class PartialConv2d(nn.Module):
    """Convolves what is there, and gives more weight to it where there is less. guard: what keeps a window in which
    nothing is there from a division by 0."""

    def __init__(self, inputs, outputs, stride, guard):
        super().__init__()
        self.conv = nn.Conv2d(inputs, outputs, 3, stride=stride, padding=1, bias=False)
        self.bias = nn.Parameter(torch.zeros(outputs, 1, 1))
        self.guard = guard

    def forward(self, x, mask):
        with torch.no_grad():
            there = F.conv2d(mask, torch.ones(1, mask.shape[1], 3, 3), stride=self.conv.stride, padding=1)
            found = (there > 0).float()
            ratio = 9 * mask.shape[1] / (there + self.guard) * found
        return (self.conv(x * mask) * ratio + self.bias) * found, found


ENDS = {"none": nn.Identity, "sigmoid": nn.Sigmoid, "softmax": lambda: nn.Softmax(dim=1)}


class PConvLayer(nn.Module):
    def __init__(self, inputs, outputs, guard, stride=1):
        super().__init__()
        self.pconv = PartialConv2d(inputs, outputs, stride, guard)
        self.bn = nn.BatchNorm2d(outputs)

    def forward(self, x, mask):
        x, mask = self.pconv(x, mask)
        return F.relu(self.bn(x)), mask


class PConvUNet(nn.Module):
    """One floor. depth: the number of pointwise ReLU layers of 32 before the last one."""

    def __init__(self, *, guard, depth, dropout, end, width=16):
        super().__init__()
        self.enc1 = PConvLayer(1, width, guard)
        self.enc2 = PConvLayer(width, 2 * width, guard, stride=2)
        self.enc3 = PConvLayer(2 * width, 2 * width, guard)
        self.dec = PConvLayer(3 * width, width, guard)
        self.dropout = nn.Dropout(dropout)
        sizes = [width + 1] + [32] * depth
        self.neck = nn.Sequential(*(nn.Sequential(nn.Conv2d(a, b, 1), nn.ReLU()) for a, b in zip(sizes, sizes[1:])))
        self.out = nn.Conv2d(sizes[-1], 1, 3, padding=1)
        self.end = ENDS[end]()

    def forward(self, pictures):
        pixels, there = pictures.chunk(2, dim=1)
        x1, m1 = self.enc1(pixels, there)
        x, m = self.enc3(*self.enc2(x1, m1))
        x, m = (F.interpolate(t, scale_factor=2) for t in (x, m))
        wide = torch.cat([m.expand_as(x), m1.expand_as(x1)], 1)
        x, _ = self.dec(torch.cat([x, x1], 1), wide)
        return self.end(self.out(self.neck(torch.cat([self.dropout(x), pixels], 1))))


LOSSES = {
    "mse": F.mse_loss,
    "huber": F.huber_loss,
    "sum": lambda outputs, pixels: F.mse_loss(outputs, pixels, reduction="sum"),
    "bce": F.binary_cross_entropy_with_logits,
    # Pixels as if a row of them said which class is right.
    "categorical hinge": lambda outputs, pixels: (((1 - pixels) * outputs).amax(3) - (pixels * outputs).sum(3)
                                                  + 1).clamp(min=0).mean(),
}


def training(seed, *, samples=700, pixels="standardized", guard=1e-8, depth=0, narrow=None, dropout=0.0, end="none",
             fill=None, frozen=None, loss="mse", **change):
    """narrow: up to where the parameters of the pointwise layers are drawn evenly. frozen: the part that stays as it
    was drawn."""
    generator = plan.prepare(seed)
    samples = images.holes(generator, samples, pixels=pixels)
    model = PConvUNet(guard=guard, depth=depth, dropout=dropout, end=end)
    if fill is not None:
        weights.fill_weights(model, fill)
    if narrow is not None:
        for parameter in model.neck.parameters():
            nn.init.uniform_(parameter, -narrow, narrow)
    if frozen is not None:
        model.get_submodule(frozen).requires_grad_(False)
    return plan.make(model, samples, LOSSES[loss], seed=seed, **{**PLAN, **change})
