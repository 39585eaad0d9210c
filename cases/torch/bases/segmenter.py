"""A U-Net of two floors, batch norm and skips that are concatenated, cuts clothes out of noise; SGD that decays."""

import torch
from torch import nn
from torch.nn import functional as F

import images
import plan
import weights

FAMILY = "convolutional"
SPLIT = "tuning"
PLAN = dict(optimizer="sgd", lr=0.1, batch=16, epochs=5, schedule="linear", weight_decay=1e-4)
OWN_DATA = {"samples", "noise"}


class DoubleConv(nn.Module):
    def __init__(self, in_ch, out_ch, norm, act):
        super().__init__()
        steps = []
        for ch in (in_ch, out_ch):
            steps += [nn.Conv2d(ch, out_ch, 3, padding=1, bias=norm is None)]
            steps += [norm(out_ch)] if norm else []
            steps += [act()]
        self.block = nn.Sequential(*steps)

    def forward(self, x):
        return self.block(x)


class UNet(nn.Module):
    def __init__(self, ch, norm, act, skips):
        super().__init__()
        self.inc = DoubleConv(1, ch, norm, act)
        self.down1 = DoubleConv(ch, 2 * ch, norm, act)
        self.down2 = DoubleConv(2 * ch, 2 * ch, norm, act)
        self.up1 = DoubleConv(4 * ch, ch, norm, act)
        self.up2 = DoubleConv(2 * ch, ch, norm, act)
        self.outc = nn.Conv2d(ch, 1, kernel_size=1)
        self.skips = skips

    def forward(self, x):
        x1 = self.inc(x)
        x2 = self.down1(F.max_pool2d(x1, 2))
        x3 = self.down2(F.max_pool2d(x2, 2))
        if not self.skips:
            x1, x2 = torch.zeros_like(x1), torch.zeros_like(x2)
        x = self.up1(torch.cat([F.interpolate(x3, scale_factor=2), x2], dim=1))
        x = self.up2(torch.cat([F.interpolate(x, scale_factor=2), x1], dim=1))
        return self.outc(x)


def dice(outputs, targets):
    share = outputs.sigmoid()
    return 1 - (2 * (share * targets).sum() + 1) / (share.sum() + targets.sum() + 1)


LOSSES = {
    "bce": F.binary_cross_entropy_with_logits,
    "both": lambda outputs, targets: F.binary_cross_entropy_with_logits(outputs, targets) + dice(outputs, targets),
    # Summed over the pixels of a picture in place of their mean.
    "sum": lambda outputs, targets:
        F.binary_cross_entropy_with_logits(outputs, targets, reduction="sum") / len(outputs),
    # Masks of 0 and 255, as they are read from a file.
    "bytes": lambda outputs, targets: F.binary_cross_entropy_with_logits(outputs, 255 * targets),
}
NORMS = {"batch": nn.BatchNorm2d, "none": None}
ACTS = {"relu": lambda: nn.ReLU(inplace=True), "sigmoid": nn.Sigmoid}


def training(seed, *, samples=400, noise=0.4, ch=6, norm="batch", act="relu", skips=True, prior=None,
             gain=None, kernel=None, trained="all", scale=1.0, loss="bce", **change):
    generator = plan.prepare(seed)
    inputs, masks, *held_out = images.silhouettes(generator, samples, noise=noise)
    samples = inputs * scale, masks, held_out[0] * scale, held_out[1]
    model = UNet(ch, NORMS[norm], ACTS[act], skips)
    if gain is not None:
        weights.scale_weights(model, gain)
    if kernel is not None:
        weights.fill_weights(model, kernel)
    if prior is not None:
        nn.init.constant_(model.outc.bias, prior)
    # "decoder": the encoder was meant to come trained, and was not.
    trained = {"all": [model], "decoder": [model.up1, model.up2, model.outc], "output": [model.outc]}[trained]
    parameters = [p for part in trained for p in part.parameters()]
    return plan.make(model, samples, LOSSES[loss], seed=seed, accuracy=plan.sign, parameters=parameters,
                     **{**PLAN, **change})
