"""Losses of other outputs or targets than they are given, as their graphs tell, and sound ones."""

import unittest

import torch
from torch import nn
from torch.nn import functional as F

import gradclinic
from gradclinic.looks.loss_graph import read
from gradclinic.looks.unsuited import kind_of_graph
from small_loop import fit

torch.manual_seed(5)
NORMAL = torch.randn(40, 3)
SHARES = torch.rand(40, 3).softmax(1)
CLASSES = F.one_hot(torch.randint(3, (40,)), 3).float()


def relative(output, target):
    return 100 * ((output - target).abs() / target.abs().clamp(min=1e-7)).mean()


def divergence(output, target):
    target, output = target.clamp(1e-7, 1), output.clamp(1e-7, 1)
    return (target * (target / output).log()).sum(1).mean()


def logarithmic(output, target):
    return F.mse_loss(output.clamp(min=0).log1p(), target.clamp(min=0).log1p())


def hinge(output, target):
    return (1 - output * target).clamp(min=0)


def kind(loss_of, target, outputs=lambda output: output):
    torch.manual_seed(3)
    output = outputs(nn.Linear(4, 3)(torch.randn(40, 4)))
    loss = loss_of(output, target)
    nodes, values = [output.grad_fn], output.detach()
    return kind_of_graph(loss, nodes, values, read(loss, nodes, values))


class Unsuited(unittest.TestCase):
    def test_errors_with_every_target_of_the_batch_behind_a_sigmoid(self):
        def one(output):
            return output[:, :1]

        target = CLASSES[:, 0]
        for error in (lambda apart: apart ** 2, lambda apart: apart * apart, torch.abs):
            self.assertEqual(kind(lambda o, t: error(o.sigmoid() - t).mean(), target, one), "broadcast_in_loss")
            self.assertEqual(kind(lambda o, t: error(t - o.sigmoid()).mean(), target, one), "broadcast_in_loss")
            self.assertIsNone(kind(lambda o, t: error(o.sigmoid() - t[:, None]).mean(), target, one))
        self.assertIsNone(kind(lambda o, t: ((o - o.T) ** 2).mean(), target, one), "differences of outputs")
        self.assertIsNone(kind(lambda o, t: ((o @ o.T - torch.eye(40)) ** 2).mean(), target), "likenesses")

    def test_errors_that_are_averaged_before_they_are_squared(self):
        self.assertEqual(kind(lambda o, t: (o - t).mean(1).pow(2).mean(), NORMAL), "pulled_alike")
        self.assertEqual(kind(lambda o, t: (t - o).sum(1, keepdim=True).abs().sum(), NORMAL), "pulled_alike")
        self.assertEqual(kind(lambda o, t: ((o - t).flatten(1).mean(1) ** 2).mean(), NORMAL), "pulled_alike")
        self.assertIsNone(kind(lambda o, t: (o - t).pow(2).mean(1).mean(), NORMAL), "the other way round")
        self.assertIsNone(kind(lambda o, t: F.mse_loss(o, t) + (o - t).mean(1).pow(2).mean(), NORMAL), "a part of it")
        self.assertIsNone(kind(lambda o, t: (o.mean(1) - t[:, 0]).pow(2).mean(), NORMAL), "the mean is what is asked for")

    def test_losses_are_told_by_their_graphs(self):
        self.assertEqual(kind(relative, NORMAL), "relative_to_nothing")
        self.assertEqual(kind(lambda o, t: (((o - t) / t) ** 2).mean(), NORMAL), "relative_to_nothing")
        self.assertEqual(kind(relative, NORMAL.sign() * (NORMAL.abs() + 1)), "relative_to_nothing")
        for reduction in ("batchmean", "sum", "none"):
            told = kind(lambda o, t: F.kl_div(o, t, reduction=reduction).mean(), SHARES)
            self.assertEqual(told, "divergence_of_logits")
        self.assertEqual(kind(F.cross_entropy, NORMAL), "classes_of_amounts")
        for loss_of in (hinge, lambda o, t: hinge(o, t).square(), lambda o, t: (1 - t * o).relu(), F.soft_margin_loss):
            self.assertEqual(kind(lambda o, t: loss_of(o, t).mean(), NORMAL), "hinge_of_amounts")
        self.assertEqual(kind(relative, NORMAL.abs() * (NORMAL > 0)), "relative_to_nothing")
        self.assertEqual(kind(divergence, NORMAL), "logarithm_of_cut")
        self.assertEqual(kind(logarithmic, NORMAL), "logarithm_of_cut")
        self.assertEqual(kind(lambda o, t: hinge(o, t).mean(), CLASSES), "hinge_of_amounts")
        shares = kind(lambda o, t: F.binary_cross_entropy(o.clamp(1e-7, 1 - 1e-7), t), CLASSES)
        self.assertEqual(shares, "logarithm_of_cut")
        counts = kind(lambda o, t: (o.relu() - t * (o.relu() + 1e-7).log()).mean(), NORMAL.abs())
        self.assertEqual(counts, "logarithm_of_cut")

    def test_sound_losses_are_not(self):
        advantages = CLASSES * NORMAL
        above = NORMAL.abs() + 1
        sound = [(relative, above), (F.mse_loss, NORMAL), (F.l1_loss, NORMAL), (F.cross_entropy, SHARES),
                 (F.cross_entropy, CLASSES), (lambda o, t: -(t * o.log_softmax(1)).sum(1).mean(), advantages),
                 (lambda o, t: F.kl_div(o.log_softmax(1), t, reduction="batchmean"), SHARES),
                 (lambda o, t: F.poisson_nll_loss(o, t), above), (lambda o, t: hinge(o, t).mean(), NORMAL.sign()),
                 (F.soft_margin_loss, NORMAL.sign()), (lambda o, t: hinge(o, t).mean(), NORMAL.round().clamp(-1, 1)),
                 (lambda o, t: (torch.tensor([1.0, 2.0, 9.0]) * (o - t).abs()).mean(), NORMAL)]
        for number, (loss_of, target) in enumerate(sound):
            self.assertIsNone(kind(loss_of, target), number)
        self.assertIsNone(kind(lambda o, t: F.kl_div(o, t, reduction="batchmean"), SHARES, nn.LogSoftmax(1)))
        self.assertIsNone(kind(divergence, SHARES, nn.Softmax(1)))
        self.assertIsNone(kind(lambda o, t: F.binary_cross_entropy(o.clamp(1e-7, 1 - 1e-7), t), CLASSES, nn.Sigmoid()))
        self.assertIsNone(kind(lambda o, t: hinge(o, t).mean(), torch.ones(40, 3)))
        self.assertIsNone(kind(logarithmic, above, lambda output: output + 4))

    def test_losses_make_a_training_sick(self):
        def loop(watch, loss_of):
            torch.manual_seed(1)
            x = torch.randn(200, 6)
            amounts = torch.stack([x[:, 0] + x[:, 1], x[:, 2] - x[:, 3], x[:, 4]], 1)
            model = nn.Sequential(nn.Linear(6, 16), nn.Tanh(), nn.Linear(16, 3))
            fit(watch, model, 0.01, 40, lambda model: loss_of(model(x), amounts))

        for loss_of in (relative, divergence, F.cross_entropy):
            diagnosis = gradclinic.examine(lambda watch: loop(watch, loss_of))
            self.assertEqual((diagnosis.verdict, diagnosis.cause), ("sick", "wrong-output-or-loss"), str(diagnosis))


if __name__ == "__main__":
    unittest.main()
