"""What the course notebook computes, without its plots and imports, seed 42; by the labels of `gradclinic lab --notebook`."""
import torch
from torch import nn


class DeepNet(nn.Module):
    def __init__(self, depth, activation, batch_norm=False):
        super().__init__()
        widths = [10] + [50] * (depth - 1) + [1]
        self.layers, self.norms = nn.ModuleList(), nn.ModuleList()
        for layer in range(depth):
            self.layers.append(nn.Linear(widths[layer], widths[layer + 1]))
            if batch_norm and layer < depth - 1:
                self.norms.append(nn.BatchNorm1d(widths[layer + 1]))
        self.activation = {"sigmoid": nn.Sigmoid, "tanh": nn.Tanh, "relu": nn.ReLU}[activation]()

    def forward(self, x):
        for i, layer in enumerate(self.layers[:-1]):
            x = layer(x)
            if self.norms:
                x = self.norms[i](x)
            x = self.activation(x)
        return self.layers[-1](x)


def train(model, inputs, targets, epochs=200, lr=0.01):
    optimizer, criterion = torch.optim.SGD(model.parameters(), lr=lr), nn.MSELoss()
    losses = []
    for _ in range(epochs):
        optimizer.zero_grad()
        loss = criterion(model(inputs), targets)
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses


def train_with_clipping(model, inputs, targets, clip, epochs=100, lr=0.1):
    optimizer, criterion = torch.optim.SGD(model.parameters(), lr=lr), nn.MSELoss()
    losses, norms = [], []
    for _ in range(epochs):
        optimizer.zero_grad()
        loss = criterion(model(inputs), targets)
        loss.backward()
        total = 0.0
        for parameter in model.parameters():
            if parameter.grad is not None:
                total += parameter.grad.data.norm(2).item() ** 2
        norms.append(total ** 0.5)
        if clip is not None:
            nn.utils.clip_grad_norm_(model.parameters(), clip)
        optimizer.step()
        losses.append(loss.item())
    return losses, norms


def gradient_norms(lines):
    inputs, targets = torch.randn(100, 10), torch.randn(100, 1)
    for activation in ("sigmoid", "tanh", "relu"):
        model = DeepNet(10, activation)
        nn.MSELoss()(model(inputs), targets).backward()
        norms = [layer.weight.grad.norm().item() for layer in model.layers]
        for layer in (1, 2, 3, 4, 5, 9, 10):
            lines[f"1. Gradient norms across layers: {activation}, layer {layer}"] = norms[layer - 1]


def initialize(model, name):
    for layer in model.layers:
        if name == "small":
            nn.init.normal_(layer.weight, mean=0.0, std=0.01)
        elif name == "xavier":
            nn.init.xavier_uniform_(layer.weight)
        else:
            nn.init.kaiming_uniform_(layer.weight, nonlinearity="relu")
        nn.init.zeros_(layer.bias)


def notebook():
    lines = {}
    torch.manual_seed(42)
    gradient_norms(lines)
    torch.manual_seed(42)
    data = torch.randn(500, 10), torch.randn(500, 1)
    for activation in ("sigmoid", "tanh", "relu"):
        lines[f"2. Activation functions: {activation}, final loss"] = train(DeepNet(6, activation), *data)[-1]
    for name in ("small", "xavier", "he"):
        model = DeepNet(8, "relu")
        initialize(model, name)
        lines[f"3. Initialization: {name}, final loss"] = train(model, *data)[-1]
    for label, batch_norm in (("without batch norm", False), ("with batch norm", True)):
        model = DeepNet(10, "relu", batch_norm)
        lines[f"4. Batch normalization: {label}, final loss"] = train(model, *data)[-1]
    for label, clip in (("no clipping", None), ("clipped at 1.0", 1.0)):
        losses, norms = train_with_clipping(DeepNet(8, "relu"), *data, clip)
        lines[f"5. Gradient clipping: {label}, final loss"] = losses[-1]
        for epoch in range(0, 100, 10):
            lines[f"5. Gradient clipping: {label}, gradient norm, epoch {epoch}"] = norms[epoch]
    return lines
