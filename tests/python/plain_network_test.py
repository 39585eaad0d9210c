"""A plain network in the model's place: it fits what the model takes and gives, and tells where the model is at fault."""

import collections
import types
import unittest
import warnings

import torch
from torch import nn
from torch.nn import functional as F

import gradclinic
from gradclinic.looks.reach import Reach
from gradclinic.tensors import put_in_place
from gradclinic.trials.plain_attention import attention_for
from gradclinic.trials.plain_network import NoPlainNetwork, network_for
from gradclinic.trials.stand_in import stand_in
from small_loop import adam


class Given(nn.Module):
    """A model of any inputs whose outputs have a shape of its own."""

    def __init__(self, *shape, last=lambda values: values):
        super().__init__()
        self.values = nn.Parameter(torch.randn(shape))
        self.last = last

    def forward(self, *inputs):
        return self.last(self.values.expand(len(inputs[0]), *self.values.shape))


def stood_in(model, *inputs, ahead=True, **more):
    handles = stand_in(model, adam(model.parameters(), 0.1), network_for, Reach(ahead, True), **more)
    return model(*inputs), handles


class Shapes(unittest.TestCase):
    def test_are_the_models(self):
        pictures, steps, tokens = torch.randn(6, 3, 12, 10), torch.randn(6, 9, 4), torch.randint(0, 50, (6, 9))
        for inputs, shape in (((torch.randn(6, 5),), (3,)), ((torch.randn(6, 5),), ()), ((torch.randn(6),), (2,)),
                              ((pictures,), (7,)), ((pictures,), (4, 12, 10)), ((pictures,), (12, 10)),
                              ((pictures,), (2, 5)), ((pictures,), (120,)), ((torch.randn(6, 12, 10, 3),), (7,)),
                              ((torch.randn(6, 2, 40),), (3,)), ((torch.randn(6, 4, 1, 12, 10),), (1, 12, 10)),
                              ((steps,), (2,)), ((steps,), (9, 2)), ((steps,), (9,)), ((steps,), (2, 9)),
                              ((tokens,), (2,)), ((tokens,), (9, 50)), ((tokens,), (50, 9)),
                              ((torch.randint(0, 50, (6, 300)),), (2,)), ((torch.randn(6, 5), tokens), (3,)),
                              ((torch.randn(6, 5), torch.eye(4)), (3,)), ((torch.rand(6, 5) > 0.5,), (3,))):
            with self.subTest(shapes=([tuple(each.shape) for each in inputs], shape)):
                output, _ = stood_in(Given(*shape), *inputs)
                self.assertEqual(output.shape, (6, *shape))
                self.assertTrue(output.requires_grad)

    def test_like_the_inputs_where_these_are_no_targets(self):
        for inputs, shape in ((torch.randn(6, 1, 12, 10), (1, 12, 10)), (torch.randn(6, 9, 4), (9, 4))):
            with self.assertRaises(NoPlainNetwork):
                stood_in(Given(*shape), inputs)
            self.assertEqual(stood_in(Given(*shape), inputs, copies=False)[0].shape, (6, *shape))

    def test_in_double(self):
        for shape in ((3,), (9, 2)):
            output, _ = stood_in(Given(*shape).double(), torch.randn(6, 9, 4, dtype=torch.float64))
            self.assertEqual((output.shape, output.dtype), ((6, *shape), torch.float64))

    def test_of_other_numbers_of_samples(self):
        model = Given(3)
        stood_in(model, torch.randn(6, 5))
        self.assertEqual(model(torch.randn(1, 5)).shape, (1, 3))

    def test_end_as_the_models_outputs_do(self):
        x = torch.randn(6, 5)
        logarithms, _ = stood_in(Given(3, last=lambda values: values.log_softmax(1)), x)
        self.assertTrue(torch.allclose(logarithms.exp().sum(1), torch.ones(6)))
        shares, _ = stood_in(Given(3, last=lambda values: values.softmax(1)), x)
        self.assertTrue(torch.allclose(shares.sum(1), torch.ones(6)))
        probabilities, _ = stood_in(Given(1), x, squashing="sigmoid")
        self.assertTrue(bool(((probabilities > 0) & (probabilities < 1)).all()))
        amounts, _ = stood_in(Given(1), x, target_scale=(1000.0, 2.0))
        self.assertLess(float((amounts - 1000).abs().max()), 10)

    def test_that_it_cannot_serve(self):
        pictures = torch.randn(6, 3, 12, 10)
        for inputs, model in (((pictures,), Given(3, 12, 10)), ((torch.randn(6, 9, 4),), Given(9, 4)),
                              ((torch.randn(6, 5),), Given(3, last=lambda values: (values.argmax(1), "all"))),
                              ((torch.randn(6, 5),), Given(3, last=lambda values: values.argmax(1))),
                              ((torch.randn(6, 20000),), Given(3))):
            with self.subTest(inputs[0].shape), self.assertRaises(NoPlainNetwork):
                stood_in(model, *inputs)


