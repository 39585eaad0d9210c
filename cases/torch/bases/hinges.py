"""An hourglass of convolutions and a soft-argmax over its heat map find where two bars meet; regression, RMSprop."""

import torch
from torch import nn
from torch.nn import functional as F

import images
import plan

FAMILY = "convolutional"
SPLIT = "tuning"
PLAN = dict(optimizer="rmsprop", lr=0.004, batch=20, epochs=8, schedule="step", decay=0.3, every=240)
OWN_DATA = {"samples"}


class Exponential(nn.Module):
    def forward(self, x):
        return x.exp()


ACTIVATIONS = {"leaky": lambda: nn.LeakyReLU(0.1), "exponential": Exponential, "relu": nn.ReLU,
               "elu": nn.ELU, "none": nn.Identity}


def conv(inputs, outputs, activation, stride=1):
    return nn.Sequential(nn.Conv2d(inputs, outputs, 3, stride=stride, padding=1), ACTIVATIONS[activation]())


READS = {"softmax": lambda heat: heat.softmax(dim=1), "relu": torch.relu}


class Hourglass(nn.Module):
    """Down to half the side and up again; the way around is added. down: the activation function on the way down.
    depth: the number of pointwise layers before the map. read: what makes shares of the map."""

    def __init__(self, width, activation, down, depth, dropout, read, last):
        super().__init__()
        self.stem = conv(1, width, activation)
        self.around = conv(width, width, activation)
        self.down = conv(width, 2 * width, down, stride=2)
        self.middle = conv(2 * width, 2 * width, activation)
        self.up = nn.ConvTranspose2d(2 * width, width, 2, stride=2)
        self.dropout = nn.Dropout2d(dropout)
        self.neck = nn.Sequential(*(nn.Sequential(nn.Conv2d(width, width, 1), nn.ReLU()) for _ in range(depth)))
        self.heat = nn.Conv2d(width, 1, 1)
        self.read = READS[read]
        self.last = ACTIVATIONS[last]()

    def forward(self, pictures):
        x = self.stem(pictures)
        x = self.around(x) + self.up(self.middle(self.down(x)))
        return self.last(self.expectation(self.heat(self.neck(self.dropout(F.leaky_relu(x, 0.1))))))

    def expectation(self, heat):
        """The mean place, -1 to 1, under the map's shares."""
        side = heat.shape[-1]
        share = self.read(heat.flatten(1)).view(-1, side, side)
        axis = torch.linspace(-1, 1, side)
        return torch.stack([(share.sum(1) * axis).sum(1), (share.sum(2) * axis).sum(1)], 1)


LOSSES = {
    "mse": F.mse_loss,
    "huber": F.smooth_l1_loss,
    "sum": lambda outputs, places: F.mse_loss(outputs, places, reduction="sum"),
    # Across and down as if they were two classes.
    "cross entropy": F.cross_entropy,
}


def training(seed, *, samples=800, activation="leaky", down="leaky", depth=0, narrow=None, dropout=0.0,
             read="softmax", last="none", frozen=False, mirrored=0, loss="mse", **change):
    generator = plan.prepare(seed)
    samples = images.hinges(generator, samples, mirrored=mirrored)
    model = Hourglass(10, activation, down, depth, dropout, read, last)
    if narrow is not None:
        for parameter in model.neck.parameters():
            nn.init.uniform_(parameter, -narrow, narrow)
    if frozen:
        model.stem.requires_grad_(False)
    return plan.make(model, samples, LOSSES[loss], seed=seed, **{**PLAN, **change})
