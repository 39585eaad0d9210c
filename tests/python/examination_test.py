"""Treatments against the same change written into the loop, and what examine() makes of trainings that can be repeated."""

import unittest
import unittest.mock

import torch
from torch import nn
from torch.nn import functional as F

import gradclinic
from gradclinic.examination import _trained
from gradclinic.treatment import CannotBeMade, Continuation, Treatment


def data():
    generator = torch.Generator().manual_seed(4)
    x = torch.randn(300, 6, generator=generator)
    return x, (x[:, 0] * x[:, 1] + 0.5 * x[:, 2] > 0).long()


class Detached(nn.Module):
    def forward(self, x):
        return x.detach()


def loop(watch=None, *, lr=0.1, optimizer=None, clip=None, scale=1.0, steps=60, activation=nn.Tanh, gain=1.0, warmup=0,
         rate_of_schedule=None, init=None, dropout=0.0, softmax=False, detached=False, trained=None, clears=True,
         frozen=False, loss_of=F.cross_entropy, keep=None):
    torch.manual_seed(11)
    model = nn.Sequential(nn.Linear(6, 16), activation(), nn.Dropout(dropout), nn.Linear(16, 16), activation(),
                          *([Detached()] if detached else []), nn.Linear(16, 2), *([nn.Softmax(1)] if softmax else []))
    with torch.no_grad():
        for value in model.parameters():
            value.mul_(gain)
        if init:
            for module in model:
                if isinstance(module, nn.Linear):
                    init(module.weight)
                    module.bias.zero_()
    model[0].requires_grad_(not frozen)
    chosen = (optimizer or (lambda p, lr: torch.optim.SGD(p, lr=lr)))(
        (model if trained is None else nn.Sequential(*(model[place] for place in trained))).parameters(), lr)
    x, y = data()
    x = x * scale

    def train(clinic=None):
        for step in range(steps):
            start = 50 * step % 300
            if warmup:
                chosen.param_groups[0]["lr"] = lr * min(1.0, (step + 1) / warmup)
            if rate_of_schedule:
                chosen.param_groups[0]["lr"] = lr * rate_of_schedule(step)
            loss = loss_of(model(x[start:start + 50]), y[start:start + 50])
            if clears:
                chosen.zero_grad()
            loss.backward()
            if clip:
                nn.utils.clip_grad_norm_(model.parameters(), clip)
            chosen.step()
            if clinic is not None:
                clinic.step(loss)

    if watch is None:
        train()
    else:
        with watch(model, chosen) as clinic:
            train(clinic)
    if keep is not None:
        keep.append(model)
    return model


def adam(parameters, lr):
    return torch.optim.Adam(parameters, lr=lr)


def adam_of(*betas):
    return lambda parameters, lr: torch.optim.Adam(parameters, lr=0.003, betas=betas)


def momentum(parameters, lr):
    return torch.optim.SGD(parameters, lr=lr, momentum=0.9)


def decayed(parameters, lr):
    return torch.optim.SGD(parameters, lr=lr, weight_decay=0.1)


def fit(watch, model, lr, steps, loss_of):
    """Trains by Adam on the whole batch, under watch."""
    optimizer = adam(model.parameters(), lr)
    with watch(model, optimizer) as clinic:
        for _ in range(steps):
            loss = loss_of(model)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            clinic.step(loss)


