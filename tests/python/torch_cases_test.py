#!/usr/bin/env python3
"""The cases in PyTorch: their labels are those that were decided, each changes what it says, and all can be trained."""

import json
import math
import sys
import unittest
from collections import Counter
from dataclasses import replace
from itertools import islice
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "cases" / "torch"))

import bench  # noqa: E402
import catalogue  # noqa: E402
import rule  # noqa: E402
from intervals import clopper_pearson  # noqa: E402
from label import Decision  # noqa: E402
from training import run, stream  # noqa: E402

CASES = catalogue.load()
LABELS = json.loads((ROOT / "cases" / "torch" / "labels.json").read_text())
PATHOLOGIES = {path.stem.replace("_", "-")
               for path in (ROOT / "src" / "gradclinic" / "diagnosis" / "pathologies").glob("*.cpp")}
FAMILIES = ("convolutional", "recurrent", "attention")


def table():
    """What cases/README.md prints of them."""
    lines = ["| networks | healthy, tuning | sick, tuning | healthy, held out | sick, held out |",
             "| --- | --- | --- | --- | --- |"]
    counts = Counter((case.family, case.half, case.verdict) for case in CASES)
    columns = [(half, verdict) for half in ("tuning", "held-out") for verdict in ("healthy", "sick")]
    for family in FAMILIES:
        lines.append(f"| {family} | " + " | ".join(str(counts[family, *column]) for column in columns) + " |")
    totals = [sum(counts[family, *column] for family in FAMILIES) for column in columns]
    return "\n".join([*lines, "| all | " + " | ".join(map(str, totals)) + " |"])


class Labels(unittest.TestCase):
    def test_each_was_decided_and_accepted(self):
        self.assertEqual(set(LABELS), {case.name for case in CASES})
        for case in CASES:
            with self.subTest(case.name):
                decided = LABELS[case.name]
                self.assertEqual((decided["verdict"], decided["change"]), (case.verdict, case.change),
                                 "changed since: label it again")
                self.assertIs(decided["accepted"], True)

    def test_each_says_whether_its_label_holds_on_the_scored_seed(self):
        holds = {name: decided["holds_when_scored"] for name, decided in LABELS.items()}
        self.assertEqual(sum(not held for held in holds.values()), 47, "cases/README.md tells the number")
        for case in CASES:
            if case.verdict == "healthy" and not case.stands_alone:
                self.assertLessEqual(holds[case.name], holds[f"{case.base}/base"], case.name)

    def test_the_document_prints_the_results_that_were_measured(self):
        document = (ROOT / "cases" / "README.md").read_text()
        printed = document.split("<!-- results: checked by tests/python/torch_cases_test.py -->\n")[1]
        results = json.loads((ROOT / "bench" / "results" / "torch-cases.json").read_text())
        self.assertEqual(printed.split("\n<!-- end of results -->")[0], bench.table(results))
        self.assertEqual({row["name"] for row in results["cases"]},
                         {case.name for case in CASES if case.half == "held-out"})
        for row in results["cases"]:
            self.assertEqual(row["label"], LABELS[row["name"]]["verdict"], row["name"])

    def test_there_are_enough_in_every_family(self):
        verdicts = Counter(case.verdict for case in CASES)
        self.assertGreaterEqual(verdicts["sick"], 30)
        self.assertGreaterEqual(verdicts["healthy"], 30)
        for family in FAMILIES:
            self.assertEqual({(case.half, case.verdict) for case in CASES if case.family == family},
                             {(half, verdict) for half in ("tuning", "held-out") for verdict in ("sick", "healthy")})

    def test_every_base_says_whether_it_is_held_out(self):
        self.assertEqual({rule.base(base).SPLIT for base in rule.BASES}, {"tuning", "held-out"})
        for case in CASES:
            self.assertEqual(case.half, rule.base(case.base).SPLIT, case.name)

    def test_causes_are_pathologies(self):
        for case in CASES:
            with self.subTest(case.name):
                named = [case.cause, *case.accept] if case.verdict == "sick" else [case.look_alike or "converged"]
                self.assertLessEqual(set(named), PATHOLOGIES)
                self.assertEqual(len(set(named)), len(named))

    def test_the_document_counts_them(self):
        printed = (ROOT / "cases" / "README.md").read_text()
        self.assertIn(table(), printed, f"its table should be\n{table()}")


def first_steps(case):
    """What can be told of a training after three steps."""
    training = rule.base(case.base).training(0, **case.change)
    planned, training.steps = training.steps, 3
    inputs, targets = training.seen
    looks = run(training)
    groups = [{name: value for name, value in group.items() if name != "params"}
              for group in training.optimizer.param_groups]
    schedule = {name: value for name, value in (training.scheduler.state_dict() if training.scheduler else {}).items()
                if isinstance(value, (int, float))}
    sizes = [(name, parameter.shape, parameter.requires_grad) for name, parameter in training.model.named_parameters()]
    return looks, (planned, len(inputs), float(inputs.double().sum()), float(targets.double().std()), training.clip,
                   groups, schedule, sizes, looks, float(training.loss(training.model(inputs[:8]), targets[:8])))


