#!/usr/bin/python3
"""Decides the labels of a sample of cases with PyTorch as the trainer: label_sample.py [--cases FOLDER] [ID ...].

Without ids: a healthy and a sick case, drawn by a fixed seed, of every base whose data this script draws or reads itself
(not the images), among those that PyTorch trains in seconds. The data are drawn alike, not the same numbers; the rule is that of cases/README.md, written anew.
Takes some minutes. Prints a table and the number that agree; exits 1 when fewer than nine tenths do."""
import argparse
import csv
import math
import random
import sys
import tomllib
from pathlib import Path

import torch
from torch import nn

import network
import training

SEEDS, MANY, FEW = 10, 8, 2
MOST_WORK = 12_000  # steps x layers of one training that is drawn
ROOT = Path(__file__).resolve().parents[2]
DATA = {**training.DATA, "noise": 0.1, "path": "", "target": "", "task": "regression", "standardize": False,
        "standardize_target": False, "target_scale": 1.0, "shuffle_labels": False, "validation": 0.0}
TRAIN = {**training.TRAIN, "epochs": 0}


def blobs(data):
    labels = torch.arange(data["samples"]) % data["classes"]
    centres = torch.randn(data["classes"], data["features"])
    return centres[labels] + data["noise"] * torch.randn(data["samples"], data["features"]), labels


def circle(data):
    labels = torch.arange(data["samples"]) % 2
    inner, outer = torch.tensor([1.4, 0.0])[labels], torch.tensor([2.0, 1.0])[labels]
    radius = (inner**2 + torch.rand(len(labels)) * (outer**2 - inner**2)).sqrt()
    angle = 2 * math.pi * torch.rand(len(labels))
    return plane(radius, angle, data), labels


def spiral(data):
    labels = torch.arange(data["samples"]) % data["classes"]
    along = torch.rand(len(labels))
    return plane(2 * along, 2 * math.pi * (labels / data["classes"] + 1.5 * along), data), labels


def plane(radius, angle, data):
    inputs = torch.zeros(len(radius), data["features"])
    inputs[:, 0], inputs[:, 1] = radius * angle.cos(), radius * angle.sin()
    return inputs + data["noise"] * torch.randn_like(inputs)


def teacher(data):
    inputs = torch.randn(data["samples"], data["features"])
    hidden, output = torch.randn(16, data["features"]), torch.randn(data["outputs"], 16)
    targets = torch.tanh(2 * inputs @ hidden.T / math.sqrt(data["features"])) @ output.T / 4
    return inputs, targets + data["noise"] * torch.randn_like(targets)


def noise(data):
    return torch.randn(data["samples"], data["features"]), torch.randn(data["samples"], data["outputs"])


def table(data):
    with open(data["folder"] / data["path"], newline="") as file:
        rows = list(csv.DictReader(file))[: data["samples"] or None]
    inputs = torch.tensor([[float(v) for k, v in row.items() if k != data["target"]] for row in rows])
    column = [row[data["target"]] for row in rows]
    if data["task"] == "classification":
        names = sorted(set(column))
        return inputs, torch.tensor([names.index(name) for name in column])
    return inputs, torch.tensor([[float(value)] for value in column])


SETS = {"blobs": blobs, "circle": circle, "spiral": spiral, "teacher": teacher, "noise": noise, "csv": table}


def drawn(data, seed):
    """Training inputs and targets, then the held-out ones."""
    torch.manual_seed(seed)
    inputs, targets = SETS[data["set"]](data)
    if data["shuffle_labels"]:
        targets = targets[torch.randperm(len(targets))]
    order = torch.randperm(len(inputs))
    kept = len(inputs) - round(data["validation"] * len(inputs))
    parts = [inputs[order[:kept]], targets[order[:kept]], inputs[order[kept:]], targets[order[kept:]]]
    for wanted, first, other in (("standardize", 0, 2), ("standardize_target", 1, 3)):
        if data[wanted]:
            mean, deviation = parts[first].mean(0), parts[first].std(0, unbiased=False)
            parts[first], parts[other] = (parts[first] - mean) / deviation, (parts[other] - mean) / deviation
    if data["target_scale"] != 1:
        parts[1], parts[3] = parts[1] * data["target_scale"], parts[3] * data["target_scale"]
    return parts


def trivial_loss(targets, classes):
    if not classes:
        return targets.double().var(0, unbiased=False).mean().item()
    shares = torch.bincount(targets).double() / len(targets)
    return -(shares[shares > 0] * shares[shares > 0].log()).sum().item()


