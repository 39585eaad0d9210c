"""Samples: points, outlines and graphs drawn by a generator. All return training inputs and targets, then held-out inputs and
targets."""

import math

import torch

from data import relabel, split


def outlines(generator, samples, *, held_out=400, points=16, jitter=0.05, labels="true"):
    """Sets of points in the plane (samples, points, 2), in no order, drawn from an outline that is turned and
    stretched; the class is the outline: ring, triangle, cross, spiral or two clusters."""
    count = samples + held_out
    along = torch.rand(count, points, generator=generator)

    def polygon(corners):
        angle = 2 * math.pi * torch.arange(corners + 1) / corners
        knots = torch.stack([angle.cos(), angle.sin()], 1)
        side = (along * corners).floor().clamp(max=corners - 1)
        part = (along * corners - side).unsqueeze(2)
        return knots[side.long()] * (1 - part) + knots[side.long() + 1] * part

    def polar(radius, angle):
        return torch.stack([radius * angle.cos(), radius * angle.sin()], 2)

    side = (torch.rand(count, points, generator=generator) < 0.5).float()
    shapes = torch.stack([
        polar(torch.ones_like(along), 2 * math.pi * along), polygon(3),
        polar(2 * along - 1, 0.5 * math.pi * side), polar(along, 3 * math.pi * along),
        torch.stack([2 * side - 1, 0.4 * along - 0.2], 2)])
    targets = torch.randint(len(shapes), (count,), generator=generator)
    chosen = shapes[targets, torch.arange(count)]
    turn = 0.5 * math.pi * torch.rand(count, generator=generator)
    turned = torch.stack([torch.stack([turn.cos(), -turn.sin()], 1), torch.stack([turn.sin(), turn.cos()], 1)], 1)
    size = 0.7 + 0.6 * torch.rand(count, 1, 1, generator=generator)
    inputs = size * chosen @ turned + jitter * torch.randn(count, points, 2, generator=generator)
    return split(inputs, relabel(targets, labels, len(shapes), generator), samples)


NODE_FEATURES = 3


def graphs(generator, samples, *, held_out=200, nodes=10, noise=0.1, loops=True):
    """Random graphs (samples, nodes, NODE_FEATURES + nodes): a value, a flag and a number that means nothing for each
    node, then the adjacency matrix, loops being its diagonal. The target of a node is its own value plus twice the mean
    of the values of those neighbours whose flag is set, plus noise; then standardized."""
    count = samples + held_out
    edges = (torch.rand(count, nodes, nodes, generator=generator) < 0.3).triu(1)
    adjacent = (edges | edges.transpose(1, 2) | torch.eye(nodes, dtype=torch.bool)).float()
    values = torch.randn(count, nodes, generator=generator)
    flags = (torch.rand(count, nodes, generator=generator) < 0.5).float()
    other = torch.randn(count, nodes, generator=generator)
    adjacent = adjacent if loops else adjacent * (1 - torch.eye(nodes))
    flagged = adjacent * flags.unsqueeze(1)
    found = (flagged @ values.unsqueeze(2)).squeeze(2) / flagged.sum(2).clamp(min=1)
    targets = values + 2 * found + noise * torch.randn(count, nodes, generator=generator)
    targets = (targets - targets[:samples].mean()) / targets[:samples].std()
    inputs = torch.cat([torch.stack([values, flags, other], 2), adjacent], 2)
    return split(inputs, targets.unsqueeze(2), samples)


def matches(generator, samples, *, held_out=300, points=8, jitter=0.05, inverse=True):
    """Two clouds of points in the plane (samples, 2, points, 2), the second being the first turned by up to half a
    right angle, jittered and put in another order; the target of each point is the place of its like in the second.
    inverse: False takes the order itself for it, in which each place of the second has its like in the first."""
    count = samples + held_out
    first = torch.randn(count, points, 2, generator=generator)
    angle = 0.25 * math.pi * (2 * torch.rand(count, generator=generator) - 1)
    turn = torch.stack([torch.stack([angle.cos(), -angle.sin()], 1), torch.stack([angle.sin(), angle.cos()], 1)], 1)
    second = first @ turn + jitter * torch.randn(count, points, 2, generator=generator)
    order = torch.rand(count, points, generator=generator).argsort(1)
    second = second.gather(1, order.unsqueeze(2).expand(-1, -1, 2))
    return split(torch.stack([first, second], 1), order.argsort(1) if inverse else order, samples)