class Attention(unittest.TestCase):
    def network(self, samples, shape, ahead=True):
        return attention_for(samples, torch.zeros(6, *shape), ahead)

    def test_has_the_models_shapes(self):
        points, tokens = torch.randn(6, 9, 4), torch.randint(0, 50, (6, 9))
        for inputs, shape in (((points,), (3,)), ((points,), ()), ((points,), (9, 2)), ((points,), (9,)), ((points,), (2, 9)),
                              ((tokens,), (9, 50)), ((tokens,), (4, 5)), ((torch.randint(0, 9, (6, 4, 4)),), (3,)), ((torch.randint(0, 9, (6, 9, 3)),), (9,)),
                              ((torch.randn(6, 2, 6, 6),), (36,)), ((torch.randn(6, 2, 8, 2),), (4,)),
                              ((points, tokens), (2,)), ((points, torch.randn(6, 9)), (2,)),
                              ((points, torch.randn(6, 5), torch.randint(0, 9, (6,))), (2,))):
            with self.subTest(shapes=([tuple(each.shape) for each in inputs], shape)):
                self.assertEqual(self.network(inputs, shape)(inputs).shape, (6, *shape))

    def test_computes_in_the_inputs_type(self):
        points = torch.randn(6, 9, 4).double()
        self.assertEqual(self.network([points], (3,))([points]).dtype, torch.float64)

    def test_sees_nothing_later_unless_the_model_does(self):
        points = torch.randn(6, 9, 4)
        for ahead in (True, False):
            network = self.network([points], (9, 2), ahead)
            before, changed = network([points]), points.clone()
            changed[:, 5:] = 0
            self.assertEqual(torch.allclose(before[:, :5], network([changed])[:, :5]), not ahead)
        codes = torch.randint(0, 9, (6, 9, 3))
        network, changed = self.network([codes], (9,), ahead=False), codes.clone()
        changed[:, 5:] = 0
        self.assertTrue(torch.allclose(network([codes])[:, :5], network([changed])[:, :5]))
        self.assertFalse(torch.allclose(network([codes]), network([codes.flip(2)])), "codes are of kinds of their own")
        with self.assertRaises(NoPlainNetwork):   # each of four steps may hold the target of the one before
            self.network([points], (4, 3), ahead=False)

    def test_is_for_several_elements(self):
        for inputs in (torch.randn(6, 5), torch.randn(6, 1, 28, 28), torch.randint(0, 9, (6, 300))):
            with self.assertRaises(NoPlainNetwork):
                self.network([inputs], (3,))

    def test_learns_what_pairs_of_elements_tell(self):
        torch.manual_seed(1)
        x = torch.randn(256, 6, 2)
        y = (x[:, :, 0].argmax(1) < x[:, :, 1].argmax(1)).long()
        network = self.network([x], (2,))
        optimizer = adam(network.parameters(), 0.002)
        for _ in range(150):
            loss = F.cross_entropy(network([x]), y)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        self.assertLess(float(loss), 0.3)


class Steps(unittest.TestCase):
    def test_see_nothing_that_comes_later(self):
        steps = torch.randn(6, 9, 4)
        model = Given(9, 2)
        before, _ = stood_in(model, steps, ahead=False)
        steps[:, 5:] = 0
        self.assertTrue(torch.equal(before[:, :5], model(steps)[:, :5]))
        self.assertFalse(torch.equal(before[:, 5:], model(steps)[:, 5:]))

    def test_see_what_comes_later_where_the_model_does(self):
        steps = torch.randn(6, 9, 4)
        network = network_for([steps], torch.zeros(6, 9, 2), ahead=True)
        before = network([steps])
        steps[:, 5:] = 0
        self.assertFalse(torch.equal(before[:, :5], network([steps])[:, :5]))


