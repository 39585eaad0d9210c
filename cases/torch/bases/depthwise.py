"""Depthwise separable convolutions with batch norm and ReLU6 on pictures of 14 x 14, RMSprop whose rate decays."""

from torch import nn
from torch.nn import functional as F

import images
import plan
import weights

FAMILY = "convolutional"
SPLIT = "tuning"
PLAN = dict(optimizer="rmsprop", lr=0.002, batch=32, epochs=7, schedule="exponential", decay=0.995)
OWN_DATA = {"samples"}


def separable(inputs, outputs, stride, activation):
    return nn.Sequential(
        nn.Conv2d(inputs, inputs, 3, stride=stride, padding=1, groups=inputs, bias=False), nn.BatchNorm2d(inputs),
        activation(),
        nn.Conv2d(inputs, outputs, 1, bias=False), nn.BatchNorm2d(outputs), activation())


class Mobile(nn.Module):
    def __init__(self, widths, activation, dropout):
        super().__init__()
        layers = [nn.Conv2d(1, widths[0], 3, padding=1, bias=False), nn.BatchNorm2d(widths[0]), activation()]
        for i, (inputs, outputs) in enumerate(zip(widths, widths[1:])):
            layers.append(separable(inputs, outputs, 2 if i < 2 else 1, activation))
        self.features = nn.Sequential(*layers)
        self.classifier = nn.Sequential(nn.Dropout(dropout), nn.Linear(widths[-1], 10))

    def forward(self, x):
        return self.classifier(F.adaptive_avg_pool2d(self.features(x), 1).flatten(1))


ACTIVATIONS = {"relu6": lambda: nn.ReLU6(inplace=True), "hardswish": nn.Hardswish, "relu": nn.ReLU}


def training(seed, *, samples=1200, widths=(12, 24, 48, 48), activation="relu6", dropout=0.0, gain=None,
             fill=None, trained="all", pixels="standardized", labels="true", rare=(), **change):
    generator = plan.prepare(seed)
    samples = images.fashion(generator, samples, pixels=pixels, labels=labels, rare=rare)
    model = Mobile(list(widths), ACTIVATIONS[activation], dropout)
    if gain is not None:
        weights.scale_weights(model, gain)
    if fill is not None:
        weights.fill_weights(model, fill)
    parameters = {"all": model, "classifier": model.classifier}[trained].parameters()
    return plan.make(model, samples, F.cross_entropy, seed=seed, accuracy=plan.top1, parameters=parameters,
                     **{**PLAN, **change})
