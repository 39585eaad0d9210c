"""A small DETR: learned queries of nn.TransformerDecoder find ring, cross and disc in a picture; AdamW, clipping."""

import torch
from torch import nn
from torch.nn import functional as F

import images
import plan

FAMILY = "attention"
SPLIT = "tuning"
PLAN = dict(optimizer="adamw", lr=0.006, batch=25, epochs=10, weight_decay=1e-4, clip=0.1, warm_up=30,
            schedule="cosine")
OWN_DATA = {"samples"}

ENDS = {"sigmoid": torch.sigmoid, "none": lambda x: x}


def sine_embedding(side, dim):
    """A quarter each of sines and cosines of how far across and down (side * side, dim)."""
    pace = 10.0 ** -torch.linspace(0, 1, dim // 4)
    angles = torch.arange(side).view(-1, 1) * pace
    axis = torch.cat([angles.sin(), angles.cos()], 1)
    return torch.cat([axis.repeat(side, 1), axis.repeat_interleave(side, 0)], 1)


class DETR(nn.Module):
    """kernel: the side of the convolutions' kernels. bn_momentum: of the running statistics of the batch norm.
    never_off: dropout of what the decoder gives, in evaluation, too."""

    def __init__(self, *, kernel, bn_momentum, layers, never_off, end, dim=32, queries=3):
        super().__init__()

        def block(inputs, outputs, stride=1):
            conv = nn.Conv2d(inputs, outputs, kernel, stride=stride, padding=kernel // 2, bias=False)
            return conv, nn.BatchNorm2d(outputs, momentum=bn_momentum), nn.ReLU()

        self.backbone = nn.Sequential(*block(1, 16), *block(16, dim, stride=2), *block(dim, dim))
        self.query_embed = nn.Embedding(queries, dim)
        layer = nn.TransformerDecoderLayer(dim, nhead=4, dim_feedforward=2 * dim, dropout=0.0, batch_first=True)
        self.decoder = nn.TransformerDecoder(layer, layers, norm=nn.LayerNorm(dim))
        self.bbox_embed = nn.Sequential(nn.Linear(dim, dim), nn.ReLU(), nn.Linear(dim, 2))
        self.never_off, self.end = never_off, ENDS[end]

    def forward(self, pictures):
        features = self.backbone(pictures)
        memory = features.flatten(2).transpose(1, 2) + sine_embedding(features.shape[2], features.shape[1])
        queries = self.query_embed.weight.expand(len(pictures), -1, -1)
        hidden = F.dropout(self.decoder(queries, memory), self.never_off)
        return self.end(self.bbox_embed(hidden))


def smooth(outputs, places):
    return F.smooth_l1_loss(outputs, places, beta=0.1)


LOSSES = {
    "smooth": smooth,
    "mse": F.mse_loss,
    "sum": lambda outputs, places: F.smooth_l1_loss(outputs, places, beta=0.1, reduction="sum"),
    # The gradient of half precision has no room for a loss as large.
    "half, times 2^24": lambda outputs, places: 2.0 ** 24 * smooth(outputs.half().float(), places),
}


def training(seed, *, samples=800, missing=0, amplitude=1.0, kernel=3, bn_momentum=0.1, layers=1, never_off=0.0,
             end="sigmoid", std=None, frozen=None, loss="smooth", **change):
    """frozen: the part that stays as it was drawn."""
    generator = plan.prepare(seed)
    inputs, targets, *held_out = images.scenes(generator, samples, missing=missing)
    model = DETR(kernel=kernel, bn_momentum=bn_momentum, layers=layers, never_off=never_off, end=end)
    if std is not None:
        for parameter in model.parameters():
            nn.init.normal_(parameter, std=std)
    if frozen is not None:
        model.get_submodule(frozen).requires_grad_(False)
    samples = amplitude * inputs, targets, amplitude * held_out[0], held_out[1]
    return plan.make(model, samples, LOSSES[loss], seed=seed, **{**PLAN, **change})
