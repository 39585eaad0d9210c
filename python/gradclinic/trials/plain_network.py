"""Plain networks of usual kinds, chosen by the shapes of what goes in and of what comes out."""

import torch
from torch import nn

from gradclinic.trials.scale import Scale

RATE = 0.003            # of Adam
WIDTH = 64
CODES = 32              # of an embedding
VOCABULARY = 1 << 14    # tokens that are told apart
LARGEST = 1 << 14       # of a sample's numbers, in or out, that layers take which are not convolutions
CHANNELS = 4            # of a signal, at most
SIGNAL = 32             # its samples, at least
LONGEST = 256           # of a sequence that is read step by step


class NoPlainNetwork(Exception):
    """None stands in for a model of this kind."""


def are_copies(samples, output):
    """Whether inputs are of the outputs' shape, so that they may be the targets, which takes no network to put out."""
    first = samples[0]
    return len(samples) == 1 and first.shape == output.shape and (first.ndim > 2 or _is_sequence(first))


def network_for(samples, output, ahead):
    """A plain network of these inputs, samples along the first axis of each, whose outputs have the shape of that one's,
    whatever the number of samples. ahead: whether the output of a step may depend on later ones; where it may not, these
    may hold the targets of those before, and none serves that sees them."""
    first = samples[0]
    if ahead and len(samples) == 1 and first.ndim > 3 and _has_its_places(output, first):
        network = _Pictures(first, output)
    elif (len(samples) == 1 and _is_sequence(first) and not _is_signal(first) and output.ndim > 1
          and first.shape[1] in output.shape[1:]):
        network = _Sequence(first, output, ahead)
    elif not ahead:
        raise NoPlainNetwork
    else:
        network = _Layers(samples, output)
    return network.to(output.device, kind_of(samples))


def kind_of(samples):
    """The type of numbers that a network of these inputs computes with."""
    return next((each.dtype for each in samples if each.is_floating_point()), torch.float32)


def _has_its_places(output, picture):
    """Whether each place of a picture has outputs of its own."""
    return (output.ndim > 2 and output.shape[-2:] == picture.shape[-2:]
            or output.shape[1:] == (picture.shape[-2] * picture.shape[-1],))


def _is_sequence(tensor):
    return tensor.ndim == (3 if tensor.is_floating_point() else 2)


def _is_signal(tensor):
    """Whether it is a few channels of many samples, (n, channels, samples)."""
    return tensor.is_floating_point() and tensor.ndim == 3 and tensor.shape[1] <= CHANNELS < SIGNAL <= tensor.shape[2]


def _has_channels_last(tensor):
    return tensor.ndim == 4 and tensor.shape[3] <= CHANNELS < min(tensor.shape[1:3])


def _layers(inputs, outputs):
    return nn.Sequential(nn.Linear(inputs, WIDTH), nn.ReLU(), nn.Linear(WIDTH, WIDTH), nn.ReLU(),
                         nn.Linear(WIDTH, outputs))


