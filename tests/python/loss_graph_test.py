"""What the graph of a loss tells: the error, the targets, and penalties on the weights."""

import unittest

import torch
from torch import nn
from torch.nn import functional as F

import gradclinic
from gradclinic.looks.loss_graph import parameters_beside, read
from small_loop import fact


def absolute(model):
    return sum(value.abs().sum() for value in model.parameters())


def squared(model):
    return sum(value.square().sum() for value in model.parameters())


def nothing(model):
    return 0.0


def train(watch, loss_of, penalty=nothing, steps=120, scale=1.0):
    torch.manual_seed(1)
    x = torch.randn(240, 6)
    y = scale * (x[:, :2] * x[:, 2:4] + x[:, 4:])
    model = nn.Sequential(nn.Linear(6, 24), nn.Tanh(), nn.Linear(24, 2))
    optimizer = torch.optim.Adam(model.parameters(), 0.01)
    beside = []
    with watch(model, optimizer, budget=None) as clinic:
        for step in range(steps):
            part = slice(40 * (step % 6), 40 * (step % 6) + 40)
            own = loss_of(model(x[part]), y[part])
            more = penalty(model)
            beside.append(float(more))
            optimizer.zero_grad()
            (own + more).backward()
            optimizer.step()
            clinic.step(own + more)
            if step % 10 == 9:
                with torch.no_grad():
                    clinic.validation(float(loss_of(model(x[120:]), y[120:])))
    return clinic, beside


ERRORS = {
    "absolute": (F.l1_loss, lambda o, t: (t - o).abs().mean(), lambda o, t: 3 * (o.flatten() - t.flatten()).abs().sum(),
                 lambda o, t: (o - t).abs().sum(1).mean()),
    "squared": (F.mse_loss, lambda o, t: ((t - o) ** 2).mean(), lambda o, t: (o - t).square().sum() / 4,
                lambda o, t: (lambda apart: (apart * apart).mean())(o - t)),
    "huber": (F.huber_loss, nn.HuberLoss(delta=0.3), nn.SmoothL1Loss(beta=0.2),
              lambda o, t: F.smooth_l1_loss(o, t, reduction="none").mean()),
    "log cosh": (lambda o, t: (o - t).cosh().log().mean(), lambda o, t: 3 * (t - o).cosh().log().sum(1).mean()),
    "relative": (lambda o, t: ((o - t) / t).abs().mean(),
                 lambda o, t: 100 * ((t - o).abs() / t.abs().clamp(min=0.01)).mean(),
                 lambda o, t: (((o - t) / t) ** 2).sum(),
                 lambda o, t: (F.huber_loss(o, t, reduction="none") / t.abs()).mean()),
    "root": (lambda o, t: F.mse_loss(o, t).sqrt(), lambda o, t: torch.sqrt(((t - o) ** 2).mean() + 1e-9),
             lambda o, t: 2 * F.mse_loss(o, t).sqrt()),
    "norm": (lambda o, t: (o - t).norm(dim=1).mean(), lambda o, t: torch.linalg.norm(t - o, dim=-1).sum(),
             lambda o, t: 3 * ((o - t) ** 2).sum(-1).sqrt().mean(),
             lambda o, t: ((o - t).flatten(1).norm(dim=1) / t.flatten(1).norm(dim=1)).mean(),
             lambda o, t: (torch.norm(o - t, 2, 1) / (t.norm(dim=1) + 1e-9)).sum() / 7),
    "none": (lambda o, t: (o - t).abs().sqrt().mean(), lambda o, t: (o - t).norm(dim=0).mean(),
             lambda o, t: (torch.rand(7) * (o - t).norm(dim=1)).mean(), lambda o, t: (o - t).norm(p=1, dim=1).mean(),
             lambda o, t: F.mse_loss(o, t, reduction="sum").sqrt(),
             lambda o, t: (o[:, :1] - t[:, :1]).abs().mean(), lambda o, t: (1 - o * t).clamp(min=0).mean(),
             lambda o, t: (o - t).abs().mean() + 0.1 * o.square().mean(),
             lambda o, t: (o - t.requires_grad_()).abs().mean(),
             lambda o, t: F.l1_loss(o.t(), t.t()), lambda o, t: (((o - t) / t).cosh().log()).mean(),
             lambda o, t: ((o - t).abs() / o.abs()).mean()),
}


