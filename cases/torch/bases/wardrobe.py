"""A small VGG with batch norm says which of five kinds of clothes a mosaic shows, one or more; SGD that decays."""

import torch
from torch import nn
from torch.nn import functional as F

import images
import plan
import weights

FAMILY = "convolutional"
SPLIT = "tuning"
PLAN = dict(optimizer="sgd", lr=0.2, batch=32, epochs=6, weight_decay=1e-4, schedule="linear")
OWN_DATA = {"samples"}


def average(x):
    return F.adaptive_avg_pool2d(x, 1).flatten(1)


POOLS = {
    "average": average,
    "maximum": lambda x: F.adaptive_max_pool2d(x, 1).flatten(1),
    # Dimension 1 holds the channels.
    "average of dimension 1": lambda x: x.mean(1).flatten(1),
    # Channels come first here, so that each row holds parts of many pictures.
    "reshaped": lambda x: average(x.transpose(0, 1).reshape(len(x), x.shape[1], *x.shape[2:])),
}


class VGG(nn.Module):
    def __init__(self, channels, pool, dropout, end):
        super().__init__()
        layers, inputs = [], 1
        for outputs in (channels, channels, "M", 2 * channels, 2 * channels, "M"):
            if outputs == "M":
                layers.append(nn.MaxPool2d(2))
                continue
            layers += [nn.Conv2d(inputs, outputs, 3, padding=1), nn.BatchNorm2d(outputs), nn.ReLU(inplace=True)]
            inputs = outputs
        self.features = nn.Sequential(*layers)
        self.pool = POOLS[pool]
        self.dropout = nn.Dropout(dropout)
        self.classifier = nn.Linear(9 if pool == "average of dimension 1" else inputs, 5)
        self.end = end

    def forward(self, x):
        x = self.classifier(self.dropout(self.pool(self.features(x))))
        return torch.sigmoid(x) if self.end == "sigmoid" else x


LOSSES = {
    "bce": nn.BCEWithLogitsLoss(),
    "present twice": nn.BCEWithLogitsLoss(pos_weight=torch.tensor(2.0)),
    "present 200 times": nn.BCEWithLogitsLoss(pos_weight=torch.tensor(200.0)),
}


def training(seed, *, samples=1600, pixels="standardized", amplitude=1.0, rare=(), channels=12, pool="average",
             dropout=0.0, end="logits", prior=None, frozen=False, loss="bce", **change):
    generator = plan.prepare(seed)
    inputs, targets, *held_out = images.wardrobes(generator, samples, pixels=pixels, rare=rare)
    samples = inputs * amplitude, targets, held_out[0] * amplitude, held_out[1]
    model = VGG(channels, pool, dropout, end)
    if prior is not None:
        weights.set_biases(model, prior, last=True)
    if frozen:
        model.features[0].requires_grad_(False)
    return plan.make(model, samples, LOSSES[loss], seed=seed, accuracy=plan.sign, **{**PLAN, **change})