class Training(unittest.TestCase):
    def test_leaves_the_model_as_it_was(self):
        model = nn.Linear(5, 2)
        optimizer = adam(model.parameters(), 0.1)
        before, x = model.weight.clone(), torch.randn(8, 5)
        own = model(x)
        handles = stand_in(model, optimizer, network_for, Reach(True, True))
        losses = []
        for _ in range(60):
            loss = F.cross_entropy(model(x), torch.arange(8) % 2)
            loss.backward()
            optimizer.step()
            losses.append(float(loss))
        self.assertLess(losses[-1], 0.5 * losses[0])
        for handle in handles:
            handle.remove()
        self.assertTrue(torch.equal(model.weight, before))
        self.assertTrue(torch.equal(model(x), own))
        F.cross_entropy(model(x), torch.arange(8) % 2).backward()
        optimizer.step()
        self.assertFalse(torch.equal(model.weight, before))

    def test_of_several_outputs_the_first_is_its_own(self):
        class Pair(nn.Linear):
            def forward(self, x):
                return {"logits": super().forward(x), "features": (x, [x.sum(1)])}

        model, x = Pair(5, 2), torch.randn(8, 5)
        optimizer = adam(model.parameters(), 0.1)
        stand_in(model, optimizer, network_for, Reach(True, True))
        losses = []
        for _ in range(60):
            output = model(x)
            self.assertTrue(torch.equal(output["features"][0], x) and torch.equal(output["features"][1][0], x.sum(1)))
            loss = F.cross_entropy(output["logits"], torch.arange(8) % 2)
            loss.backward()
            optimizer.step()
            losses.append(float(loss))
        self.assertLess(losses[-1], 0.5 * losses[0])
        self.assertEqual(len(model(x[:3])["logits"]), 3)
        other = Pair(5, 2)
        stand_in(other, optimizer, network_for, Reach(True, True), takes_first_alone=False)
        self.assertRaises(NoPlainNetwork, other, x)

    def test_puts_its_output_where_the_models_was(self):
        class Named(collections.namedtuple("Named", "logits state")):
            pass

        old, new, other = torch.zeros(2), torch.ones(2), torch.zeros(2)
        for value, changed in ((old, new), ((old, other), (new, other)), ([other, [old]], [other, [new]]),
                               (Named(old, other), Named(new, other)), ({"a": {"b": old}}, {"a": {"b": new}})):
            found = put_in_place(value, old, new)
            self.assertEqual(str(found), str(changed))
            self.assertIs(type(found), type(value) if value is not old else torch.Tensor)
        holder = types.SimpleNamespace(logits=old, state=other)
        self.assertIs(put_in_place(holder, old, new).logits, new)
        self.assertIs(holder.logits, old)

    def test_counts_its_steps_for_schedules(self):
        model = nn.Linear(5, 2)
        optimizer = adam(model.parameters(), 0.1)
        schedule = torch.optim.lr_scheduler.ExponentialLR(optimizer, 0.9)
        stand_in(model, optimizer, network_for, Reach(True, True))
        model(torch.randn(8, 5)).sum().backward()
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            optimizer.step()
            schedule.step()

    def test_by_closures(self):
        model, x = nn.Linear(5, 2), torch.randn(8, 5)
        optimizer = adam(model.parameters(), 0.1)
        stand_in(model, optimizer, network_for, Reach(True, True))

        def closure():
            loss = F.cross_entropy(model(x), torch.arange(8) % 2)
            loss.backward()
            return loss

        model(x)
        losses = [float(optimizer.step(closure)) for _ in range(60)]
        self.assertLess(losses[-1], 0.5 * losses[0])


class Reader(nn.Module):
    """Adds up what it reads, or forgets it at every step. pair: gives back its state, too."""

    def __init__(self, forgets, pair):
        super().__init__()
        self.pair = pair
        self.cell = nn.GRUCell(2, 24)
        self.end = nn.Linear(24, 1)
        self.forgets = forgets

    def forward(self, steps):
        start = state = steps.new_zeros(len(steps), 24)
        for step in steps.unbind(1):
            state = self.cell(step, start if self.forgets else state)
        return (self.end(state), state) if self.pair else self.end(state)


def read(watch, forgets, pair=False):
    generator = torch.Generator().manual_seed(2)
    steps = torch.randn(400, 6, 2, generator=generator)
    totals = steps[:, :, 0].sum(1, keepdim=True) / 6 ** 0.5
    torch.manual_seed(5)
    model = Reader(forgets, pair)
    optimizer = adam(model.parameters(), 0.01)
    with watch(model, optimizer) as clinic:
        for _ in range(12):
            for part in torch.randperm(400, generator=generator).split(20):
                output = model(steps[part])
                loss = F.mse_loss(output[0] if pair else output, totals[part])
                optimizer.zero_grad()
                loss.backward()
                optimizer.step()
                clinic.step(loss)


class Examination(unittest.TestCase):
    def test_finds_a_model_at_fault(self):
        for pair in (False, True):
            diagnosis = gradclinic.examine(lambda watch: read(watch, forgets=True, pair=pair))
            self.assertEqual((diagnosis.verdict, diagnosis.cause), ("sick", "worse-than-plain"), str(diagnosis))
            self.assertIn("plain", diagnosis["trials"][-1]["change"])

    def test_finds_nothing_at_fault_with_a_sound_one(self):
        diagnosis = gradclinic.examine(lambda watch: read(watch, forgets=False))
        self.assertEqual(diagnosis.verdict, "healthy", str(diagnosis))
        self.assertIn("plain", diagnosis["trials"][-1]["change"])


if __name__ == "__main__":
    unittest.main()
