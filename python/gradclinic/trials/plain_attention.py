"""A plain transformer for inputs that are some elements each: steps, tokens, points, places of a small picture."""

import torch
from torch import nn

from gradclinic.trials.plain_network import VOCABULARY, NoPlainNetwork, Read, kind_of

RATE = 0.002
WIDTH, HEADS, DEPTH = 64, 4, 2
MOST = 128         # elements of a sample
APART = 1009       # of the codes of one kind and the next
COORDINATES = 4    # numbers that the last axis of a point or a colour has at most


def attention_for(samples, output, ahead):
    """As network_for. ahead: whether the first output may depend on the last element; where it may not, later elements may
    hold the targets of those before, and none sees a later one."""
    return PlainAttention(samples, output, ahead).to(output.device, kind_of(samples))


class PlainAttention(nn.Module):
    """Two pre-norm blocks (Xiong et al. 2020) over the first input's elements, to which the other inputs are added.
    Outputs have a place for each element, or are read off the mean, the largest and the last of them."""

    def __init__(self, samples, output, ahead):
        super().__init__()
        self._places = _elements(samples[0], output.shape[1:]).shape[1]
        if not 2 <= self._places <= MOST:
            raise NoPlainNetwork
        self._read = nn.ModuleList(_Elements(each, output.shape[1:], self._places) for each in samples)
        self._shape = output.shape[1:]
        self._axis = next((axis for axis in range(1, output.ndim) if output.shape[axis] == self._places), None)
        if self._axis is None and not ahead:
            raise NoPlainNetwork
        self._where = nn.Parameter(0.1 * torch.randn(self._places, WIDTH))
        self._blocks = nn.Sequential(*(_Block(self._axis is not None and not ahead) for _ in range(DEPTH)))
        self._norm = nn.LayerNorm(WIDTH)
        seen, outputs = (3 * WIDTH, self._shape.numel()) if self._axis is None else (
            WIDTH, self._shape.numel() // self._places)
        self._head = nn.Sequential(nn.Linear(seen, WIDTH), nn.GELU(), nn.Linear(WIDTH, outputs))

    def forward(self, samples):
        values = sum(read(each) for read, each in zip(self._read, samples)) + self._where
        values = self._norm(self._blocks(values))
        if self._axis is None:
            return self._head(torch.cat([values.mean(1), values.amax(1), values[:, -1]], 1)).reshape(-1, *self._shape)
        others = [size for axis, size in enumerate(self._shape, 1) if axis != self._axis]
        return self._head(values).reshape(-1, self._places, *others).movedim(1, self._axis)


def _elements(sample, shape):
    """(n, elements, features) of amounts, (n, elements, codes of each) of codes. shape: of a sample's output."""
    if not sample.is_floating_point():
        several = sample.ndim == 3 and sample.shape[1] in shape   # codes of each step
        return sample if several else sample.reshape(len(sample), -1, 1)
    if sample.ndim < 3:
        return sample.reshape(len(sample), 1, -1)
    if sample.ndim == 4 and sample.shape[-1] > COORDINATES:
        return sample.flatten(2).transpose(1, 2)   # a picture's channels
    return sample.flatten(1, -2) if sample.shape[-1] <= COORDINATES else sample.flatten(2)


class _Elements(nn.Module):
    """Makes (n, elements, width) of an input; of one that has other elements than the first (n, 1, width)."""

    def __init__(self, sample, shape, places):
        super().__init__()
        self._shape = shape
        elements = _elements(sample, shape)
        self._alike = elements.shape[1] == places
        if not sample.is_floating_point():
            self._read = nn.Embedding(VOCABULARY, WIDTH)
        else:
            elements = elements if self._alike else elements.flatten(1)
            self._read = nn.Sequential(Read(elements), nn.Linear(elements.shape[-1], WIDTH))

    def forward(self, sample):
        elements = _elements(sample, self._shape)
        if not sample.is_floating_point():
            apart = elements.long() + APART * torch.arange(elements.shape[2], device=elements.device)
            codes = self._read(apart.remainder(VOCABULARY)).sum(2)
            return codes if self._alike else codes.mean(1, keepdim=True)
        return self._read(elements) if self._alike else self._read(elements.flatten(1))[:, None]


class _Block(nn.Module):
    def __init__(self, causal):
        super().__init__()
        self._causal = causal
        self._norms = nn.ModuleList(nn.LayerNorm(WIDTH) for _ in range(2))
        self._project, self._join = nn.Linear(WIDTH, 3 * WIDTH), nn.Linear(WIDTH, WIDTH)
        self._feed_forward = nn.Sequential(nn.Linear(WIDTH, 2 * WIDTH), nn.GELU(), nn.Linear(2 * WIDTH, WIDTH))

    def forward(self, values):
        samples, places = values.shape[:2]
        heads = self._project(self._norms[0](values)).reshape(samples, places, 3, HEADS, WIDTH // HEADS)
        query, key, value = heads.permute(2, 0, 3, 1, 4)
        scores = query @ key.transpose(2, 3) / (WIDTH // HEADS) ** 0.5
        if self._causal:
            later = torch.ones(places, places, dtype=torch.bool, device=values.device).triu(1)
            scores = scores.masked_fill(later, -torch.inf)
        seen = (scores.softmax(3) @ value).transpose(1, 2).reshape(samples, places, WIDTH)
        values = values + self._join(seen)
        return values + self._feed_forward(self._norms[1](values))
