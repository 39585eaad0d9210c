"""Samples: pictures, of clothes or drawn by a generator. All return training inputs and targets, then held-out inputs
and targets."""

import functools
import gzip
import math
import os
from pathlib import Path

import numpy
import torch
from torch.nn import functional as F

from data import relabel, split

FASHION = Path(os.environ.get("GRADCLINIC_FASHION_MNIST", "/usr/share/datasets/fashion-mnist"))


@functools.lru_cache(maxsize=1)
def _pictures():
    """Fashion-MNIST's second file: 10,000 pictures of 28 x 28 and their classes, as bytes."""
    read = []
    for name, header, shape in (("images-idx3", 16, (-1, 28, 28)), ("labels-idx1", 8, (-1,))):
        path = FASHION / f"t10k-{name}-ubyte.gz"
        if not path.exists():
            raise FileNotFoundError(f"[{path}] Fashion-MNIST is not here: install dataset-fashion-mnist, "
                                    "or set GRADCLINIC_FASHION_MNIST to the folder of its files")
        read.append(torch.from_numpy(numpy.frombuffer(gzip.open(path).read(), numpy.uint8, offset=header).copy()
                                     .reshape(shape)))
    return read


def fashion(generator, samples, *, held_out=400, pool=2, pixels="standardized", labels="true", rare=()):
    """Pictures (samples, 1, side, side), side 28 / pool. pixels: standardized, unit (0 to 1), raw (0 to 255), or
    per-pixel (each pixel by its own mean and deviation, as NumPy would). labels: see relabel(); rare: classes of
    which only one picture in 60 is kept, in both halves."""
    pictures, classes = _pictures()
    order = torch.randperm(len(pictures), generator=generator)
    if rare:
        luck = torch.rand(len(order), generator=generator) < 1 / 60
        order = order[~torch.isin(classes[order].long(), torch.tensor(list(rare))) | luck]
    order = order[:samples + held_out]
    inputs = F.avg_pool2d(pictures[order].float().unsqueeze(1), pool)
    if pixels == "unit":
        inputs = inputs / 255
    elif pixels == "standardized":
        inputs = (inputs - inputs[:samples].mean()) / inputs[:samples].std()
    elif pixels == "per-pixel":
        inputs = (inputs - inputs[:samples].mean(0)) / inputs[:samples].std(0)
    elif pixels != "raw":
        raise ValueError(f"pixels: no such scale (got {pixels})")
    targets = relabel(classes[order].long(), labels, 10, generator)
    return inputs[:samples], targets[:samples], inputs[samples:], targets[samples:]


def silhouettes(generator, samples, *, held_out=200, noise=0.4):
    """Pictures of clothes (samples, 1, 16, 16), 0 to 1, under noise of their own contrast; the target of each pixel is
    1.0 where the cloth is."""
    pictures, _, others, _ = fashion(generator, samples, held_out=held_out, pixels="unit")
    clean = F.pad(torch.cat([pictures, others]), (1, 1, 1, 1))
    contrast = 0.6 + 0.8 * torch.rand(len(clean), 1, 1, 1, generator=generator)
    inputs = contrast * (clean + noise * torch.randn(clean.shape, generator=generator))
    return split(inputs, (clean > 0.15).float(), samples)


def discs(generator, samples, *, held_out=200, side=12):
    """Where a disc lies, how wide and how bright it is, four numbers of -1 to 1 (samples, 4); the target is its picture
    (samples, 1, side, side) with soft edges, standardized."""
    count = samples + held_out
    inputs = 2 * torch.rand(count, 4, generator=generator) - 1
    x, y, radius, light = (part.view(-1, 1, 1) for part in inputs.unbind(1))
    axis = torch.linspace(-1, 1, side)
    distance = ((axis - 0.6 * x) ** 2 + (axis.unsqueeze(1) - 0.6 * y) ** 2).sqrt()
    targets = (1 + 0.5 * light) * torch.sigmoid((0.45 + 0.15 * radius - distance) / 0.1)
    targets = (targets - targets[:samples].mean()) / targets[:samples].std()
    return split(inputs, targets.unsqueeze(1), samples)


