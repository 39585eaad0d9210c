"""Penalties on the weights, added to a mean squared error by hand."""

import unittest

import torch
from torch import nn
from torch.nn import functional as F

import gradclinic
from gradclinic.looks.penalty import parameters_beside
from small_loop import fact


def absolute(model):
    return sum(value.abs().sum() for value in model.parameters())


def squared(model):
    return sum(value.square().sum() for value in model.parameters())


def train(watch, loss_of, penalty, steps=120):
    torch.manual_seed(1)
    x = torch.randn(240, 6)
    y = x[:, :2] * x[:, 2:4] + x[:, 4:]
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


class Penalties(unittest.TestCase):
    def test_parameters_are_found_that_a_loss_reaches_by_itself(self):
        model, other = nn.Linear(3, 2), nn.Parameter(torch.ones(1))
        output = model(torch.randn(5, 3))
        loss = output.square().mean()
        self.assertEqual(parameters_beside(loss.grad_fn, {output.grad_fn}), [])
        self.assertEqual(parameters_beside((loss + 0.1 * model.weight.abs().sum()).grad_fn, {output.grad_fn}),
                         [model.weight])
        self.assertEqual(parameters_beside((loss * other).grad_fn, {output.grad_fn}), [other])

    def test_their_size_is_known(self):
        for penalty in (lambda model: 0.02 * absolute(model), lambda model: 0.03 * squared(model[2]),
                        lambda model: 0.01 * absolute(model) + 0.02 * squared(model)):
            clinic, beside = train(gradclinic.watch, F.mse_loss, penalty)
            mean = sum(beside[5:]) / len(beside[5:])
            self.assertAlmostEqual(fact(clinic, "penalty"), mean, delta=0.1 * mean)

    def test_of_other_losses_they_are_not(self):
        for loss_of, penalty in ((F.smooth_l1_loss, lambda model: 0.02 * absolute(model)),
                                 (F.smooth_l1_loss, lambda model: 0 * absolute(model)),
                                 (F.mse_loss, lambda model: 0.2 * torch.rand(()) * absolute(model))):
            clinic, _ = train(gradclinic.watch, loss_of, penalty)
            self.assertFalse(fact(clinic, "penalty") > 0)

    def test_one_that_is_too_large_is_the_cause(self):
        diagnosis = gradclinic.examine(lambda watch: train(watch, F.mse_loss, lambda model: 0.1 * absolute(model))[0])
        self.assertEqual((diagnosis.verdict, diagnosis.cause), ("sick", "over-regularized"), str(diagnosis))
        diagnosis = gradclinic.examine(lambda watch: train(watch, F.mse_loss, lambda model: 1e-5 * absolute(model))[0])
        self.assertEqual(diagnosis.verdict, "healthy", str(diagnosis))


if __name__ == "__main__":
    unittest.main()
