"""Two Mamba blocks, whose state keeps what it selects, tell if a pupil can do the next exercise; AdamW, clipping."""

import math

import torch
from torch import nn
from torch.nn import functional as F

import plan
import symbols
import weights

FAMILY = "recurrent"
SPLIT = "tuning"
PLAN = dict(optimizer="adamw", lr=0.015, batch=25, epochs=10, weight_decay=0.01, clip=1.0, warm_up=10,
            schedule="cosine")
OWN_DATA = {"samples", "augmented"}
SKILLS = 4
ACTIVATIONS = {"silu": F.silu, "tanh": torch.tanh}


class RMSNorm(nn.Module):
    def __init__(self, dim):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(dim))

    def forward(self, x):
        return x * torch.rsqrt((x ** 2).mean(-1, keepdim=True) + 1e-5) * self.weight


class Mamba(nn.Module):
    """inner: how many channels the causal kernels and the state have. times: what is before their activation function
    is multiplied by."""

    def __init__(self, dim, inner, activation, times, state=4, rank=2):
        super().__init__()
        self.inner, self.state, self.rank = inner, state, rank
        self.in_proj = nn.Linear(dim, 2 * inner, bias=False)
        self.conv1d = nn.Conv1d(inner, inner, 3, groups=inner, padding=2)
        self.x_proj = nn.Linear(inner, rank + 2 * state, bias=False)
        self.dt_proj = nn.Linear(rank, inner)
        dt = 0.05 * torch.exp(torch.rand(inner) * math.log(20.0))
        self.dt_proj.bias.data = dt + torch.log(-torch.expm1(-dt))
        self.A_log = nn.Parameter(torch.arange(1.0, state + 1).log().repeat(inner, 1))
        self.D = nn.Parameter(torch.ones(inner))
        self.out_proj = nn.Linear(inner, dim, bias=False)
        self.activation, self.times = ACTIVATIONS[activation], times

    def scan(self, x):
        dt, B, C = self.x_proj(x).split([self.rank, self.state, self.state], dim=2)
        dt = F.softplus(self.dt_proj(dt)).unsqueeze(3)
        keep = torch.exp(-dt * self.A_log.exp())
        add = dt * B.unsqueeze(2) * x.unsqueeze(3)
        h, states = torch.zeros_like(keep[:, 0]), []
        for t in range(x.shape[1]):
            h = keep[:, t] * h + add[:, t]
            states.append(h)
        return (torch.stack(states, 1) * C.unsqueeze(2)).sum(3) + self.D * x

    def forward(self, x):
        x, z = self.in_proj(x).chunk(2, dim=2)
        x = self.conv1d(x.transpose(1, 2))[:, :, :z.shape[1]].transpose(1, 2)
        y = self.scan(self.activation(self.times * x))
        return self.out_proj(y * self.activation(self.times * z))


class Tracer(nn.Module):
    def __init__(self, *, inner, activation, times, dropout, dim=12):
        super().__init__()
        self.answers = nn.Embedding(2 * SKILLS, dim)
        self.asked = nn.Embedding(SKILLS, dim)
        self.layers = nn.ModuleList(Mamba(dim, inner, activation, times) for _ in range(2))
        self.norms = nn.ModuleList(RMSNorm(dim) for _ in range(2))
        self.norm_f = RMSNorm(dim)
        self.dropout = nn.Dropout(dropout)
        self.head = nn.Linear(dim, 1)

    def forward(self, steps):
        skill, right, following = steps.unbind(2)
        x = self.answers(skill + SKILLS * right) + self.asked(following)
        for norm, layer in zip(self.norms, self.layers):
            x = x + self.dropout(layer(norm(x)))
        return self.head(self.dropout(self.norm_f(x))).squeeze(2)


LOSSES = {
    "bce": F.binary_cross_entropy_with_logits,
    "sum": lambda outputs, right: F.binary_cross_entropy_with_logits(outputs, right, reduction="sum"),
    "smoothing": lambda outputs, right: F.binary_cross_entropy_with_logits(outputs, 0.05 + 0.9 * right),
}


def training(seed, *, samples=800, rare=None, augmented="no", inner=16, activation="silu", times=1.0, dropout=0.0,
             gain=None, frozen=None, loss="bce", labels="true", **change):
    """gain: a part of the network, and what its weights are multiplied by. frozen: the part that stays as it was
    drawn."""
    generator = plan.prepare(seed)
    samples = symbols.pupils(generator, samples, skills=SKILLS, rare=rare, augmented=augmented, labels=labels)
    model = Tracer(inner=inner, activation=activation, times=times, dropout=dropout)
    if gain is not None:
        part, factor = gain
        weights.scale_weights(model.get_submodule(part), factor)
    if frozen is not None:
        model.get_submodule(frozen).requires_grad_(False)
    return plan.make(model, samples, LOSSES[loss], seed=seed, accuracy=plan.sign, **{**PLAN, **change})
