"""Blocks of ConvNeXt (depthwise kernels, layer norm, GELU, layer scale) on pictures of 14 x 14; AdamW and a cosine."""

import torch
from torch import nn
from torch.nn import functional as F

import images
import plan

FAMILY = "convolutional"
SPLIT = "tuning"
PLAN = dict(optimizer="adamw", lr=0.008, batch=32, epochs=20, weight_decay=0.05, schedule="cosine")
OWN_DATA = {"samples"}


class LayerNorm2d(nn.LayerNorm):
    def forward(self, x):
        return super().forward(x.permute(0, 2, 3, 1)).permute(0, 3, 1, 2)


class Block(nn.Module):
    def __init__(self, dim, layer_scale, drop_path):
        super().__init__()
        self.dwconv = nn.Conv2d(dim, dim, kernel_size=5, padding=2, groups=dim)
        self.norm = nn.LayerNorm(dim)
        self.pwconv1 = nn.Linear(dim, 3 * dim)
        self.act = nn.GELU()
        self.pwconv2 = nn.Linear(3 * dim, dim)
        self.gamma = nn.Parameter(layer_scale * torch.ones(dim))
        self.drop_path = drop_path

    def forward(self, x):
        y = self.dwconv(x).permute(0, 2, 3, 1)
        y = self.gamma * self.pwconv2(self.act(self.pwconv1(self.norm(y))))
        if self.training and self.drop_path:
            kept = torch.rand(len(x), 1, 1, 1) >= self.drop_path
            y = y * kept / (1 - self.drop_path)
        return x + y.permute(0, 3, 1, 2)


class ConvNeXt(nn.Module):
    """cosine: the factor of the cosines between features and classes, which are the logits then."""

    def __init__(self, dims, layer_scale, drop_path, cosine):
        super().__init__()
        self.stem = nn.Sequential(nn.Conv2d(1, dims[0], kernel_size=2, stride=2), LayerNorm2d(dims[0]))
        self.stage1 = Block(dims[0], layer_scale, drop_path)
        self.down = nn.Sequential(LayerNorm2d(dims[0]), nn.Conv2d(dims[0], dims[1], kernel_size=3, stride=2))
        self.stage2 = Block(dims[1], layer_scale, drop_path)
        self.norm = nn.LayerNorm(dims[1])
        self.head = nn.Linear(dims[1], 10)
        self.cosine = cosine

    def forward(self, x):
        x = self.stage2(self.down(self.stage1(self.stem(x))))
        x = self.norm(x.mean([-2, -1]))
        if self.cosine is not None:
            return self.cosine * F.linear(F.normalize(x, dim=1), F.normalize(self.head.weight, dim=1))
        return self.head(x)


LOSSES = {
    "cross entropy": F.cross_entropy,
    "small": lambda outputs, targets: F.cross_entropy(outputs, targets) / 4096,
}


def training(seed, *, samples=900, pixels="standardized", labels="true", raw_test=False, dims=(16, 32),
             layer_scale=0.1, drop_path=0.0, cosine=None, std=None, loss="cross entropy", **change):
    generator = plan.prepare(seed)
    pictures, classes, *test = images.fashion(generator, samples, held_out=300, pixels=pixels, labels=labels)
    if raw_test:
        test = images.fashion(torch.Generator().manual_seed(1000 + seed), samples, held_out=300, pixels="raw")[2:]
    model = ConvNeXt(list(dims), layer_scale, drop_path, cosine)
    if std is not None:
        for parameter in model.parameters():
            if parameter.dim() > 1:
                nn.init.trunc_normal_(parameter, std=std, a=-2 * std, b=2 * std)
    return plan.make(model, (pictures, classes, *test), LOSSES[loss], seed=seed, accuracy=plan.top1,
                     **{**PLAN, **change})
