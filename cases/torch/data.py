"""Samples: sequences of amounts and tables drawn by a generator. All return training inputs and targets, then held-out
inputs and targets."""

import math

import torch


def relabel(targets, labels, classes, generator):
    """labels: true, shuffled among the samples, shifted (each has that of the sample before it), or noisy (one in five
    drawn anew)."""
    if labels == "shuffled":
        return targets[torch.randperm(len(targets), generator=generator)]
    if labels == "shifted":
        return targets.roll(1, 0)
    if labels == "noisy":
        other = torch.randint(classes, targets.shape, generator=generator)
        return torch.where(torch.rand(targets.shape, generator=generator) < 0.2, other.to(targets.dtype), targets)
    if labels != "true":
        raise ValueError(f"labels: no such kind (got {labels})")
    return targets


def split(inputs, targets, samples):
    return inputs[:samples], targets[:samples], inputs[samples:], targets[samples:]


def waves(generator, samples, *, held_out=400, length=64, noise=0.3, offset=0.0, scale=1.0):
    """Noisy sines (samples, 1, length); the target is the frequency, standardized, then times scale plus offset."""
    count = samples + held_out
    frequency = 1 + 5 * torch.rand(count, 1, generator=generator)
    phase = 2 * math.pi * torch.rand(count, 1, generator=generator)
    time = torch.linspace(0, 1, length)
    inputs = torch.sin(2 * math.pi * frequency * time + phase) + noise * torch.randn(count, length, generator=generator)
    targets = (frequency - frequency[:samples].mean()) / frequency[:samples].std() * scale + offset
    return split(inputs.unsqueeze(1), targets, samples)


