"""A ConvLSTM watches a ball fly through six pictures and draws the next one; Adam, clipping at 1."""

import torch
from torch import nn
from torch.nn import functional as F

import images
import plan
import weights

FAMILY = "recurrent"
SPLIT = "tuning"
PLAN = dict(optimizer="adam", lr=0.01, batch=16, epochs=12, clip=1.0)
OWN_DATA = {"samples"}

ACTIVATIONS = {"tanh": torch.tanh, "relu": torch.relu}


class ConvLSTMCell(nn.Module):
    def __init__(self, input_dim, hidden_dim, kernel_size, activation):
        super().__init__()
        self.hidden_dim = hidden_dim
        self.conv = nn.Conv2d(input_dim + hidden_dim, 4 * hidden_dim, kernel_size, padding=kernel_size // 2)
        self.activation = ACTIVATIONS[activation]

    def forward(self, x, state):
        h, c = state
        i, f, o, g = self.conv(torch.cat([x, h], dim=1)).chunk(4, dim=1)
        c = f.sigmoid() * c + i.sigmoid() * self.activation(g)
        return o.sigmoid() * self.activation(c), c


class NextFrame(nn.Module):
    """handed_on: whether a step gets the state of the step before it; detach: without its gradient."""

    def __init__(self, hidden_dim, kernel_size, layers, activation, handed_on, detach):
        super().__init__()
        self.cells = nn.ModuleList(ConvLSTMCell(hidden_dim if i else 1, hidden_dim, kernel_size, activation)
                                   for i in range(layers))
        self.draw = nn.Conv2d(hidden_dim, 1, 3, padding=1)
        self.handed_on, self.detach = handed_on, detach

    def forward(self, film):
        frames = film.unbind(1)
        for cell in self.cells:
            state = start = (film.new_zeros(len(film), cell.hidden_dim, *film.shape[3:]),) * 2
            seen = []
            for frame in frames:
                if not self.handed_on:
                    state = start
                if self.detach:
                    state = tuple(part.detach() for part in state)
                state = cell(frame, state)
                seen.append(state[0])
            frames = seen
        return self.draw(frames[-1])


def training(seed, *, samples=500, offset=0.0, scale=1.0, hidden_dim=8, kernel_size=3, layers=1,
             activation="tanh", handed_on=True, detach=False, fill=None, std=None, **change):
    generator = plan.prepare(seed)
    films, targets, *held_out = images.flights(generator, samples, offset=offset, scale=scale)
    model = NextFrame(hidden_dim, kernel_size, layers, activation, handed_on, detach)
    if fill is not None:
        weights.fill_weights(model, fill)
    if std is not None:
        nn.init.normal_(model.cells[0].conv.weight, std=std)
    return plan.make(model, (films, targets, *held_out), F.mse_loss, seed=seed, **{**PLAN, **change})
