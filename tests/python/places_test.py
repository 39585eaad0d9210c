"""Classes at several places of each sample, of which the place alone may tell much."""

import collections
import math
import unittest

import torch
from torch import nn
from torch.nn import functional as F

import gradclinic
from gradclinic.looks.places import Places
from small_loop import fact


def entropy(counts):
    total = sum(counts.values())
    return -sum(count / total * math.log(count / total) for count in counts.values())


def masks(samples, shuffled=False):
    """Pictures of a disc that lies somewhere near the middle, and where it is."""
    generator = torch.Generator().manual_seed(3)
    at = torch.arange(12.0)
    middle = 5.5 + torch.randn(samples, 2, generator=generator)
    far = (at[None, :, None] - middle[:, 0, None, None]) ** 2 + (at[None, None, :] - middle[:, 1, None, None]) ** 2
    y = (far < 14).long()
    x = y[:, None] + 0.5 * torch.randn(samples, 1, 12, 12, generator=generator)
    return x, y[torch.randperm(samples, generator=generator)] if shuffled else y


def train(watch, shuffled=False):
    torch.manual_seed(0)
    model = nn.Sequential(nn.Conv2d(1, 8, 5, padding=2), nn.ReLU(), nn.Flatten(), nn.Linear(1152, 288),
                          nn.Unflatten(1, (2, 12, 12)))
    optimizer = torch.optim.Adam(model.parameters(), 0.001)
    x, y = masks(600, shuffled)
    with watch(model, optimizer) as clinic:
        for step in range(120):
            part = torch.arange(40) + 40 * step % 400
            loss = F.cross_entropy(model(x[part]), y[part])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            clinic.step(loss)
            if step % 10 == 9:
                with torch.no_grad():
                    outputs = model(x[400:])
                    right = (outputs.argmax(1) == y[400:]).float().mean()
                    clinic.validation(float(F.cross_entropy(outputs, y[400:])), float(right))
    return clinic


class PlacesTest(unittest.TestCase):
    def test_tell_what_a_constant_for_each_place_knows(self):
        y = torch.randint(4, (300, 5)) * torch.tensor([0, 1, 1, 1, 1]) // torch.tensor([1, 1, 2, 3, 4])
        places = Places()
        for part in (y[:100] // 2, y[:100], y[100:]):   # more classes as batches come
            places.see(part)
        rows = torch.cat([y[:100] // 2, y]).tolist()
        each = [collections.Counter(column) for column in zip(*rows)]
        corrected = [entropy(counts) + (len(counts) - 1) / (2 * len(rows)) for counts in each]
        together = sum(each, collections.Counter())
        facts = places.facts()
        self.assertAlmostEqual(facts["constant_by_place"], sum(corrected) / 5 / entropy(together), places=9)
        self.assertAlmostEqual(facts["largest_by_place"], sum(max(counts.values()) for counts in each) / 5 / len(rows))

    def test_are_several(self):
        places = Places()
        places.see(torch.randint(3, (50, 1)))
        self.assertEqual(places.facts(), {})

    def test_masks_of_other_pictures_teach_nothing(self):
        clinic = train(gradclinic.watch)
        self.assertLess(fact(clinic, "constant_by_place"), 0.8)
        self.assertEqual(gradclinic.examine(train).verdict, "healthy")
        diagnosis = gradclinic.examine(lambda watch: train(watch, shuffled=True))
        self.assertEqual((diagnosis.verdict, diagnosis.cause), ("sick", "unlearnable-labels"), str(diagnosis))


if __name__ == "__main__":
    unittest.main()
