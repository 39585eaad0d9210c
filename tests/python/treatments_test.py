"""Treatments, each against the same change written into the loop."""

import math
import unittest
import unittest.mock

import torch
from torch import nn
from torch.nn import functional as F

from gradclinic.examination import _treatments, trained
from gradclinic.looks.softmax import runs_along_other_axes
from gradclinic.trials.continuation import Continuation
from gradclinic.trials.model_changes import MAKERS
from gradclinic.trials.scale import Scale
from gradclinic.trials.treatment import CannotBeMade, Treatment
from small_loop import adam, adam_of, data, decayed, fit, loop, momentum


def hinge(out, y):
    """Of margins of 1 about 0, with the class pulled up in every sample."""
    return (30 - out * (2 * F.one_hot(y, out.shape[1]) - 1)).clamp(min=0).mean()


def absolute(out, y):
    return F.l1_loss(out, F.one_hot(y, out.shape[1]).float())


def cosine(step, steps):
    return 0.5 * (1 + math.cos(math.pi * step / steps))


class Treatments(unittest.TestCase):
    def treated(self, changes, **of):
        """The parameters of a training treated from outside."""
        state = (torch.random.get_rng_state(), __import__("random").getstate(), None)
        patient = trained(lambda watch: loop(watch, **of), None, state, None, None, None)
        models = []
        trained(lambda watch: loop(watch, keep=models, **of), Treatment(changes, patient), state, None, None, None)
        return models[0]

    def expect(self, changes, of, **written):
        treated, wanted = self.treated(changes, **of), loop(**(of | written))
        for one, other in zip(treated.parameters(), wanted.parameters()):
            self.assertTrue(torch.allclose(one, other, atol=1e-6, rtol=1e-5), changes)
        untreated = loop(**of)
        self.assertFalse(all(torch.allclose(one, other, atol=1e-6)
                             for one, other in zip(untreated.parameters(), wanted.parameters())), "no change at all")

    def test_each_does_what_the_loop_would_do_with_it(self):
        self.expect([("train.lr", "0.01")], {}, lr=0.01)
        self.expect([("train.lr", "0.3")], {"rate_of_schedule": lambda step: 0.97 ** step}, lr=0.3)
        self.expect([("train.optimizer", "adam"), ("train.lr", "0.003")], {}, optimizer=adam, lr=0.003)
        self.expect([("train.optimizer", "momentum"), ("train.momentum", "0.9")], {}, optimizer=momentum)
        self.expect([("train.optimizer", "sgd")], {"optimizer": momentum}, optimizer=None)
        self.expect([("train.weight_decay", "0.1")], {}, optimizer=decayed)
        self.expect([("train.weight_decay", "0.0")], {"optimizer": decayed}, optimizer=None)
        self.expect([("train.clip_norm", "0.05")], {}, clip=0.05)
        self.expect([("train.clip_norm", "0.0")], {"clip": 0.05}, clip=None)
        self.expect([("train.warmup", "20")], {}, warmup=20)
        self.expect([("train.batch", "150")], {}, batch=150, steps=20)
        self.expect([("train.batch", "100")], {"optimizer": adam}, batch=100, steps=30)
        self.expect([("model.activation", "relu")], {}, activation=nn.ReLU)
        self.expect([("model.dropout", "0.0")], {"dropout": 0.5}, dropout=0.0)
        self.expect([("model.output", "logits")], {"softmax": True}, softmax=False)
        self.expect([("model.detach", "false")], {"detached": True}, detached=False)
        self.expect([("train.schedule", "constant")], {"rate_of_schedule": lambda step: 0.97 ** step},
                    rate_of_schedule=None)
        self.expect([("train.schedule", "cosine")], {}, rate_of_schedule=lambda step: cosine(step, 60))
        self.expect([("train.schedule", "cosine"), ("train.warmup", "20")], {},
                    rate_of_schedule=lambda step: (step + 1) / 20 if step < 20 else cosine(step - 20, 40))
        self.expect([("train.schedule", "cosine"), ("train.optimizer", "momentum")], {"rate_of_schedule": None},
                    optimizer=momentum, rate_of_schedule=lambda step: cosine(step, 60))
        self.expect([("train.frozen", "false")], {"frozen": True}, frozen=False)
        self.expect([("train.momentum", "0.9")], {"optimizer": adam_of(0.99, 0.9)}, optimizer=adam_of(0.9, 0.999))
        self.expect([("model.output", "log-probabilities")], {"loss_of": F.nll_loss}, loss_of=F.cross_entropy)
        self.expect([("train.class_weights", "equal")], {"loss_of": nn.CrossEntropyLoss(torch.tensor([1.0, 30.0]))},
                    loss_of=F.cross_entropy)
        self.expect([("train.loss", "cross_entropy")], {"loss_of": hinge, "outputs": 3},
                    loss_of=lambda out, y: F.cross_entropy(out, y))
        self.expect([("train.loss", "cross_entropy")], {"loss_of": absolute, "outputs": 3},
                    loss_of=lambda out, y: F.cross_entropy(out, y))
        self.expect([("train.penalty", "false")], {"penalty": 0.01}, penalty=0.0)
        self.expect([("train.zero_grad", "true")], {"clears": False}, clears=True)
        self.expect([("train.parameters", "all")], {"trained": [5]}, trained=None)
        self.expect([("train.parameters", "all")], {"trained": [3], "optimizer": adam}, trained=None)

    def test_batch_norm_over_samples_and_training_mode(self):
        def train(watch, norm=nn.BatchNorm1d, evaluates=True, keep=None):
            torch.manual_seed(1)
            model = nn.Sequential(nn.Linear(6, 8), norm(8), nn.Tanh(), nn.Linear(8, 2))
            x, y = data()
            model.train(not evaluates)
            fit(watch, model, 0.05, 10, lambda model: F.cross_entropy(model(x), y))
            if keep is not None:
                keep.append(model)

        def final(change, **of):
            models = []
            treatment = Treatment([change], patient) if change else None
            trained(lambda watch: train(watch, keep=models, **of), treatment, state, None, None, None)
            return torch.cat([value.flatten() for value in models[0].parameters()])

        state = (torch.random.get_rng_state(), __import__("random").getstate(), None)
        patient = trained(train, None, state, None, None, None)
        for change, written in ((("model.norm", "layer"), {"norm": lambda units: nn.GroupNorm(1, units)}),
                                (("model.training", "true"), {"evaluates": False})):
            self.assertTrue(torch.allclose(final(change), final(None, **written), atol=1e-6), change)
            self.assertFalse(torch.allclose(final(None), final(None, **written), atol=1e-3), change)
        self.assertTrue(F.batch_norm.__module__.startswith("torch"), "the function is itself again")

    def test_a_softmax_along_the_last_axis(self):
        class Attention(nn.Module):
            def __init__(self, softmax):
                super().__init__()
                self.project, self.head, self.softmax = nn.Linear(1, 12), nn.Linear(4, 2), softmax

            def forward(self, x):
                query, key, value = self.project(x[:, :, None]).chunk(3, 2)
                return self.head((self.softmax(query @ key.transpose(1, 2)) @ value).mean(1))

        def train(watch, softmax, keep=None):
            torch.manual_seed(1)
            model = Attention(softmax)
            x, y = data()
            fit(watch, model, 0.05, 10, lambda model: F.cross_entropy(model(x), y))
            if keep is not None:
                keep.append(model)

        def final(softmax, change=None):
            models = []
            treatment = Treatment([change], patient) if change else None
            trained(lambda watch: train(watch, softmax, models), treatment, state, None, None, None)
            return torch.cat([value.flatten() for value in models[0].parameters()])

        state = (torch.random.get_rng_state(), __import__("random").getstate(), None)
        functions = torch.softmax, torch.Tensor.softmax
        right = nn.Softmax(-1)
        for wrong, right in ((nn.Softmax(1), right), (lambda scores: F.softmax(scores, dim=1), right),
                             (lambda scores: torch.softmax(scores, 1), right), (lambda scores: scores.softmax(-2), right),
                             (lambda scores: F.log_softmax(scores, 1).exp(), lambda scores: scores.log_softmax(2).exp())):
            patient = trained(lambda watch: train(watch, wrong), None, state, None, None, None)
            self.assertTrue(torch.equal(final(wrong, ("model.softmax", "last")), final(right)))
            self.assertFalse(torch.allclose(final(wrong), final(right), atol=1e-3))
            self.assertTrue(runs_along_other_axes(Attention(wrong), (data()[0],)))
            self.assertFalse(runs_along_other_axes(Attention(wrong), ("no tensor",)))
        self.assertFalse(runs_along_other_axes(Attention(right), (data()[0],)))
        self.assertEqual((torch.softmax, torch.Tensor.softmax), functions, "they are themselves again")

    def test_dropout_that_is_called_as_a_function(self):
        class Net(nn.Sequential):
            def forward(self, x):
                return self[1](F.dropout(torch.tanh(self[0](x)), 0.5, self.training))

        def train(watch, keep=None):
            torch.manual_seed(1)
            model = Net(nn.Linear(6, 8), nn.Linear(8, 2))
            optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
            x, y = data()
            before = torch.random.get_rng_state()
            with watch(model, optimizer) as clinic:
                for _ in range(3):
                    loss = F.cross_entropy(model(x), y)
                    optimizer.zero_grad()
                    loss.backward()
                    optimizer.step()
                    clinic.step(loss)
            drawn.append(not torch.equal(before, torch.random.get_rng_state()))

        drawn, original = [], F.dropout
        state = (torch.random.get_rng_state(), __import__("random").getstate(), None)
        patient = trained(train, None, state, None, None, None)
        treatment = Treatment([("model.dropout", "0.0")], patient)
        self.assertEqual(treatment.changes, {"model.dropout": 0.0})
        trained(train, treatment, state, None, None, None)
        self.assertEqual(drawn, [True, False])
        self.assertIs(F.dropout, original)

    def test_a_change_that_cannot_be_made_leaves_nothing_replaced(self):
        state = (torch.random.get_rng_state(), __import__("random").getstate(), None)
        patient = trained(lambda watch: loop(watch, dropout=0.5), None, state, None, None, None)
        original = F.dropout
        with self.assertRaises(CannotBeMade):  # there is no activation module to change
            Treatment([("model.dropout", "0.0"), ("model.activation", "relu")], patient).apply(nn.Linear(6, 2), [])
        self.assertIs(F.dropout, original)

    def test_initializers_replace_what_was_there(self):
        model = self.treated([("model.init", "he_normal"), ("train.lr", "0.0000001")], gain=100.0)
        for module in model:
            if isinstance(module, nn.Linear):
                self.assertLess(float(module.bias.abs().max()), 1e-3)
                self.assertAlmostEqual(float(module.weight.std()) * module.in_features ** 0.5, 2 ** 0.5, delta=0.5)

    def test_weights_that_are_all_alike_are_drawn_and_no_others(self):
        model = nn.Sequential(nn.Linear(6, 4), nn.Linear(4, 4), nn.LayerNorm(4))
        nn.init.constant_(model[1].weight, 0.3)
        before = [value.detach().clone() for value in model.parameters()]
        MAKERS["model.symmetry"](None, model, "broken")
        changed = [not torch.equal(one, other) for one, other in zip(model.parameters(), before)]
        self.assertEqual(changed, [False, False, True, False, False, False])
        self.assertGreater(float(model[1].weight.std()), 0.1)
        with self.assertRaises(CannotBeMade):
            MAKERS["model.symmetry"](None, model, "broken")

    def test_biases_of_layers_and_norms_become_0(self):
        model = nn.Sequential(nn.Linear(6, 4), nn.BatchNorm1d(4), nn.ReLU(), nn.Linear(4, 2))
        for value in model.parameters():
            nn.init.constant_(value, -3)
        MAKERS["model.bias_init"](None, model, 0.0)
        self.assertEqual([float(value.abs().max()) for name, value in model.named_parameters() if "bias" in name], [0] * 3)
        self.assertEqual(float(model[1].weight.min()), -3)

    def test_embeddings_that_are_too_large_start_anew(self):
        model = nn.ModuleList([nn.Embedding(60, 20), nn.Embedding(60, 20), nn.Linear(20, 2)])
        with torch.no_grad():
            model[0].weight.mul_(30)
        fine = model[1].weight.detach().clone()
        MAKERS["model.init"](None, model, "he_normal")
        self.assertAlmostEqual(float(model[0].weight.std()), 1, delta=0.1)
        self.assertTrue(torch.equal(model[1].weight, fine))

    def test_inputs_are_standardized_by_feature(self):
        for first, shape, features in ((nn.Linear(3, 4), (40, 5, 3), 2), (nn.Conv1d(3, 4, 1), (40, 3, 5), 1),
                                       (nn.Linear(3, 4), (40, 3), 1)):
            model = nn.Sequential(nn.Identity(), first)
            patient = unittest.mock.Mock(layers=[unittest.mock.Mock(channels_first=isinstance(first, nn.Conv1d))])
            treatment = unittest.mock.Mock(patient=patient, handles=[])
            MAKERS["data.standardize"](treatment, model, True)
            seen = []
            model[0].register_forward_hook(lambda module, inputs, output: seen.append(output))
            sizes = torch.tensor([1.0, 10.0, 100.0]).view([3 if axis == features else 1 for axis in range(len(shape))])
            model(sizes * (torch.randn(shape) + 1))
            axes = [axis for axis in range(len(shape)) if axis != features]
            self.assertTrue(torch.allclose(seen[0].mean(axes), torch.zeros(3), atol=1e-5))
            self.assertTrue(torch.allclose(seen[0].var(axes, unbiased=False), torch.ones(3), atol=1e-4))

    def test_standardized_inputs_do_not_depend_on_their_scale(self):
        one = self.treated([("data.standardize", "true")], scale=1.0)
        other = self.treated([("data.standardize", "true")], scale=1000.0)
        for left, right in zip(one.parameters(), other.parameters()):
            self.assertTrue(torch.allclose(left, right, atol=1e-4))

    def test_codes_of_categories_are_no_amounts_and_numbers_may_stand_for_missing_values(self):
        x = torch.stack([3 + 2 * torch.randn(200), torch.randint(0, 5, (200,)).float(), 7 * torch.randn(200)], 1)
        holes = x.clone()
        holes[::4, 0] = -999
        for axis, batch in ((1, holes), (-1, holes)):
            scaled = Scale(batch, axis).applied_to(batch)
            self.assertTrue(torch.equal(scaled[:, 1], x[:, 1]))
            kept = torch.arange(200) % 4 > 0
            self.assertTrue(bool((scaled[::4, 0] == 0).all()))
            self.assertAlmostEqual(float(scaled[kept, 0].mean()), 0, places=4)
            self.assertAlmostEqual(float(scaled[kept, 0].std(unbiased=False)), 1, places=4)
        self.assertTrue(torch.equal(Scale(holes, 1).applied_to(holes), Scale(holes.T, 0).applied_to(holes.T).T))
        constant = torch.full((8, 2), 3.5)
        self.assertTrue(torch.equal(Scale(constant, 1).applied_to(constant), torch.zeros(8, 2)))

    def test_a_squeezed_output_has_the_other_shape(self):
        treatment = Treatment([("model.output", "squeezed")], trained(lambda watch: loop(watch), None, (
            torch.random.get_rng_state(), __import__("random").getstate(), None), None, None, None))
        pictures = nn.Sequential(nn.Linear(6, 12), nn.Unflatten(1, (1, 3, 4)))
        for model, shape in ((nn.Linear(6, 1), (300,)), (nn.Sequential(nn.Linear(6, 1), nn.Flatten(0)), (300, 1)),
                             (pictures, (300, 3, 4)), (nn.Linear(6, 2), (300, 1, 2))):
            treatment.apply(model, [])
            self.assertEqual(model(data()[0]).shape, shape)
        two = nn.GRU(6, 2)
        treatment.apply(two, [])
        with self.assertRaises(CannotBeMade):
            two(data()[0])

    def test_a_training_goes_on_where_another_ended(self):
        state = (torch.random.get_rng_state(), __import__("random").getstate(), None)
        for optimizer in (None, momentum, adam):
            of = {"optimizer": optimizer, "lr": 0.01}
            clinic = trained(lambda watch: loop(watch, steps=18, **of), None, state, None, None, None)
            models = []
            for _ in range(2):
                clinic = trained(lambda watch: loop(watch, steps=18, keep=models, **of), Continuation(clinic), state, None,
                                  None, None)
            for one, other in zip(models[1].parameters(), loop(steps=54, **of).parameters()):
                self.assertTrue(torch.equal(one, other), optimizer)

    def test_larger_batches_and_as_many_updates(self):
        state = (torch.random.get_rng_state(), __import__("random").getstate(), None)
        for optimizer in (None, momentum, adam):
            of = {"optimizer": optimizer, "lr": 0.01}
            patient = clinic = trained(lambda watch: loop(watch, **of), None, state, None, None, None)
            models = []
            changes = [("train.batch", "150"), ("train.epochs", "0"), ("train.steps", "60")]
            treatments = _treatments(changes, patient)
            self.assertEqual(len(treatments), 3)
            for treatment in treatments:
                clinic = trained(lambda watch: loop(watch, keep=models, **of), treatment(clinic), state, None, None, None)
            for one, other in zip(models[2].parameters(), loop(batch=150, **of).parameters()):
                self.assertTrue(torch.allclose(one, other, atol=1e-6, rtol=1e-5), optimizer)

    def test_another_model_cannot_go_on(self):
        state = (torch.random.get_rng_state(), __import__("random").getstate(), None)
        clinic = trained(lambda watch: loop(watch), None, state, None, None, None)
        other = nn.Linear(2, 2)
        with self.assertRaises(CannotBeMade):
            Continuation(clinic).apply(other, [adam(other.parameters(), 0.1)])

    def test_what_only_the_users_code_can_change_is_refused(self):
        patient = trained(lambda watch: loop(watch), None, (torch.random.get_rng_state(),
                           __import__("random").getstate(), None), None, None, None)
        for key, value in (("model.norm", "batch"), ("model.norm", "layer"), ("train.batch", "32"), ("train.batch", "60"),
                           ("data.shuffle_labels", "true")):
            with self.assertRaises(CannotBeMade):
                Treatment([(key, value)], patient).apply(patient.model, patient.optimizers)
        self.assertEqual({}, Treatment([("model.norm", "none"), ("train.lr", "0.1")], patient).changes)

if __name__ == "__main__":
    unittest.main()
