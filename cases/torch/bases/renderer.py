"""Transposed convolutions draw a disc from four numbers that describe it; regression, Adam that decays."""

from torch import nn

import images
import plan

FAMILY = "convolutional"
SPLIT = "tuning"
PLAN = dict(optimizer="adam", lr=0.01, batch=32, epochs=6, betas=(0.5, 0.999), schedule="exponential", decay=0.99)
OWN_DATA = {"samples"}
ACTS = {"leaky": lambda: nn.LeakyReLU(0.2, inplace=True), "sigmoid": nn.Sigmoid}


class Generator(nn.Module):
    def __init__(self, nz=4, ngf=8, act="leaky", norm=False):
        super().__init__()
        self.ngf = ngf
        self.project = nn.Sequential(nn.Linear(nz, 48), ACTS[act](), nn.Linear(48, 2 * ngf * 9), ACTS[act]())
        blocks = [nn.ConvTranspose2d(2 * ngf, ngf, 4, 2, 1)]
        if norm:
            blocks.append(nn.BatchNorm2d(ngf))
        blocks += [ACTS[act](), nn.ConvTranspose2d(ngf, ngf, 4, 2, 1), ACTS[act](), nn.Conv2d(ngf, 1, 3, padding=1)]
        self.main = nn.Sequential(*blocks)

    def forward(self, z):
        return self.main(self.project(z).view(-1, 2 * self.ngf, 3, 3))


def normal_init(model, std):
    """As it is often copied, whatever the network."""
    for m in model.modules():
        if isinstance(m, (nn.Linear, nn.Conv2d, nn.ConvTranspose2d)):
            nn.init.normal_(m.weight, 0.0, std)
            nn.init.zeros_(m.bias)


LOSSES = {
    "mse": nn.MSELoss(),
    "l1": nn.L1Loss(),
    # (batch, 1, 12, 12) against (batch, 12, 12): every picture is compared with every target.
    "broadcast": lambda fake, real: ((fake - real.squeeze(1)) ** 2).mean(),
    "sum": lambda fake, real: nn.functional.mse_loss(fake, real, reduction="sum") / len(fake),
}


def training(seed, *, samples=800, act="leaky", norm=False, std=None, origin=0.0, offset=0.0, scale=1.0,
             only=None, loss="mse", **change):
    rng = plan.prepare(seed)
    z, x, z_val, x_val = images.discs(rng, samples)
    net = Generator(act=act, norm=norm)
    if std is not None:
        normal_init(net, std)
    params = getattr(net, only).parameters() if only else net.parameters()
    dataset = z + origin, scale * x + offset, z_val + origin, scale * x_val + offset
    return plan.make(net, dataset, LOSSES[loss], seed=seed, parameters=list(params), **{**PLAN, **change})