class Treatments(unittest.TestCase):
    def treated(self, changes, **of):
        """The parameters of a training treated from outside."""
        state = (torch.random.get_rng_state(), __import__("random").getstate(), None)
        patient = _trained(lambda watch: loop(watch, **of), None, state, None, None, None)
        models = []
        _trained(lambda watch: loop(watch, keep=models, **of), Treatment(changes, patient), state, None, None, None)
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
        self.expect([("model.activation", "relu")], {}, activation=nn.ReLU)
        self.expect([("model.dropout", "0.0")], {"dropout": 0.5}, dropout=0.0)
        self.expect([("model.output", "logits")], {"softmax": True}, softmax=False)
        self.expect([("model.detach", "false")], {"detached": True}, detached=False)
        self.expect([("train.frozen", "false")], {"frozen": True}, frozen=False)
        self.expect([("train.momentum", "0.9")], {"optimizer": adam_of(0.99, 0.9)}, optimizer=adam_of(0.9, 0.999))
        self.expect([("model.output", "log-probabilities")], {"loss_of": F.nll_loss}, loss_of=F.cross_entropy)
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
            _trained(lambda watch: train(watch, keep=models, **of), treatment, state, None, None, None)
            return torch.cat([value.flatten() for value in models[0].parameters()])

        state = (torch.random.get_rng_state(), __import__("random").getstate(), None)
        patient = _trained(train, None, state, None, None, None)
        for change, written in ((("model.norm", "layer"), {"norm": lambda units: nn.GroupNorm(1, units)}),
                                (("model.training", "true"), {"evaluates": False})):
            self.assertTrue(torch.allclose(final(change), final(None, **written), atol=1e-6), change)
            self.assertFalse(torch.allclose(final(None), final(None, **written), atol=1e-3), change)
        self.assertTrue(F.batch_norm.__module__.startswith("torch"), "the function is itself again")

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
        patient = _trained(train, None, state, None, None, None)
        treatment = Treatment([("model.dropout", "0.0")], patient)
        self.assertEqual(treatment.changes, {"model.dropout": 0.0})
        _trained(train, treatment, state, None, None, None)
        self.assertEqual(drawn, [True, False])
        self.assertIs(F.dropout, original)

    def test_initializers_replace_what_was_there(self):
        model = self.treated([("model.init", "he_normal"), ("train.lr", "0.0000001")], gain=100.0)
        for module in model:
            if isinstance(module, nn.Linear):
                self.assertLess(float(module.bias.abs().max()), 1e-3)
                self.assertAlmostEqual(float(module.weight.std()) * module.in_features ** 0.5, 2 ** 0.5, delta=0.5)

    def test_embeddings_that_are_too_large_start_anew(self):
        model = nn.ModuleList([nn.Embedding(60, 20), nn.Embedding(60, 20), nn.Linear(20, 2)])
        with torch.no_grad():
            model[0].weight.mul_(30)
        fine = model[1].weight.detach().clone()
        Treatment._initialize(None, model, "he_normal")
        self.assertAlmostEqual(float(model[0].weight.std()), 1, delta=0.1)
        self.assertTrue(torch.equal(model[1].weight, fine))

    def test_inputs_are_standardized_by_feature(self):
        for first, shape, features in ((nn.Linear(3, 4), (40, 5, 3), 2), (nn.Conv1d(3, 4, 1), (40, 3, 5), 1),
                                       (nn.Linear(3, 4), (40, 3), 1)):
            model = nn.Sequential(nn.Identity(), first)
            patient = unittest.mock.Mock(layers=[unittest.mock.Mock(channels_first=isinstance(first, nn.Conv1d))])
            treatment = unittest.mock.Mock(patient=patient, handles=[])
            Treatment._standardize(treatment, model, True)
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

    def test_a_squeezed_output_has_the_other_shape(self):
        treatment = Treatment([("model.output", "squeezed")], _trained(lambda watch: loop(watch), None, (
            torch.random.get_rng_state(), __import__("random").getstate(), None), None, None, None))
        for model, shape in ((nn.Linear(6, 1), (300,)), (nn.Sequential(nn.Linear(6, 1), nn.Flatten(0)), (300, 1))):
            treatment.apply(model, [])
            self.assertEqual(model(data()[0]).shape, shape)
        two = nn.Linear(6, 2)
        treatment.apply(two, [])
        with self.assertRaises(CannotBeMade):
            two(data()[0])

    def test_a_training_goes_on_where_another_ended(self):
        state = (torch.random.get_rng_state(), __import__("random").getstate(), None)
        for optimizer in (None, momentum, adam):
            of = {"optimizer": optimizer, "lr": 0.01}
            clinic = _trained(lambda watch: loop(watch, steps=18, **of), None, state, None, None, None)
            models = []
            for _ in range(2):
                clinic = _trained(lambda watch: loop(watch, steps=18, keep=models, **of), Continuation(clinic), state, None,
                                  None, None)
            for one, other in zip(models[1].parameters(), loop(steps=54, **of).parameters()):
                self.assertTrue(torch.equal(one, other), optimizer)

    def test_another_model_cannot_go_on(self):
        state = (torch.random.get_rng_state(), __import__("random").getstate(), None)
        clinic = _trained(lambda watch: loop(watch), None, state, None, None, None)
        other = nn.Linear(2, 2)
        with self.assertRaises(CannotBeMade):
            Continuation(clinic).apply(other, [adam(other.parameters(), 0.1)])

    def test_what_only_the_users_code_can_change_is_refused(self):
        patient = _trained(lambda watch: loop(watch), None, (torch.random.get_rng_state(),
                           __import__("random").getstate(), None), None, None, None)
        for key, value in (("model.norm", "batch"), ("model.norm", "layer"), ("train.batch", "32"),
                           ("data.shuffle_labels", "true")):
            with self.assertRaises(CannotBeMade):
                Treatment([(key, value)], patient).apply(patient.model, patient.optimizers)
        self.assertEqual({}, Treatment([("model.norm", "none"), ("train.lr", "0.1")], patient).changes)


