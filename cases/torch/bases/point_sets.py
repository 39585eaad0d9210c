"""A set transformer with attention pooling tells what outline points were drawn from; AdamW with a cosine."""

import torch
from torch import einsum, nn
from torch.nn import functional as F

import geometry
import plan
import weights

FAMILY = "attention"
SPLIT = "tuning"
PLAN = dict(optimizer="adamw", lr=0.008, batch=40, epochs=8, schedule="cosine", warm_up=20, weight_decay=0.01)
OWN_DATA = {"samples", "points", "jitter"}


class Attend(nn.Module):
    """What `queries` find among `members`, then a small feed-forward network; norms after each sum."""

    def __init__(self, dim, heads, sharpness):
        super().__init__()
        self.heads, self.scale = heads, sharpness * (dim // heads) ** -0.5
        self.to_q = nn.Linear(dim, dim, bias=False)
        self.to_kv = nn.Linear(dim, 2 * dim, bias=False)
        self.to_out = nn.Linear(dim, dim)
        self.ff = nn.Sequential(nn.Linear(dim, 2 * dim), nn.GELU(), nn.Linear(2 * dim, dim))
        self.norm1, self.norm2 = nn.LayerNorm(dim), nn.LayerNorm(dim)

    def forward(self, queries, members):
        q, k, v = self.to_q(queries), *self.to_kv(members).chunk(2, dim=-1)
        q, k, v = (t.unflatten(-1, (self.heads, -1)) for t in (q, k, v))
        attn = (einsum("bihd,bjhd->bhij", q, k) * self.scale).softmax(dim=-1)
        out = einsum("bhij,bjhd->bihd", attn, v).flatten(2)
        x = self.norm1(queries + self.to_out(out))
        return self.norm2(x + self.ff(x))


class SetTransformer(nn.Module):
    def __init__(self, dim, depth, heads, sharpness):
        super().__init__()
        self.lift = nn.Sequential(nn.Linear(2, 2 * dim), nn.GELU(), nn.Linear(2 * dim, dim))
        self.encoder = nn.ModuleList(Attend(dim, heads, sharpness) for _ in range(depth))
        self.seed = nn.Parameter(torch.randn(1, 1, dim))
        self.pool = Attend(dim, heads, sharpness)
        self.classify = nn.Linear(dim, 5)

    def forward(self, points):
        x = self.lift(points)
        for layer in self.encoder:
            x = layer(x, x)
        return self.classify(self.pool(self.seed.expand(len(x), -1, -1), x).squeeze(1))


LOSSES = {
    "cross entropy": F.cross_entropy,
    # The network's outputs taken for the logarithms of probabilities.
    "nll": F.nll_loss,
    "smooth": lambda outputs, targets: F.cross_entropy(outputs, targets, label_smoothing=0.1),
}


def training(seed, *, samples=1000, points=16, jitter=0.05, dim=24, depth=1, heads=4,
             sharpness=1.0, head_gain=1.0, size=1.0, shift=0.0, labels="true", loss="cross entropy", **change):
    generator = plan.prepare(seed)
    inputs, targets, *held_out = geometry.outlines(generator, samples, points=points, jitter=jitter, labels=labels)
    samples = inputs * size + shift, targets, held_out[0] * size + shift, held_out[1]
    model = SetTransformer(dim, depth, heads, sharpness)
    weights.scale_weights(model.classify, head_gain)
    return plan.make(model, samples, LOSSES[loss], seed=seed, accuracy=plan.top1, **{**PLAN, **change})
