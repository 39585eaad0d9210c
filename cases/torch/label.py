#!/usr/bin/env python3
"""label.py [--jobs N] [--only PREFIX] [--runs FILE]: trains every case and its base on seeds 0 to 9 and decides by what
they come to whether the labels of cases/*.toml hold; writes labels.json, where cases that were not chosen keep theirs.
Exits with 1 when a label is not accepted.
Each is trained on bench.py's seed, too: "holds_when_scored" says whether that one training is what the label says.

Every finished training is kept in FILE (build/torch_case_runs.jsonl), so that it goes on where it was; remove FILE
after a change of a base or of the data.
"""

import argparse
import json
import math
import multiprocessing
import statistics
import sys
from dataclasses import asdict
from pathlib import Path

import catalogue
import rule

LABELS = catalogue.FOLDER / "labels.json"
RUNS = catalogue.FOLDER.parents[1] / "build" / "torch_case_runs.jsonl"
NUMBERS = ("training", "held_out", "best_held_out", "accuracy")


def key(job):
    return json.dumps(job, sort_keys=True)


def work(job):
    return key(job), asdict(rule.measure(*job))


class Runs:
    """Metrics of trainings (base, change, seed, own), from the file or anew."""

    def __init__(self, path, jobs):
        path.parent.mkdir(exist_ok=True)
        self.done = {}
        if path.exists():
            for line in path.read_text().splitlines():
                name, metrics = json.loads(line)
                self.done[name] = metrics
        self.file = open(path, "a", buffering=1)
        self.pool = multiprocessing.get_context("spawn").Pool(jobs)

    def train(self, jobs):
        missing = {key(job): job for job in jobs if key(job) not in self.done}
        for name, metrics in self.pool.imap_unordered(work, missing.values()):
            self.done[name] = metrics
            self.file.write(json.dumps([name, metrics]) + "\n")

    def of(self, job):
        return rule.Metrics(**self.done[key(job)])


class Decision:
    """One case's, seed by seed, until it cannot change any more."""

    def __init__(self, case):
        self.case = case
        self.runs = []
        self.worse = self.learnt = self.diverged = 0
        self.beaten = {}
        if case.stands_alone:
            self.recipes = rule.recipes(case.base, case.change)
            self.beaten = dict.fromkeys(self.recipes, 0)

    def job(self, change, seed):
        return self.case.base, change, seed, self.case.stands_alone and bool(rule.RELABELS & set(change))

    def jobs(self, seed):
        case = self.case
        yield self.job(case.change, seed)
        yield case.base, {}, seed, False

    def recipe_jobs(self, seed):
        return [self.job(self.recipes[name], seed) for name in self.open_recipes(seed)]

    def open_recipes(self, seed):
        """Those that can still win on MOST_SEEDS."""
        return [name for name, beaten in self.beaten.items() if seed - beaten <= rule.SEEDS - rule.MOST_SEEDS]

    def settled(self):
        seeds = len(self.runs)
        if seeds == rule.SEEDS:
            return True
        left = rule.SEEDS - seeds
        if self.case.verdict == "sick":
            return self.worse >= rule.MOST_SEEDS or self.worse + left < rule.MOST_SEEDS
        if self.case.stands_alone:
            return self.learnt + left < rule.MOST_SEEDS or max(self.beaten.values()) >= rule.MOST_SEEDS
        return self.worse > rule.FEW_SEEDS or self.worse + left <= rule.FEW_SEEDS

    def add(self, runs):
        seed = len(self.runs)
        run, base = (runs.of(job) for job in self.jobs(seed))
        self.diverged += run.diverged
        self.learnt += rule.learnt(run)
        shown = self.case.cause != "overfitting" or rule.overfits(run)
        self.worse += shown and rule.clearly_worse(run, base, self.case.change)
        for name in self.open_recipes(seed):
            other = runs.of(self.job(self.recipes[name], seed))
            self.beaten[name] += rule.clearly_worse(run, other)
        self.runs.append(run)

    def accepted(self):
        if self.case.verdict == "sick":
            return self.worse >= rule.MOST_SEEDS
        if self.case.stands_alone:
            return self.learnt >= rule.MOST_SEEDS and max(self.beaten.values()) < rule.MOST_SEEDS
        return self.worse <= rule.FEW_SEEDS

    def as_json(self):
        entry = {"verdict": self.case.verdict, "accepted": self.accepted(), "seeds": len(self.runs)}
        if not self.case.stands_alone:
            entry["worse"] = self.worse
        entry |= {"learnt": self.learnt, "diverged": self.diverged}
        for name in NUMBERS:
            entry[name] = median([getattr(run, name) for run in self.runs])
        if self.case.stands_alone:
            entry["beaten_by"] = self.beaten
        return entry | {"change": self.case.change}


