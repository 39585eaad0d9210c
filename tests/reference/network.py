"""The multi-layer perceptron of a spec, in torch.nn, and how its weights are drawn."""
import math

import torch
from torch import nn

ACTIVATIONS = {
    "sigmoid": nn.Sigmoid, "tanh": nn.Tanh, "relu": nn.ReLU, "leaky_relu": nn.LeakyReLU, "elu": nn.ELU,
    "selu": nn.SELU, "gelu": nn.GELU, "silu": nn.SiLU, "softplus": nn.Softplus, "identity": nn.Identity,
}
NORMS = {"batch": nn.BatchNorm1d, "layer": nn.LayerNorm}


def in_precision(thing, precision):
    return thing.double() if precision == "double" else thing.float()


class Block(nn.Module):
    """linear, norm, activation, dropout; the output layer is a linear alone."""

    def __init__(self, model, inputs, outputs, hidden):
        super().__init__()
        self.linear = nn.Linear(inputs, outputs)
        self.norm = NORMS[model["norm"]](outputs) if hidden and model.get("norm", "none") != "none" else None
        self.activation = ACTIVATIONS[model["activation"]]() if hidden else None
        self.dropout = nn.Dropout(model["dropout"]) if hidden and model.get("dropout", 0) > 0 else None
        self.residual = hidden and model.get("residual", False) and inputs == outputs
        self.seen = {}

    def forward(self, x, scale_outputs=False):
        pre = self.linear(x)
        if scale_outputs:
            pre = scaled_to_unit_variance(self.linear, x, pre)
        if self.norm is not None:
            pre = self.norm(pre)
        if self.activation is None:
            self.seen = {"pre_activation": pre}
            return pre
        post = self.activation(pre)
        if post is pre:  # nn.Identity returns its argument; the gradients are to be seen apart
            post = pre.clone()
        self.seen = {"pre_activation": pre, "activation": post}
        out = post if self.dropout is None else self.dropout(post)
        return out + x if self.residual else out


class Network(nn.Module):
    def __init__(self, model, inputs, outputs):
        super().__init__()
        widths = [inputs] + [model["width"]] * (model["depth"] - 1) + [outputs]
        self.blocks = nn.ModuleList(
            Block(model, widths[i], widths[i + 1], i + 1 < model["depth"]) for i in range(model["depth"]))

    def forward(self, x, scale_outputs=False):
        for block in self.blocks:
            x = block(x, scale_outputs)
        return x


def initialize(network, model):
    """Re-initializes layer by layer, as the notebook does; `torch` keeps nn.Linear's own draws."""
    fill = {
        "torch": lambda w: None,
        "xavier_uniform": nn.init.xavier_uniform_,
        "xavier_normal": nn.init.xavier_normal_,
        "he_uniform": lambda w: nn.init.kaiming_uniform_(w, nonlinearity="relu"),
        "he_normal": lambda w: nn.init.kaiming_normal_(w, nonlinearity="relu"),
        "lecun_normal": lambda w: nn.init.normal_(w, 0.0, math.sqrt(1.0 / w.shape[1])),
        "orthogonal": nn.init.orthogonal_,
        "lsuv": nn.init.orthogonal_,
        "normal": lambda w: nn.init.normal_(w, 0.0, model["init_std"]),
        "constant": lambda w: nn.init.constant_(w, model["init_value"]),
    }[model["init"]]
    with torch.no_grad():
        for block in network.blocks:
            fill(block.linear.weight)
            block.linear.weight.mul_(model["init_gain"])
            if model["init"] != "torch":
                nn.init.zeros_(block.linear.bias)
            if block is not network.blocks[-1]:
                block.linear.bias.add_(model["bias_init"])


def scaled_to_unit_variance(linear, x, pre):
    """LSUV (Mishkin & Matas 2016): divides by the deviation until the variance is within 0.1 of 1, at most 10 times."""
    for _ in range(10):
        variance = pre.var(unbiased=False)
        if abs(variance - 1) < 0.1 or variance == 0:
            break
        linear.weight.div_(variance.sqrt())
        pre = linear(x)
    return pre
