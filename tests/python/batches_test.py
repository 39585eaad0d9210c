"""What is understood of a training's loss from batch to batch."""

import itertools
import math
import unittest
import warnings

import torch
from torch import nn
from torch.nn import functional as F

import gradclinic


class Trained(unittest.TestCase):
    def clinic(self, loss_of, batch, samples=200):
        torch.manual_seed(2)
        x = torch.randn(samples, 4)
        y = 1 + x[:, 0] + x[:, 1] ** 2
        model = nn.Sequential(nn.Linear(4, 16), nn.Tanh(), nn.Linear(16, 1))
        optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
        with gradclinic.watch(model, optimizer, budget=None) as clinic, warnings.catch_warnings():
            warnings.simplefilter("ignore")
            for step in range(60):
                part = torch.arange(batch * step, batch * (step + 1)) % samples
                loss = loss_of(model, model(x[part]), y[part])
                optimizer.zero_grad()
                loss.backward()
                optimizer.step()
                clinic.step(loss)
        return clinic, y

    def fact(self, clinic, name):
        return clinic.series(f"data.{name}")[1][0]


class Broadcasts(Trained):
    def test_is_a_fact_with_the_targets_moments(self):
        for batch in (40, 200):
            clinic, y = self.clinic(lambda model, out, y: F.mse_loss(out, y), batch)
            self.assertEqual(self.fact(clinic, "output_broadcast"), 1)
            for name, value in (("target_mean", y.mean()), ("target_deviation", y.std(unbiased=False)),
                                ("constant_loss", y.var(unbiased=False))):
                self.assertAlmostEqual(self.fact(clinic, name), float(value), places=3)
            self.assertTrue(math.isnan(self.fact(clinic, "target_values")))
            self.assertEqual(self.fact(clinic, "features"), 4)
            finding = clinic.diagnosis()["findings"][0]
            self.assertEqual((clinic.diagnosis().verdict, finding["pathology"]), ("sick", "wrong-output-or-loss"))
            self.assertIn("loss(model(x).squeeze(1), y)", finding["sentence"])

    def test_is_seen_of_pictures(self):
        torch.manual_seed(2)
        x = torch.randn(120, 1, 6, 6)
        y = x[:, 0].roll(1, 2) + 0.3 * x[:, 0] ** 2
        model = nn.Sequential(nn.Conv2d(1, 8, 3, padding=1), nn.Tanh(), nn.Conv2d(8, 1, 3, padding=1))
        optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
        with gradclinic.watch(model, optimizer, budget=None) as clinic:
            for step in range(60):
                part = torch.arange(40 * step, 40 * step + 40) % len(x)
                loss = (model(x[part]) - y[part]).square().mean()  # (40, 1, 6, 6) against (40, 6, 6)
                optimizer.zero_grad()
                loss.backward()
                optimizer.step()
                clinic.step(loss)
        self.assertEqual(self.fact(clinic, "output_broadcast"), 1)
        self.assertAlmostEqual(self.fact(clinic, "constant_loss"), float(y.var(0, unbiased=False).mean()), delta=0.05)
        self.assertEqual((clinic.diagnosis().verdict, clinic.diagnosis().cause), ("sick", "wrong-output-or-loss"))

    def test_constant_targets_with_more_in_the_loss_are_none(self):
        def with_penalty(model, out, y):
            return F.mse_loss(out, torch.ones_like(out)) + 0.1 * sum(value.square().sum() for value in model.parameters())

        for loss_of in (with_penalty, lambda model, out, y: F.mse_loss(out, torch.ones_like(out)),
                        lambda model, out, y: F.mse_loss(out.squeeze(1), y)):
            clinic, _ = self.clinic(loss_of, 40)
            self.assertEqual(self.fact(clinic, "output_broadcast"), 0)
            self.assertNotIn("wrong-output-or-loss", [finding["pathology"] for part in ("findings", "notes")
                                                      for finding in clinic.diagnosis()[part]])


class Batches(Trained):
    def test_a_loss_that_looks_like_one_that_is_known_now_and_then_is_not_understood(self):
        for often, known in ((20, False), (2, True)):
            calls = itertools.count()

            def loss_of(model, out, y):
                errors = out[:, 0] - y
                return errors.square().mean() if next(calls) % often == 0 else errors.abs().sqrt().mean()

            clinic, y = self.clinic(loss_of, 40)
            self.assertEqual(not math.isnan(self.fact(clinic, "target_deviation")), known)
            clinic.diagnosis()

    def test_inputs_are_known_where_the_loss_is_not(self):
        clinic, _ = self.clinic(lambda model, out, y: (out[:, 0] - y).abs().sqrt().mean(), 40)
        self.assertTrue(math.isnan(self.fact(clinic, "target_deviation")))
        self.assertEqual(self.fact(clinic, "features"), 4)
        self.assertAlmostEqual(self.fact(clinic, "input_rms"), 1, delta=0.1)

    def test_the_gradient_of_one_of_several_outputs_does_not_tell_the_loss(self):
        def critic(model, out, y):
            return model(torch.randn(40, 4)).mean() - (1 + torch.rand(1)) * out.mean()

        def with_penalty(model, out, y):
            x = torch.randn(40, 4, requires_grad=True)
            slope, = torch.autograd.grad(out.sum() * torch.rand(1) + model(x).sum(), x, create_graph=True)
            return critic(model, out, y) + (slope.norm(dim=1) - 1).square().mean()

        for loss_of in (critic, with_penalty):
            clinic, _ = self.clinic(loss_of, 40)
            self.assertTrue(math.isnan(self.fact(clinic, "target_deviation")))
            self.assertNotEqual(self.fact(clinic, "pulled_alike"), 1)

    def test_what_a_single_batch_looks_like_is_no_mistake(self):
        calls = itertools.count()

        def loss_of(model, out, y):
            if next(calls) == 59:  # the last: every output with every target
                return F.mse_loss(out, y)
            return F.mse_loss(out[:, 0], y)

        clinic, _ = self.clinic(loss_of, 40)
        self.assertEqual(clinic.diagnosis().cause, None)


if __name__ == "__main__":
    unittest.main()