def flights(generator, samples, *, held_out=150, length=6, side=8, offset=0.0, scale=1.0):
    """Films (samples, length, 1, side, side) of a soft ball that flies straight and bounces off the edges; the target
    is the picture that comes next. Standardized, then times scale plus offset, films and targets."""
    count = samples + held_out
    place = (side - 1) * torch.rand(count, 2, generator=generator)
    angle = 2 * math.pi * torch.rand(count, 1, generator=generator)
    speed = (0.7 + 0.8 * torch.rand(count, 1, generator=generator)) * torch.cat([angle.cos(), angle.sin()], 1)
    time = torch.arange(length + 1).view(-1, 1)
    turn = 2 * (side - 1)
    path = (place.unsqueeze(1) + time * speed.unsqueeze(1)) % turn
    path = torch.minimum(path, turn - path)
    axis = torch.arange(side)
    x = torch.exp(-(axis - path[..., :1]) ** 2)
    y = torch.exp(-(axis - path[..., 1:]) ** 2)
    films = (y.unsqueeze(3) * x.unsqueeze(2)).unsqueeze(2)
    films = (films - films[:samples].mean()) / films[:samples].std() * scale + offset
    return split(films[:, :-1].clone(), films[:, -1].clone(), samples)


def boxes(generator, samples, *, held_out=200, side=20, noise=0.5, scale=1.0):
    """Noisy pictures (samples, 1, side, side) of a rectangle of its own brightness; the target is its box as (centre
    across, centre down, width, height), in shares of the side times scale."""
    count = samples + held_out
    extent = 0.2 + 0.4 * torch.rand(count, 2, generator=generator)
    centre = extent / 2 + (1 - extent) * torch.rand(count, 2, generator=generator)
    axis = (torch.arange(side) + 0.5) / side
    across = ((axis - centre[:, :1]).abs() < extent[:, :1] / 2).float()
    down = ((axis - centre[:, 1:]).abs() < extent[:, 1:] / 2).float()
    light = 0.8 + 0.8 * torch.rand(count, 1, 1, generator=generator)
    inputs = light * down.unsqueeze(2) * across.unsqueeze(1)
    inputs = inputs + noise * torch.randn(inputs.shape, generator=generator)
    return split(inputs.unsqueeze(1), torch.cat([centre, extent], 1) * scale, samples)


def twins(generator, samples, *, held_out=300, same=0.5, itself=0.0, pixels="standardized"):
    """Pairs of pictures of clothes (samples, 2, 14, 14) of five kinds; the target is 1.0 where both are of one, as
    a share `same` of them is. itself: the share of all pairs in which both are the same picture."""
    count = samples + held_out
    pictures, classes, *_ = fashion(generator, 10000, held_out=0, pixels=pixels)
    kinds = torch.isin(classes, torch.tensor([1, 2, 3, 5, 8]))
    pictures, classes = pictures[kinds], classes[kinds]
    order = classes.argsort()
    bounds = classes.bincount(minlength=10).cumsum(0)
    first = torch.randint(len(pictures), (count,), generator=generator)
    starts = torch.cat([torch.zeros(1, dtype=torch.long), bounds[:-1]])[classes[first]]
    sizes = bounds[classes[first]] - starts
    luck = torch.rand(count, generator=generator)
    alike = order[starts + (luck * sizes).long()]
    other = (bounds[classes[first]] + (luck * (len(pictures) - sizes)).long()) % len(pictures)
    equal = torch.rand(count, generator=generator) < same
    second = torch.where(equal, alike, order[other])
    second = torch.where(torch.rand(count, generator=generator) < itself, first, second)
    inputs = torch.cat([pictures[first], pictures[second]], 1)
    return split(inputs, (classes[first] == classes[second]).float(), samples)


def bags(generator, samples, *, held_out=300, size=6, share=0.5, pixels="standardized", labels="true"):
    """Bags of pictures of clothes (samples, size, 1, 7, 7); the target of a bag is 1.0 where one or two of them show
    trousers, as in a share of all bags, and in the others none does."""
    count = samples + held_out
    pictures, classes, *_ = fashion(generator, 10000, held_out=0, pool=4, pixels=pixels)
    sought, others = (classes == 1).nonzero().squeeze(1), (classes != 1).nonzero().squeeze(1)
    chosen = others[torch.randint(len(others), (count, size), generator=generator)]
    one, two = sought[torch.randint(len(sought), (2, count), generator=generator)]
    found = torch.rand(count, generator=generator) < share
    places = torch.rand(count, size, generator=generator).argsort(1)
    rows = torch.arange(count)
    chosen[rows[found], places[found, 0]] = one[found]
    second = found & (torch.rand(count, generator=generator) < 0.5)
    chosen[rows[second], places[second, 1]] = two[second]
    return split(pictures[chosen], relabel(found.float(), labels, 2, generator), samples)


