"""What examine() makes of trainings that can be repeated."""

import unittest
import unittest.mock

import torch
from torch import nn
from torch.nn import functional as F

import gradclinic
from small_loop import adam, fit, loop


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

    def test_the_summary_is_that_of_the_cause(self):
        def train(watch):
            torch.manual_seed(3)
            model = nn.Sequential(nn.Linear(4, 16), nn.ReLU(), nn.Linear(16, 16), nn.ReLU(), nn.Linear(16, 2))
            for value in model.parameters():
                nn.init.zeros_(value)
            x = torch.randn(200, 4)
            fit(watch, model, 0.01, 100, lambda model: F.cross_entropy(model(x), (x[:, 0] > 0).long()))

        diagnosis = gradclinic.examine(train)
        self.assertEqual(diagnosis.cause, "symmetric-init")
        self.assertIn("disconnected-parameter", [finding["pathology"] for finding in diagnosis["findings"]])
        self.assertEqual(diagnosis["summary"], diagnosis["findings"][0]["sentence"])

    def test_code_that_a_change_breaks_has_no_such_trial(self):
        class Keys(nn.Module):
            """Reads keys of a table from its inputs, which no longer are such when they are standardized."""

            def __init__(self):
                super().__init__()
                self.table, self.head = nn.Embedding(40, 8), nn.Linear(8, 2)

            def forward(self, x):
                return self.head(self.table(x[:, 0].long()))

        def train(watch):
            torch.manual_seed(2)
            model = Keys()
            x = torch.randint(40, (200, 1)).float()
            fit(watch, model, 0.05, 60, lambda model: F.cross_entropy(model(x), (x[:, 0] > 15).long()))

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
        self.assertEqual(len([trial for trial in diagnosis["trials"] if "squeezed" in trial["change"]]), 2)
        # Code that counts on the shape of before cannot be tried with another, unless it takes no gradients.
        diagnosis = gradclinic.examine(lambda watch: train(watch, torch.no_grad()(lambda model, x: model(x)[:, 0])))
        tried = [trial for trial in diagnosis["trials"] if "squeezed" in trial["change"]]
        self.assertEqual([trial["change"] for trial in tried], ["model.output = squeezed-in-training"])
        self.assertGreater(tried[0]["restored"], 0.9)
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

    def test_an_error_that_comes_of_no_numbers_is_diagnosed(self):
        def train(watch):
            torch.manual_seed(0)
            model = nn.Sequential(nn.Linear(3, 16), nn.ReLU(), nn.Linear(16, 2))
            optimizer = torch.optim.SGD(model.parameters(), lr=1e6)
            with watch(model, optimizer) as clinic:
                for _ in range(60):
                    x = torch.randn(32, 3)
                    mean, deviation = model(x).chunk(2, 1)
                    normal = torch.distributions.Normal(mean, deviation.exp())  # refuses what is no number
                    loss = -normal.log_prob(x[:, :1]).mean()
                    optimizer.zero_grad()
                    loss.backward()
                    optimizer.step()
                    clinic.step(loss)

        diagnosis = gradclinic.examine(train)
        self.assertEqual(diagnosis.verdict, "sick", str(diagnosis))
        self.assertEqual(diagnosis["run"]["status"], "diverged")
        self.assertIn("ValueError: Expected parameter", str(diagnosis))


if __name__ == "__main__":
    unittest.main()
