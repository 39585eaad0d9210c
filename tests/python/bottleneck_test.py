"""Layers that see one unit or channel alone."""

import unittest

import torch
from torch import nn

import gradclinic
from small_loop import fact


class Recurrent(nn.Module):
    def __init__(self, hidden):
        super().__init__()
        self.rnn, self.fc = nn.GRU(4, hidden, batch_first=True), nn.Linear(hidden, 3)

    def forward(self, x):
        return self.fc(self.rnn(x)[0][:, -1])


class Placed(nn.Module):
    def __init__(self):
        super().__init__()
        self.places = nn.Parameter(torch.randn(1, 4))

    def forward(self, x):
        return torch.tanh(x + self.places)


def images(channels, groups=1):
    return nn.Sequential(nn.Conv2d(2, channels, 3), nn.ReLU(), nn.Conv2d(channels, channels, 3, groups=groups), nn.ReLU(),
                         nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(channels, 3))


def mlp(*sizes):
    return nn.Sequential(*(layer for a, b in zip(sizes, sizes[1:]) for layer in (nn.Linear(a, b), nn.Tanh())))[:-1]


def bottleneck(model, shape):
    torch.manual_seed(0)
    optimizer = torch.optim.SGD(model.parameters(), 0.01)
    x, y = torch.randn(30, *shape), torch.randint(3, (30,))
    with gradclinic.watch(model, optimizer) as clinic:
        for _ in range(6):
            optimizer.zero_grad()
            loss = nn.functional.cross_entropy(model(x), y)
            loss.backward()
            optimizer.step()
            clinic.step(loss)
    return fact(clinic, "bottleneck")


class Bottlenecks(unittest.TestCase):
    def test_are_single_units_and_channels_that_all_passes_through(self):
        self.assertEqual(bottleneck(mlp(4, 8, 1, 8, 3), [4]), 3)
        self.assertEqual(bottleneck(mlp(4, 1, 3), [4]), 2)
        self.assertEqual(bottleneck(Recurrent(1), [5, 4]), 2)
        self.assertEqual(bottleneck(images(1), [2, 8, 8]), 2)

    def test_are_no_single_inputs_nor_channels_by_themselves(self):
        self.assertEqual(bottleneck(mlp(1, 8, 3), [1]), 0)
        self.assertEqual(bottleneck(nn.Sequential(Placed(), *mlp(4, 8, 3)), [4]), 0)
        self.assertEqual(bottleneck(Recurrent(6), [5, 4]), 0)
        self.assertEqual(bottleneck(images(4, groups=4), [2, 8, 8]), 0)


if __name__ == "__main__":
    unittest.main()