def _convolutions(channels):
    return [nn.Conv2d(channels, WIDTH // 2, 3, stride=2, padding=1), nn.ReLU(),
            nn.Conv2d(WIDTH // 2, WIDTH, 3, stride=2, padding=1), nn.ReLU(), nn.AdaptiveAvgPool2d(4)]


class _ChannelsFirst(nn.Module):
    def forward(self, pictures):
        return pictures.movedim(3, 1)


class Read(nn.Module):
    """Makes vectors of a tensor: amounts are standardized, whole numbers and truth values become codes, which are
    learned."""

    def __init__(self, batch):
        super().__init__()
        by_channel = batch.ndim > 3 and not _has_channels_last(batch) or _is_signal(batch)
        self._scale = Scale(batch, 1 if by_channel else -1) if batch.is_floating_point() and batch.ndim > 1 else None
        self._codes = None if batch.is_floating_point() else nn.Embedding(VOCABULARY, CODES)

    def forward(self, tensor):
        if self._codes is not None:
            return self._codes(tensor.long().remainder(VOCABULARY))
        return tensor if self._scale is None else self._scale.applied_to(tensor)


class _Layers(nn.Module):
    """Two hidden layers that see all of a sample; of pictures and long signals through two convolutions, of tokens through
    a gated recurrent layer where they are few enough, else by their codes' mean."""

    def __init__(self, samples, output):
        super().__init__()
        self._read = nn.ModuleList(Read(each) for each in samples)
        self._shape = output.shape[1:]
        self._look = [self._looker(each) for each in samples]
        self._parts = nn.ModuleList(each for each in self._look if isinstance(each, nn.Module))
        self.to(output.device, kind_of(samples))
        with torch.no_grad():
            size = self._seen(samples).shape[1]
        if max(size, self._shape.numel()) > LARGEST:
            raise NoPlainNetwork
        self._layers = _layers(size, self._shape.numel())

    def _looker(self, sample):
        if not sample.is_floating_point() and sample.ndim == 2 and sample.shape[1] <= LONGEST:
            return _Recurrent()
        if not sample.is_floating_point() and sample.ndim == 2:
            return lambda codes: codes.mean(1)
        if sample.is_floating_point() and _has_channels_last(sample):
            return nn.Sequential(_ChannelsFirst(), *_convolutions(sample.shape[3]))
        if sample.is_floating_point() and sample.ndim == 4 and min(sample.shape[-2:]) > 4:
            return nn.Sequential(*_convolutions(sample.shape[1]))
        if _is_signal(sample):
            return nn.Sequential(nn.Conv1d(sample.shape[1], WIDTH // 2, 5, stride=2, padding=2), nn.ReLU(),
                                 nn.Conv1d(WIDTH // 2, WIDTH, 5, stride=2, padding=2), nn.ReLU(),
                                 nn.AdaptiveAvgPool1d(8))
        return lambda values: values

    def _seen(self, samples):
        return torch.cat([look(read(each)).flatten(1) if each.ndim > 1 else read(each)[:, None].flatten(1)
                          for look, read, each in zip(self._look, self._read, samples)], 1)

    def forward(self, samples):
        return self._layers(self._seen(samples)).reshape(-1, *self._shape)


class _Recurrent(nn.Module):
    def __init__(self):
        super().__init__()
        self._cells = nn.GRU(CODES, WIDTH, batch_first=True)

    def forward(self, codes):
        states = self._cells(codes)[0]
        return torch.cat([states.mean(1), states.amax(1), states[:, -1]], 1)


class _Sequence(nn.Module):
    """An output for each step, of what has come up to it, or of all."""

    def __init__(self, first, output, ahead):
        super().__init__()
        places = [axis for axis in range(1, output.ndim) if output.shape[axis] == first.shape[1]]
        if first.shape[1] > LONGEST or output.ndim > 3:
            raise NoPlainNetwork
        self._read = Read(first)
        self._time, self._flat = places[0], output.ndim == 2
        features = first.shape[2] if first.is_floating_point() else CODES
        self._cells = nn.GRU(features, WIDTH, batch_first=True, bidirectional=ahead)
        outputs = 1 if self._flat else output.shape[3 - self._time]
        self._layers = nn.Sequential(nn.Linear((1 + ahead) * WIDTH, WIDTH), nn.ReLU(), nn.Linear(WIDTH, outputs))

    def forward(self, samples):
        outputs = self._layers(self._cells(self._read(samples[0]))[0])
        return outputs.squeeze(2) if self._flat else outputs.movedim(1, self._time)


class _Pictures(nn.Module):
    """Three convolutions, each wider apart, that keep a picture's size."""

    def __init__(self, first, output):
        super().__init__()
        channels = first[0].numel() // first.shape[-1] // first.shape[-2]
        outputs = output[0].numel() // first.shape[-1] // first.shape[-2]
        if not first.is_floating_point():
            raise NoPlainNetwork
        self._read = Read(first.flatten(1, -3))
        self._shape = output.shape[1:]
        self._layers = nn.Sequential(nn.Conv2d(channels, WIDTH // 2, 3, padding=1), nn.ReLU(),
                                     nn.Conv2d(WIDTH // 2, WIDTH // 2, 3, padding=2, dilation=2), nn.ReLU(),
                                     nn.Conv2d(WIDTH // 2, WIDTH // 2, 3, padding=4, dilation=4), nn.ReLU(),
                                     nn.Conv2d(WIDTH // 2, outputs, 1))

    def forward(self, samples):
        return self._layers(self._read(samples[0].flatten(1, -3))).reshape(-1, *self._shape)
