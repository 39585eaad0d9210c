#!/usr/bin/env python3
"""What watching a PyTorch training costs: step times side by side in one run, one core.

    PYTHONPATH=build/release/python bench/pytorch_watch.py [--rounds 5] [--json FILE]

The same model, data and seed without a clinic, with every gauge of every layer each step, with the default budget, and
with the same quantities by plain hooks as one writes them by hand. Variants take turns in blocks, so that all of them
see the same machine; a ratio is of medians of a step's wall time, for the default budget of whole runs, as it looks at
few steps. Step times without a clinic include loss.item(), as every loop has it.
"""

import argparse
import json
import os
import statistics
import sys
import time

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import torch
from torch import nn
from torch.nn import functional as F

import gradclinic


def mlp(width):
    layers = [nn.Linear(10, width), nn.ReLU()]
    for _ in range(6):
        layers += [nn.Linear(width, width), nn.ReLU()]
    return nn.Sequential(*layers, nn.Linear(width, 1))


class Block(nn.Module):
    def __init__(self, inputs, outputs, stride):
        super().__init__()
        self.conv1 = nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False)
        self.bn1, self.bn2 = nn.BatchNorm2d(outputs), nn.BatchNorm2d(outputs)
        self.conv2 = nn.Conv2d(outputs, outputs, 3, 1, 1, bias=False)
        self.short = nn.Conv2d(inputs, outputs, 1, stride, bias=False) if stride > 1 else nn.Identity()

    def forward(self, x):
        y = self.bn2(self.conv2(F.relu(self.bn1(self.conv1(x)))))
        return F.relu(y + self.short(x))


def resnet():
    return nn.Sequential(nn.Conv2d(3, 16, 3, 1, 1, bias=False), nn.BatchNorm2d(16), nn.ReLU(), Block(16, 16, 1),
                         Block(16, 32, 2), Block(32, 64, 2), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(64, 10))


# name: model, inputs, targets, loss, the ratio that is asked for with every gauge each step
SIZES = {
    "8 x 50, batch 500": (lambda: mlp(50), (500, 10), lambda: torch.randn(500, 1), F.mse_loss, 1.15),
    "8 x 256, batch 256": (lambda: mlp(256), (256, 10), lambda: torch.randn(256, 1), F.mse_loss, 1.05),
    "ResNet, 32 x 32, batch 64": (resnet, (64, 3, 32, 32), lambda: torch.randint(0, 10, (64,)), F.cross_entropy, 1.03),
}


class PlainHooks:
    """Norms, means, deviations and histograms of the same tensors, as one writes them by hand."""

    def __init__(self, model, optimizer):
        self.model, self.seen = model, {}
        for name, module in model.named_modules():
            if not list(module.children()):
                module.register_forward_hook(lambda _, __, out, name=name: self.take(name, out))
                module.register_full_backward_hook(lambda _, __, grads, name=name: self.take(name + ".grad", grads[0]))

    def take(self, name, tensor):
        tensor = tensor.detach()
        self.seen[name] = (tensor.norm().item(), tensor.mean().item(), tensor.std().item(), tensor.histc(20))

    def step(self, loss):
        for name, value in self.model.named_parameters():
            self.take(name, value)
            self.take(name + ".grad", value.grad)

    def close(self):
        pass


class Nobody:
    def __init__(self, model, optimizer):
        pass

    def step(self, loss):
        loss.item()

    def close(self):
        pass


VARIANTS = {
    "plain": Nobody,
    "every step": lambda model, optimizer: gradclinic.watch(model, optimizer, budget=None),
    "default": gradclinic.watch,
    "hooks": PlainHooks,
}


class Runner:
    """One variant's training, carried on block after block."""

    def __init__(self, size, variant):
        make, shape, targets, self.loss_of, _ = SIZES[size]
        torch.manual_seed(1)
        self.model = make()
        self.optimizer = torch.optim.SGD(self.model.parameters(), lr=0.01)
        self.x, self.y = torch.randn(shape), targets()
        self.clinic = VARIANTS[variant](self.model, self.optimizer)
        self.times = []

    def block(self, steps):
        for _ in range(steps):
            start = time.perf_counter()
            self.optimizer.zero_grad()
            loss = self.loss_of(self.model(self.x), self.y)
            loss.backward()
            self.optimizer.step()
            self.clinic.step(loss)
            self.times.append(time.perf_counter() - start)


def measure(size, rounds, seconds):
    runners = {variant: Runner(size, variant) for variant in VARIANTS}
    for runner in runners.values():
        runner.block(20)
        runner.times.clear()
    probe = runners["plain"]
    probe.block(10)
    steps = max(10, int(seconds / statistics.median(probe.times)))
    probe.times.clear()
    for _ in range(rounds):
        for runner in runners.values():
            runner.block(steps)
    for runner in runners.values():
        runner.clinic.close()
    median = {variant: statistics.median(runner.times) for variant, runner in runners.items()}
    # The budget's looks are rare and dear: the mean of the steps without the slowest of the machine's own pauses.
    mean = {variant: statistics.fmean(sorted(runners[variant].times)[: int(0.995 * steps * rounds)])
            for variant in ("plain", "default")}
    return {"size": size, "plain_us": 1e6 * median["plain"], "every_step": median["every step"] / median["plain"],
            "default": mean["default"] / mean["plain"], "plain_hooks": median["hooks"] / median["plain"],
            "asked": SIZES[size][-1], "steps": steps * rounds}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=0.6, help="a block's length")
    parser.add_argument("--json", help="where to store the figures")
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    rows = []
    print(f"{'model':28} {'plain, us':>10} {'every step':>11} {'asked':>6} {'default':>8} {'plain hooks':>12}")
    for size in SIZES:
        row = measure(size, arguments.rounds, arguments.seconds)
        rows.append(row)
        missed = "" if row["every_step"] <= row["asked"] else "  MISSED"
        print(f"{size:28} {row['plain_us']:10.0f} {row['every_step']:11.3f} {row['asked']:6.2f} {row['default']:8.3f} "
              f"{row['plain_hooks']:12.2f}{missed}", flush=True)
    if arguments.json:
        with open(arguments.json, "w") as file:
            json.dump({"torch": torch.__version__, "python": sys.version.split()[0], "rows": rows}, file, indent=2)


if __name__ == "__main__":
    main()
