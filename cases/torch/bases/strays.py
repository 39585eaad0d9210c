"""A spatial transformer puts pictures of clothes right before kernels tell what they show; Nesterov momentum, steps."""

import torch
from torch import nn
from torch.nn import functional as F

import images
import plan
import weights

FAMILY = "convolutional"
SPLIT = "tuning"
PLAN = dict(optimizer="nesterov", lr=0.01, batch=30, epochs=10, schedule="step", decay=0.3, every=200)
OWN_DATA = {"samples", "most"}


class SpatialTransformer(nn.Module):
    """Which part of each picture, and how far turned, is looked at: at first the middle of it as it is."""

    def __init__(self):
        super().__init__()
        self.localization = nn.Sequential(nn.Conv2d(1, 8, 5, stride=2), nn.ReLU(inplace=True),
                                          nn.Conv2d(8, 10, 5, stride=2), nn.ReLU(inplace=True))
        self.fc_loc = nn.Sequential(nn.Linear(40, 24), nn.ReLU(inplace=True), nn.Linear(24, 6))
        nn.init.zeros_(self.fc_loc[2].weight)
        self.fc_loc[2].bias.data = torch.tensor([0.8, 0.0, 0.0, 0.0, 0.8, 0.0])

    def forward(self, x):
        theta = self.fc_loc(self.localization(x).flatten(1)).view(-1, 2, 3)
        grid = F.affine_grid(theta, [len(x), 1, 14, 14], align_corners=False)
        return F.grid_sample(x, grid, align_corners=False)


def block(inputs, outputs, momentum):
    return nn.Sequential(nn.Conv2d(inputs, outputs, 3, padding=1), nn.BatchNorm2d(outputs, momentum=momentum),
                         nn.ReLU(inplace=True), nn.MaxPool2d(2))


class STN(nn.Module):
    """times: what the logits are multiplied by. momentum: of batch norm."""

    def __init__(self, *, momentum, dropout, times):
        super().__init__()
        self.stn = SpatialTransformer()
        self.features = nn.Sequential(block(1, 12, momentum), block(12, 24, momentum))
        self.classifier = nn.Sequential(nn.Flatten(), nn.Dropout(dropout), nn.Linear(24 * 9, 48), nn.ReLU(),
                                        nn.Linear(48, 10))
        self.times = times

    def forward(self, pictures):
        return self.times * self.classifier(self.features(self.stn(pictures)))


LOSSES = {
    "cross entropy": F.cross_entropy,
    "sum": lambda outputs, classes: F.cross_entropy(outputs, classes, reduction="sum"),
    "smoothing": lambda outputs, classes: F.cross_entropy(outputs, classes, label_smoothing=0.05),
    # Which takes logarithms of probabilities, not logits.
    "nll": F.nll_loss,
}


def training(seed, *, samples=1200, most=0.7, amplitude=1.0, leaked=False, bn_momentum=0.1, dropout=0.0, times=1.0,
             fill=None, gain=None, frozen=None, loss="cross entropy", labels="true", **change):
    """gain: a part of the network, and what its weights are multiplied by. frozen: the part that stays as it was
    drawn."""
    generator = plan.prepare(seed)
    inputs, targets, *held_out = images.strays(generator, samples, most=most, leaked=leaked, labels=labels)
    model = STN(momentum=bn_momentum, dropout=dropout, times=times)
    if fill is not None:
        weights.fill_weights(model, fill)
    if gain is not None:
        part, factor = gain
        weights.scale_weights(model.get_submodule(part), factor)
    if frozen is not None:
        model.get_submodule(frozen).requires_grad_(False)
    samples = amplitude * inputs, targets, amplitude * held_out[0], held_out[1]
    return plan.make(model, samples, LOSSES[loss], seed=seed, accuracy=plan.top1, **{**PLAN, **change})
