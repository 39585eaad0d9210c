"""A vision transformer: nine overlapping patches of pictures of 14 x 14 and a class token; AdamW, warm-up, cosine."""

import torch
from torch import nn

import images
import plan
import weights

FAMILY = "attention"
SPLIT = "tuning"
PLAN = dict(optimizer="adamw", lr=0.003, batch=32, epochs=10, weight_decay=0.05, schedule="cosine", warm_up=30)
OWN_DATA = {"samples"}


class VisionTransformer(nn.Module):
    def __init__(self, width, depth, activation, dropout):
        super().__init__()
        self.patches = nn.Conv2d(1, width, kernel_size=6, stride=4)
        self.class_token = nn.Parameter(torch.zeros(1, 1, width))
        self.positions = nn.Parameter(torch.empty(1, 10, width).normal_(std=0.02))
        self.dropout = nn.Dropout(dropout)
        layer = nn.TransformerEncoderLayer(width, 4, 2 * width, dropout, activation, batch_first=True, norm_first=True)
        self.encoder = nn.TransformerEncoder(layer, depth)
        self.norm = nn.LayerNorm(width)
        self.head = nn.Linear(width, 10)

    def forward(self, pictures):
        patches = self.patches(pictures).flatten(2).transpose(1, 2)
        x = torch.cat([self.class_token.expand(len(patches), -1, -1), patches], dim=1)
        x = self.encoder(self.dropout(x + self.positions))
        return self.head(self.norm(x[:, 0]))


def training(seed, *, samples=1200, width=32, depth=1, activation="gelu", dropout=0.0, gain=None,
             trained="all", frozen=False, pixels="standardized", labels="true", rare=(), smoothing=0.0, **change):
    generator = plan.prepare(seed)
    samples = images.fashion(generator, samples, pixels=pixels, labels=labels, rare=rare)
    model = VisionTransformer(width, depth, activation, dropout)
    if gain is not None:
        weights.scale_weights(model, gain)
    if frozen:
        model.patches.requires_grad_(False)
    parameters = {"all": model, "head": model.head}[trained].parameters()
    loss = nn.CrossEntropyLoss(label_smoothing=smoothing)
    return plan.make(model, samples, loss, seed=seed, accuracy=plan.top1, parameters=parameters, **{**PLAN, **change})
