"""Fixes that are tried on the user's own training, on several seeds."""

import json
import os
import unittest
from pathlib import Path

import jsonschema
import torch
from torch import nn
from torch.nn import functional as F

import gradclinic
from gradclinic.examination import generators, trained

SCHEMA = Path(os.environ.get("GRADCLINIC_SOURCE", Path(__file__).parents[2])) / "docs" / "fix.schema.json"


def loop(watch, seed, lr=0.1, epochs=6, own_seed=None, loss_of=F.cross_entropy):
    generator = torch.Generator().manual_seed(seed)
    x = torch.randn(300, 6, generator=generator)
    y = (x[:, 0] + x[:, 1] > 0).long()
    torch.manual_seed(seed if own_seed is None else own_seed)
    model = nn.Sequential(nn.Linear(6, 16), nn.ReLU(), nn.Linear(16, 2))
    optimizer = torch.optim.SGD(model.parameters(), lr=lr)
    with watch(model, optimizer) as clinic:
        for _ in range(epochs):
            for batch in torch.randperm(200).split(20):
                loss = loss_of(model(x[batch]), y[batch])
                optimizer.zero_grad()
                loss.backward()
                optimizer.step()
                clinic.step(loss)
            with torch.no_grad():
                held_out = model(x[200:])
            clinic.validation(loss_of(held_out, y[200:]), (held_out.argmax(1) == y[200:]).float().mean())


class Fix(unittest.TestCase):
    def setUp(self):
        torch.set_num_threads(1)

    def test_proves_what_lifts_a_rate_that_is_too_low(self):
        done = []
        torch.manual_seed(4)
        before = torch.random.get_rng_state()
        fixes = gradclinic.fix(lambda watch, seed: loop(watch, seed, lr=1e-4),
                               progress=lambda done_now, of: done.append((done_now, of)))
        self.assertTrue(torch.equal(torch.random.get_rng_state(), before))
        jsonschema.validate(json.loads(json.dumps(fixes)), json.loads(SCHEMA.read_text()))
        self.assertEqual((fixes.diagnosis.verdict, fixes.diagnosis.cause), ("sick", "learning-rate-too-low"))
        self.assertTrue(fixes.proven, str(fixes))
        best = next(tried for tried in fixes["fixes"] if tried["fixes"] == fixes.proven)
        self.assertGreater(best["outcome"], 0.9)
        self.assertLess(best["p_holm"], 0.05)
        self.assertEqual(best["mechanism"]["pathology"], "learning-rate-too-low")
        self.assertEqual(best["seeds"], 5)
        self.assertIn("Proven: " + " + ".join(fixes.proven), str(fixes))
        self.assertIn("torch.optim.", str(fixes))
        self.assertEqual(fixes["untried"], [], str(fixes))
        self.assertTrue(all(one <= of for one, of in done) and done == sorted(done))

    def test_trains_on_where_training_ended_too_early(self):
        fixes = gradclinic.fix(lambda watch, seed: loop(watch, seed, lr=0.01, epochs=1), seeds=3, anyway=True)
        longer = [tried for tried in fixes["fixes"] if tried["fixes"] == ["longer-training"]]
        self.assertTrue(longer, str(fixes))
        self.assertGreater(longer[0]["length"], 2)
        self.assertGreater(longer[0]["effect"], 0.1)
        self.assertIsNone(fixes.proven, "three seeds prove nothing")

    def test_proves_the_correction_of_a_mistake_in_the_code(self):
        fixes = gradclinic.fix(lambda watch, seed: loop(watch, seed, loss_of=F.nll_loss))
        self.assertEqual(fixes.diagnosis.cause, "wrong-output-or-loss")
        self.assertIn("as-diagnosed", fixes.proven or [], str(fixes))
        corrected = next(tried for tried in fixes["fixes"] if tried["fixes"] == ["as-diagnosed"])
        self.assertTrue(corrected["proven"])
        self.assertEqual(corrected["changes"], {"model.output": "log-probabilities"})
        self.assertGreater(corrected["outcome"], 0.9)
        self.assertLess(corrected["mechanism"]["after"], 0.4, "the record of the corrected training is another")
        self.assertIn("    # The loss takes log-probabilities", str(fixes))
        jsonschema.validate(json.loads(json.dumps(fixes)), json.loads(SCHEMA.read_text()))

    def test_a_training_that_ends_early_is_judged_where_it_ends(self):
        state = generators()
        shorter = trained(lambda watch: loop(watch, 0), None, state, steps=20)    # two epochs of ten
        whole = trained(lambda watch: loop(watch, 0, epochs=2), None, state)
        self.assertEqual(shorter.progress.steps, 20)
        losses = shorter.series("validation_loss")[1]
        self.assertEqual(losses, whole.series("validation_loss")[1])
        self.assertEqual(len(losses), 2)

    def test_leaves_a_healthy_training_alone(self):
        fixes = gradclinic.fix(lambda watch, seed: loop(watch, seed, lr=0.5, epochs=10), seeds=3)
        self.assertEqual(fixes.diagnosis.verdict, "healthy", str(fixes.diagnosis))
        self.assertIsNone(fixes.proven)
        self.assertIn("Nothing to fix", str(fixes))

    def test_a_training_that_draws_from_a_seed_of_its_own_is_refused(self):
        def alike(watch):
            loop(watch, 0, lr=1e-4, own_seed=7)

        with self.assertRaisesRegex(ValueError, r"train\(watch, seed\)"):
            gradclinic.fix(alike, seeds=2)

    def test_without_a_seed_nothing_can_be_tried(self):
        self.assertRaisesRegex(ValueError, "seeds is 0", gradclinic.fix, loop, seeds=0)

    def test_generators_are_seeded_for_those_that_take_no_seed(self):
        drawn = []

        def train(watch):
            drawn.append(float(torch.rand(())))
            loop(watch, int(1e6 * drawn[-1]))

        gradclinic.fix(train, seeds=2, anyway=True)
        self.assertEqual(len(set(drawn)), 2)


if __name__ == "__main__":
    unittest.main()