class Graphs(unittest.TestCase):
    def test_give_the_targets_of_errors(self):
        for kind, losses in ERRORS.items():
            for number, loss_of in enumerate(losses):
                output = nn.Linear(3, 2)(torch.randn(7, 3))
                target = torch.randn(7, 2)
                loss = loss_of(output, target)
                compared = read(loss, [output.grad_fn], output.detach())
                self.assertEqual(compared is None, kind == "none", (kind, number))
                if compared is None:
                    continue
                found = compared.found(output.detach(), float(loss), False)
                torch.testing.assert_close(found.values, target)
                error = found.error or (lambda o, t: (o - t).square())
                own = found.scale * float(error(output, target).mean())
                self.assertAlmostEqual(own, float(loss), delta=1e-4 * float(loss))
                self.assertEqual(found.error is None, kind == "squared")

    def test_give_targets_that_were_broadcast(self):
        output, target = nn.Linear(3, 1)(torch.randn(7, 3)), torch.randn(7)
        loss = (output - target).abs().mean()
        found = read(loss, [output.grad_fn], output.detach()).found(output.detach(), float(loss), False)
        self.assertAlmostEqual(found.variance, float(target.var(unbiased=False)), places=5)
        self.assertAlmostEqual(float(found.values.mean()), float(target.mean()), places=5)
        loss = (output - torch.randn(7, 5)).abs().mean()  # five of each sample's own
        self.assertIsNone(read(loss, [output.grad_fn], output.detach()).found(output.detach(), float(loss), False))

    def test_give_no_targets_where_errors_are_weighted_otherwise(self):
        output, target = nn.Linear(3, 2)(torch.randn(7, 3)), torch.randn(7, 2)
        loss = (torch.rand(7, 2) * (output - target).abs()).mean()
        compared = read(loss, [output.grad_fn], output.detach())
        torch.testing.assert_close(compared.targets, target)
        self.assertIsNone(compared.found(output.detach(), float(loss), False))
        alike = read((torch.full((7, 2), 3.0) * (output - target).abs()).mean(), [output.grad_fn], output.detach())
        self.assertIsNone(alike.weights)

    def test_tell_parameters_that_a_loss_reaches_by_itself(self):
        model, other = nn.Linear(3, 2), nn.Parameter(torch.ones(1))
        output = model(torch.randn(5, 3))
        loss = output.square().mean()
        self.assertEqual(parameters_beside(loss, [output.grad_fn]), [])
        self.assertEqual(parameters_beside(loss + 0.1 * model.weight.abs().sum(), [output.grad_fn]), [model.weight])
        self.assertEqual(parameters_beside(loss * other, [output.grad_fn]), [other])

    def test_are_not_looked_at_once_the_watching_has_ended(self):
        backward = torch.Tensor.backward
        model = nn.Linear(3, 2)
        with gradclinic.watch(model), gradclinic.watch(nn.Linear(3, 2)):
            self.assertIsNot(torch.Tensor.backward, backward)
        self.assertIs(torch.Tensor.backward, backward)


