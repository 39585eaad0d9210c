"""The package's promise to the training that it watches: nothing changes, nothing is raised, nothing is held."""

import gc
import unittest
import unittest.mock
import weakref

import torch
from torch import nn
from torch.nn import functional as F

import gradclinic
from small_loop import Nobody
from zoo import TRAININGS


def every_step(model, optimizer):
    return gradclinic.watch(model, optimizer, budget=None)


def state(model):
    return {name: value.clone() for name, value in model.state_dict().items()}


class Unchanged(unittest.TestCase):
    def test_parameters_are_bit_identical_with_and_without(self):
        for name, run in TRAININGS.items():
            with self.subTest(name):
                plain = state(run(Nobody)[0])
                draw = torch.rand(1)
                for watch in (every_step, gradclinic.watch):
                    model, clinic = run(watch)
                    self.assertEqual([], [note for note in clinic.notes if "ended" in note])
                    watched = state(model)
                    for key, value in plain.items():
                        self.assertTrue(torch.equal(value, watched[key]), key)
                    self.assertTrue(torch.equal(draw, torch.rand(1)), "the generator has moved")

    def test_every_training_gets_a_diagnosis(self):
        for name, run in TRAININGS.items():
            with self.subTest(name):
                _, clinic = run(every_step)
                diagnosis = clinic.diagnosis()
                self.assertIn(diagnosis.verdict, ("healthy", "sick", "undecided"))
                self.assertIn(name.split()[0] and diagnosis.verdict, str(diagnosis))

    def test_hooks_and_wrappers_are_gone_afterwards(self):
        model = nn.Sequential(nn.Linear(4, 4), nn.ReLU(), nn.Linear(4, 2))
        optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
        with gradclinic.watch(model, optimizer):
            self.assertIn("step", vars(optimizer))
            self.assertTrue(model[0]._forward_hooks)
        self.assertNotIn("step", vars(optimizer))
        for module in model.modules():
            self.assertFalse(module._forward_hooks)
            self.assertFalse(module._forward_pre_hooks)

    def test_no_tensor_is_held(self):
        model = nn.Sequential(nn.Linear(4, 4), nn.ReLU(), nn.Linear(4, 2))
        optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
        with gradclinic.watch(model, optimizer, budget=None) as clinic:
            for _ in range(3):
                x = torch.randn(8, 4)
                hidden = model[:2](x)
                loss = F.cross_entropy(model[2](hidden), torch.randint(0, 2, (8,)))
                optimizer.zero_grad()
                loss.backward()
                optimizer.step()
                clinic.step(loss)
                seen = [weakref.ref(each) for each in (x, hidden, loss)]
                del x, hidden, loss
                gc.collect()
                self.assertEqual([None] * 3, [each() for each in seen])


