"""Samples: speech, as frames that last longer than what is said. Return training inputs and targets, then held-out
inputs and targets."""

import torch

from data import split

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
