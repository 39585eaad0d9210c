"""Writes two models as TorchScript and data to train them on: sick.pt, healthy.pt, samples.npz.

    ./gradclinic python examples/torchscript.py
    ./gradclinic diagnose sick.pt --data samples.npz --loss cross_entropy --optimizer sgd --lr 0.1
"""

import numpy
import torch
from torch import nn


def network(depth, activation):
    layers, width = [], 20
    for _ in range(depth):
        layers += [nn.Linear(width, 32), activation()]
        width = 32
    return nn.Sequential(*layers, nn.Linear(width, 3))


torch.manual_seed(0)
x = torch.randn(1200, 20)
y = (x[:, :3] + 0.3 * torch.randn(1200, 3)).argmax(1)
numpy.savez("samples.npz", inputs=x.numpy(), targets=y.numpy())
torch.jit.script(network(10, nn.Sigmoid)).save("sick.pt")
torch.jit.script(network(2, nn.ReLU)).save("healthy.pt")