def adding(generator, samples, *, held_out=400, length=20, offset=0.0, scale=1.0):
    """The adding problem (samples, length, 2): numbers of -1 to 1 and two marks, one in each half; the target is the
    sum of the two marked numbers."""
    count = samples + held_out
    numbers = 2 * torch.rand(count, length, generator=generator) - 1
    marks = torch.zeros(count, length)
    rows = torch.arange(count)
    marks[rows, torch.randint(length // 2, (count,), generator=generator)] = 1
    marks[rows, length // 2 + torch.randint(length // 2, (count,), generator=generator)] = 1
    targets = (numbers * marks).sum(1, keepdim=True) * scale + offset
    return split(torch.stack([numbers, marks], 2), targets, samples)


def oscillations(generator, samples, *, held_out=400, length=24, noise=0.1, offset=0.0, scale=1.0):
    """Sines of a frequency, phase and height of their own (samples, length, 1), all but the last value; the targets are
    all but the first, so that each place is to foretell the next. Then times scale plus offset, inputs and targets."""
    count = samples + held_out
    frequency = 0.3 + 0.9 * torch.rand(count, 1, generator=generator)
    phase = 2 * math.pi * torch.rand(count, 1, generator=generator)
    height = 0.7 + torch.rand(count, 1, generator=generator)
    series = height * torch.sin(frequency * torch.arange(length + 1) + phase)
    series = (series + noise * torch.randn(series.shape, generator=generator)).unsqueeze(2) * scale + offset
    return split(series[:, :-1].clone(), series[:, 1:].clone(), samples)


def lookup(generator, samples, *, held_out=400, length=8, offset=0.0, scale=1.0):
    """Rows of a small table (samples, length, 2), a key and a value in each, and last a row with the key that is asked
    for and no value; the target is that key's value, times scale plus offset."""
    count = samples + held_out
    keys = torch.rand(count, length, generator=generator).argsort(1).float()
    values = torch.randn(count, length, generator=generator)
    asked = torch.randint(length, (count, 1), generator=generator)
    rows = torch.stack([torch.cat([keys, keys.gather(1, asked)], 1), torch.cat([values, torch.zeros(count, 1)], 1)], 2)
    return split(rows, values.gather(1, asked) * scale + offset, samples)


def levels(generator, samples, *, held_out=200, length=32, steps=12, noise=0.05, labels="true"):
    """Two sines that are added, rounded to `steps` levels (samples, length); the targets are the next level at each
    place."""
    count = samples + held_out
    time = torch.arange(length + 1)
    series = 0
    for low, high in ((0.15, 0.3), (0.5, 0.9)):
        frequency = low + (high - low) * torch.rand(count, 1, generator=generator)
        series = series + 0.5 * torch.sin(frequency * time + 2 * math.pi * torch.rand(count, 1, generator=generator))
    series = series + noise * torch.randn(series.shape, generator=generator)
    rounded = ((series + 1) / 2 * steps).long().clamp(0, steps - 1)
    return split(rounded[:, :-1].clone(), relabel(rounded[:, 1:].clone(), labels, steps, generator), samples)


def chirps(generator, samples, *, held_out=200, length=64, noise=0.3):
    """Noisy tones (samples, 1, length); the classes are what the pitch does in either half: rise or fall, one of four
    pairs."""
    count = samples + held_out
    half = length // 2
    classes = torch.randint(4, (count,), generator=generator)
    rises = torch.stack([classes // 2, classes % 2], 1).float() * 2 - 1
    ramp = torch.linspace(-1, 1, half)
    pitch = 0.7 + 0.5 * (rises.unsqueeze(2) * ramp).flatten(1)
    phase = 2 * math.pi * torch.rand(count, 1, generator=generator)
    inputs = torch.sin(pitch.cumsum(1) + phase) + noise * torch.randn(count, length, generator=generator)
    return split(inputs.unsqueeze(1), classes, samples)


def houses(generator, samples, *, held_out=300, missing=0.0, income=1.0, offset=0.0, scale=1.0):
    """A table (samples, 7): five standardized numbers, the second of which is then multiplied by `income`, a district
    of 0 to 4 and a kind of 0 to 3. The target is the price, standardized, then times scale plus offset; district and
    kind change what the numbers are worth. missing: the share of numbers that are -999 in place of what they are."""
    count = samples + held_out
    numbers = torch.randn(count, 5, generator=generator)
    district = torch.randint(5, (count, 1), generator=generator)
    kind = torch.randint(4, (count, 1), generator=generator)
    worth = torch.tensor([-1.0, -0.5, 0.0, 0.5, 1.0])[district]
    extra = torch.tensor([-0.8, 0.3, 0.0, 0.9])[kind]
    size, income_, age, rooms = (numbers[:, i:i + 1] for i in range(4))
    price = (1.2 + worth) * size + 0.8 * income_ + extra * rooms.abs() + 0.7 * torch.where(age > 0, age, -size * age)
    price = price + worth + 0.2 * torch.randn(count, 1, generator=generator)
    price = (price - price[:samples].mean()) / price[:samples].std() * scale + offset
    numbers[:, 1] *= income
    numbers[torch.rand(numbers.shape, generator=generator) < missing] = -999.0
    return split(torch.cat([numbers, district.float(), kind.float()], 1), price, samples)


def heartbeats(generator, samples, *, held_out=300, length=64, noise=0.15, labels="true", rare=()):
    """Noisy traces of a heart (samples, 1, length), a small wave before each sharp beat; the classes are regular, one
    beat too early, no small waves, and wide beats. rare: classes of which only one trace in 60 is kept, in both
    halves."""
    count = (samples + held_out) * (4 if rare else 1)
    classes = torch.randint(4, (count,), generator=generator)
    period = 11 + 3 * torch.rand(count, 1, generator=generator)
    beats = (torch.rand(count, 1, generator=generator) + torch.arange(-1, 7)) * period
    early = torch.randint(2, 5, (count, 1), generator=generator) == torch.arange(8)
    beats = beats - 0.4 * period * (early & (classes == 1).unsqueeze(1))
    width = torch.where(classes == 3, 1.7, 0.8).view(-1, 1, 1)
    small = torch.where(classes == 2, 0.0, 0.35).view(-1, 1, 1)
    away = torch.arange(length) - beats.unsqueeze(2)
    traces = torch.exp(-(away / width) ** 2) + small * torch.exp(-((away + 3.5) / 1.2) ** 2)
    height = 0.8 + 0.4 * torch.rand(count, 1, 1, generator=generator)
    inputs = height * traces.sum(1, keepdim=True) + noise * torch.randn(count, 1, length, generator=generator)
    inputs = (inputs - inputs.mean()) / inputs.std()
    kept = ~torch.isin(classes, torch.tensor(list(rare))) | (torch.rand(count, generator=generator) < 1 / 60)
    inputs, targets = inputs[kept][:samples + held_out], classes[kept][:samples + held_out]
    return split(inputs, relabel(targets, labels, 4, generator), samples)


def engines(generator, samples, *, held_out=300, length=10, noise=0.03, labels="true"):
    """Records of engines that wear out (samples, length, 4): two sensors that show the wear, each in its way, one that
    shows little but the load, and the load, which shifts them all; standardized by column. The target is the time that
    is left, at most 50, standardized."""
    count = samples + held_out
    rate = 0.01 + 0.04 * torch.rand(count, 1, generator=generator)
    end = 0.35 + 0.65 * torch.rand(count, 1, generator=generator)
    wear = end - rate * torch.arange(length - 1, -1, -1)
    load = (torch.rand(count, length, generator=generator) < 0.5).float()
    sensors = torch.stack([wear + 0.5 * load, 0.5 * wear ** 2 - 0.3 * load, load, load], 2)
    sensors[:, :, :3] += noise * torch.randn(count, length, 3, generator=generator)
    sensors = (sensors - sensors[:samples].mean((0, 1))) / sensors[:samples].std((0, 1))
    left = ((1 - end) / rate).clamp(max=50)
    left = (left - left[:samples].mean()) / left[:samples].std()
    if labels == "shuffled":
        left = left[torch.randperm(count, generator=generator)]
    return split(sensors, left, samples)


def loads(generator, samples, *, held_out=300, history=48, ahead=12, noise=0.1, offset=0.0, scale=1.0, still=0):
    """The load of a machine (samples, history), a cycle and its half of a length, a shape and a level of their own; the
    target is how it goes on (samples, ahead). Times scale plus offset, both. Of the first `still` histories all values
    are the same."""
    count = samples + held_out
    level, height, phase, other, period = torch.rand(5, count, 1, generator=generator)
    time = 2 * math.pi * torch.arange(history + ahead) / (14 + 14 * period)
    series = (level - 0.5) + (0.6 + 0.8 * height) * torch.sin(time + 2 * math.pi * phase)
    series = series + 0.5 * torch.sin(2 * time + 2 * math.pi * other)
    series = (series + noise * torch.randn(series.shape, generator=generator)) * scale + offset
    series[:still, :history] = series[:still, :1]
    return split(series[:, :history].clone(), series[:, history:].clone(), samples)


def strokes(generator, samples, *, held_out=300, length=16, jitter=0.03):
    """Drawings (samples, length, 3) as the moves of a pen across and up, standardized, and a 1 for every move; each has
    10 moves or more, then zeros. The class is the figure: ring, triangle, square, zigzag, spiral or eight, turned,
    stretched, mirrored, and begun anywhere where it is closed."""
    count = samples + held_out
    classes = torch.randint(6, (count,), generator=generator)
    moves = torch.randint(10, length, (count, 1), generator=generator)
    begun, turn, size, mirrored = torch.rand(4, count, 1, generator=generator)
    along = torch.arange(length + 1) / moves
    round_ = (along + begun) % 1
    angle = 2 * math.pi * round_

    def polygon(corners):
        knots = 2 * math.pi * torch.arange(corners + 1) / corners
        side = (round_ * corners).floor().long().clamp(max=corners - 1)
        part = round_ * corners - side
        return [knots_[side] * (1 - part) + knots_[side + 1] * part for knots_ in (knots.cos(), knots.sin())]

    zigzag = 2 * along - 1, (((2.5 * along) % 1) - 0.5).abs() * 3 - 0.75
    spiral = along * torch.cos(3.5 * math.pi * along), along * torch.sin(3.5 * math.pi * along)
    figures = [(angle.cos(), angle.sin()), polygon(3), polygon(4), zigzag, spiral,
               (angle.sin(), 0.5 * (2 * angle).sin())]
    drawn = torch.stack([torch.stack(list(figure), 2) for figure in figures])[classes, torch.arange(count)]
    drawn[:, :, 1] *= torch.where(mirrored < 0.5, -1.0, 1.0)
    turn = 0.25 * math.pi * (turn - 0.5)
    turned = torch.cat([turn.cos(), -turn.sin(), turn.sin(), turn.cos()], 1).view(-1, 2, 2)
    drawn = (0.7 + 0.6 * size).unsqueeze(2) * drawn @ turned
    drawn = drawn + jitter * torch.randn(drawn.shape, generator=generator)
    there = (torch.arange(length) < moves).unsqueeze(2).float()
    steps = drawn.diff(dim=1) * there
    steps = torch.cat([steps / steps[there.squeeze(2) > 0].std(), there], 2)
    return split(steps, classes, samples)


def curves(generator, samples, *, held_out=300, known=12, asked=6, noise=0.05, scale=1.0):
    """Places on curves, each a sine of its own (samples, known + asked, 2): across and up for those that are known, and
    across and 0 for those that are asked for; the targets are how far up these are, standardized, then times scale."""
    count = samples + held_out
    height, pace, phase = torch.rand(3, count, 1, generator=generator)
    across = 4 * torch.rand(count, known + asked, generator=generator) - 2
    up = (0.5 + height) * torch.sin((0.5 + 1.5 * pace) * across + 2 * math.pi * phase)
    up = up + noise * torch.randn(up.shape, generator=generator)
    up = (up - up[:samples].mean()) / up[:samples].std()
    inputs = torch.stack([across, up], 2)
    inputs[:, known:, 1] = 0
    return split(inputs, up[:, known:] * scale, samples)


def tanks(generator, samples, *, held_out=100, length=20, noise=0.3, scale=1.0):
    """What a pump is told, step by step, before two tanks of which the upper one overflows at times (samples, length,
    1), standardized; the targets are how full the lower one is after each step, measured with noise, standardized, then
    times scale."""
    count = samples + held_out
    levels = 3 * torch.rand(count, length // 5 + 1, generator=generator)
    pump = levels.repeat_interleave(5, 1)[:, :length]
    upper = lower = torch.full((count,), 0.5)
    full = []
    for told in pump.unbind(1):
        spilt = (upper - 2.0).clamp(min=0)
        out = 0.5 * upper.clamp(min=0).sqrt()
        upper = upper + 0.4 * told - out - spilt
        lower = (lower + out - 0.5 * lower.clamp(min=0).sqrt() + 0.3 * spilt).clamp(min=0)
        full.append(lower)
    full = torch.stack(full, 1) + noise * torch.randn(count, length, generator=generator)
    full = (full - full[:samples].mean()) / full[:samples].std() * scale
    pump = (pump - pump[:samples].mean()) / pump[:samples].std()
    return split(pump.unsqueeze(2), full.unsqueeze(2), samples)


def gaits(generator, samples, *, held_out=300, length=20, noise=0.3, silent=0):
    """Accelerations in three directions (samples, length, 3), standardized, of someone who walks, runs, limps, climbs
    or dances, which is the class; they differ in pace and in how the directions go together. Of the first `silent`
    samples one value is missing (NaN)."""
    count = samples + held_out
    classes = torch.randint(5, (count,), generator=generator)
    luck = torch.rand(3, count, 1, generator=generator)
    pace = torch.tensor([0.7, 1.1, 0.7, 0.7, 0.7])[classes].unsqueeze(1) * (0.85 + 0.3 * luck[0])
    phase = pace * torch.arange(length) + 2 * math.pi * luck[1]
    up = phase.sin() + torch.where(classes == 2, 0.7, 0.0).unsqueeze(1) * (0.5 * phase).sin()
    ahead = (phase + torch.where(classes == 3, -1.0, 1.0).unsqueeze(1)).sin()
    aside = torch.where(classes == 4, 1.0, 0.5).unsqueeze(1) * (0.5 * phase).cos()
    inputs = (0.7 + 0.6 * luck[2]).unsqueeze(2) * torch.stack([up, ahead, aside], 2)
    inputs = inputs + noise * torch.randn(inputs.shape, generator=generator)
    inputs = (inputs - inputs.mean()) / inputs.std()
    inputs[:silent, length // 2, 0] = math.nan
    return split(inputs, classes, samples)


def wards(generator, samples, *, held_out=400, length=12, noise=0.2, missing=0.5, labels="true"):
    """Patients (samples, length, 9): three vital signs, each with a level and a trend of its own, 0 where they are not
    taken, a 1 for each that is, and for how long it has not been. The target is 1.0 for those who do badly in the end:
    the first sign is then higher than the second, and the third rises."""
    count = samples + held_out
    level, trend = torch.randn(2, count, 1, 3, generator=generator)
    time = torch.linspace(0, 1, length).view(1, -1, 1)
    signs = level + 1.5 * trend * time
    risk = signs[:, -1, 0] - signs[:, -1, 1] + trend[:, 0, 2]
    taken = (torch.rand(signs.shape, generator=generator) >= missing).float()
    since = torch.zeros_like(signs)
    for place in range(1, length):
        since[:, place] = 1 + (1 - taken[:, place - 1]) * since[:, place - 1]
    values = (signs + noise * torch.randn(signs.shape, generator=generator)) * taken
    targets = relabel((risk > 0).float(), labels, 2, generator)
    return split(torch.cat([values, taken, since / length], 2), targets, samples)


def rivers(generator, samples, *, held_out=150, length=24, noise=0.1, scale=1.0):
    """Rain at three gauges of a basin, hour by hour (samples, length, 3), standardized, then times scale; the targets
    are how high the river is after each hour (samples, length, 1), standardized. Rain takes one, three or six hours to
    the river, a share of it more the wetter the ground is, and what has come in runs off slowly."""
    count = samples + held_out
    falls = torch.rand(count, length, 3, generator=generator) < 0.25
    rain = falls * -torch.rand(count, length, 3, generator=generator).clamp(min=1e-6).log()
    wet, level = torch.rand(count, 1, generator=generator).expand(-1, 3), torch.zeros(count)
    ran, levels = torch.zeros(count, length + 6, 3), []
    for hour in range(length):
        wet = 0.85 * wet + 0.3 * rain[:, hour]
        off = rain[:, hour] * torch.sigmoid(3 * (wet - 0.8))
        for gauge, late in enumerate((1, 3, 6)):
            ran[:, min(hour + late, length + 5), gauge] += off[:, gauge]
        level = 0.7 * level + ran[:, hour].sum(1)
        levels.append(level)
    levels = torch.stack(levels, 1).unsqueeze(2)
    levels = (levels - levels[:samples].mean()) / levels[:samples].std()
    levels = levels + noise * torch.randn(levels.shape, generator=generator)
    rain = (rain - rain[:samples].mean()) / rain[:samples].std() * scale
    return split(rain, levels, samples)


def tides(generator, samples, *, held_out=150, history=24, ahead=6, harbours=6, noise=0.1):
    """How high the sea is at harbours along a coast, hour by hour (samples, history, harbours); the targets are how it
    goes on (samples, ahead, harbours). Tides of three periods come to each harbour half an hour after the one before
    it, surges two hours after it. All is standardized."""
    count, length = samples + held_out, history + ahead
    place = torch.arange(harbours)
    time = torch.arange(length).view(1, -1, 1) - 0.5 * place
    high = torch.zeros(count, length, harbours)
    for height, period in ((0.8, 12.4), (0.4, 11.3), (0.4, 24.0)):
        luck, phase = torch.rand(2, count, 1, 1, generator=generator)
        high += height * (0.5 + luck) * torch.sin(2 * math.pi * (time / period + phase))
    wind = torch.randn(count, length + 2 * harbours + 2, generator=generator)
    surge, surges = torch.zeros(count), []
    for blow in wind.unfold(1, 3, 1).mean(2).unbind(1):
        surge = 0.8 * surge + blow
        surges.append(surge)
    high += torch.stack(surges, 1)[:, torch.arange(length).view(-1, 1) + 2 * (harbours - 1 - place)]
    high = high + noise * torch.randn(high.shape, generator=generator)
    high = (high - high[:samples].mean()) / high[:samples].std()
    return split(high[:, :history].clone(), high[:, history:].clone(), samples)


def batteries(generator, samples, *, held_out=150, length=24, noise=0.05, scale=1.0):
    """What is drawn from batteries and their voltages, step by step (samples, length, 2), standardized by column; the
    targets are how full they are after each step (samples, length, 1), standardized, then times scale. Batteries have
    a capacity and a resistance of their own, and their voltage sags for a while after much was drawn."""
    count = samples + held_out
    drawn = torch.rand(count, length // 4 + 1, generator=generator).repeat_interleave(4, 1)[:, :length]
    capacity, resistance, full = torch.rand(3, count, generator=generator)
    full, sag, fulls, volts = 0.5 + 0.5 * full, torch.zeros(count), [], []
    for draw in drawn.unbind(1):
        full = (full - 0.06 * draw / (0.7 + 0.6 * capacity)).clamp(min=0)
        sag = 0.7 * sag + 0.3 * draw
        volts.append(0.6 * full + 0.4 * full ** 3 + 0.15 * (1 - torch.exp(-12 * full))
                     - (0.1 + 0.3 * resistance) * draw - 0.4 * sag)
        fulls.append(full)
    volts = torch.stack(volts, 1)
    inputs = torch.stack([drawn, volts + noise * torch.randn(count, length, generator=generator)], 2)
    inputs = (inputs - inputs[:samples].mean((0, 1))) / inputs[:samples].std((0, 1))
    fulls = torch.stack(fulls, 1).unsqueeze(2)
    return split(inputs, (fulls - fulls[:samples].mean()) / fulls[:samples].std() * scale, samples)