class Patient:
    """A spec in training."""

    def __init__(self, spec, seed):
        self.how = {**TRAIN, **spec["train"]}
        self.parts = drawn(spec["data"], seed)
        self.classes = self.parts[1].dtype == torch.int64
        kinds = int(self.parts[1].max()) + 1 if self.classes else self.parts[1].shape[1]
        torch.manual_seed(seed + 1000)
        model = {**training.MODEL, **spec["model"]}
        self.net = network.Network(model, self.parts[0].shape[1], 1 if self.how["loss"] == "bce" else kinds)
        network.initialize(self.net, model)
        self.seed = seed

    def loss(self, outputs, targets):
        if self.how["loss"] == "bce":
            return nn.functional.binary_cross_entropy_with_logits(outputs[:, 0], targets.float())
        return (nn.functional.cross_entropy if self.classes else nn.functional.mse_loss)(outputs, targets)

    def score(self, inputs, targets):
        """Loss over the best constant's, and accuracy."""
        self.net.eval()
        with torch.no_grad():
            outputs = self.net(inputs)
            ratio = self.loss(outputs, targets).item() / (trivial_loss(targets, self.classes) or math.nan)
            guess = (outputs[:, 0] > 0).long() if self.how["loss"] == "bce" else outputs.argmax(1)
        self.net.train()
        return ratio, (guess == targets).double().mean().item() if self.classes else math.nan

    def train(self):
        inputs, targets, held_inputs, held_targets = self.parts
        batch = self.how["batch"] or len(inputs)
        how = {**self.how, "steps": steps_of(self.how, len(inputs))}
        optimizer = training.optimizer_of(how, self.net.parameters())
        scheduler = training.scheduler_of(how, optimizer)
        deal = training.batches(len(inputs), batch, self.seed)
        best = math.inf
        result = {"diverged": False, "held_out": math.nan, "accuracy": math.nan}
        for step in range(how["steps"]):
            if len(held_inputs) and step % max(1, how["steps"] // 50) == 0:
                best = min(best, self.score(held_inputs, held_targets)[0])
            chosen = next(deal)
            optimizer.zero_grad()
            loss = self.loss(self.net(inputs[chosen]), targets[chosen])
            if not math.isfinite(loss.item()):
                return {**result, "diverged": True}
            loss.backward()
            if how["clip_value"] > 0:
                nn.utils.clip_grad_value_(self.net.parameters(), how["clip_value"])
            if how["clip_norm"] > 0:
                nn.utils.clip_grad_norm_(self.net.parameters(), how["clip_norm"])
            optimizer.step()
            scheduler.step()
        result["training"] = self.score(inputs, targets)[0]
        if len(held_inputs):
            result["held_out"], result["accuracy"] = self.score(held_inputs, held_targets)
        result["best"] = min(best, result["held_out"])
        return {**result, "diverged": not math.isfinite(result["training"])}


def excess(loss, other):
    return (loss - other) / (1 - other) if other < 1 and not math.isnan(loss) else 0


def clearly_worse(run, than):
    if run["diverged"] or than["diverged"]:
        return run["diverged"] and not than["diverged"]
    if excess(run["training"], than["training"]) > 0.25:
        return True
    higher = excess(run["held_out"], than["held_out"]) > 0.25
    if math.isnan(than["accuracy"]):
        return higher
    return run["accuracy"] < than["accuracy"] - 0.05 or (higher and run["held_out"] > 1.25 * run["best"])


def load(folder):
    """Every base's spec and its cases."""
    for path in sorted(folder.glob("*/base.toml")):
        base = tomllib.loads(path.read_text())
        base = {"data": {**DATA, **base.get("data", {}), "folder": path.parent}, "model": base.get("model", {}),
                "train": base.get("train", {})}
        cases = {f"{path.parent.name}/{file.stem}": tomllib.loads(file.read_text())
                 for file in sorted(path.parent.glob("*.toml")) if file.name != "base.toml"}
        yield base, cases


def changed(base, change):
    spec = {section: dict(keys) for section, keys in base.items()}
    for key, value in change.items():
        section, name = key.split(".")
        spec[section][name] = value
    return spec


def comparable(case):
    """Cases whose training losses and held-out samples are those of the base's task."""
    allowed = ("data.standardize", "data.standardize_target")
    return all(key in allowed or not key.startswith("data.") and key != "train.loss" for key in case["change"])


def steps_of(how, samples):
    """Steps of the whole training."""
    per_epoch = math.ceil(samples / min(how["batch"] or samples, samples))
    return how["steps"] or per_epoch * (how["epochs"] or 200)


def work(spec):
    model, how = {**training.MODEL, **spec["model"]}, {**TRAIN, **spec["train"]}
    samples = round((spec["data"]["samples"] or 1000) * (1 - spec["data"]["validation"]))
    return steps_of(how, samples) * model["depth"]


def sample(base, cases, draw):
    chosen = []
    for verdict in ("healthy", "sick"):
        ids = [name for name, case in cases.items() if case["verdict"] == verdict and comparable(case)
               and work(changed(base, case["change"])) <= MOST_WORK]
        chosen += draw.sample(ids, min(1, len(ids)))
    return chosen


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("ids", nargs="*")
    parser.add_argument("--cases", type=Path, default=ROOT / "cases")
    options = parser.parse_args()
    torch.set_num_threads(1)
    draw, agreed, total = random.Random(0), 0, 0
    for base, cases in load(options.cases):
        if base["data"]["set"] not in SETS:
            continue
        ids = [name for name in cases if name in options.ids] if options.ids else sample(base, cases, draw)
        runs_of_base = {}
        for name in ids:
            worse = other = seed = 0
            while worse < MANY and other < MANY and min(worse, other) <= SEEDS - MANY:
                if seed not in runs_of_base:
                    runs_of_base[seed] = Patient(base, seed).train()
                run = Patient(changed(base, cases[name]["change"]), seed).train()
                if clearly_worse(run, runs_of_base[seed]):
                    worse += 1
                else:
                    other += 1
                seed += 1
            sick = cases[name]["verdict"] == "sick"
            agrees = worse >= MANY if sick else worse <= FEW
            total, agreed = total + 1, agreed + agrees
            print(f"{'agrees' if agrees else 'DISAGREES':<10} {name:<42} {cases[name]['verdict']:<8} "
                  f"worse on {worse} of {seed} seeds", flush=True)
    print(f"{agreed} of {total} labels agree")
    return 0 if agreed >= 0.9 * total else 1


if __name__ == "__main__":
    sys.exit(main())
