"""What a trained model shows when it is called again: how far it is from itself in evaluation mode."""

import unittest

import torch
from torch import nn
from torch.nn import functional as F

import gradclinic
from gradclinic.looks.second_look import evaluation_noise, is_constant, norm_gap
from small_loop import fit


class NormGap(unittest.TestCase):
    def test_is_that_of_averages_that_lag_behind(self):
        torch.manual_seed(1)
        x = 4 + 2 * torch.randn(32, 5)
        model = nn.Sequential(nn.BatchNorm1d(5, momentum=1.0), nn.Dropout(0.5), nn.Linear(5, 2))
        self.assertGreater(norm_gap(model, (x,)), 1)
        model(x)
        before = model[0].running_mean.clone()
        self.assertLess(norm_gap(model, (x,)), 0.1)
        self.assertTrue(torch.equal(before, model[0].running_mean) and model.training)
        for other in (nn.Linear(5, 2), nn.Sequential(nn.BatchNorm1d(3))):
            self.assertEqual(norm_gap(other, (x,)), 0)


class Constant(unittest.TestCase):
    def test_is_what_does_not_depend_on_the_sample(self):
        torch.manual_seed(1)
        x = torch.randn(32, 5)
        model = nn.Sequential(nn.Linear(5, 4), nn.ReLU(), nn.Linear(4, 2))
        self.assertFalse(is_constant(model, (x,)))
        self.assertFalse(is_constant(model, (x[:1].expand(32, 5),)), "the inputs are")
        self.assertFalse(is_constant(model, ("a word",)))
        nn.init.constant_(model[0].bias, -100.0)
        self.assertTrue(is_constant(model, (x,)))
        self.assertTrue(is_constant(nn.Sequential(nn.Embedding(9, 3), nn.Linear(3, 2, bias=False), nn.BatchNorm1d(2)).apply(
            lambda module: nn.init.zeros_(module.weight) if isinstance(module, nn.Linear) else None), (torch.arange(9),)))

    def test_is_a_collapse_whatever_the_loss(self):
        def train(watch, rate):
            """Triplets, whose loss is as low as the margin once all is mapped to one point."""
            torch.manual_seed(0)
            x, y = torch.randn(300, 6), torch.arange(300) % 3
            x = x + 2 * F.one_hot(y, 6)
            model = nn.Sequential(nn.Linear(6, 16), nn.ReLU(), nn.Linear(16, 4))
            optimizer = torch.optim.Adam(model.parameters(), rate)
            with watch(model, optimizer) as clinic:
                for step in range(120):
                    batch = slice(30 * (step % 10), 30 * (step % 10) + 30)
                    apart, same = torch.cdist(*2 * [model(x[batch])]), y[batch, None] == y[batch]
                    loss = F.relu((apart * same).amax(1) - (apart + 100 * same).amin(1) + 1).mean()
                    optimizer.zero_grad()
                    loss.backward()
                    optimizer.step()
                    clinic.step(loss)

        diagnosis = gradclinic.examine(lambda watch: train(watch, 3.0))
        self.assertEqual(diagnosis.verdict, "sick", str(diagnosis))
        self.assertIn("the same output", str(diagnosis))
        self.assertNotIn("the same output", str(gradclinic.examine(lambda watch: train(watch, 0.003))))


class NeverOff(nn.Module):
    """Dropout that does not know of evaluation, on what comes through as it is."""

    def __init__(self, share):
        super().__init__()
        self.share = share

    def forward(self, x):
        return F.dropout(x, self.share)


class EvaluationNoise(unittest.TestCase):
    def test_is_the_share_of_chance(self):
        torch.manual_seed(1)
        x = torch.randn(5000, 4)
        # Of x * m / (1 - p), m being 1 with probability 1 - p: p / (1 - p) of chance beside 1 of x.
        for share in (0.2, 0.5):
            self.assertAlmostEqual(evaluation_noise(NeverOff(share), (x,)), share, delta=0.03)
        self.assertEqual(evaluation_noise(nn.Sequential(nn.Linear(4, 3), nn.Dropout(0.5)), (x,)), 0)
        self.assertEqual(evaluation_noise(nn.LSTM(4, 3), (x,)), 0)

    def test_is_found_and_called_by_its_name(self):
        x = torch.randn(400, 6, generator=torch.Generator().manual_seed(1))
        y = x[:, :1] + x[:, 1:2] * x[:, 2:3]

        def of(last):
            def train(watch):
                torch.manual_seed(2)
                model = nn.Sequential(nn.Linear(6, 32), nn.Tanh(), last, nn.Linear(32, 1))
                fit(watch, model, 0.01, 150, lambda model: F.mse_loss(model(x), y))
            return gradclinic.examine(train)

        diagnosis = of(NeverOff(0.5))
        self.assertEqual((diagnosis.verdict, diagnosis.cause), ("sick", "excess-dropout"), str(diagnosis))
        self.assertIn("F.dropout", diagnosis["findings"][0]["sentence"])
        self.assertNotIn("F.dropout", str(of(nn.Dropout(0.1))))


if __name__ == "__main__":
    unittest.main()