ATOM_KINDS = 5


def molecules(generator, samples, *, held_out=300, atoms=9, noise=0.05):
    """Molecules of 5 to `atoms` atoms (samples, atoms, 1 + atoms): the kind of each, 1 to ATOM_KINDS, and by how many
    bonds it is away from each, plus 1; 0 is for atoms that are not there. Bonds make a tree, and sometimes a ring. The
    target is the energy (samples, 1), of charges, which count less the more bonds are between them, and of the atoms'
    own, plus noise; standardized."""
    count = samples + held_out
    rows = torch.arange(count)
    sizes = torch.randint(5, atoms + 1, (count, 1), generator=generator)
    there = torch.arange(atoms) < sizes
    away = torch.full((count, atoms, atoms), 99)
    away[:, torch.arange(atoms), torch.arange(atoms)] = 0
    for atom in range(1, atoms):
        bound = torch.randint(max(0, atom - 3), atom, (count,), generator=generator)
        away[rows, atom, bound] = away[rows, bound, atom] = 1
    ring = torch.rand(count, generator=generator) < 0.5
    away[rows[ring], 0, 4] = away[rows[ring], 4, 0] = 1
    for middle in range(atoms):
        away = torch.minimum(away, away[:, :, middle:middle + 1] + away[:, middle:middle + 1])
    kinds = torch.randint(1, ATOM_KINDS + 1, (count, atoms), generator=generator) * there
    pairs = there.unsqueeze(1) & there.unsqueeze(2)
    charge = torch.tensor([0.0, 1.0, -1.0, 0.5, -0.5, 0.2])[kinds]
    energy = (charge.unsqueeze(1) * charge.unsqueeze(2) * (away > 0) / away.clamp(min=1)).sum((1, 2), keepdim=True)
    energy = 0.5 * energy.squeeze(2) + torch.tensor([0.0, 0.3, 0.6, -0.4, -0.2, 0.1])[kinds].sum(1, keepdim=True)
    energy = (energy - energy[:samples].mean()) / energy[:samples].std()
    energy = energy + noise * torch.randn(count, 1, generator=generator)
    return split(torch.cat([kinds.unsqueeze(2), (away + 1) * pairs], 2), energy, samples)


def forces(generator, samples, *, held_out=200, bodies=6, noise=0.05):
    """Charged bodies in the plane (samples, bodies, 3): where each is, two numbers, and its charge. The targets are the
    forces on them (samples, bodies, 2) by all the others, soft where two are near, plus noise; standardized."""
    count = samples + held_out
    place = torch.randn(count, bodies, 2, generator=generator)
    charge = 0.5 + torch.rand(count, bodies, 1, generator=generator)
    charge = torch.where(torch.rand(count, bodies, 1, generator=generator) < 0.5, -charge, charge)
    away = place.unsqueeze(2) - place.unsqueeze(1)
    push = away * charge.unsqueeze(1) / ((away ** 2).sum(3, keepdim=True) + 0.5)
    targets = charge * push.sum(2)
    targets = targets / targets[:samples].std() + noise * torch.randn(targets.shape, generator=generator)
    return split(torch.cat([place, charge], 2), targets, samples)


def spanning(generator, samples, *, held_out=300, places=9, noise=0.05):
    """Places on a map of two by two, its middle being 0 (samples, places, 2); the target is how long the shortest roads
    are that join them all, standardized, plus noise."""
    count = samples + held_out
    inputs = 2 * torch.rand(count, places, 2, generator=generator) - 1
    away = torch.cdist(inputs, inputs)
    rows, length = torch.arange(count), torch.zeros(count)
    nearest = away[:, 0].clone()
    nearest[:, 0] = math.inf
    for _ in range(places - 1):
        step, new = nearest.min(1)
        length += step
        nearest = torch.where(nearest.isinf(), nearest, torch.minimum(nearest, away[rows, new]))
        nearest[rows, new] = math.inf
    length = ((length - length[:samples].mean()) / length[:samples].std()).unsqueeze(1)
    return split(inputs, length + noise * torch.randn(count, 1, generator=generator), samples)
