"""Models as TorchScript files, and the same trainings in eager PyTorch, written out the slow way.

    training.py FOLDER

writes for every case FOLDER/<case>.pt, <case>.npz and <case>.json: losses of all steps and, of the first, statistics
of every tensor that a watch sees.
"""

import json
import math
import sys
from pathlib import Path

import numpy
import torch
from torch import nn
from torch.nn import functional as F

torch.set_num_threads(1)


class Net(nn.Module):
    """Functions where others use modules, a norm, a convolution and a flattening."""

    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(2, 5, 3)
        self.bn = nn.BatchNorm2d(5)
        self.one = nn.Linear(5 * 9, 7)
        self.two = nn.Linear(7, 6)
        self.act = nn.Tanh()
        self.drop = nn.Dropout(0.2)
        self.head = nn.Linear(6, 3)

    def forward(self, x):
        x = F.relu(self.bn(self.conv(x)))
        x = F.max_pool2d(x, 2)
        x = F.gelu(self.one(x.flatten(1)))
        return self.head(self.drop(self.act(self.two(x))))

    def seen(self, x):
        """The same pass, keeping what it computes."""
        kept = {}
        kept["pre_activation 1"] = x = self.bn(self.conv(x))
        kept["activation 1"] = x = F.relu(x)
        kept["pre_activation 2"] = x = self.one(F.max_pool2d(x, 2).flatten(1))
        kept["activation 2"] = x = F.gelu(x)
        kept["pre_activation 3"] = x = self.two(x)
        kept["activation 3"] = x = self.act(x)
        kept["pre_activation 4"] = x = self.head(self.drop(x))
        for value in kept.values():
            value.retain_grad()
        return x, kept

    layers = ("conv", "one", "two", "head")


class Block(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.linear = nn.Linear(width, width)

    def forward(self, x):
        return x + torch.relu_(self.linear(x))


def plain(inputs, outputs):
    return nn.Sequential(nn.Linear(inputs, 16), nn.ReLU(inplace=True), Block(16), Block(16), nn.Linear(16, outputs))


class Words(nn.Module):
    """A table, a recurrent layer, and attention, which has code for dropout that does not ask whether it trains."""

    def __init__(self):
        super().__init__()
        self.table = nn.Embedding(12, 8)
        self.rnn = nn.GRU(8, 8, batch_first=True)
        self.attention = nn.TransformerEncoderLayer(8, 2, 16, dropout=0.1, batch_first=True)
        self.head = nn.Linear(8, 3)

    def forward(self, words):
        states, _ = self.rnn(self.table(words))
        return self.head(self.attention(states).mean(1))


def optimizer_of(name, parameters, lr):
    return {"sgd": lambda: torch.optim.SGD(parameters, lr),
            "momentum": lambda: torch.optim.SGD(parameters, lr, momentum=0.9),
            "nesterov": lambda: torch.optim.SGD(parameters, lr, momentum=0.9, nesterov=True),
            "adam": lambda: torch.optim.Adam(parameters, lr),
            "adamw": lambda: torch.optim.AdamW(parameters, lr, weight_decay=0.0),
            "rmsprop": lambda: torch.optim.RMSprop(parameters, lr)}[name]()


LOSSES = {"cross_entropy": F.cross_entropy, "mse": F.mse_loss, "bce": F.binary_cross_entropy_with_logits}


def statistics(tensor):
    values = tensor.detach().double().flatten()
    return {"l2": float(values.norm()), "mean": float(values.mean()), "std": float(values.std(unbiased=False)),
            "min": float(values.min()), "max": float(values.max()), "zeros": float((values == 0).double().mean())}


def norm_of(model):
    return math.sqrt(sum(float(p.grad.double().square().sum()) for p in model.parameters()))


def train(model, x, y, case):
    optimizer = optimizer_of(case["optimizer"], model.parameters(), case["lr"])
    losses, first = [], {}
    torch.manual_seed(case["seed"])
    samples, batch = len(x), case["batch"] or len(x)
    while len(losses) < case["steps"]:
        order = torch.randperm(samples) if batch < samples else torch.arange(samples)
        for begin in range(0, samples, batch):
            if len(losses) == case["steps"]:
                break
            rows = order[begin:begin + batch]
            looks = not losses and hasattr(model, "seen")
            output, kept = model.seen(x[rows]) if looks else (model(x[rows]), {})
            loss = LOSSES[case["loss"]](output, y[rows])
            optimizer.zero_grad()
            loss.backward()
            norm = norm_of(model)
            if case["clip"]:
                nn.utils.clip_grad_norm_(model.parameters(), case["clip"])
            if looks:
                layers = [getattr(model, name) for name in model.layers]
                before = [layer.weight.detach().clone() for layer in layers]
                first = {name: statistics(value) for name, value in kept.items()}
                for name, value in kept.items():
                    quantity, number = name.split()
                    first[f"{quantity}_grad {number}"] = statistics(value.grad)
                clipped = norm_of(model)
                scale = clipped / norm
                for number, layer in enumerate(layers, 1):
                    first[f"weight_grad {number}"] = statistics(layer.weight.grad / scale)
            optimizer.step()
            if looks:
                for number, (layer, old) in enumerate(zip(layers, before), 1):
                    first[f"weight {number}"] = statistics(layer.weight)
                    first[f"update {number}"] = statistics(layer.weight.detach() - old)
                first["whole"] = {"gradient_norm": norm, "clipped_gradient_norm": clipped}
            losses.append(loss.item())
    return losses, first


def cases():
    torch.manual_seed(3)
    images, classes = torch.randn(70, 2, 8, 8), torch.randint(0, 3, (70,))
    rows, amounts = torch.randn(90, 6), torch.randn(90, 2)
    halves = (rows.sum(1, keepdim=True) > 0).float()
    common = {"seed": 7, "batch": 16, "steps": 40, "clip": 0.0, "traced": False}
    yield "net", Net(), images, classes, {**common, "loss": "cross_entropy", "optimizer": "sgd", "lr": 0.05, "clip": 0.3}
    yield "traced", Net(), images, classes, {**common, "loss": "cross_entropy", "optimizer": "adamw", "lr": 0.01,
                                             "traced": True}
    yield "words", Words(), torch.randint(0, 12, (70, 5)), classes, {**common, "loss": "cross_entropy",
                                                                     "optimizer": "adam", "lr": 0.01}
    for optimizer in ("momentum", "nesterov", "adam", "rmsprop"):
        yield optimizer, plain(6, 2), rows, amounts, {**common, "loss": "mse", "optimizer": optimizer, "lr": 0.004}
    yield "full", plain(6, 1), rows, halves, {**common, "loss": "bce", "optimizer": "sgd", "lr": 0.1, "batch": 0}


def main():
    folder = Path(sys.argv[1])
    for name, model, x, y, case in cases():
        # Tracing passes samples through the model, which moves its running statistics: before the file is written.
        script = torch.jit.trace(model, x[:4], check_trace=False) if case["traced"] else torch.jit.script(model)
        script.save(str(folder / f"{name}.pt"))
        numpy.savez(folder / f"{name}.npz", x=x.numpy(), y=y.numpy())
        losses, first = train(model, x, y, case)
        (folder / f"{name}.json").write_text(json.dumps({**case, "losses": losses, "first": first}))


if __name__ == "__main__":
    main()
