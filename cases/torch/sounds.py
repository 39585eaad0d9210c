"""Samples: sounds, as spectra that follow each other, and waves. Return training inputs and targets, then held-out
inputs and targets."""

import math

import torch

from data import relabel, split

BANDS, PHONES, MOST = 8, 6, 4


def utterances(generator, samples, *, held_out=200, length=24, noise=0.5, offset=0.0, scale=1.0, order="same"):
    """Frames (samples, length, BANDS) of two to MOST phones of 3 to 5 frames each, a silent frame before each of them
    and silence after all; the target is what is said, phones from 1 on, then zeros. Each phone glides between two
    spectra that are the same for every seed. Times scale plus offset. order: "sorted" puts the frames, and not the
    targets, in the order of their loudness."""
    count = samples + held_out
    spectra = torch.randn(PHONES + 1, 2, BANDS, generator=torch.Generator().manual_seed(5))
    spectra[0] = 0
    said = torch.randint(1, PHONES + 1, (count, MOST), generator=generator)
    said[torch.arange(MOST) >= torch.randint(2, MOST + 1, (count, 1), generator=generator)] = 0
    lasts = torch.randint(3, 6, (count, MOST), generator=generator)
    ends = (lasts + 1).cumsum(1)
    starts = ends - lasts
    time = torch.arange(length).view(1, 1, -1)
    now = (time >= starts.unsqueeze(2)) & (time < ends.unsqueeze(2)) & (said > 0).unsqueeze(2)
    along = ((time - starts.unsqueeze(2)) / (lasts - 1).unsqueeze(2)).clamp(0, 1)
    weights = torch.stack([now * (1 - along), now * along], 3)
    frames = torch.einsum("bptk,bpkf->btf", weights, spectra[said])
    frames = frames + noise * torch.randn(frames.shape, generator=generator)
    if order == "sorted":
        frames = frames[(frames ** 2).mean((1, 2)).argsort()]
    return split(frames * scale + offset, said, samples)


def birds(generator, samples, *, held_out=250, bands=10, length=20, noise=0.2):
    """Spectrograms (samples, 1, bands, length) in which five birds may sing, each with its own call, at any time and
    pitch: one that rises, one that falls, a trill, a long tone, and two notes, high and low. The target is 1.0 for each
    bird (samples, 5) that sings."""
    count = samples + held_out
    targets = (torch.rand(count, 5, generator=generator) < 0.4).float()
    begun = torch.randint(length - 8, (count, 5, 1), generator=generator)
    pitch = torch.randint(bands - 5, (count, 5, 1), generator=generator)
    along = torch.arange(length) - begun
    ramp = 0.7 * along.clamp(0, 7)
    step = 4.0 * (along < 4)
    height = torch.stack([ramp[:, 0], 5 - ramp[:, 1], 2.0 + 0 * ramp[:, 2], 2.0 + 0 * ramp[:, 3], step[:, 4]], 1)
    sings = ((along >= 0) & (along < 8)).float()
    sings[:, 2] *= along[:, 2] % 2 == 0
    loud = (0.8 + 0.6 * torch.rand(count, 5, 1, generator=generator)) * targets.unsqueeze(2) * sings
    frames = loud.unsqueeze(2) * torch.exp(-(torch.arange(bands).view(-1, 1) - (pitch + height).unsqueeze(2)) ** 2)
    inputs = frames.amax(1, keepdim=True) + noise * torch.randn(count, 1, bands, length, generator=generator)
    return split(inputs, targets, samples)


def keywords(generator, samples, *, held_out=300, length=16, noise=0.5):
    """Frames (samples, length, BANDS) of somebody who says one of six words, which is the class, at any time, and hums
    before and after. Words are two of four phones that follow each other, three frames each, and half of them are the
    other half backwards. Phones are the same for every seed."""
    count = samples + held_out
    phones = torch.randn(4, BANDS, generator=torch.Generator().manual_seed(7))
    pairs = torch.tensor([[0, 1], [1, 0], [2, 3], [3, 2], [0, 2], [2, 0]])
    classes = torch.randint(len(pairs), (count,), generator=generator)
    begun = torch.randint(1, length - 6, (count, 1), generator=generator)
    time = torch.arange(length) - begun
    said = ((time >= 0) & (time < 6)).unsqueeze(2)
    spoken = phones[pairs[classes].gather(1, (time >= 3).long())]
    hum = torch.randn(count, 1, BANDS, generator=generator)
    loud = 0.8 + 0.6 * torch.rand(count, 1, 1, generator=generator)
    frames = torch.where(said, loud * spoken, 0.5 * hum)
    frames = frames + noise * torch.randn(frames.shape, generator=generator)
    return split(frames, classes, samples)


def burgers(generator, samples, *, held_out=200, points=32, viscosity=0.005, time=0.15, steps=60):
    """Waves around a ring (samples, points, 1), each a sum of three sines; the target is what they are some time later,
    for they steepen by Burgers' equation, u_t + u u_x = viscosity u_xx. Both are divided by their deviation."""
    count = samples + held_out
    height = torch.randn(count, 3, 1, generator=generator) / torch.tensor([[1.0], [1.5], [2.0]])
    phase = 2 * math.pi * torch.rand(count, 3, 1, generator=generator)
    number = torch.arange(1, 4).unsqueeze(1)
    before = (height * torch.sin(2 * math.pi * number * torch.arange(points) / points + phase)).sum(1)
    after, step = before, time / steps
    for _ in range(steps):
        ahead, behind = after.roll(-1, 1), after.roll(1, 1)
        flow = 0.5 * (after.clamp(min=0) ** 2 + ahead.clamp(max=0) ** 2)
        push = points * (flow.roll(1, 1) - flow) + viscosity * points ** 2 * (ahead - 2 * after + behind)
        after = after + step * push
    before, after = (waves.unsqueeze(2) / waves[:samples].std() for waves in (before, after))
    return split(before, after, samples)


def quakes(generator, samples, *, held_out=200, length=40, noise=0.15, labels="true"):
    """Seismograms (samples, length, 3), standardized: up and down, then in two directions along the ground. A quick
    wave comes first, which shakes the most up and down, and after it a slow one, along the ground; the target (samples,
    1) is how long after, which tells how far away the quake was, standardized."""
    count = samples + held_out
    first = 2 + 8 * torch.rand(count, 1, generator=generator)
    delay = 5 + 18 * torch.rand(count, 1, generator=generator)
    luck = torch.rand(4, count, 1, generator=generator)
    angle = 2 * math.pi * luck[0]

    def wave(begun, pace, lasts):
        since = torch.arange(length) - begun
        return (since >= 0) * torch.exp(-since.clamp(min=0) / lasts) * torch.sin(pace * since)

    quick = wave(first, 1.8 + 0.4 * luck[1], 8.0)
    slow = 1.5 * wave(first + delay, 0.8 + 0.3 * luck[2], 8.0)
    inputs = torch.stack([quick + 0.3 * slow, (0.3 * quick + slow) * angle.cos(), (0.3 * quick + slow) * angle.sin()],
                         2)
    inputs = (0.7 + 0.6 * luck[3]).unsqueeze(2) * inputs + noise * torch.randn(inputs.shape, generator=generator)
    inputs = (inputs - inputs[:samples].mean()) / inputs[:samples].std()
    delay = (delay - delay[:samples].mean()) / delay[:samples].std()
    return split(inputs, relabel(delay, labels, 0, generator), samples)
