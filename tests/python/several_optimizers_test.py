"""Trainings with several optimizers: what is recorded of their steps, and treatments of all of them, each against the same
change written into the loop."""

import random
import unittest

import torch
from torch import nn
from torch.nn import functional as F

import gradclinic
from gradclinic.examination import trained
from gradclinic.trials.treatment import CannotBeMade, Treatment
from small_loop import fact


def together(watch, rates=(0.1, 0.02), make=torch.optim.SGD, clip=None, warmup=0, keep=None, everything=True):
    """One loss for two parts that have an optimizer each."""
    torch.manual_seed(1)
    x = torch.randn(200, 4)
    y = x[:, :3].argmax(1)
    model = nn.Sequential(nn.Linear(4, 8), nn.Tanh(), nn.Linear(8, 3))
    given = [model[0].parameters(), model[2].parameters() if everything else [model[2].weight]]
    optimizers = [make(part, rate) for part, rate in zip(given, rates)]
    with watch(model, optimizers) as clinic:
        for step in range(30):
            batch = slice(40 * (step % 5), 40 * (step % 5) + 40)
            for optimizer in optimizers:
                optimizer.zero_grad()
            loss = F.cross_entropy(model(x[batch]), y[batch])
            loss.backward()
            for optimizer, rate in zip(optimizers, rates):
                optimizer.param_groups[0]["lr"] = rate * min(1.0, (step + 1) / warmup) if warmup else rate
                if clip:
                    nn.utils.clip_grad_norm_(optimizer.param_groups[0]["params"], clip)
                optimizer.step()
            clinic.step(loss)
    if keep is not None:
        keep.append(model)
    return clinic


def in_turns(watch, rate=0.01, steps=60):
    """A generator and a critic, which learn against each other."""
    torch.manual_seed(1)
    generator, critic = (nn.Sequential(nn.Linear(2, 16), nn.ReLU(), nn.Linear(16, out)) for out in (2, 1))
    optimizers = [torch.optim.Adam(each.parameters(), rate) for each in (generator, critic)]
    with watch(nn.ModuleList([generator, critic]), optimizers) as clinic:
        for _ in range(steps):
            noise, real = torch.randn(32, 2), 2 + torch.randn(32, 2)
            optimizers[1].zero_grad()
            (F.softplus(-critic(real)).mean() + F.softplus(critic(generator(noise).detach())).mean()).backward()
            optimizers[1].step()
            optimizers[0].zero_grad()
            loss = F.softplus(-critic(generator(noise))).mean()
            loss.backward()
            optimizers[0].step()
            clinic.step(loss)
    return clinic


def every_step(model, optimizers):
    return gradclinic.watch(model, optimizers, budget=None)


class Turns(unittest.TestCase):
    def test_are_those_of_optimizers_with_backward_passes_of_their_own(self):
        self.assertEqual(fact(in_turns(every_step), "alternating"), 1)
        self.assertEqual(fact(in_turns(gradclinic.watch), "alternating"), 1)
        self.assertEqual(fact(together(every_step), "alternating"), 0)
        self.assertEqual(fact(together(gradclinic.watch), "alternating"), 0)

    def test_leave_the_verdict_open(self):
        diagnosis = gradclinic.examine(in_turns)
        self.assertEqual(diagnosis.verdict, "undecided", str(diagnosis))
        self.assertIn("take turns", str(diagnosis))


class SeveralTreated(unittest.TestCase):
    def treatment(self, changes, **of):
        state = (torch.random.get_rng_state(), random.getstate(), None)
        return Treatment(changes, trained(lambda watch: together(watch, **of), None, state, None, None, None)), state

    def expect(self, changes, of=None, **written):
        of = of or {}
        treatment, state = self.treatment(changes, **of)
        treated, wanted, untreated = [], [], []
        trained(lambda watch: together(watch, keep=treated, **of), treatment, state, None, None, None)
        together(every_step, keep=wanted, **(of | written))
        together(every_step, keep=untreated, **of)
        for one, other in zip(treated[0].parameters(), wanted[0].parameters()):
            self.assertTrue(torch.allclose(one, other, atol=1e-6, rtol=1e-5), changes)
        self.assertFalse(all(torch.allclose(one, other, atol=1e-6) for one, other in
                             zip(untreated[0].parameters(), wanted[0].parameters())), "no change at all")

    def test_as_the_loop_would(self):
        self.expect([("train.lr", "0.01")], rates=(0.01, 0.002))
        self.expect([("train.optimizer", "adam"), ("train.lr", "0.003")], rates=(0.003, 0.003), make=torch.optim.Adam)
        self.expect([("train.clip_norm", "0.02")], clip=0.02)
        self.expect([("train.warmup", "20")], warmup=20)
        self.expect([("train.parameters", "all")], {"everything": False, "rates": (0.1, 0.1)}, everything=True)

    def test_but_for_what_is_kept_from_step_to_step(self):
        treatment, _ = self.treatment([("train.penalty", "false")])
        with self.assertRaises(CannotBeMade):
            treatment.apply(treatment.patient.model, treatment.patient.optimizers)

    def test_finds_rates_that_are_too_low(self):
        diagnosis = gradclinic.examine(lambda watch: together(watch, rates=(1e-6, 1e-6)))
        self.assertEqual((diagnosis.verdict, diagnosis.cause), ("sick", "learning-rate-too-low"), str(diagnosis))


if __name__ == "__main__":
    unittest.main()
