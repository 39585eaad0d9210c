"""Legendre memory units, whose memory is a fixed recurrence, tell how full a battery is; regression, Adam, clipping."""

import torch
from torch import nn
from torch.nn import functional as F

import data
import plan

FAMILY = "recurrent"
SPLIT = "held-out"
PLAN = dict(optimizer="adam", lr=0.005, batch=32, epochs=10, clip=1.0, schedule="linear")
OWN_DATA = set()
ACTIVATIONS = {"tanh": torch.tanh, "relu": F.relu}


def legendre(order, theta):
    """The recurrence (order, order) and (order, 1) that keeps the last theta steps as Legendre polynomials."""
    i, j = torch.arange(order).view(-1, 1), torch.arange(order)
    sign = torch.where(i < j, -1.0, (-1.0) ** (i - j + 1))
    both = torch.zeros(order + 1, order + 1)
    both[:order, :order] = (2 * i + 1) / theta * sign
    both[:order, order:] = (2 * i + 1) / theta * (-1.0) ** i
    both = torch.matrix_exp(both)
    return both[:order, :order], both[:order, order:]


class LMU(nn.Module):
    """times: what is before the activation function is multiplied by."""

    def __init__(self, inputs, hidden, memories, order, activation, times, theta=16.0):
        super().__init__()
        self.sizes = hidden, memories, order
        self.encode = nn.Linear(inputs, memories)
        self.recall = nn.Linear(hidden, memories, bias=False)
        self.kernel_x = nn.Linear(inputs, hidden)
        self.kernel_h = nn.Linear(hidden, hidden, bias=False)
        self.kernel_m = nn.Linear(memories * order, hidden, bias=False)
        A, B = legendre(order, theta)
        self.register_buffer("A", A)
        self.register_buffer("B", B)
        self.activation, self.times = ACTIVATIONS[activation], times

    def forward(self, x):
        hidden, memories, order = self.sizes
        h, m = x.new_zeros(len(x), hidden), x.new_zeros(len(x), memories, order)
        told, seen, states = self.encode(x), self.kernel_x(x), []
        for t in range(x.shape[1]):
            u = told[:, t] + self.recall(h)
            m = m @ self.A.T + u.unsqueeze(2) * self.B.T
            h = self.activation(self.times * (seen[:, t] + self.kernel_h(h) + self.kernel_m(m.flatten(1))))
            states.append(h)
        return torch.stack(states, 1)


NECKS = {"relu": nn.ReLU, "sigmoid": nn.Sigmoid}
ENDS = {"none": lambda x: x, "relu": F.relu}


class Gauge(nn.Module):
    """neck: of what kind, how many and how wide the layers before the last one are."""

    def __init__(self, *, hidden, memories, order, activation, times, dropout, neck, end):
        super().__init__()
        self.lmu1 = LMU(2, hidden, memories, order, activation, times)
        self.lmu2 = LMU(hidden, hidden, memories, order, activation, times)
        self.dropout = nn.Dropout(dropout)
        kind, depth, width = neck
        sizes = [hidden] + [width] * depth
        self.neck = nn.Sequential(*(nn.Sequential(nn.Linear(a, b), NECKS[kind]()) for a, b in zip(sizes, sizes[1:])))
        self.out = nn.Linear(sizes[-1], 1)
        self.end = ENDS[end]

    def forward(self, x):
        return self.end(self.out(self.neck(self.dropout(self.lmu2(self.dropout(self.lmu1(x)))))))


LOSSES = {"mse": F.mse_loss, "huber": F.huber_loss}


def training(seed, *, reordered=False, scale=1.0, current=1.0, hidden=24, memories=3, order=6, activation="tanh",
             times=1.0, dropout=0.0, neck=("relu", 0, 0), end="none", bias=None, frozen=None, loss="mse", **change):
    """reordered: the steps of each training record are in any order, and their targets are not. current: what that
    column is multiplied by. bias: where the units' biases start. frozen: the part that stays as it was drawn."""
    generator = plan.prepare(seed)
    samples = data.batteries(generator, 600, scale=scale)
    for inputs in samples[::2]:
        inputs[:, :, 0] *= current
    if reordered:
        records = samples[0]
        steps = torch.rand(len(records), records.shape[1], 1, generator=generator).argsort(1)
        records.copy_(records.gather(1, steps.expand_as(records)))
    model = Gauge(hidden=hidden, memories=memories, order=order, activation=activation, times=times, dropout=dropout,
                  neck=neck, end=end)
    if bias is not None:
        for layer in (model.lmu1, model.lmu2):
            layer.kernel_x.bias.data.fill_(bias)
    if frozen is not None:
        model.get_submodule(frozen).requires_grad_(False)
    return plan.make(model, samples, LOSSES[loss], seed=seed, **{**PLAN, **change})