class Examine(unittest.TestCase):
    def test_names_what_was_done_to_a_training(self):
        # Two hundred steps each; the change, and what may be named.
        for change, names in (({"lr": 50.0}, {"learning-rate-too-high", "divergence"}),
                              ({"lr": 1e-3}, {"learning-rate-too-low"}),
                              ({"lr": 0.5, "clip": 1e-4}, {"over-clipping"}),
                              ({"lr": 0.5, "optimizer": lambda p, lr: torch.optim.SGD(p, lr=lr, weight_decay=1.0)},
                               {"over-regularized"})):
            diagnosis = gradclinic.examine(lambda watch: loop(watch, steps=200, **change))
            self.assertEqual(diagnosis.verdict, "sick", change)
            self.assertIn(diagnosis.cause, names)
            self.assertTrue(diagnosis["trials"])

    def test_parameters_that_the_optimizer_was_not_given(self):
        other = nn.Linear(3, 3)
        for change, all_layers in (({"trained": [5]}, False), ({"optimizer": lambda _, lr: adam(other.parameters(), lr)},
                                                              True)):
            diagnosis = gradclinic.examine(lambda watch: loop(watch, steps=200, lr=0.3, **change))
            self.assertEqual((diagnosis.verdict, diagnosis.cause), ("sick", "disconnected-parameter"), change)
            self.assertEqual(diagnosis["findings"][0]["layers"], [1, 2, 3] if all_layers else [1, 2])
            self.assertIn("optimizer", diagnosis["findings"][0]["sentence"])
            self.assertIn("train.parameters = all", str(diagnosis))

    def test_a_detached_layer_is_named(self):
        diagnosis = gradclinic.examine(lambda watch: loop(watch, steps=200, lr=0.3, detached=True))
        self.assertEqual((diagnosis.verdict, diagnosis.cause), ("sick", "disconnected-parameter"), str(diagnosis))
        self.assertIn("detach()", diagnosis["findings"][0]["sentence"])
        self.assertIn("model.detach = false", str(diagnosis))
        self.assertNotIn("he-init", str(diagnosis))

    def test_a_training_that_ends_too_early(self):
        diagnosis = gradclinic.examine(lambda watch: loop(watch, steps=24, lr=0.01, optimizer=adam))
        self.assertEqual((diagnosis.verdict, diagnosis.cause), ("sick", "undertrained"), str(diagnosis))

    def test_an_output_that_cannot_reach_its_targets(self):
        generator = torch.Generator().manual_seed(6)
        x = torch.randn(300, 3, generator=generator)
        amounts = (x[:, :1] * x[:, 1:2] + x[:, 2:]).detach()

        def fitted(last, y):
            def train(watch):
                torch.manual_seed(3)
                model = nn.Sequential(nn.Linear(3, 32), nn.Tanh(), nn.Linear(32, 1), *last, nn.Flatten())
                fit(watch, model, 0.01, 150, lambda model: F.mse_loss(model(x), y))
            return gradclinic.examine(train)

        for last in (nn.ReLU(), nn.Sigmoid()):
            diagnosis = fitted([last], amounts)
            self.assertEqual((diagnosis.verdict, diagnosis.cause), ("sick", "wrong-output-or-loss"), str(diagnosis))
            self.assertIn("range", diagnosis["findings"][0]["sentence"])
        self.assertEqual(fitted([nn.Sigmoid()], torch.sigmoid(amounts)).verdict, "healthy")
        self.assertEqual(fitted([], amounts).verdict, "healthy")

    def test_weights_that_are_all_0(self):
        class Attentive(nn.Module):
            def __init__(self):
                super().__init__()
                self.table, self.attention = nn.Embedding(6, 8), nn.MultiheadAttention(8, 2, batch_first=True)
                self.head = nn.Linear(8, 1)
                for value in self.parameters():
                    nn.init.zeros_(value)

            def forward(self, words):
                x = self.table(words)
                return self.head(self.attention(x, x, x)[0].mean(1))

        def train(watch):
            torch.manual_seed(3)
            model = Attentive()
            words = torch.randint(6, (200, 5))
            y = words.float().mean(1, keepdim=True)
            fit(watch, model, 0.02, 100, lambda model: F.mse_loss(model(words), y))

        diagnosis = gradclinic.examine(train)
        self.assertEqual(diagnosis.verdict, "sick", str(diagnosis))
        self.assertIn(diagnosis.cause, ("symmetric-init", "disconnected-parameter"))
        self.assertTrue(any(trial["suspect"] == diagnosis.cause and trial["restored"] > 0.5
                            for trial in diagnosis["trials"]), str(diagnosis))

    def test_code_that_a_change_breaks_has_no_such_trial(self):
        class Keys(nn.Module):
            """Reads keys of a table from its inputs, which no longer are such when they are standardized."""

            def __init__(self):
                super().__init__()
                self.table, self.head = nn.Embedding(4, 8), nn.Linear(8, 2)

            def forward(self, x):
                return self.head(self.table(x[:, 0].long()))

        def train(watch):
            torch.manual_seed(2)
            model = Keys()
            x = torch.randint(4, (200, 1)).float()
            fit(watch, model, 0.05, 60, lambda model: F.cross_entropy(model(x), (x[:, 0] > 1).long()))

        diagnosis = gradclinic.examine(train)
        self.assertEqual(diagnosis.verdict, "healthy", str(diagnosis))
        self.assertNotIn("data.standardize", str(diagnosis))

    def test_frozen_layers_are_no_finding(self):
        def train(watch):
            with unittest.mock.patch.object(nn.Sequential, "parameters", frozen):
                loop(watch, steps=200, lr=0.3)

        def frozen(model):
            model[0].requires_grad_(False)
            return [value for module in model for value in module.parameters() if value.requires_grad]
        diagnosis = gradclinic.examine(train)
        self.assertNotIn("disconnected-parameter", [finding["pathology"] for part in ("findings", "notes")
                                                    for finding in diagnosis[part]])

    def test_a_softmax_before_a_loss_that_takes_logits(self):
        diagnosis = gradclinic.examine(lambda watch: loop(watch, steps=200, softmax=True, lr=0.3))
        self.assertEqual((diagnosis.verdict, diagnosis.cause), ("sick", "wrong-output-or-loss"))
        self.assertIn("model.output = logits", str(diagnosis))

    def test_outputs_that_meet_every_target(self):
        def train(watch, validates=None):
            torch.manual_seed(3)
            x = torch.randn(400, 4)
            y = x[:, 0] + 0.5 * x[:, 1]
            model = nn.Sequential(nn.Linear(4, 16), nn.Tanh(), nn.Linear(16, 1))
            optimizer = adam(model.parameters(), 0.01)
            with watch(model, optimizer) as clinic:
                for step in range(200):
                    part = torch.arange(50 * step, 50 * (step + 1)) % 400
                    loss = (model(x[part]) - y[part]).square().mean()
                    optimizer.zero_grad()
                    loss.backward()
                    optimizer.step()
                    clinic.step(loss)
                if validates is not None:
                    validates(model, x)

        diagnosis = gradclinic.examine(train)
        self.assertEqual((diagnosis.verdict, diagnosis.cause), ("sick", "wrong-output-or-loss"), str(diagnosis))
        self.assertIn("model.output = squeezed", str(diagnosis))
        trial = next(trial for trial in diagnosis["trials"] if "squeezed" in trial["change"])
        self.assertGreater(trial["restored"], 0.9)
        # Code that counts on the shape of before cannot be tried with another.
        for validates in (lambda model, x: model(x)[:, 0], lambda model, x: model(x).squeeze(1)):
            diagnosis = gradclinic.examine(lambda watch: train(watch, validates))
            self.assertEqual((diagnosis.verdict, diagnosis.cause), ("sick", "wrong-output-or-loss"))

    def test_lets_a_sound_training_pass(self):
        diagnosis = gradclinic.examine(lambda watch: loop(watch, steps=200, optimizer=adam, lr=0.01))
        self.assertEqual(diagnosis.verdict, "healthy", str(diagnosis))

    def test_repeats_itself_and_leaves_generators_as_they_were(self):
        torch.manual_seed(5)
        before = torch.random.get_rng_state()
        first = gradclinic.examine(lambda watch: loop(watch, steps=30, dropout=0.2), budget=None)
        self.assertTrue(torch.equal(before, torch.random.get_rng_state()))
        second = gradclinic.examine(lambda watch: loop(watch, steps=30, dropout=0.2), budget=None)
        self.assertEqual(first["trials"], second["trials"])
        self.assertEqual(first["findings"], second["findings"])

    def test_ends_each_training_when_told(self):
        done = []
        diagnosis = gradclinic.examine(lambda watch: loop(watch, steps=10_000), steps=25, progress=done.append)
        self.assertEqual(diagnosis["run"]["steps"], 25)
        self.assertEqual(done, list(range(1, len(done) + 1)))

    def test_an_error_of_the_training_is_the_users(self):
        def train(watch):
            raise KeyError("theirs")
        with self.assertRaisesRegex(KeyError, "theirs"):
            gradclinic.examine(train)
        with self.assertRaisesRegex(ValueError, "never called watch"):
            gradclinic.examine(lambda watch: None)


if __name__ == "__main__":
    unittest.main()
