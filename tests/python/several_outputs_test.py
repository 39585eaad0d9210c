"""Networks with several outputs, whose loss is the sum of what it makes of each: the first is judged."""

import unittest

import torch
from torch import nn
from torch.nn import functional as F

import gradclinic

NOTE = "the loss takes further outputs of the model"


class TwoHeads(nn.Module):
    """Which of two rings a point lies on, and how far from the middle."""

    def __init__(self):
        super().__init__()
        self.body = nn.Sequential(nn.Linear(2, 32), nn.ReLU())
        self.ring, self.distance = nn.Linear(32, 2), nn.Linear(32, 1)

    def forward(self, x):
        x = self.body(x)
        return self.ring(x), self.distance(x).squeeze(1), None


def rings(samples=600):
    generator = torch.Generator().manual_seed(3)
    angle = 6.2832 * torch.rand(samples, generator=generator)
    ring = torch.randint(0, 2, (samples,), generator=generator)
    radius = 1 + ring + 0.15 * torch.randn(samples, generator=generator)
    return torch.stack([radius * angle.cos(), radius * angle.sin()], 1), ring, radius


def train(watch, rate=0.01, both=True):
    """Own losses of the first output, and the clinic."""
    torch.manual_seed(2)
    model, (x, ring, radius), own = TwoHeads(), rings(), []
    optimizer = torch.optim.Adam(model.parameters(), rate)
    with watch(model, optimizer, budget=None) as clinic:
        for step in range(250):
            batch = slice(40 * (step % 15), 40 * (step % 15) + 40)
            first, second, _ = model(x[batch])
            own.append(F.cross_entropy(first, ring[batch]))
            loss = own[-1] + (0.5 * F.mse_loss(second, radius[batch]) if both else 0.0)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            clinic.step(loss)
    return [float(each) for each in own], clinic


class SeveralOutputs(unittest.TestCase):
    def test_the_loss_of_the_first_is_told_apart(self):
        own, clinic = train(gradclinic.watch)
        diagnosis = clinic.diagnosis()
        run = diagnosis["run"]
        last = sum(own[-10:]) / 10
        self.assertLess(last, 0.3)
        self.assertAlmostEqual(run["loss"] * run["constant_loss"], last, delta=0.5 * last)
        self.assertIn(NOTE, str(diagnosis))
        self.assertEqual(str(clinic.diagnosis()).count(NOTE), 1)
        self.assertNotIn(NOTE, str(train(gradclinic.watch, both=False)[1].diagnosis()))
        self.assertEqual(clinic.series("data.penalty")[1][0], 0)   # none on weights

    def test_trials_are_judged_by_the_same(self):
        diagnosis = gradclinic.examine(lambda watch: train(watch))
        self.assertEqual(diagnosis.verdict, "healthy", str(diagnosis))
        self.assertTrue(all(trial["loss"] is None or trial["loss"] >= 0 for trial in diagnosis["trials"]))

    def test_a_rate_that_is_too_low_is_found(self):
        diagnosis = gradclinic.examine(lambda watch: train(watch, rate=1e-5))
        self.assertEqual((diagnosis.verdict, diagnosis.cause), ("sick", "learning-rate-too-low"), str(diagnosis))


if __name__ == "__main__":
    unittest.main()