class Trainings(unittest.TestCase):
    def test_each_case_trains_and_differs_from_its_base(self):
        bases = {}
        for case in CASES:
            with self.subTest(case.name):
                looks, seen = first_steps(case)
                self.assertEqual(len(looks), 3)
                if "non-finite" not in (case.cause, *case.accept):
                    self.assertTrue(all(math.isfinite(loss) for loss, _ in looks))
                if case.change:
                    self.assertNotEqual(seen, bases[case.base])
                bases.setdefault(case.base, seen)

    def test_equal_seeds_train_alike(self):
        case = next(case for case in CASES if case.name == "attention_rows/mild-dropout")
        self.assertEqual(first_steps(case), first_steps(case))

    def test_every_epoch_has_every_sample_once(self):
        training = rule.base("lenet").training(0, batch=8, samples=40, epochs=2)
        batches = list(stream(training))
        self.assertEqual(len(batches), 10)
        for epoch in (batches[:5], batches[5:]):
            drawn = sorted(float(picture.double().sum()) for inputs, _ in epoch for picture in inputs)
            self.assertEqual(drawn, sorted(float(picture.double().sum()) for picture in training.seen[0]))
        self.assertFalse(batches[0][0].equal(batches[5][0]))

    def test_stops_in_the_middle_of_an_epoch(self):
        training = rule.base("lenet").training(0, batch=8, samples=40)
        training.steps = 7
        self.assertEqual(len(list(islice(stream(training), 100))), 7)


GOOD = rule.Metrics(diverged=False, training=0.2, held_out=0.3, best_held_out=0.3, accuracy=0.9)


class Rule(unittest.TestCase):
    def test_clearly_worse(self):
        worse = {"diverged": dict(diverged=True), "training loss": dict(training=0.41), "accuracy": dict(accuracy=0.84),
                 "overfits": dict(held_out=0.5)}
        alike = {"the same": {}, "training loss": dict(training=0.39), "accuracy": dict(accuracy=0.86),
                 "held-out loss that did not rise": dict(held_out=0.5, best_held_out=0.49)}
        for name, change in worse.items():
            self.assertTrue(rule.clearly_worse(replace(GOOD, **change), GOOD), name)
        for name, change in alike.items():
            self.assertFalse(rule.clearly_worse(replace(GOOD, **change), GOOD), name)
        self.assertFalse(rule.clearly_worse(replace(GOOD, training=0.9), GOOD, {"labels": "shuffled"}))
        self.assertFalse(rule.clearly_worse(replace(GOOD, diverged=True), replace(GOOD, diverged=True)))

    def test_amounts_are_judged_by_the_held_out_loss(self):
        base = replace(GOOD, accuracy=math.nan)
        self.assertTrue(rule.clearly_worse(replace(base, held_out=0.5, best_held_out=0.5), base))
        self.assertFalse(rule.clearly_worse(replace(base, held_out=0.45, best_held_out=0.45), base))

    def test_the_best_constant(self):
        import torch
        self.assertAlmostEqual(rule.constant_loss(torch.tensor([0, 0, 1, 1]), True), math.log(2))
        self.assertAlmostEqual(rule.constant_loss(torch.tensor([1.0, 1.0, 0.0, 0.0]), True), math.log(2))
        self.assertAlmostEqual(rule.constant_loss(torch.tensor([[1.0], [3.0]]), False), 1.0)

    def decision(self, verdict, worse):
        """A decision after as many seeds as there are outcomes."""
        case = catalogue.Case(name="lenet/some", verdict=verdict, note="", change={"lr": 1.0})

        class Runs:
            def of(self, job):
                base, change, seed, own = job
                return replace(GOOD, accuracy=0.5) if change and worse[seed] else GOOD

        decision = Decision(case)
        while len(decision.runs) < len(worse) and not decision.settled():
            decision.add(Runs())
        return len(decision.runs), decision.settled(), decision.accepted()

    def test_counting_stops_when_nothing_can_change(self):
        self.assertEqual(self.decision("sick", [True] * 10), (8, True, True))
        self.assertEqual(self.decision("sick", [False] * 3), (3, True, False))
        self.assertEqual(self.decision("sick", [False, False] + [True] * 8), (10, True, True))
        self.assertEqual(self.decision("sick", [False, False] + [True] * 7), (9, False, False))
        self.assertEqual(self.decision("healthy", [False] * 10), (8, True, True))
        self.assertEqual(self.decision("healthy", [True] * 3), (3, True, False))

    def test_exact_intervals(self):
        for (hits, count), expected in {(81, 83): (0.916, 0.997), (0, 67): (0.0, 0.054), (66, 83): (0.692, 0.876),
                                        (5, 5): (0.478, 1.0)}.items():
            for end, should in zip(clopper_pearson(hits, count), expected):
                self.assertAlmostEqual(end, should, delta=0.0006)


if __name__ == "__main__":
    unittest.main()