class Penalties(unittest.TestCase):
    def test_their_size_is_known(self):
        def entropy(output, target):
            return F.binary_cross_entropy_with_logits(output, (target > 0).float())

        def percentage(output, target):
            return 100 * F.l1_loss(output, target)

        def half(output, target):
            return F.mse_loss(output, target) / 2

        def thrice(output, target):
            return (3 * (output - target) ** 2).mean()

        for loss_of in (F.mse_loss, F.smooth_l1_loss, F.l1_loss, percentage, half, thrice, entropy):
            for penalty in (lambda model: 0.02 * absolute(model), lambda model: 0.03 * squared(model[2]),
                            lambda model: 0.01 * absolute(model) + 0.02 * squared(model)):
                clinic, beside = train(gradclinic.watch, loss_of, penalty)
                mean = sum(beside) / len(beside)
                self.assertAlmostEqual(fact(clinic, "penalty"), mean, delta=0.01 * mean)
            self.assertEqual(fact(train(gradclinic.watch, loss_of)[0], "penalty"), 0)

    def test_is_no_part_of_losses_held_out(self):
        def held_out(with_penalty):
            clinic = None

            def loss_of(output, target):
                loss = F.mse_loss(output, target)
                if torch.is_grad_enabled() or with_penalty:
                    loss = loss + 0.02 * absolute(clinic.model)
                return loss

            def watch(model, optimizer, **of):
                nonlocal clinic
                clinic = gradclinic.watch(model, optimizer, **of)
                return clinic

            train(watch, loss_of)
            return [value for value in clinic.series("validation_loss")[1] if value == value]

        for one, other in zip(held_out(True), held_out(False)):
            self.assertAlmostEqual(one, other, delta=0.05 * other + 0.01)

    def test_in_a_hook_it_is_found_by_leaving_hooks_out(self):
        def loop(watch, factor):
            def hooked(model, optimizer, **of):
                model[0].weight.register_hook(lambda gradient: gradient + factor * model[0].weight.detach().sign())
                return watch(model, optimizer, **of)
            return train(hooked, F.mse_loss)[0]

        diagnosis = gradclinic.examine(lambda watch: loop(watch, 0.3))
        self.assertEqual((diagnosis.verdict, diagnosis.cause), ("sick", "wrong-gradient"), str(diagnosis))
        self.assertIn("register_hook", str(diagnosis))
        self.assertEqual(gradclinic.examine(lambda watch: loop(watch, 1e-5)).verdict, "healthy")

    def test_one_that_is_too_large_is_the_cause(self):
        diagnosis = gradclinic.examine(lambda watch: train(watch, F.mse_loss, lambda model: 0.1 * absolute(model))[0])
        self.assertEqual((diagnosis.verdict, diagnosis.cause), ("sick", "over-regularized"), str(diagnosis))
        diagnosis = gradclinic.examine(lambda watch: train(watch, F.mse_loss, lambda model: 1e-5 * absolute(model))[0])
        self.assertEqual(diagnosis.verdict, "healthy", str(diagnosis))


class Errors(unittest.TestCase):
    def test_are_in_units_of_the_best_constant_prediction(self):
        for loss_of in (F.l1_loss, F.smooth_l1_loss, lambda o, t: 0.01 * F.l1_loss(o, t, reduction="sum")):
            clinic, _ = train(gradclinic.watch, loss_of, scale=3.0)
            torch.manual_seed(1)
            x = torch.randn(240, 6)
            y = 3.0 * (x[:, :2] * x[:, 2:4] + x[:, 4:])
            constant = float(loss_of(y[:40].median(0).values.expand(40, 2), y[:40]))
            self.assertAlmostEqual(fact(clinic, "constant_loss"), constant, delta=0.15 * constant)
            self.assertAlmostEqual(fact(clinic, "target_deviation"), float(y.std()), delta=0.1)
            self.assertNotIn("wrong-output-or-loss", [finding["pathology"] for part in ("findings", "notes")
                                                      for finding in clinic.diagnosis()[part]])


class Sums(unittest.TestCase):
    def test_of_larger_batches_held_out_are_in_the_unit_of_those_trained_on(self):
        def loop(batch):
            torch.manual_seed(1)
            x = torch.randn(480, 4)
            y = x[:, :1] + x[:, 1:2]
            model = nn.Linear(4, 1)
            optimizer = torch.optim.Adam(model.parameters(), 0.01)
            with gradclinic.watch(model, optimizer, budget=None) as clinic:
                for step in range(60):
                    loss = F.l1_loss(model(x[:40]), y[:40], reduction="sum")
                    optimizer.zero_grad()
                    loss.backward()
                    optimizer.step()
                    clinic.step(loss)
                    if step % 10 == 9:
                        with torch.no_grad():
                            parts = [F.l1_loss(model(x[part]), y[part], reduction="sum")
                                     for part in torch.arange(80, 480).split(batch)]
                        clinic.validation(sum(parts) / len(parts))
            return [value for value in clinic.series("validation_loss")[1] if value == value]

        for one, other in zip(loop(40), loop(200)):
            self.assertAlmostEqual(one, other, delta=0.01 * one)


if __name__ == "__main__":
    unittest.main()
