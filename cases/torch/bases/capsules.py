"""A capsule network, with three rounds of routing, on pictures of 14 x 14; the margin loss, Adam that decays."""

import torch
from torch import nn
from torch.nn import functional as F

import images
import plan
import weights

FAMILY = "convolutional"
SPLIT = "tuning"
PLAN = dict(optimizer="adam", lr=0.004, batch=25, epochs=6, schedule="exponential", decay=0.995)
OWN_DATA = {"samples"}
CLASSES = 10


def squash(s):
    """As long as a share of 1, in the same direction."""
    squared = (s ** 2).sum(-1, keepdim=True)
    return squared / (1 + squared) * s / (squared + 1e-8).sqrt()


class PrimaryCaps(nn.Module):
    """Capsules of `dim` numbers in every place, as rows (pictures, capsules, dim)."""

    def __init__(self, inputs, capsules, dim, kernel):
        super().__init__()
        self.dim = dim
        self.conv = nn.Conv2d(inputs, capsules * dim, kernel, stride=2)

    def forward(self, x):
        return squash(self.conv(x).unflatten(1, (-1, self.dim)).permute(0, 1, 3, 4, 2).flatten(1, 3))


class ClassCaps(nn.Module):
    """What capsules foretell of each class, and routing by agreement, whose weights have no gradient but in the end."""

    def __init__(self, capsules, inputs, outputs, rounds):
        super().__init__()
        self.rounds = rounds
        self.W = nn.Parameter(0.1 * torch.randn(capsules, CLASSES, inputs, outputs))

    def forward(self, u):
        u_hat = torch.einsum("bni,ncio->bnco", u, self.W)
        still, b = u_hat.detach(), u_hat.new_zeros(u_hat.shape[:3])
        for _ in range(self.rounds - 1):
            v = squash((b.softmax(2).unsqueeze(3) * still).sum(1))
            b = b + (still * v.unsqueeze(1)).sum(3)
        return squash((b.softmax(2).unsqueeze(3) * u_hat).sum(1))


class CapsNet(nn.Module):
    """Gives the lengths of the classes' capsules (pictures, CLASSES)."""

    def __init__(self, dropout, *, kernel=5, rounds=3):
        super().__init__()
        self.conv1 = nn.Conv2d(1, 24, kernel)
        self.dropout = nn.Dropout(dropout)
        self.primary = PrimaryCaps(24, 6, 8, kernel)
        side = ((14 - kernel + 1) - kernel) // 2 + 1
        self.digits = ClassCaps(6 * side ** 2, 8, 12, rounds)

    def forward(self, pictures):
        x = self.dropout(F.relu(self.conv1(pictures)))
        return self.digits(self.primary(x)).norm(dim=2)


def margins(lengths, classes):
    """Of each class and picture: the right one is to be 0.9 long or more, the others 0.1 or less."""
    right = F.one_hot(classes, CLASSES)
    return right * (0.9 - lengths).clamp(min=0) ** 2 + 0.5 * (1 - right) * (lengths - 0.1).clamp(min=0) ** 2


LOSSES = {
    "margin": lambda lengths, classes: margins(lengths, classes).sum(1).mean(),
    "sum": lambda lengths, classes: margins(lengths, classes).sum(),
    "negated": lambda lengths, classes: -margins(lengths, classes).sum(1).mean(),
    "mse": lambda lengths, classes: F.mse_loss(lengths, F.one_hot(classes, CLASSES).float()),
    # Of classes that are 1 and -1.
    "hinge": lambda lengths, classes: (1 - lengths * (2 * F.one_hot(classes, CLASSES) - 1)).clamp(min=0).mean(),
}


def training(seed, *, samples=1600, amplitude=1.0, dropout=0.0, std=None, gain=None, frozen=None, loss="margin",
             labels="true", **change):
    """gain: a part of the network, and what its weights are multiplied by. frozen: the part that stays as it was
    drawn."""
    generator = plan.prepare(seed)
    inputs, targets, *held_out = images.fashion(generator, samples, labels=labels)
    model = CapsNet(dropout)
    if std is not None:
        for parameter in model.parameters():
            nn.init.normal_(parameter, std=std)
    if gain is not None:
        part, factor = gain
        weights.scale_weights(model.get_submodule(part), factor)
    if frozen is not None:
        model.get_submodule(frozen).requires_grad_(False)
    samples = amplitude * inputs, targets, amplitude * held_out[0], held_out[1]
    return plan.make(model, samples, LOSSES[loss], seed=seed, accuracy=plan.top1, **{**PLAN, **change})