def wardrobes(generator, samples, *, held_out=300, pixels="standardized", rare=()):
    """Mosaics (samples, 1, 14, 14) of four pictures of 7 x 7, of which one to three show a cloth of five kinds and the
    others are empty; the target is 1.0 for each kind (samples, 5) that is there. rare: kinds of which only one mosaic
    in 60 is kept, in both halves."""
    count = (samples + held_out) * (6 if rare else 1)
    pictures, classes, *_ = fashion(generator, 10000, held_out=0, pool=4, pixels=pixels)
    empty = pictures.min()
    shown = torch.isin(classes, torch.tensor([1, 2, 3, 5, 8]))
    pictures, kinds = pictures[shown], torch.tensor([0, 0, 1, 2, 0, 3, 0, 0, 4, 0])[classes[shown]]
    chosen = torch.randint(len(pictures), (count, 4), generator=generator)
    number = torch.randint(1, 4, (count, 1), generator=generator)
    there = torch.rand(count, 4, generator=generator).argsort(1) < number
    targets = (F.one_hot(kinds[chosen], 5) * there.unsqueeze(2)).amax(1).float()
    tiles = torch.where(there.view(count, 4, 1, 1), pictures[chosen].squeeze(2), empty)
    inputs = tiles.unflatten(1, (2, 2)).transpose(2, 3).reshape(count, 1, 14, 14)
    kept = (targets[:, list(rare)].sum(1) == 0) | (torch.rand(count, generator=generator) < 1 / 60)
    inputs, targets = inputs[kept][:samples + held_out], targets[kept][:samples + held_out]
    return split(inputs, targets, samples)


def crowds(generator, samples, *, held_out=200, side=16, most=8, noise=0.25, swapped=False):
    """Noisy pictures (samples, 1, side, side) of up to `most` heads, round spots of their own brightness, and as many
    poles, which are higher than wide; the target is the map of how crowded each place is, 1 at a head. swapped: across
    and down are confused in the list of heads that the maps are drawn from."""
    count = samples + held_out
    place = 1 + (side - 3) * torch.rand(2, count, 2 * most, 2, generator=generator)
    there = torch.rand(2, count, 2 * most, generator=generator) < 0.5 * torch.rand(2, count, 1, generator=generator)
    light = there * (0.8 + 0.6 * torch.rand(2, count, 2 * most, generator=generator))
    axis = torch.arange(side)

    def draw(centres, weight, across, down):
        x = torch.exp(-((axis - centres[..., :1]) / across) ** 2)
        y = torch.exp(-((axis - centres[..., 1:]) / down) ** 2)
        return torch.einsum("bn,bny,bnx->byx", weight.float(), y, x)

    inputs = draw(place[0], light[0], 1.3, 1.3) + draw(place[1], light[1], 0.6, 2.8)
    inputs = inputs + noise * torch.randn(inputs.shape, generator=generator)
    targets = draw(place[0].flip(2) if swapped else place[0], there[0], 1.3, 1.3)
    return split(inputs.unsqueeze(1), targets.unsqueeze(1), samples)


def textures(generator, samples, *, held_out=300, side=16, noise=0.5):
    """Coloured cloth, channels last (samples, side, side, 3), woven of two colours that mean nothing; the class is the
    weave: stripes in four directions, checks or dots, turned and spaced a little differently in each."""
    count = samples + held_out
    classes = torch.randint(6, (count,), generator=generator)
    luck = torch.rand(4, count, 1, 1, generator=generator)
    angle = 0.25 * math.pi * (classes.view(-1, 1, 1) % 4 + 0.5 * (luck[0] - 0.5))
    spacing = 1.2 + 0.6 * luck[1]
    down, across = torch.meshgrid(torch.arange(side), torch.arange(side), indexing="ij")
    first = torch.cos(spacing * (across * angle.cos() + down * angle.sin()) + 2 * math.pi * luck[2])
    second = torch.cos(spacing * (down * angle.cos() - across * angle.sin()) + 2 * math.pi * luck[3])
    checks, dots = first * second, torch.minimum(first, second)
    weave = torch.where(classes.view(-1, 1, 1) == 4, checks, torch.where(classes.view(-1, 1, 1) == 5, dots, first))
    colours = torch.randn(2, count, 1, 1, 3, generator=generator)
    inputs = colours[0] + colours[1] * weave.unsqueeze(3)
    inputs = inputs + noise * torch.randn(inputs.shape, generator=generator)
    inputs = (inputs - inputs.mean()) / inputs.std()
    return split(inputs, classes, samples)


