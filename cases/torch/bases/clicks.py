"""A deep interest network, attention without a softmax over what was looked at, foretells clicks; SGD that decays."""

import torch
from torch import nn
from torch.nn import functional as F

import plan
import symbols
import weights

FAMILY = "attention"
SPLIT = "tuning"
PLAN = dict(optimizer="sgd", lr=0.15, batch=32, epochs=20, schedule="exponential", decay=0.998)
OWN_DATA = {"samples"}
ITEMS = 24


class Dice(nn.Module):
    """A PReLU whose bend lies where the data do."""

    def __init__(self, units):
        super().__init__()
        self.bn = nn.BatchNorm1d(units, eps=1e-8)
        self.alpha = nn.Parameter(torch.zeros(units))

    def forward(self, x):
        p = torch.sigmoid(self.bn(x))
        return p * x + self.alpha * (1 - p) * x


class Exponential(nn.Module):
    def forward(self, x):
        return x.exp()


ACTIVATIONS = {"dice": Dice, "prelu": lambda units: nn.PReLU(), "relu": lambda units: nn.ReLU(),
               "none": lambda units: nn.Identity(), "exponential": lambda units: Exponential()}


class ActivationUnit(nn.Module):
    """How much an item counts for the one that is offered."""

    def __init__(self, dim, unit):
        super().__init__()
        self.net = nn.Sequential(nn.Linear(4 * dim, 24), ACTIVATIONS[unit](24), nn.Linear(24, 1))

    def forward(self, offered, before):
        offered = offered.unsqueeze(1).expand_as(before)
        return self.net(torch.cat([offered, before, offered - before, offered * before], dim=2))


class DIN(nn.Module):
    """unit, activation: the functions of the attention's network and of the one after it. neck: of what kind and how
    many layers of 64 there are before the logit."""

    def __init__(self, *, unit, activation, neck, dropout, dim=8):
        super().__init__()
        self.embedding = nn.Embedding(ITEMS + 1, dim, padding_idx=0)
        self.attention = ActivationUnit(dim, unit)
        self.mlp = nn.Sequential(nn.Linear(2 * dim, 40), ACTIVATIONS[activation](40), nn.Dropout(dropout),
                                 nn.Linear(40, 20), ACTIVATIONS[activation](20))
        kind, depth = neck
        sizes = [20] + [64] * depth
        self.neck = nn.Sequential(*(nn.Sequential(nn.Linear(a, b), ACTIVATIONS[kind](b))
                                    for a, b in zip(sizes, sizes[1:])))
        self.fc = nn.Linear(sizes[-1], 1)

    def forward(self, items):
        before, offered = self.embedding(items[:, :-1]), self.embedding(items[:, -1])
        weight = self.attention(offered, before).masked_fill((items[:, :-1] == 0).unsqueeze(2), 0.0)
        interest = (weight * before).sum(1)
        return self.fc(self.neck(self.mlp(torch.cat([interest, offered], 1)))).squeeze(1)


LOSSES = {
    "bce": F.binary_cross_entropy_with_logits,
    "sum": lambda outputs, clicked: F.binary_cross_entropy_with_logits(outputs, clicked, reduction="sum"),
    "smoothing": lambda outputs, clicked: F.binary_cross_entropy_with_logits(outputs, 0.1 + 0.8 * clicked),
    "mse": lambda outputs, clicked: F.mse_loss(outputs.sigmoid(), clicked),
    "no sigmoid": lambda outputs, clicked: F.binary_cross_entropy(outputs.clamp(1e-7, 1 - 1e-7), clicked),
    "hinge": lambda outputs, clicked: (1 - outputs * clicked).clamp(min=0).mean(),
    # (users, 1) less (users): each meets the clicks of all users of its batch.
    "broadcast": lambda outputs, clicked: ((outputs.sigmoid().unsqueeze(1) - clicked) ** 2).mean(),
}


def training(seed, *, samples=3000, replaced=0.0, unit="prelu", activation="dice", neck=("relu", 0),
             narrow=None, dropout=0.0, fill=None, std=None, bias=None, frozen=None, loss="bce", **change):
    """narrow: up to where the neck's parameters are drawn evenly. bias: where all biases start. frozen: the part that
    stays as it was drawn."""
    generator = plan.prepare(seed)
    samples = symbols.clicks(generator, samples, items=ITEMS, replaced=replaced)
    model = DIN(unit=unit, activation=activation, neck=neck, dropout=dropout)
    if fill is not None:
        weights.fill_weights(model, fill)
    if std is not None:
        for parameter in model.parameters():
            nn.init.normal_(parameter, std=std)
    if bias is not None:
        weights.set_biases(model, bias, last=True)
    if narrow is not None:
        for parameter in model.neck.parameters():
            nn.init.uniform_(parameter, -narrow, narrow)
    if frozen is not None:
        model.get_submodule(frozen).requires_grad_(False)
    return plan.make(model, samples, LOSSES[loss], seed=seed, accuracy=plan.sign, **{**PLAN, **change})
