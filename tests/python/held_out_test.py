"""Inputs held out beside those trained on, and inputs that a model does not use."""

import math
import unittest

import torch
from torch import nn
from torch.nn import functional as F

import gradclinic
from gradclinic.looks.held_out import HeldOut
from gradclinic.looks.second_look import ignored


class Unlike(unittest.TestCase):
    def seen(self, batches):
        held_out = HeldOut()
        for batch in batches:
            held_out.see(batch)
        return held_out

    def test_is_the_distance_of_the_means_in_deviations(self):
        torch.manual_seed(0)
        own = torch.randn(800, 5) * torch.tensor([1.0, 2, 3, 4, 0])
        other = torch.randn(500, 5) * torch.tensor([1.0, 2, 3, 4, 0])
        self.assertLess(self.seen(other.split(50)).unlike(own), 0.07)
        shifted = other + torch.tensor([3.0, 0, 0, 0, 0])
        wanted = 3 / math.sqrt(1 + 4 + 9 + 16)  # of all features, by the variance of all
        self.assertAlmostEqual(self.seen(shifted.split(50)).unlike(own), wanted, delta=0.06)

    def test_sees_the_first_measurement_only(self):
        held_out = self.seen([torch.zeros(40, 3), torch.ones(40, 3)])
        held_out.measured()
        held_out.see(torch.full((40, 3), 100.0))
        mean, deviation = held_out.moments
        self.assertAlmostEqual(mean, 0.5)
        self.assertAlmostEqual(deviation, 0.5)

    def test_is_nothing_where_it_is_not_known(self):
        self.assertEqual(HeldOut().unlike(torch.randn(9, 3)), 0)
        self.assertEqual(HeldOut().moments, (0, 0))
        others = self.seen([torch.randn(9, 4), torch.ones(9, 3, dtype=torch.long), None])
        self.assertEqual(others.unlike(torch.randn(9, 3)), 0)
        self.assertEqual(self.seen([torch.ones(9, 3)]).unlike(torch.ones(9, 3)), 0)


class MirroredSamples(unittest.TestCase):
    def diagnosis(self, mirrored):
        def loop(watch):
            torch.manual_seed(2)
            x = torch.randn(400, 6) + torch.tensor([2.0, 0, 0, 0, 0, -1])
            y = (x[:, 0] > 2).long()
            model = nn.Sequential(nn.Linear(6, 16), nn.Tanh(), nn.Linear(16, 2))
            optimizer = torch.optim.Adam(model.parameters(), 0.02)
            held_out = x[300:].flip(1) if mirrored else x[300:]
            with watch(model, optimizer) as clinic:
                for _ in range(10):
                    for part in torch.randperm(300).split(30):
                        loss = F.cross_entropy(model(x[part]), y[part])
                        optimizer.zero_grad()
                        loss.backward()
                        optimizer.step()
                        clinic.step(loss)
                    with torch.no_grad():
                        output = model(held_out)
                    right = (output.argmax(1) == y[300:]).float().mean()
                    clinic.validation(F.cross_entropy(output, y[300:]), float(right))
        return gradclinic.examine(loop)

    def test_are_found(self):
        diagnosis = self.diagnosis(True)
        self.assertEqual((diagnosis.verdict, diagnosis.cause), ("sick", "shifted-inputs"), str(diagnosis))
        self.assertEqual(self.diagnosis(False).verdict, "healthy")


class IgnoredInputs(unittest.TestCase):
    def test_are_those_that_no_output_depends_on(self):
        class Slice(nn.Module):
            def __init__(self, used):
                super().__init__()
                self.layer, self.used = nn.Linear(used, 3), used

            def forward(self, x):
                return self.layer(x[:, :self.used])

        x = torch.randn(20, 8)
        self.assertAlmostEqual(ignored(Slice(2), (x,)), 0.75)
        self.assertEqual(ignored(Slice(8), (x,)), 0)
        x[:, 4:] = 1.0  # what does not vary tells nothing
        self.assertAlmostEqual(ignored(Slice(2), (x,)), 0.5)
        class Table(nn.Module):
            def __init__(self):
                super().__init__()
                self.table = nn.Embedding(5, 3)

            def forward(self, x):
                return self.table(x[:, 0].long()) + x[:, 1:2]

        numbers = torch.randn(20, 2)
        numbers[:, 0] = torch.arange(20) % 5
        self.assertEqual(ignored(Table(), (numbers,)), 0, "a category has no slope, and is used")
        self.assertEqual(ignored(Slice(2), (torch.ones(20, 8, dtype=torch.long),)), 0)
        self.assertEqual(ignored(nn.Linear(3, 1), (x,)), 0, "the model cannot be called with it")
        self.assertEqual(ignored(nn.LSTM(8, 4), (x,)), 0, "it gives several outputs")


if __name__ == "__main__":
    unittest.main()