def details(generator, samples, *, held_out=200, scale=1.0):
    """Pictures of clothes of 7 x 7, standardized (samples, 1, 7, 7); the target is what bilinear interpolation misses
    of those of 14 x 14, standardized, then times scale."""
    fine, _, others, _ = fashion(generator, samples, held_out=held_out)
    fine = torch.cat([fine, others])
    coarse = F.avg_pool2d(fine, 2)
    missed = fine - F.interpolate(coarse, scale_factor=2, mode="bilinear", align_corners=False)
    coarse = (coarse - coarse[:samples].mean()) / coarse[:samples].std()
    missed = (missed - missed[:samples].mean()) / missed[:samples].std() * scale
    return split(coarse, missed, samples)


def swings(generator, samples, *, held_out=200, length=6, side=10, noise=0.1):
    """Noisy films (samples, 1, length, side, side) of a pendulum that hangs from the upper edge, its swing as wide, as
    fast and as far on as it likes; the target is how far out it is after the film and how fast it then swings, both
    standardized."""
    count = samples + held_out
    width, pace, phase, arm = torch.rand(4, count, 1, generator=generator)
    pace = 0.4 + 0.6 * pace
    turn = pace * torch.arange(length + 1) + 2 * math.pi * phase
    width = 0.5 + 0.6 * width
    angle = width * turn.sin()
    targets = torch.cat([angle[:, -1:], (width * pace * turn.cos())[:, -1:]], 1)
    reach = (0.65 + 0.25 * arm) * (side - 1)
    axis = torch.arange(side)
    x = torch.exp(-((axis - 0.5 * (side - 1) - (reach * angle[:, :-1].sin()).unsqueeze(2)) / 1.1) ** 2)
    y = torch.exp(-((axis - (reach * angle[:, :-1].cos()).unsqueeze(2)) / 1.1) ** 2)
    films = (y.unsqueeze(3) * x.unsqueeze(2)).unsqueeze(1)
    films = films + noise * torch.randn(films.shape, generator=generator)
    targets = (targets - targets[:samples].mean(0)) / targets[:samples].std(0)
    return split(films, targets, samples)


def turns(generator, samples, *, held_out=300):
    """Pictures of clothes (samples, 1, 14, 14), each turned by 0 to 3 right angles, which is the class."""
    pictures, _, others, _ = fashion(generator, samples, held_out=held_out)
    classes = torch.randint(4, (samples + held_out,), generator=generator)
    upright = torch.cat([pictures, others])
    turned = torch.stack([upright.rot90(int(turn), (2, 3)) for turn in range(4)])
    inputs = turned[classes, torch.arange(len(classes))]
    return split(inputs, classes, samples)


FARTHEST = 5


