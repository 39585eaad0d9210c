"""Samples: boards of games and of cells. All return training inputs and targets, then held-out inputs and targets."""

import itertools

import torch
from torch.nn import functional as F

from data import relabel, split


def life(generator, samples, *, held_out=100, side=8, share=0.4, labels="true"):
    """Cells that live (1.0) or not (0.0) on a torus (samples, 1, side, side), so that each has eight neighbours; the
    target is who lives next, by the rules of Conway's Game of Life."""
    inputs = (torch.rand(samples + held_out, 1, side, side, generator=generator) < share).float()
    around = F.avg_pool2d(F.pad(inputs, (1, 1, 1, 1), mode="circular"), 3, stride=1) * 9 - inputs
    around = around.round()
    targets = ((around == 3) | ((around == 2) & (inputs == 1))).float()
    return split(inputs, relabel(targets, labels, 2, generator), samples)


def fours(side):
    """Every four in a row, down, across or slanting, 1.0 at its places (lines, side * side)."""
    lines = []
    for y, x, (down, across) in itertools.product(range(side), range(side), ((0, 1), (1, 0), (1, 1), (1, -1))):
        if y + 3 * down < side and 0 <= x + 3 * across < side:
            line = torch.zeros(side, side)
            for step in range(4):
                line[y + step * down, x + step * across] = 1
            lines.append(line.flatten())
    return torch.stack(lines)


def moves(generator, samples, *, held_out=300, side=6, own=8, other=7):
    """Boards (samples, 2, side, side): 1.0 where one's own stones lie, then where the other's do. The class is the one
    place, counted row by row, that makes four of one's own in a row."""
    count = samples + held_out
    order = torch.rand(5 * count, side * side, generator=generator).argsort(1)
    mine, theirs = (order < own).float(), ((order >= own) & (order < own + other)).float()
    lines = fours(side)
    threats = ((mine @ lines.T == 3) & (theirs @ lines.T == 0)).float()
    wins = (threats @ lines > 0) & (mine == 0)
    kept = (wins.sum(1) == 1) & (mine @ lines.T < 4).all(1)
    boards = torch.stack([mine, theirs], 1)[kept][:count].unflatten(2, (side, side))
    return split(boards, wins[kept][:count].float().argmax(1), samples)