class Scored:
    """The trainings on bench.py's seed: whether each is what its label says, by the same rule."""

    def __init__(self, cases, runs):
        self.runs = runs
        self.bases = {case.base: case for case in cases if not case.change}
        seed = rule.SCORED_SEED
        decisions = [Decision(case) for case in cases]
        runs.train(job for decision in decisions for job in decision.jobs(seed))
        runs.train(decision.job(recipe, seed) for decision in decisions if decision.case.stands_alone
                   for recipe in decision.recipes.values())

    def holds(self, case):
        decision = Decision(case)
        run, base = (self.runs.of(job) for job in decision.jobs(rule.SCORED_SEED))
        if case.stands_alone:
            others = [self.runs.of(decision.job(recipe, rule.SCORED_SEED)) for recipe in decision.recipes.values()]
            return rule.learnt(run) and not any(rule.clearly_worse(run, other) for other in others)
        worse = rule.clearly_worse(run, base, case.change)
        if case.verdict == "sick":
            return worse and (case.cause != "overfitting" or rule.overfits(run))
        return not worse and self.holds(self.bases[case.base])


def median(values):
    """Over the seeds, unknown numbers last; None when it is one of them."""
    middle = statistics.median(math.inf if math.isnan(value) else value for value in values)
    return float(f"{middle:.3g}") if math.isfinite(middle) else None


def decide(chosen, runs):
    """Seed by seed, all cases at once: what is settled is left alone."""
    decisions = [Decision(case) for case in chosen]
    for seed in range(rule.SEEDS):
        going = [decision for decision in decisions if not decision.settled()]
        runs.train(job for decision in going for job in decision.jobs(seed))
        runs.train(job for decision in going for job in decision.recipe_jobs(seed))
        for decision in going:
            decision.add(runs)
        print(f"seed {seed}: {sum(decision.settled() for decision in decisions)} of {len(decisions)} settled",
              file=sys.stderr, flush=True)
    return decisions


def write(decisions, every, runs):
    """Into labels.json, in which other cases keep their entries."""
    bases = {decision.case.base for decision in decisions}
    scored = Scored([decision.case for decision in decisions]
                    + [case for case in every if case.base in bases and not case.change], runs)
    entries = json.loads(LABELS.read_text()) if LABELS.exists() else {}
    for decision in decisions:
        entries[decision.case.name] = decision.as_json() | {"holds_when_scored": scored.holds(decision.case)}
    lines = [f" {json.dumps(name)}: {json.dumps(entries[name])}" for name in sorted(case.name for case in every)
             if name in entries]
    LABELS.write_text("{\n" + ",\n".join(lines) + "\n}\n")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--only", default="", help="start of the names of the cases to look at")
    parser.add_argument("--runs", type=Path, default=RUNS)
    options = parser.parse_args()
    every = catalogue.load()
    chosen = [case for case in every if case.name.startswith(options.only)]
    runs = Runs(options.runs, options.jobs)
    decisions = decide(chosen, runs)
    for decision in decisions:
        entry = decision.as_json()
        told = {name: entry[name] for name in ("worse", "learnt", "diverged", *NUMBERS, "beaten_by") if name in entry}
        print("ok  " if entry["accepted"] else "NOT ", decision.case.name, decision.case.verdict, told)
    write(decisions, every, runs)
    return 0 if all(decision.accepted() for decision in decisions) else 1


if __name__ == "__main__":
    sys.exit(main())
