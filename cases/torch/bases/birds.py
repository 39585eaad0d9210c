"""Fire modules, as in SqueezeNet, hear in a spectrogram which of five birds sing, one or more; SGD in one cycle."""

import torch
from torch import nn

import plan
import sounds

FAMILY = "convolutional"
SPLIT = "tuning"
PLAN = dict(optimizer="sgd", lr=0.3, batch=25, epochs=5, weight_decay=1e-4, schedule="one-cycle")
OWN_DATA = {"samples"}


class Fire(nn.Module):
    """Few kernels of 1 x 1, then as many of 1 x 1 as of kernel x kernel, side by side."""

    def __init__(self, inplanes, squeeze, expand, kernel):
        super().__init__()
        self.squeeze = nn.Conv2d(inplanes, squeeze, 1)
        self.expand1x1 = nn.Conv2d(squeeze, expand, 1)
        self.expand3x3 = nn.Conv2d(squeeze, expand, kernel, padding=kernel // 2)
        self.activation = nn.ReLU(inplace=True)
        self.norm = nn.BatchNorm2d(2 * expand)

    def forward(self, x):
        x = self.activation(self.squeeze(x))
        return self.activation(self.norm(torch.cat([self.expand1x1(x), self.expand3x3(x)], 1)))


# Channels come first here, so that each row holds parts of many recordings.
MIXED = {False: lambda x: x, True: lambda x: x.transpose(0, 1).reshape(len(x), *x.shape[1:])}


class SqueezeNet(nn.Module):
    """end: "relu" puts one after the last convolution. mixed: features are reshaped in another order."""

    def __init__(self, kernel, dropout, end, mixed):
        super().__init__()
        self.features = nn.Sequential(
            nn.Conv2d(1, 16, kernel, padding=kernel // 2), nn.ReLU(inplace=True), nn.MaxPool2d(2),
            Fire(16, 8, 16, kernel), Fire(32, 8, 16, kernel), nn.MaxPool2d((1, 2)), Fire(32, 12, 24, kernel))
        final_conv = nn.Conv2d(48, 5, 1)
        self.classifier = nn.Sequential(nn.Dropout(dropout), final_conv,
                                        nn.ReLU() if end == "relu" else nn.Identity(), nn.AdaptiveMaxPool2d(1))
        self.mixed = MIXED[mixed]
        for module in self.modules():
            if isinstance(module, nn.Conv2d):
                if module is final_conv:
                    nn.init.normal_(module.weight, std=0.05)
                else:
                    nn.init.kaiming_uniform_(module.weight)
                nn.init.zeros_(module.bias)

    def forward(self, x):
        return self.classifier(self.mixed(self.features(x))).flatten(1)


LOSSES = {
    "bce": nn.BCEWithLogitsLoss(),
    "sum": nn.BCEWithLogitsLoss(reduction="sum"),
    "present twice": nn.BCEWithLogitsLoss(pos_weight=torch.tensor(2.0)),
    "mse": nn.MSELoss(),
}


def training(seed, *, samples=800, kernel=3, dropout=0.0, end="logits", mixed=False, prior=None, amplitude=1.0, l1=0.0,
             frozen=False, loss="bce", **change):
    generator = plan.prepare(seed)
    inputs, targets, *held_out = sounds.birds(generator, samples)
    samples = inputs * amplitude, targets, held_out[0] * amplitude, held_out[1]
    model = SqueezeNet(kernel, dropout, end, mixed)
    if prior is not None:
        model.classifier[1].bias.data.fill_(prior)
    if l1:    # the penalty's gradient is added to the first kernels' own
        first = model.features[0].weight
        first.register_hook(lambda gradient: gradient + l1 * first.detach().sign())
    if frozen:
        model.features[0].requires_grad_(False)
    return plan.make(model, samples, LOSSES[loss], seed=seed, accuracy=plan.sign, **{**PLAN, **change})
