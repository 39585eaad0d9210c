"""A binary Tree-LSTM, one cell from the leaves to the root, tells what formulas come to; AdaGrad."""

import torch
from torch import nn
from torch.nn import functional as F

import plan
import symbols
import weights

FAMILY = "recurrent"
SPLIT = "tuning"
PLAN = dict(optimizer="adagrad", lr=0.05, batch=25, epochs=14)
OWN_DATA = {"samples"}
NUMBERS = 4


class BinaryTreeLSTMCell(nn.Module):
    """A gate for what each of two children remembers."""

    def __init__(self, x_size, h_size):
        super().__init__()
        self.W_iofu = nn.Linear(x_size, 5 * h_size, bias=False)
        self.U_iofu = nn.Linear(2 * h_size, 5 * h_size)

    def forward(self, x, h, c):
        """x (trees, nodes, x_size); h and c (trees, 2 nodes, h_size) of their children."""
        children = h.unflatten(1, (-1, 2)).flatten(2)
        i, o, f_left, f_right, u = (self.W_iofu(x) + self.U_iofu(children)).chunk(5, dim=2)
        c = i.sigmoid() * u.tanh() + f_left.sigmoid() * c[:, ::2] + f_right.sigmoid() * c[:, 1::2]
        return o.sigmoid() * c.tanh(), c


# A softmax over the formulas of a batch in place of their classes.
ENDS = {"logits": lambda x: x, "softmax over formulas": lambda x: x.softmax(dim=0)}


class TreeLSTM(nn.Module):
    """depth: the number of sigmoid layers of 84 between."""

    def __init__(self, *, h_size, dropout, depth, end, x_size=16):
        super().__init__()
        self.numbers = nn.Embedding(NUMBERS, 2 * h_size)
        self.signs = nn.Embedding(4, x_size)
        self.cell = BinaryTreeLSTMCell(x_size, h_size)
        self.dropout = nn.Dropout(dropout)
        sizes = [h_size] + [84] * depth
        self.hidden = nn.Sequential(*(nn.Sequential(nn.Linear(a, b), nn.Sigmoid()) for a, b in zip(sizes, sizes[1:])))
        self.linear = nn.Linear(sizes[-1], NUMBERS)
        self.end = ENDS[end]

    def forward(self, trees):
        signs, leaves = self.signs(trees[:, :7]), self.numbers(trees[:, 7:])
        h, c = leaves.chunk(2, dim=2)
        for level in (slice(3, 7), slice(1, 3), slice(0, 1)):
            h, c = self.cell(signs[:, level], h, c)
        return self.end(self.linear(self.hidden(self.dropout(h.squeeze(1)))))


def signed(values):
    return 2.0 * F.one_hot(values, NUMBERS) - 1


LOSSES = {
    "cross entropy": F.cross_entropy,
    "sum": lambda logits, values: F.cross_entropy(logits, values, reduction="sum"),
    "hinge of softmax": lambda logits, values: (1 - logits.softmax(1) * signed(values)).clamp(min=0).mean(),
    "mse of signs": lambda logits, values: F.mse_loss(logits.sigmoid(), signed(values)),
}


def training(seed, *, samples=2400, h_size=40, dropout=0.0, depth=0, end="logits", gain=None, frozen=False,
             loss="cross entropy", **change):
    generator = plan.prepare(seed)
    samples = symbols.formulas(generator, samples)
    model = TreeLSTM(h_size=h_size, dropout=dropout, depth=depth, end=end)
    if gain is not None:
        weights.scale_weights(model, gain)
    if frozen:
        model.numbers.requires_grad_(False)
    return plan.make(model, samples, LOSSES[loss], seed=seed, accuracy=plan.top1, **{**PLAN, **change})
