"""Ten convolutions in a row on pictures of 14 x 14, He initialization, Adam; in-place ReLU in an nn.Sequential."""

from torch import nn

import images
import plan
import weights

FAMILY = "convolutional"
SPLIT = "tuning"
PLAN = dict(optimizer="adam", lr=0.002, batch=32, epochs=9)
OWN_DATA = {"samples"}

ACTIVATIONS = {"relu": lambda: nn.ReLU(inplace=True), "leaky_relu": lambda: nn.LeakyReLU(0.1, inplace=True),
               "sigmoid": nn.Sigmoid, "tanh": nn.Tanh, "elu": nn.ELU, "identity": nn.Identity}


def network(depth, width, activation):
    layers = []
    for i in range(depth):
        stride = 2 if i in (1, 4) else 1
        layers += [nn.Conv2d(1 if i == 0 else width, width, 3, stride=stride, padding=1), ACTIVATIONS[activation]()]
    return nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(width, 10))


def training(seed, *, samples=1200, depth=10, width=16, activation="relu", init="he", gain=None, bias=None, fill=None,
             pixels="standardized", labels="true", **change):
    generator = plan.prepare(seed)
    samples = images.fashion(generator, samples, pixels=pixels, labels=labels)
    model = network(depth, width, activation)
    if init == "he":
        weights.he_weights(model)
    if gain is not None:
        weights.scale_weights(model, gain)
    if bias is not None:
        weights.set_biases(model, bias)
    if fill is not None:
        weights.fill_weights(model, fill)
    return plan.make(model, samples, nn.CrossEntropyLoss(), seed=seed, accuracy=plan.top1, **{**PLAN, **change})
