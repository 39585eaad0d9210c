"""Ways to start from other weights than PyTorch's."""

import torch
from torch import nn


@torch.no_grad()
def scale_weights(model, factor):
    """Multiplies every weight matrix and kernel; norms and biases stay."""
    for parameter in model.parameters():
        if parameter.dim() > 1:
            parameter.mul_(factor)


@torch.no_grad()
def fill_weights(model, value):
    """Every weight matrix and kernel the same number everywhere, every bias 0; norms stay."""
    for module in model.modules():
        if isinstance(module, (nn.BatchNorm1d, nn.BatchNorm2d, nn.BatchNorm3d, nn.GroupNorm, nn.LayerNorm)):
            continue
        for name, parameter in module.named_parameters(recurse=False):
            parameter.fill_(0.0 if "bias" in name else value)


@torch.no_grad()
def set_biases(model, value, last=False):
    """The biases of all linear and convolutional layers; that of the last one only on demand."""
    layers = [m for m in model.modules() if isinstance(m, (nn.Linear, nn.Conv1d, nn.Conv2d)) and m.bias is not None]
    for layer in layers if last else layers[:-1]:
        layer.bias.fill_(value)


def he_weights(model):
    for module in model.modules():
        if isinstance(module, (nn.Linear, nn.Conv1d, nn.Conv2d)):
            nn.init.kaiming_normal_(module.weight, nonlinearity="relu")
            if module.bias is not None:
                nn.init.zeros_(module.bias)