def stereo(generator, samples, *, held_out=120, height=8, width=14, noise=0.05, offset=0.0, scale=1.0):
    """Two pictures of one scene (samples, 2, height, width), standardized: a far wall and something in front of it,
    both rough. The target (samples, 1, height, width) is by how many places what each place of the left picture shows
    lies farther left in the right one, 0 to FARTHEST - 1, standardized, then times scale plus offset."""
    count = samples + held_out
    wide = width + FARTHEST
    rough = F.avg_pool2d(torch.randn(count, 1, height + 2, wide + 2, generator=generator), 3, stride=1) * 3
    wall = torch.randint(2, (count, 1, 1, 1), generator=generator)
    front = torch.randint(2, FARTHEST, (count, 1, 1, 1), generator=generator)
    left_edge, upper_edge = torch.randint(1, width // 2, (2, count, 1, 1, 1), generator=generator)
    across, down = torch.arange(width), torch.arange(height).view(-1, 1)
    inside = (across >= left_edge) & (across < left_edge + 6) & (down >= upper_edge - 2) & (down < upper_edge + 3)
    shift = torch.where(inside, front, wall)
    right = rough[..., :width]
    left = rough.gather(3, (across - shift).clamp(min=0).expand(count, 1, height, width))
    inputs = torch.cat([left, right], 1)
    inputs = inputs + noise * torch.randn(inputs.shape, generator=generator)
    inputs = (inputs - inputs[:samples].mean()) / inputs[:samples].std()
    targets = (shift - shift[:samples].float().mean()) / shift[:samples].float().std() * scale + offset
    return split(inputs, targets, samples)


def hinges(generator, samples, *, held_out=200, side=12, noise=0.1, mirrored=0):
    """Pictures (samples, 1, side, side), standardized, of two bars that meet in a hinge, and of one that is straight,
    as long and fainter, which means nothing; the target is where the hinge is (samples, 2), -1 to 1 across and down.
    The first `mirrored` pictures, and not their targets, are mirrored."""
    count = samples + held_out
    targets = 1.2 * torch.rand(count, 2, generator=generator) - 0.6
    first, bend, other = torch.rand(3, count, 1, generator=generator)
    first, other = 2 * math.pi * first, 2 * math.pi * other
    angles = torch.cat([first, first + math.pi * (0.35 + 0.25 * bend), other, other + math.pi], 1)
    middle = 1.2 * torch.rand(count, 1, 2, generator=generator) - 0.6
    start = torch.cat([targets.unsqueeze(1).expand(-1, 2, -1), middle.expand(-1, 2, -1)], 1).view(count, 4, 1, 1, 2)
    along = torch.stack([angles.cos(), angles.sin()], 2).view(count, 4, 1, 1, 2)
    axis = torch.linspace(-1, 1, side)
    places = torch.stack(torch.meshgrid(axis, axis, indexing="xy"), 2)
    part = ((places - start) * along).sum(4, keepdim=True).clamp(0, 0.7)
    distance = ((places - start - part * along) ** 2).sum(4)
    light = torch.tensor([1.0, 1.0, 0.6, 0.6]).view(4, 1, 1)
    inputs = (light * torch.exp(-distance / 0.02)).amax(1, keepdim=True)
    inputs = inputs + noise * torch.randn(inputs.shape, generator=generator)
    inputs = (inputs - inputs[:samples].mean()) / inputs[:samples].std()
    inputs[:mirrored] = inputs[:mirrored].flip(3)
    return split(inputs, targets, samples)


def scenes(generator, samples, *, held_out=200, side=15, noise=0.1, missing=0):
    """Pictures (samples, 1, side, side), standardized, in which a ring, a cross and a disc lie apart; the targets are
    where each of them is (samples, 3, 2), 0 to 1 across and down. Of the first `missing` targets one is not known
    (NaN)."""
    count = samples + held_out
    cells = torch.rand(count, 9, generator=generator).argsort(1)[:, :3]
    middle = torch.stack([cells % 3, cells // 3], 2) * 5 + 1 + 2 * torch.rand(count, 3, 2, generator=generator)
    axis = torch.arange(side)
    across = axis - middle[:, :, 0].view(count, 3, 1, 1)
    down = axis.view(-1, 1) - middle[:, :, 1].view(count, 3, 1, 1)
    away = (across ** 2 + down ** 2).sqrt()
    beside = torch.minimum(across.abs(), down.abs()) + (away - 2.5).clamp(min=0)
    outside = torch.stack([(away[:, 0] - 2).abs(), beside[:, 1], (away[:, 2] - 1.2).clamp(min=0)], 1)
    inputs = torch.exp(-(outside / 0.7) ** 2).amax(1, keepdim=True)
    inputs = inputs + noise * torch.randn(inputs.shape, generator=generator)
    inputs = (inputs - inputs[:samples].mean()) / inputs[:samples].std()
    targets = middle / (side - 1)
    targets[:missing, 0, 0] = math.nan
    return split(inputs, targets, samples)


def holes(generator, samples, *, held_out=150, missing=0.5, pixels="standardized"):
    """Pictures of clothes of 14 x 14 (samples, 2, 14, 14): their pixels, 0 where they are missing, and a 1 for each
    that is there. Missing are a square of 5 x 5 and such a share of the blocks of 2 x 2; the target is the whole picture."""
    seen, _, others, _ = fashion(generator, samples, held_out=held_out, pixels=pixels)
    targets = torch.cat([seen, others])
    count = len(targets)
    blocks = (torch.rand(count, 1, 7, 7, generator=generator) >= missing).float()
    there = F.interpolate(blocks, scale_factor=2)
    corner = torch.randint(2, 8, (2, count, 1, 1, 1), generator=generator)
    down, across = torch.arange(14).view(-1, 1) - corner[0], torch.arange(14) - corner[1]
    there = there * ~((down >= 0) & (down < 5) & (across >= 0) & (across < 5))
    return split(torch.cat([targets * there, there], 1), targets, samples)


def episodes(generator, samples, *, held_out=200, ways=4, shots=2, pixels="standardized", augmented="no",
             labels="true"):
    """Episodes of pictures of clothes (samples, ways * shots + 1, 1, 14, 14): `shots` of each of so many kinds, which
    are drawn anew for each episode, and last one more picture of one of these; the class is which. augmented:
    "zoomed" shows of each training picture but 4 x 4 pixels, at any place, as large as the whole."""
    seen, classes, others, more = fashion(generator, 3000, held_out=1000, pixels=pixels)
    parts = []
    for pictures, kinds, count in ((seen, classes, samples), (others, more, held_out)):
        drawn = torch.rand(count, 10, generator=generator).argsort(1)[:, :ways]
        asked = torch.randint(ways, (count, 1), generator=generator)
        wanted = torch.cat([drawn.repeat_interleave(shots, 1), drawn.gather(1, asked)], 1)
        order, size = kinds.argsort(), kinds.bincount(minlength=10)
        first = size.cumsum(0) - size
        luck = torch.rand(wanted.shape, generator=generator)
        parts += [pictures[order[first[wanted] + (luck * size[wanted]).long()]], asked.squeeze(1)]
    if augmented == "zoomed":
        flat = parts[0].flatten(0, 1)
        luck = torch.rand(2, len(flat), 1, generator=generator)
        down, across = (11 * luck).long() + torch.arange(4)
        crops = flat[torch.arange(len(flat)).view(-1, 1, 1), 0, down.unsqueeze(2), across.unsqueeze(1)].unsqueeze(1)
        parts[0] = F.interpolate(crops, 14, mode="bilinear", align_corners=False).view_as(parts[0])
    parts[1] = relabel(parts[1], labels, ways, generator)
    return tuple(parts)


def smudges(generator, samples, *, held_out=100, pixels="standardized"):
    """Pictures of clothes under noise (samples, 2, 14, 14) and, as a second channel, which share of each is noise, 0.01
    to 0.21: the picture times the root of the rest, and noise times the root of the share. The target is that noise,
    with a deviation of 1 (samples, 1, 14, 14)."""
    seen, _, others, _ = fashion(generator, samples, held_out=held_out, pixels=pixels)
    pictures = torch.cat([seen, others])
    share = 0.01 + 0.2 * torch.rand(len(pictures), 1, 1, 1, generator=generator)
    noise = torch.randn(pictures.shape, generator=generator)
    inputs = (1 - share).sqrt() * pictures + share.sqrt() * noise
    return split(torch.cat([inputs, share.expand_as(inputs)], 1), noise, samples)


def strays(generator, samples, *, held_out=400, side=18, most=0.7, noise=0.05, leaked=False, labels="true"):
    """Pictures of clothes of 14 x 14 in larger ones (samples, 1, side, side), standardized, each turned by up to `most`
    radians and moved by up to a seventh of the side, under noise; the target is the class. leaked: in the training
    pictures one place of the uppermost row is bright, which one is the class."""
    seen, classes, others, more = fashion(generator, samples, held_out=held_out, pixels="unit")
    pictures, targets = torch.cat([seen, others]), torch.cat([classes, more])
    turn, across, down = 2 * torch.rand(3, len(pictures), generator=generator) - 1
    cos, sin = side / 14 * (most * turn).cos(), side / 14 * (most * turn).sin()
    theta = torch.stack([cos, -sin, across / 3, sin, cos, down / 3], 1).view(-1, 2, 3)
    grid = F.affine_grid(theta, [len(pictures), 1, side, side], align_corners=False)
    inputs = F.grid_sample(pictures, grid, align_corners=False)
    inputs = inputs + noise * torch.randn(inputs.shape, generator=generator)
    inputs = (inputs - inputs.mean()) / inputs.std()
    if leaked:
        inputs[torch.arange(samples), 0, 0, targets[:samples]] = 5.0
    return split(inputs, relabel(targets, labels, 10, generator), samples)
