"""The networks of spec kinds cnn, rnn and transformer, written out in plain PyTorch, and their trainings.

    networks.py

reads lines of JSON (a spec's settings by key) and prints for each a line of JSON: the losses and gradient norms of all
steps, and where it is asked for the sharpness after the last one.
Data: set noise, drawn as gradclinic draws it, then the weights from the same generator.
"""

import copy
import json
import math
import sys

import torch
from torch import nn
from torch.nn import functional as F

torch.set_num_threads(1)


def norm_of(kind, units, image):
    if kind == "batch":
        return nn.BatchNorm2d(units) if image else nn.BatchNorm1d(units)
    if kind == "layer":
        return nn.GroupNorm(1, units) if image else nn.LayerNorm(units)
    return nn.Identity()


class Cnn(nn.Module):
    def __init__(self, model, features, outputs):
        super().__init__()
        self.planes = 1 if math.isqrt(features) ** 2 == features else 3
        self.side = math.isqrt(features // self.planes)
        self.residual = model["residual"]
        self.act = getattr(F, model["activation"])
        width, count = model["width"], model["depth"] - 2
        pairs = (count + 1) // 2
        self.convs, self.norms = nn.ModuleList(), nn.ModuleList()
        inputs, stage_before = self.planes, 0
        for i in range(count + 1):
            stage = 0 if i == 0 else ((i - 1) // 2) * 3 // pairs
            stride = model["stride"] if i == 0 else 2 if stage > stage_before else 1
            units = width * 2 ** stage
            self.convs.append(nn.Conv2d(inputs, units, 3, stride=stride, padding=1))
            self.norms.append(norm_of(model["norm"], units, True))
            inputs, stage_before = units, stage
        self.head = nn.Linear(inputs, outputs)

    def forward(self, x):
        x = x.view(len(x), self.planes, self.side, self.side)
        x = self.act(self.norms[0](self.convs[0](x)))
        for i in range(1, len(self.convs), 2):
            before = x
            x = self.norms[i](self.convs[i](x))
            if i + 1 < len(self.convs):
                x = self.norms[i + 1](self.convs[i + 1](self.act(x)))
            if self.residual:
                if before.shape[2] > x.shape[2]:
                    before = before[:, :, ::2, ::2]
                x = x + torch.cat([before, torch.zeros(len(x), x.shape[1] - before.shape[1], *x.shape[2:])], 1)
            x = self.act(x)
        return self.head(x.mean((2, 3)))


class Rnn(nn.Module):
    def __init__(self, model, features, outputs):
        super().__init__()
        self.token = model["token"]
        kind = {"tanh": nn.RNN, "lstm": nn.LSTM, "gru": nn.GRU}[model["cell"]]
        self.rnn = kind(self.token, model["width"], num_layers=model["depth"] - 1, batch_first=True)
        self.head = nn.Linear(model["width"], outputs)

    def forward(self, x):
        states, _ = self.rnn(x.view(len(x), -1, self.token))
        return self.head(states[:, -1])


class Block(nn.Module):
    def __init__(self, model):
        super().__init__()
        width = model["width"]
        self.heads, self.pre, self.act = model["heads"], model["pre_norm"], getattr(F, model["activation"])
        self.q, self.k, self.v, self.o = (nn.Linear(width, width) for _ in range(4))
        self.wide, self.narrow = nn.Linear(width, 4 * width), nn.Linear(4 * width, width)
        self.first, self.second = norm_of(model["norm"], width, False), norm_of(model["norm"], width, False)

    def attend(self, x):
        weights = torch.cat([self.q.weight, self.k.weight, self.v.weight])
        biases = torch.cat([self.q.bias, self.k.bias, self.v.bias])
        seen, _ = F.multi_head_attention_forward(
            *[x.transpose(0, 1)] * 3, x.shape[2], self.heads, weights, biases, None, None, False, 0.0,
            self.o.weight, self.o.bias)
        return seen.transpose(0, 1)

    def forward(self, x):
        feed = lambda y: self.narrow(self.act(self.wide(y)))
        if self.pre:
            x = x + self.attend(self.first(x))
            return x + feed(self.second(x))
        x = self.first(x + self.attend(x))
        return self.second(x + feed(x))


class Transformer(nn.Module):
    def __init__(self, model, features, outputs):
        super().__init__()
        self.token, width = model["token"], model["width"]
        steps = features // self.token
        self.positions = torch.empty(steps, width)
        for step in range(steps):
            for unit in range(width):
                angle = step / 10000 ** (unit // 2 * 2 / width)
                self.positions[step, unit] = math.cos(angle) if unit % 2 else math.sin(angle)
        self.embedding = nn.Linear(self.token, width)
        self.blocks = nn.Sequential(*[Block(model) for _ in range(model["depth"] - 2)])
        self.norm = norm_of(model["norm"], width, False) if model["pre_norm"] else nn.Identity()
        self.head = nn.Linear(width, outputs)

    def forward(self, x):
        x = self.embedding(x.view(len(x), -1, self.token)) + self.positions
        return self.head(self.norm(self.blocks(x)).mean(1))


def sharpness(model, x, y):
    """The Hessian's largest eigenvalue by sign: plain power iteration in double, shifted where the largest magnitude is
    a negative one's."""
    model = copy.deepcopy(model).double()
    parameters = list(model.parameters())
    if hasattr(model, "positions"):  # no parameter
        model.positions = model.positions.double()
    slopes = torch.autograd.grad(F.mse_loss(model(x.double()), y.double()), parameters, create_graph=True)
    slope = torch.cat([each.flatten() for each in slopes])

    def power(shift):
        vector = torch.ones_like(slope)
        for _ in range(400):
            vector = vector / vector.norm()
            image = torch.autograd.grad(slope @ vector, parameters, retain_graph=True)
            image = torch.cat([each.flatten() for each in image]) - shift * vector
            value, vector = (vector @ image).item(), image.detach()
        return value

    largest = power(0.0)
    return largest if largest > 0 else power(largest) + largest


def train(run):
    torch.manual_seed(run["seed"])
    x = torch.randn(run["samples"], run["features"])
    y = torch.randn(run["samples"], run["outputs"])
    kinds = {"cnn": Cnn, "rnn": Rnn, "transformer": Transformer}
    model = kinds[run["model"]["kind"]](run["model"], run["features"], run["outputs"])
    optimizer = torch.optim.SGD(model.parameters(), run["lr"])
    losses, norms = [], []
    for _ in range(run["steps"]):
        optimizer.zero_grad()
        loss = F.mse_loss(model(x), y)
        loss.backward()
        losses.append(loss.item())
        norms.append(math.sqrt(sum((p.grad.double() ** 2).sum().item() for p in model.parameters())))
        optimizer.step()
    result = {"losses": losses, "norms": norms}
    if run["sharpness"]:
        result["sharpness"] = sharpness(model, x, y)
    return result


for line in sys.stdin:
    print(json.dumps(train(json.loads(line))), flush=True)
