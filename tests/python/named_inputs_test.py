"""Inputs that are given by name, as trainers of language models give them, labels among them."""

import copy
import pickle
import unittest

import torch
from torch import nn
from torch.nn import functional as F

import gradclinic
from gradclinic import calls
from gradclinic.looks.reach import reach_of
from small_loop import Nobody


class Classifier(nn.Module):
    """Gives back a dictionary with its loss, where it is given labels."""

    def __init__(self, features=6):
        super().__init__()
        self.layers = nn.Sequential(nn.Linear(features, 16), nn.ReLU(), nn.Linear(16, 3))

    def forward(self, x, scale=None, labels=None):
        logits = self.layers(x if scale is None else x * scale)
        return {"logits": logits} if labels is None else {"loss": F.cross_entropy(logits, labels), "logits": logits}


class Logits(Classifier):
    """Gives back what it predicts alone, though it may be given labels."""

    def forward(self, x, scale=None, labels=None):
        return super().forward(x, scale)["logits"]


def samples(seed=0, count=256, size=1.0, wrong=0.0):
    """wrong: share of the labels that are drawn instead."""
    generator = torch.Generator().manual_seed(seed)
    x = size * torch.randn(count, 6, generator=generator)
    y = (x[:, 0] > 0).long() + (x[:, 1] > 0).long()
    drawn = torch.rand(count, generator=generator) < wrong
    return x, torch.where(drawn, torch.randint(0, 3, (count,), generator=generator), y)


def trained(watch, kind=Classifier, size=1.0, wrong=0.0, steps=150, lr=0.01, answer=lambda logits: logits):
    torch.manual_seed(0)
    x, y = samples(size=size, wrong=wrong)
    model = kind()
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    with watch(model, optimizer, budget=None) as clinic:
        for step in range(steps):
            batch = slice(64 * (step % 4), 64 * (step % 4) + 64)
            output = model(labels=y[batch], x=x[batch])
            loss = output["loss"] if isinstance(output, dict) else F.cross_entropy(answer(output), y[batch])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            clinic.step(loss)
        held, answers = samples(seed=1, size=size, wrong=wrong)
        model.eval()
        with torch.no_grad():
            output = model(labels=answers, x=held)
            logits = output["logits"] if isinstance(output, dict) else answer(output)
            clinic.validation(F.cross_entropy(logits, answers), (logits.argmax(1) == answers).float().mean())
    return clinic


class ByPosition(unittest.TestCase):
    def seen(self, model, *inputs, **named):
        found = []
        handle = calls.before(model, lambda module, given: found.append((calls.given(module, given),
                                                                        calls.by_position(module, given))))
        model(*inputs, **named)
        handle.remove()
        return found[0]

    def test_is_the_order_of_the_parameters_with_defaults_between(self):
        x, y = samples()
        given, ordered = self.seen(Classifier(), labels=y, x=x)
        self.assertEqual(list(map(id, given)), list(map(id, ordered)))
        self.assertEqual(len(ordered), 3)
        self.assertIs(ordered[0], x)
        self.assertIsNone(ordered[1])
        self.assertIs(ordered[2], y)

    def test_ends_with_the_last_that_is_given(self):
        x, _ = samples()
        for inputs, named in (((x,), {}), ((), {"x": x})):
            self.assertEqual([id(each) for each in self.seen(Classifier(), *inputs, **named)[1]], [id(x)])

    def test_is_unknown_of_what_is_taken_by_name_only(self):
        class Named(Classifier):
            def forward(self, x, *, scale):
                return super().forward(x, scale)

        class Wrapper(nn.Module):
            def __init__(self):
                super().__init__()
                self.module = Classifier()

            def forward(self, *inputs, **named):
                return self.module(*inputs, **named)

        x, _ = samples()
        given, ordered = self.seen(Named(), x, scale=2.0)
        self.assertEqual(given[1], 2.0, "as it is given")
        self.assertIsNone(ordered)
        self.assertIsNone(self.seen(Wrapper(), x=x)[1])

    def test_another_modules_call_is_not_taken_for_its_own(self):
        """A hook of a layer that is called by position, in a call of the model by name."""
        model, found = Classifier(), []
        handle = calls.before(model.layers, lambda module, given: found.append(calls.given(module, given)))
        x, y = samples()
        model(x=x, labels=y)
        handle.remove()
        self.assertEqual(len(found[0]), 1)


class Watched(unittest.TestCase):
    def test_inputs_are_seen(self):
        clinic = trained(gradclinic.watch, size=1000.0)
        clinic.diagnosis()
        for _, deviation in clinic.progress.input_moments:   # of those trained on, of those held out
            self.assertAlmostEqual(deviation / 1000, 1, delta=0.1)

    def test_nothing_is_changed(self):
        watched, alone = trained(gradclinic.watch), trained(Nobody)
        for one, other in zip(watched.model.parameters(), alone.model.parameters()):
            self.assertTrue(torch.equal(one, other))
        copied = pickle.loads(pickle.dumps(copy.deepcopy(watched.model)))
        self.assertEqual(set(copied(x=samples()[0])), {"logits"})


class Examined(unittest.TestCase):
    def test_labels_that_a_model_is_given_are_not_shown_to_plain_networks(self):
        """One that sees them knows those that are wrong, too, as no model can."""
        x, y = samples()
        reach = reach_of(Logits(), (x, None, y))
        self.assertEqual(reach.unseen, {2})
        self.assertEqual(reach_of(Logits(), (x, torch.rand(len(x), 1))).unseen, frozenset(), "it depends on that")

        diagnosis = gradclinic.examine(lambda watch: trained(watch, kind=Logits, wrong=0.4, steps=60))
        self.assertEqual(diagnosis.verdict, "healthy", str(diagnosis))

    def test_a_plain_network_stands_in(self):
        """The model is blind for one of the two features that the answer depends on."""
        class Blind(Logits):
            def forward(self, x, scale=None, labels=None):
                return super().forward(x * torch.tensor([1.0, 0.0, 1.0, 1.0, 1.0, 1.0]), scale)

        diagnosis = gradclinic.examine(lambda watch: trained(watch, kind=Blind))
        self.assertEqual((diagnosis.verdict, diagnosis.cause), ("sick", "worse-than-plain"), str(diagnosis))

    def test_the_trained_model_is_looked_at_again(self):
        class Wrong(torch.autograd.Function):
            @staticmethod
            def forward(context, x):
                return x.clone()

            @staticmethod
            def backward(context, gradient):
                return -gradient

        class Turned(Classifier):
            def forward(self, x, scale=None, labels=None):
                logits = self.layers[2](Wrong.apply(self.layers[1](self.layers[0](x))))
                return {"loss": F.cross_entropy(logits, labels), "logits": logits}

        diagnosis = gradclinic.examine(lambda watch: trained(watch, kind=Turned))
        found = [finding["pathology"] for finding in diagnosis["findings"] + diagnosis["notes"]]
        self.assertIn("wrong-gradient", found, str(diagnosis))


if __name__ == "__main__":
    unittest.main()
