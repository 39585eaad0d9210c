"""Losses of amounts that are meant for other targets, and sound ones."""

import unittest

import torch
from torch import nn
from torch.nn import functional as F

import gradclinic
from gradclinic.looks.other_loss import OtherLoss
from gradclinic.looks.other_targets import OtherTargets
from small_loop import data, fit


def relative(output, target):
    return ((output - target).abs() / target.abs()).mean()


def hinge(output, target):
    return (1 - output * target).clamp(min=0).mean()


def squared_hinge(output, target):
    return (1 - output * target).clamp(min=0).square().mean()


def told(loss_of, targets, outputs=0.5):
    """The facts that hold after five batches of 60 samples with two outputs each."""
    torch.manual_seed(3)
    seen = OtherTargets()
    for _ in range(5):
        output = (outputs * torch.randn(60, 2)).requires_grad_()
        loss = loss_of(output, targets())
        loss.backward()
        seen.see(None, output.detach(), output.grad, float(loss))
    return {name for name, holds in seen.facts().items() if holds}


def normal():
    return torch.randn(60, 2)


def signs():
    return torch.randn(60, 2).sign()


class MeantForOthers(unittest.TestCase):
    def test_are_told_by_gradient_and_loss(self):
        self.assertEqual(told(hinge, normal, outputs=2), {"hinge_of_amounts"})
        self.assertEqual(told(F.binary_cross_entropy_with_logits, normal), {"entropy_of_amounts"})
        self.assertEqual(told(F.poisson_nll_loss, normal), {"poisson_of_negative"})
        self.assertEqual(told(relative, normal, outputs=0.05), {"relative_to_nothing"})

    def test_margins_are_told_while_outputs_are_small(self):
        for loss_of in (squared_hinge, F.soft_margin_loss):
            self.assertEqual(told(loss_of, normal, outputs=0.1), {"hinge_of_amounts"})

    def test_are_not_seen_in_sound_losses(self):
        def counts():
            return torch.poisson(torch.full((60, 2), 3.0))

        def ranking(output, target):
            return F.margin_ranking_loss(output[:, 0], output[:, 1], target[:, 0].sign(), margin=1.0)

        sound = [(hinge, signs), (squared_hinge, signs), (F.soft_margin_loss, signs), (ranking, normal), (F.binary_cross_entropy_with_logits, lambda: torch.rand(60, 2)),
                 (F.poisson_nll_loss, counts),
                 (relative, lambda: 2 + torch.rand(60, 2)), (F.l1_loss, normal), (F.smooth_l1_loss, normal),
                 (F.mse_loss, normal), (lambda output, target: torch.log(torch.cosh(output - target)).mean(), normal),
                 (lambda output, target: F.cross_entropy(output, (target[:, 0] > 0).long()), normal)]
        for number, (loss_of, targets) in enumerate(sound):
            for size in (0.05, 0.5, 3):
                self.assertEqual(told(loss_of, targets, size), set(), (number, size))

    def test_make_a_training_sick(self):
        def loop(watch):
            torch.manual_seed(1)
            x = data()[0]
            amounts = 2 * x[:, 0] + x[:, 1]
            model = nn.Sequential(nn.Linear(6, 16), nn.Tanh(), nn.Linear(16, 1), nn.Flatten(0))
            fit(watch, model, 0.01, 40, lambda model: hinge(model(x), amounts))

        diagnosis = gradclinic.examine(loop)
        self.assertEqual((diagnosis.verdict, diagnosis.cause), ("sick", "wrong-output-or-loss"), str(diagnosis))
        self.assertIn("hinge", str(diagnosis))


class YesAndNo(unittest.TestCase):
    @staticmethod
    def loop(watch, threshold):
        """Which of four hold, one in seven: squared errors of 0 and 1, counted as right beyond a threshold."""
        torch.manual_seed(1)
        x = torch.randn(600, 6)
        y = (x[:, :4] + 0.5 * x[:, 4:5] > 1.2).float()
        model = nn.Sequential(nn.Linear(6, 32), nn.ReLU(), nn.Linear(32, 4))
        optimizer = torch.optim.Adam(model.parameters(), 0.01)
        with watch(model, optimizer) as clinic:
            for step in range(150):
                part = torch.randperm(300)[:50]
                loss = F.mse_loss(model(x[part]), y[part])
                optimizer.zero_grad()
                loss.backward()
                optimizer.step()
                clinic.step(loss)
                if step % 10 == 9:
                    model.eval()
                    with torch.no_grad():
                        output = model(x[300:])
                    right = (output > threshold) == (y[300:] > 0.5)
                    clinic.validation(F.mse_loss(output, y[300:]), float(right.float().mean()))
                    model.train()
        return clinic

    def test_by_squared_errors_are_no_logits(self):
        diagnosis = gradclinic.examine(lambda watch: self.loop(watch, 0.0))
        self.assertEqual((diagnosis.verdict, diagnosis.cause), ("sick", "wrong-output-or-loss"), str(diagnosis))
        self.assertIn("BCEWithLogitsLoss", str(diagnosis))
        self.assertEqual(gradclinic.examine(lambda watch: self.loop(watch, 0.5)).verdict, "healthy")


class OneClass(unittest.TestCase):
    def told(self, batches):
        seen = OtherLoss()
        for output, gradient, loss in batches:
            seen.see(None, output, gradient, loss)
        return seen.is_of_one_class

    def test_is_a_loss_that_is_always_nothing(self):
        x = torch.randn(20, 1, requires_grad=True)
        loss = F.cross_entropy(x, torch.zeros(20, dtype=torch.long))
        loss.backward()
        batch = x.detach(), x.grad, float(loss)
        self.assertTrue(self.told([batch] * 5))
        for other in ((torch.randn(20, 2), torch.zeros(20, 2), 0.0), (torch.zeros(20, 1), torch.zeros(20, 1), 0.0),
                      (x.detach(), x.grad, 0.1), (x.detach(), x.grad + 1, 0.0)):
            self.assertFalse(self.told([other]))
            self.assertFalse(self.told([other, batch, batch]), "a hinge that all samples are beyond")
        self.assertFalse(self.told([]))


class ErasedGradients(unittest.TestCase):
    def test_are_found(self):
        def loop(watch):
            torch.manual_seed(1)
            model, (x, y) = nn.Sequential(nn.Linear(6, 16), nn.Tanh(), nn.Linear(16, 2)), data()
            optimizer = torch.optim.Adam(model.parameters())
            with watch(model, optimizer) as clinic:
                for _ in range(20):
                    loss = F.cross_entropy(model(x), y)
                    loss.backward()
                    optimizer.zero_grad()
                    optimizer.step()
                    clinic.step(loss)

        diagnosis = gradclinic.examine(loop)
        self.assertEqual((diagnosis.verdict, diagnosis.cause), ("sick", "disconnected-parameter"), str(diagnosis))
        self.assertIn("zero_grad()", str(diagnosis))


if __name__ == "__main__":
    unittest.main()
