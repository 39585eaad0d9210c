"""The course notebook's five sections, seed 42, by plain torch.nn: what it prints, and the curves behind it."""
import torch
from torch import nn

import network

FEATURES, WIDTH = 10, 50


def deep_net(depth, activation, norm="none"):
    return network.Network({"depth": depth, "width": WIDTH, "activation": activation, "norm": norm}, FEATURES, 1)


def layer_gradient_norms(precision):
    inputs, targets = torch.randn(100, FEATURES), torch.randn(100, 1)
    norms = {}
    for activation in ("sigmoid", "tanh", "relu"):
        model = network.in_precision(deep_net(10, activation), precision)
        nn.MSELoss()(model(network.in_precision(inputs, precision)), network.in_precision(targets, precision)).backward()
        norms[activation] = [block.linear.weight.grad.norm().item() for block in model.blocks]
    return norms


def train(model, inputs, targets, epochs=200, lr=0.01, clip=None):
    """The losses, and the total gradient norms before clipping."""
    optimizer = torch.optim.SGD(model.parameters(), lr=lr)
    losses, norms = [], []
    for _ in range(epochs):
        optimizer.zero_grad()
        loss = nn.MSELoss()(model(inputs), targets)
        loss.backward()
        norms.append(sum(p.grad.norm(2).item() ** 2 for p in model.parameters()) ** 0.5)
        if clip is not None:
            nn.utils.clip_grad_norm_(model.parameters(), clip)
        optimizer.step()
        losses.append(loss.item())
    return {"losses": losses, "norms": norms}


def initialize(model, name):
    fill = {
        "normal": lambda weight: nn.init.normal_(weight, mean=0.0, std=0.01),
        "xavier_uniform": nn.init.xavier_uniform_,
        "he_uniform": lambda weight: nn.init.kaiming_uniform_(weight, nonlinearity="relu"),
    }[name]
    for block in model.blocks:
        fill(block.linear.weight)
        nn.init.zeros_(block.linear.bias)


def notebook(precision):
    """Everything is drawn in float, as the notebook draws it; "double" then computes in double."""
    torch.manual_seed(42)
    result = {"layer_gradient_norms": layer_gradient_norms(precision)}
    torch.manual_seed(42)
    inputs = network.in_precision(torch.randn(500, FEATURES), precision)
    targets = network.in_precision(torch.randn(500, 1), precision)

    def trained(model, **options):
        return train(network.in_precision(model, precision), inputs, targets, **options)

    for activation in ("sigmoid", "tanh", "relu"):
        result[f"activation {activation}"] = trained(deep_net(6, activation))
    for name in ("normal", "xavier_uniform", "he_uniform"):
        model = deep_net(8, "relu")
        initialize(model, name)
        result[f"init {name}"] = trained(model)
    for norm in ("none", "batch"):
        result[f"norm {norm}"] = trained(deep_net(10, "relu", norm))
    for clip in (None, 1.0):
        result[f"clip {clip or 0:.0f}"] = trained(deep_net(8, "relu"), epochs=100, lr=0.1, clip=clip)
    return result
