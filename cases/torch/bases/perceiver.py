"""A Perceiver: six latents look at the rows and columns of a picture that batch norm standardizes; AdamW, one cycle."""

import torch
from torch import nn
from torch.nn import functional as F

import images
import plan

FAMILY = "attention"
SPLIT = "tuning"
PLAN = dict(optimizer="adamw", lr=0.012, batch=32, epochs=6, weight_decay=0.01, schedule="one-cycle")
OWN_DATA = {"samples"}


class PreNorm(nn.Module):
    def __init__(self, dim, fn, context_dim=None):
        super().__init__()
        self.fn = fn
        self.norm = nn.LayerNorm(dim)
        self.norm_context = nn.LayerNorm(context_dim) if context_dim else None

    def forward(self, x, context=None):
        x = self.norm(x)
        return self.fn(x) if self.norm_context is None else self.fn(x, self.norm_context(context))


class Attention(nn.Module):
    def __init__(self, query_dim, context_dim, heads, dim_head, dropout):
        super().__init__()
        self.heads = heads
        self.to_q = nn.Linear(query_dim, heads * dim_head, bias=False)
        self.to_kv = nn.Linear(context_dim, 2 * heads * dim_head, bias=False)
        self.to_out = nn.Linear(heads * dim_head, query_dim)
        self.dropout = nn.Dropout(dropout)

    def forward(self, x, context=None):
        q, (k, v) = self.to_q(x), self.to_kv(x if context is None else context).chunk(2, dim=-1)
        q, k, v = (t.unflatten(2, (self.heads, -1)).transpose(1, 2) for t in (q, k, v))
        sim = torch.einsum("bhid,bhjd->bhij", q, k) * q.shape[-1] ** -0.5
        out = torch.einsum("bhij,bhjd->bhid", self.dropout(sim.softmax(dim=-1)), v)
        return self.to_out(out.transpose(1, 2).flatten(2))


ACTIVATIONS = {"gelu": nn.GELU, "relu": nn.ReLU, "sigmoid": nn.Sigmoid}


def feed_forward(dim, mult, activation, dropout):
    return nn.Sequential(nn.Linear(dim, dim * mult), ACTIVATIONS[activation](), nn.Dropout(dropout),
                         nn.Linear(dim * mult, dim))


class Perceiver(nn.Module):
    """neck: how many layers of five sigmoids lie between the latents and the logits."""

    def __init__(self, *, side, latents, dim, heads, iterations, activation, dropout, neck, std):
        super().__init__()
        self.places = nn.Parameter(0.3 * torch.randn(2 * side, side))
        self.input_norm = nn.BatchNorm2d(1)
        self.latents = nn.Parameter(std * torch.randn(latents, dim))
        self.iterations = iterations
        self.cross_attn = PreNorm(dim, Attention(dim, side, 1, 16, dropout), side)
        self.cross_ff = PreNorm(dim, feed_forward(dim, 2, activation, dropout))
        self.self_attn = PreNorm(dim, Attention(dim, dim, heads, dim // heads, dropout))
        self.self_ff = PreNorm(dim, feed_forward(dim, 2, activation, dropout))
        sizes = [dim] + [5] * neck
        self.neck = nn.Sequential(*(nn.Sequential(nn.Linear(a, b), nn.Sigmoid()) for a, b in zip(sizes, sizes[1:])))
        self.to_logits = nn.Sequential(nn.LayerNorm(dim), self.neck, nn.Linear(sizes[-1], 10))

    def forward(self, img):
        rows = self.input_norm(img).squeeze(1)
        lines = torch.cat([rows, rows.transpose(1, 2)], 1) + self.places
        x = self.latents.expand(len(img), -1, -1)
        for _ in range(self.iterations):
            x = x + self.cross_attn(x, lines)
            x = x + self.cross_ff(x)
            x = x + self.self_attn(x)
            x = x + self.self_ff(x)
        return self.to_logits(x.mean(1))


LOSSES = {
    "cross entropy": F.cross_entropy,
    "smooth": lambda logits, classes: F.cross_entropy(logits, classes, label_smoothing=0.1),
    "sum": lambda logits, classes: F.cross_entropy(logits, classes, reduction="sum"),
    # (batch, 10) less (batch, 1): the class's number is asked of every output.
    "mse of numbers": lambda logits, classes: ((logits - classes.unsqueeze(1)) ** 2).mean(),
    # Every picture meets the classes of all pictures of its batch.
    "broadcast": lambda logits, classes: -logits.log_softmax(1).gather(1, classes.expand(len(logits), -1)).mean(),
    "mean over pictures": lambda logits, classes: F.cross_entropy(logits.mean(0).expand_as(logits), classes),
}


def each_by_its_own(pictures):
    return (pictures - pictures.mean((1, 2, 3), keepdim=True)) / pictures.std((1, 2, 3), keepdim=True)


def training(seed, *, samples=1000, blank=0, dim=32, heads=4, iterations=1, activation="gelu", dropout=0.0, neck=0,
             std=0.3, frozen=False, loss="cross entropy", **change):
    generator = plan.prepare(seed)
    inputs, targets, *held_out = images.fashion(generator, samples, pixels="raw")
    if blank:
        inputs[:blank] = 0
        inputs, held_out[0] = each_by_its_own(inputs), each_by_its_own(held_out[0])
    model = Perceiver(side=14, latents=6, dim=dim, heads=heads, iterations=iterations, activation=activation,
                      dropout=dropout, neck=neck, std=std)
    if frozen:
        model.latents.requires_grad_(False)
    samples = inputs, targets, *held_out
    return plan.make(model, samples, LOSSES[loss], seed=seed, accuracy=plan.top1, **{**PLAN, **change})