class NeverRaises(unittest.TestCase):
    def loop(self, model, inputs, loss_of, steps=4, optimizer=None):
        optimizer = optimizer or torch.optim.SGD(model.parameters(), lr=0.1)
        with gradclinic.watch(model, optimizer, budget=None) as clinic:
            for _ in range(steps):
                optimizer.zero_grad()
                loss = loss_of(model(inputs))
                (loss if loss.numel() == 1 else loss.sum()).backward()
                optimizer.step()
                clinic.step(loss)
        return clinic

    def test_outputs_in_tuples_and_dicts(self):
        class Pair(nn.Module):
            def __init__(self, kind):
                super().__init__()
                self.kind, self.linear = kind, nn.Linear(4, 3)

            def forward(self, x):
                out = self.linear(x)
                return (out, x) if self.kind is tuple else {"out": out}

        for kind, pick in ((tuple, lambda out: out[0]), (dict, lambda out: out["out"])):
            clinic = self.loop(Pair(kind), torch.randn(8, 4), lambda out: pick(out).square().mean())
            self.assertEqual(clinic.progress.steps, 4)
            self.assertIn(clinic.diagnosis().verdict, ("healthy", "sick", "undecided"))

    def test_a_loss_that_is_no_scalar_is_told(self):
        clinic = self.loop(nn.Linear(4, 3), torch.randn(8, 4), lambda out: out.square())
        self.assertIn("no scalar", str(clinic.diagnosis()))

    def test_a_model_without_weights(self):
        class Scale(nn.Module):
            def __init__(self):
                super().__init__()
                self.scale = nn.Parameter(torch.ones(1))

            def forward(self, x):
                return x * self.scale

        clinic = self.loop(Scale(), torch.randn(8, 4), lambda out: out.square().mean())
        self.assertIn("no layer with weights", str(clinic.diagnosis()))

    def test_without_parameters_at_all(self):
        with gradclinic.watch(nn.ReLU(), None, budget=None) as clinic:
            clinic.step(torch.tensor(1.0))
            clinic.step(torch.tensor(0.5))
        self.assertIn("no layer with weights", str(clinic.diagnosis()))

    def test_nan_in_the_data(self):
        x = torch.randn(8, 4)
        x[3, 2] = float("nan")
        clinic = self.loop(nn.Sequential(nn.Linear(4, 4), nn.ReLU(), nn.Linear(4, 2)), x, lambda out: out.mean())
        diagnosis = clinic.diagnosis()
        self.assertEqual(diagnosis.verdict, "sick")
        self.assertIn("non-finite", [each["pathology"] for each in diagnosis["findings"]])

    def test_half_precision_and_double(self):
        for dtype in (torch.bfloat16, torch.float64):
            model = nn.Sequential(nn.Linear(4, 4), nn.ReLU(), nn.Linear(4, 2)).to(dtype)
            clinic = self.loop(model, torch.randn(8, 4, dtype=dtype), lambda out: out.square().mean())
            self.assertEqual([], clinic.notes)
            self.assertEqual(clinic.progress.steps, 4)

    def test_an_exception_in_the_middle_of_a_step_passes_and_keeps_the_record(self):
        model = nn.Sequential(nn.Linear(4, 4), nn.ReLU(), nn.Linear(4, 2))
        optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
        with self.assertRaisesRegex(ZeroDivisionError, "theirs"):
            with gradclinic.watch(model, optimizer, budget=None) as clinic:
                for step in range(5):
                    optimizer.zero_grad()
                    loss = model(torch.randn(8, 4)).square().mean()
                    if step == 3:
                        raise ZeroDivisionError("theirs")
                    loss.backward()
                    optimizer.step()
                    clinic.step(loss)
        self.assertEqual(clinic.progress.steps, 3)
        self.assertIn("ended early", str(clinic.diagnosis()))

    def test_a_defect_of_the_watching_ends_the_watching_only(self):
        model = nn.Sequential(nn.Linear(4, 4), nn.ReLU(), nn.Linear(4, 2))
        optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
        with gradclinic.watch(model, optimizer, budget=None) as clinic:
            for step in range(5):
                if step == 3:
                    clinic.lens._run = clinic._run = None
                optimizer.zero_grad()
                loss = model(torch.randn(8, 4)).square().mean()
                loss.backward()
                optimizer.step()
                clinic.step(loss)
        self.assertTrue(any("watching ended" in note for note in clinic.notes))

    def test_a_graph_that_cannot_be_read_leaves_the_rest_to_be_seen(self):
        def nothing(node):
            raise RuntimeError("a node of no known kind")

        with unittest.mock.patch("gradclinic.modules.dropout_of", nothing):
            clinic = self.loop(nn.Linear(4, 2), torch.randn(8, 4), lambda outputs: outputs.square().mean())
        self.assertEqual(clinic.notes, ["a part of what the model or the loss computes could not be read, and is left out "
                                        "(nothing: RuntimeError: a node of no known kind)"])
        self.assertEqual(len(clinic.series("weight.l2", 1)[1]), 4)

    def test_nothing_trained_is_a_clear_sentence(self):
        with gradclinic.watch(nn.Linear(2, 2), None) as clinic:
            pass
        with self.assertRaisesRegex(gradclinic.Error, "no step was seen"):
            clinic.diagnosis()


if __name__ == "__main__":
    unittest.main()
