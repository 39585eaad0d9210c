"""Norms and connections that are put into a model do what they would do in its code."""

import random
import unittest

import torch
from torch import nn
from torch.nn import functional as F

from gradclinic.examination import trained
from gradclinic.trials import CannotBeMade
from gradclinic.trials.continuation import Continuation, Several
from gradclinic.trials.treatment import Treatment
from small_loop import Nobody


STEPS = 32   # a whole number of times through the data


class Around(nn.Module):
    """A block and a connection around it, by hand."""

    def __init__(self, *block):
        super().__init__()
        self.block = nn.Sequential(*block)

    def forward(self, x):
        return x + self.block(x)


def layers(norm=None, around=False, conv=False):
    def layer(inputs, outputs):
        return nn.Conv2d(inputs, outputs, 3, padding=1) if conv else nn.Linear(inputs, outputs)

    def hidden(inputs, outputs):
        return [layer(inputs, outputs), *([norm(outputs)] if norm else []), nn.Tanh()]

    second = hidden(8, 8)
    model = [*hidden(3, 8), *([Around(*second)] if around else second)]
    end = [nn.AdaptiveAvgPool2d(1), nn.Flatten()] if conv else []
    return nn.Sequential(*model, *end, nn.Linear(8, 2))


def loop(watch, keep, steps=STEPS, conv=False, model=None, optimizer=None, **of):
    torch.manual_seed(3)
    x = torch.randn(64, 3, 6, 6) if conv else torch.randn(64, 3)
    y = (x.flatten(1)[:, 0] > 0).long()
    model = model or layers(conv=conv, **of)
    optimizer = (optimizer or torch.optim.SGD)(model.parameters(), lr=0.1)
    keep.append(model)
    with watch(model, optimizer) as clinic:
        for step in range(steps):
            model.train()
            loss = F.cross_entropy(model(x[step % 4::4]), y[step % 4::4])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            clinic.step(loss)
            model.eval()
            with torch.no_grad():
                keep.append(model(x))


def treated(changes, continued=False, **of):
    """The outputs in evaluation mode after each step."""
    state = (torch.random.get_rng_state(), random.getstate(), None)
    patient = trained(lambda watch: loop(watch, [], **of), None, state)
    models, more = [], []
    treatment = Treatment(changes, patient, inserts=True)
    clinic = trained(lambda watch: loop(watch, models, **of), treatment, state)
    if not continued:
        return torch.stack(models[1:])
    trained(lambda watch: loop(watch, more, **of), Several(treatment, Continuation(clinic)), state)
    return torch.stack(models[1:] + more[1:])


def by_hand(**of):
    outputs = []
    loop(Nobody, outputs, **of)
    return torch.stack(outputs[1:])


class Inserted(unittest.TestCase):
    def expect(self, outputs, wanted):
        self.assertTrue(torch.allclose(outputs, wanted, atol=1e-5), (outputs - wanted).abs().max())

    def patient(self):
        state = (torch.random.get_rng_state(), random.getstate(), None)
        return trained(lambda watch: loop(watch, []), None, state)

    def test_batch_norm_is_learned_and_follows_the_mode(self):
        self.expect(treated([("model.norm", "batch")]), by_hand(norm=nn.BatchNorm1d))
        self.expect(treated([("model.norm", "batch")], conv=True), by_hand(norm=nn.BatchNorm2d, conv=True))

    def test_batch_norm_takes_every_step_of_a_sequence_for_a_sample(self):
        model = layers()
        Treatment([("model.norm", "batch")], self.patient(), inserts=True).apply(
            model, [torch.optim.SGD(model.parameters(), lr=0.1)])
        output = model[0](torch.randn(5, 8, 3))   # as many steps as features
        self.assertEqual(output.shape, (5, 8, 8))
        self.assertLess(float(output.mean((0, 1)).abs().max()), 1e-5)
        self.assertLess(float((output.var((0, 1), unbiased=False) - 1).abs().max()), 1e-2)

    def test_layer_norm(self):
        self.expect(treated([("model.norm", "layer")]), by_hand(norm=nn.LayerNorm))
        self.expect(treated([("model.norm", "layer")], conv=True),
                    by_hand(norm=lambda channels: nn.GroupNorm(1, channels), conv=True))

    def test_connections_go_around_what_keeps_its_shape(self):
        self.expect(treated([("model.residual", "true")]), by_hand(around=True))
        self.expect(treated([("model.norm", "layer"), ("model.residual", "true")]), by_hand(norm=nn.LayerNorm, around=True))
        self.expect(treated([("model.residual", "true")], conv=True), by_hand(around=True, conv=True))

    def test_another_optimizer_learns_them_too(self):
        changes = [("model.norm", "batch"), ("train.optimizer", "adam"), ("train.lr", "0.003")]
        self.expect(treated(changes),
                    by_hand(norm=nn.BatchNorm1d, optimizer=lambda values, lr: torch.optim.Adam(values, lr=0.003)))

    def test_a_longer_training_goes_on_with_them(self):
        self.expect(treated([("model.norm", "batch")], continued=True), by_hand(norm=nn.BatchNorm1d, steps=2 * STEPS))

    def test_what_has_no_place_for_them_is_told(self):
        state = (torch.random.get_rng_state(), random.getstate(), None)

        def alone(watch):
            return loop(watch, [], model=nn.Sequential(nn.Linear(3, 8), nn.Linear(8, 2)))

        patient = trained(alone, None, state)
        for change in (("model.norm", "batch"), ("model.residual", "true")):
            self.assertRaises(CannotBeMade, trained, alone, Treatment([change], patient, inserts=True), state)

    def test_the_doctor_inserts_nothing(self):
        self.assertRaises(CannotBeMade, Treatment, [("model.residual", "true")], self.patient())


if __name__ == "__main__":
    unittest.main()
