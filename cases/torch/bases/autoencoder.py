"""An autoencoder of pictures of 14 x 14 with twelve numbers in its middle and a sigmoid at its end, Adam."""

import torch
from torch import nn
from torch.nn import functional as F

import images
import plan
import weights

FAMILY = "convolutional"
SPLIT = "tuning"
PLAN = dict(optimizer="adam", lr=0.003, batch=32, epochs=16)
OWN_DATA = {"samples"}

ACTIVATIONS = {"relu": nn.ReLU, "elu": nn.ELU, "tanh": nn.Tanh, "sigmoid": nn.Sigmoid, "identity": nn.Identity}


class Autoencoder(nn.Module):
    def __init__(self, code, activation, output, noise, detach):
        super().__init__()
        between = ACTIVATIONS[activation]
        self.encoder = nn.Sequential(
            nn.Conv2d(1, 8, 3, stride=2, padding=1), between(),
            nn.Conv2d(8, 16, 3, stride=2, padding=1), between(),
            nn.Flatten(), nn.Linear(256, code))
        self.decoder = nn.Sequential(
            nn.Linear(code, 256), between(), nn.Unflatten(1, (16, 4, 4)),
            nn.ConvTranspose2d(16, 8, 3, stride=2, padding=1), between(),
            nn.ConvTranspose2d(8, 1, 4, stride=2, padding=1), ACTIVATIONS[output]())
        self.noise = noise
        self.detach = detach

    def forward(self, pictures):
        if self.training and self.noise:
            pictures = pictures + self.noise * torch.randn_like(pictures)
        code = self.encoder(pictures)
        return self.decoder(code.detach() if self.detach else code)


def training(seed, *, samples=1200, code=12, activation="relu", output="sigmoid", noise=0.0, detach=False,
             gain=None, bias=None, pixels="unit", **change):
    generator = plan.prepare(seed)
    inputs, _, held_out, _ = images.fashion(generator, samples, pixels=pixels)
    model = Autoencoder(code, activation, output, noise, detach)
    if gain is not None:
        weights.scale_weights(model, gain)
    if bias is not None:
        weights.set_biases(model, bias)
    return plan.make(model, (inputs, inputs, held_out, held_out), F.mse_loss, seed=seed, **{**PLAN, **change})
