"""A Point Transformer, whose attention has a weight for every channel, tells the forces on charged bodies; Adam."""

from torch import nn
from torch.nn import functional as F

import geometry
import plan

FAMILY = "attention"
SPLIT = "tuning"
PLAN = dict(optimizer="adam", lr=0.008, batch=25, epochs=6, schedule="one-cycle")
OWN_DATA = {"samples", "noise"}


class Exponential(nn.Module):
    def forward(self, x):
        return x.exp()


ACTIVATIONS = {"relu": nn.ReLU, "none": nn.Identity, "exponential": Exponential, "tanh": nn.Tanh}


class PointTransformerLayer(nn.Module):
    """Differences of queries and keys go through a network of their own; so does how two bodies lie to each other.
    over: the dimension of bodies, queries, keys and channels over which the softmax runs."""

    def __init__(self, dim, activation, over):
        super().__init__()
        self.over = over
        self.to_qkv = nn.Linear(dim, 3 * dim, bias=False)
        self.pos_mlp = nn.Sequential(nn.Linear(2, dim), activation(), nn.Linear(dim, dim))
        self.attn_mlp = nn.Sequential(nn.Linear(dim, dim), activation(), nn.Linear(dim, dim))

    def forward(self, x, pos):
        q, k, v = self.to_qkv(x).chunk(3, dim=-1)
        rel_pos = self.pos_mlp(pos[:, :, None] - pos[:, None])
        sim = self.attn_mlp(q[:, :, None] - k[:, None] + rel_pos)
        v = v[:, None] * rel_pos
        return (sim.softmax(dim=self.over) * v).sum(dim=2)


class ForceField(nn.Module):
    def __init__(self, *, layers, inner, activation, last, over, dim=24):
        super().__init__()
        inner, activation = ACTIVATIONS[inner], ACTIVATIONS[activation]
        self.embed = nn.Sequential(nn.Linear(1, dim), activation(), nn.Linear(dim, dim))
        self.layers = nn.ModuleList([PointTransformerLayer(dim, inner, over) for _ in range(layers)])
        self.norms = nn.ModuleList([nn.LayerNorm(dim) for _ in range(layers)])
        self.head = nn.Sequential(nn.Linear(dim, 2 * dim), activation(), nn.Linear(2 * dim, 2), ACTIVATIONS[last]())

    def forward(self, bodies):
        pos, charge = bodies[..., :2], bodies[..., 2:]
        x = self.embed(charge)
        for norm, layer in zip(self.norms, self.layers):
            x = x + layer(norm(x), pos)
        return self.head(x)


LOSSES = {
    "mse": F.mse_loss,
    "huber": F.huber_loss,
    "sum": lambda outputs, forces: F.mse_loss(outputs, forces, reduction="sum"),
}


def training(seed, *, samples=800, noise=0.05, layers=2, inner="relu", activation="relu", last="none", over=2,
             std=None, frozen=False, loss="mse", **change):
    generator = plan.prepare(seed)
    samples = geometry.forces(generator, samples, noise=noise)
    model = ForceField(layers=layers, inner=inner, activation=activation, last=last, over=over)
    if std is not None:
        for parameter in model.parameters():
            nn.init.normal_(parameter, std=std)
    if frozen:
        model.embed.requires_grad_(False)
    return plan.make(model, samples, LOSSES[loss], seed=seed, **{**PLAN, **change})
