"""The compiled hooks against those in Python, and what copies of a model get of either."""

import copy
import gc
import io
import math
import pickle
import subprocess
import sys
import unittest
from unittest import mock

import torch
from torch import nn

import gradclinic
from gradclinic import core
from gradclinic.looks import eye, lens, weights
from zoo import TRAININGS

GAUGES = ("l2", "mean", "std", "min", "max", "zeros", "non_finite", "dead_units", "saturated_units")

try:
    from gradclinic import hooks
except ImportError:
    hooks = None


def in_python():
    """The package as it is without the compiled hooks."""
    return mock.patch.multiple(lens, Eye=eye.Eye), mock.patch.multiple(weights, Compiled=None)


def watched(model, optimizer):
    return gradclinic.watch(model, optimizer, budget=None)


def figures(clinic):
    """Every series of the record that has values."""
    names = [(f"{quantity}.{gauge}", layer) for quantity in core.QUANTITIES for gauge in GAUGES
             for layer in range(1, len(clinic.layers) + 1)]
    names += [(name, 0) for name in ("loss", "gradient_norm", "clipped_gradient_norm", "accuracy")]
    found = {name: clinic.series(*name) for name in names}
    return {name: (steps, [None if math.isnan(value) else value for value in values])
            for name, (steps, values) in found.items() if steps}


class Small(nn.Module):
    """Its norm can be left out."""

    def __init__(self):
        super().__init__()
        self.one, self.norm, self.two = nn.Linear(4, 6), nn.BatchNorm1d(6), nn.Linear(6, 2)
        self.skips = False

    def forward(self, x):
        x = self.one(x)
        return self.two(torch.tanh(x if self.skips else self.norm(x)))


def train(model, steps=4, before=lambda step: None):
    """The clinic of a short training."""
    torch.manual_seed(3)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    with watched(model, optimizer) as clinic:
        for step in range(steps):
            before(step)
            loss = model(torch.randn(8, 4)).square().mean()
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            clinic.step(loss)
    return clinic


class BothWays(unittest.TestCase):
    @unittest.skipIf(hooks is None, "built without PyTorch's headers")
    def test_both_record_the_same(self):
        for name, run in TRAININGS.items():
            with self.subTest(name):
                _, compiled = run(watched)
                self.assertIs(type(compiled.lens.eye), hooks.Eye)
                eyes, weights_ = in_python()
                with eyes, weights_:
                    _, plain = run(watched)
                self.assertIs(type(plain.lens.eye), eye.Eye)
                self.assertEqual(compiled.notes, plain.notes)
                wanted = figures(plain)
                self.assertGreater(len(wanted), 30)
                self.assertEqual(wanted, figures(compiled))

    def test_without_the_compiled_module_a_training_is_watched_all_the_same(self):
        script = """
import sys
sys.modules["gradclinic.hooks"] = None
import torch, gradclinic
model = torch.nn.Sequential(torch.nn.Linear(4, 8), torch.nn.ReLU(), torch.nn.Linear(8, 2))
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
with gradclinic.watch(model, optimizer, budget=None) as clinic:
    for _ in range(5):
        loss = model(torch.randn(16, 4)).square().mean()
        optimizer.zero_grad(); loss.backward(); optimizer.step(); clinic.step(loss)
print(type(clinic.lens.eye).__module__, len(clinic.series("activation_grad.l2", 1)[1]), clinic.notes)
"""
        ran = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
        self.assertEqual("gradclinic.looks.eye 5 []\n", ran.stdout, ran.stderr)


class EitherWay(unittest.TestCase):
    def both(self):
        yield "as built"
        eyes, weights_ = in_python()
        with eyes, weights_:
            yield "in Python"

    def test_a_norm_that_is_left_out_once_leaves_the_layers_own_output(self):
        for name in self.both():
            with self.subTest(name):
                model = Small()
                seen = []
                model.one.register_forward_hook(lambda _, __, output: seen.append(float(output.detach().norm())))

                def before(step):
                    model.skips = step == 2

                clinic = train(model, before=before)
                _, values = clinic.series("pre_activation.l2", 1)
                self.assertAlmostEqual(values[2], seen[2], places=4)
                self.assertAlmostEqual(values[1], math.sqrt(8 * 6), delta=0.2)

    def test_copies_made_in_the_loop_are_the_models_own(self):
        ways = {"deepcopy": copy.deepcopy, "pickle": lambda model: pickle.loads(pickle.dumps(model)),
                "save": lambda model: torch.save(model, io.BytesIO())}
        for name in self.both():
            for way, make in ways.items():
                with self.subTest(name, way=way):
                    model = Small()

                    def before(step):
                        made = make(model)
                        if made is not None:
                            self.assertTrue(torch.equal(made.one.weight, model.one.weight))
                            made(torch.randn(3, 4)).sum().backward()

                    copied = train(model, before=before)
                    self.assertEqual([], copied.notes)
                    self.assertEqual(4, len(copied.series("pre_activation_grad.l2", 1)[1]))

    def test_a_graph_may_outlive_its_clinic(self):
        for name in self.both():
            with self.subTest(name):
                model = Small()
                clinic = train(model)
                optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
                clinic = watched(model, optimizer)
                for _ in range(3):
                    loss = model(torch.randn(8, 4)).square().mean()
                    clinic.step(loss)
                loss = model(torch.randn(8, 4)).square().mean()
                del clinic, optimizer
                for module in model.modules():
                    module._forward_hooks.clear()
                    module._forward_pre_hooks.clear()
                gc.collect()
                loss.backward()
                self.assertIsNotNone(model.one.weight.grad)


if __name__ == "__main__":
    unittest.main()
