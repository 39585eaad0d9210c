"""A Swin transformer (windows, then shifted ones) says how far a picture of clothes was turned; AdamW, cosine."""

import torch
from torch import nn
from torch.nn import functional as F

import images
import plan

FAMILY = "attention"
SPLIT = "tuning"
PLAN = dict(optimizer="adamw", lr=0.003, batch=32, epochs=4, weight_decay=0.05, schedule="cosine", warm_up=20)
OWN_DATA = {"samples"}
WINDOW = 2


class WindowAttention(nn.Module):
    """Within each window, with a bias for every way in which two of its places can lie to each other."""

    def __init__(self, dim, heads, shift):
        super().__init__()
        self.heads, self.shift = heads, shift
        self.qkv = nn.Linear(dim, 3 * dim)
        self.proj = nn.Linear(dim, dim)
        self.bias_table = nn.Parameter(torch.zeros((2 * WINDOW - 1) ** 2, heads))
        place = torch.stack(torch.meshgrid(torch.arange(WINDOW), torch.arange(WINDOW), indexing="ij")).flatten(1)
        away = place.unsqueeze(2) - place.unsqueeze(1) + WINDOW - 1
        self.register_buffer("away", away[0] * (2 * WINDOW - 1) + away[1])

    def mask(self, side):
        """-100 where two places of a window come from opposite edges."""
        part = (torch.arange(side) >= side - WINDOW).long() + (torch.arange(side) >= side - self.shift).long()
        region = windows((3 * part.unsqueeze(1) + part).view(1, side, side, 1)).squeeze(2)
        return -100.0 * (region.unsqueeze(1) != region.unsqueeze(2)).float()

    def forward(self, x):
        batch, side, _, dim = x.shape
        if self.shift:
            x = x.roll((-self.shift, -self.shift), (1, 2))
        x = windows(x)
        q, k, v = self.qkv(x).unflatten(2, (3, self.heads, -1)).permute(2, 0, 3, 1, 4)
        scores = q @ k.transpose(2, 3) * q.shape[-1] ** -0.5 + self.bias_table[self.away].permute(2, 0, 1)
        if self.shift:
            scores = (scores.unflatten(0, (batch, -1)) + self.mask(side).unsqueeze(1)).flatten(0, 1)
        x = self.proj((scores.softmax(3) @ v).transpose(1, 2).flatten(2))
        x = x.view(batch, side // WINDOW, side // WINDOW, WINDOW, WINDOW, dim).transpose(2, 3)
        x = x.reshape(batch, side, side, dim)
        return x.roll((self.shift, self.shift), (1, 2)) if self.shift else x


def windows(x):
    """(batch, side, side, dim) to (batch * windows, places, dim)."""
    x = x.unflatten(1, (-1, WINDOW)).unflatten(3, (-1, WINDOW)).transpose(2, 3)
    return x.reshape(-1, WINDOW ** 2, x.shape[-1])


ACTIVATIONS = {"relu": nn.ReLU, "softmax": lambda: nn.Softmax(dim=1)}


class SwinBlock(nn.Module):
    """layer_scale: where the factors of both branches start, if there are any."""

    def __init__(self, dim, heads, shift, layer_scale, dropout):
        super().__init__()
        self.norm1, self.norm2 = nn.LayerNorm(dim), nn.LayerNorm(dim)
        self.attn = WindowAttention(dim, heads, shift)
        self.mlp = nn.Sequential(nn.Linear(dim, 2 * dim), nn.GELU(), nn.Dropout(dropout),
                                 nn.Linear(2 * dim, dim))
        self.gammas = [1.0, 1.0]
        if layer_scale is not None:
            self.gammas = nn.ParameterList(nn.Parameter(torch.full((dim,), layer_scale)) for _ in range(2))

    def forward(self, x):
        x = x + self.gammas[0] * self.attn(self.norm1(x))
        return x + self.gammas[1] * self.mlp(self.norm2(x))


class PatchMerging(nn.Module):
    def __init__(self, dim):
        super().__init__()
        self.norm = nn.LayerNorm(4 * dim)
        self.reduction = nn.Linear(4 * dim, 2 * dim, bias=False)

    def forward(self, x):
        x = torch.cat([x[:, 0::2, 0::2], x[:, 1::2, 0::2], x[:, 0::2, 1::2], x[:, 1::2, 1::2]], -1)
        return self.reduction(self.norm(x))


class Swin(nn.Module):
    """A stem of two convolutions, two blocks on 4 x 4 places, one on 2 x 2. neck: how many layers of five ReLUs lie
    before the logits."""

    def __init__(self, *, dim, heads, activation, layer_scale, dropout, neck, scale):
        super().__init__()
        self.stem = nn.Sequential(nn.Conv2d(1, 12, 3, stride=2, padding=2), ACTIVATIONS[activation](),
                                  nn.Conv2d(12, dim, 2, stride=2))
        self.blocks = nn.Sequential(SwinBlock(dim, heads, 0, layer_scale, dropout),
                                    SwinBlock(dim, heads, WINDOW // 2, layer_scale, dropout), PatchMerging(dim),
                                    SwinBlock(2 * dim, heads, 0, layer_scale, dropout))
        self.norm = nn.LayerNorm(2 * dim)
        sizes = [2 * dim] + [5] * neck
        self.neck = nn.Sequential(*(nn.Sequential(nn.Linear(a, b), nn.ReLU()) for a, b in zip(sizes, sizes[1:])))
        self.head = nn.Linear(sizes[-1], 4)
        self.scale = scale

    def forward(self, pictures):
        x = self.blocks(self.stem(pictures).permute(0, 2, 3, 1))
        return self.head(self.neck(self.norm(x).mean((1, 2)))) * self.scale


LOSSES = {
    "cross entropy": F.cross_entropy,
    "smooth": lambda logits, turns: F.cross_entropy(logits, turns, label_smoothing=0.1),
    "sum": lambda logits, turns: F.cross_entropy(logits, turns, reduction="sum"),
    # Every picture meets the turns of all pictures of its batch.
    "broadcast": lambda logits, turns: -logits.log_softmax(1).gather(1, turns.expand(len(logits), -1)).mean(),
}


def training(seed, *, samples=1400, activation="relu", layer_scale=None, dropout=0.0, neck=0, scale=1.0, bias=None,
             frozen=False, loss="cross entropy", **change):
    generator = plan.prepare(seed)
    samples = images.turns(generator, samples)
    model = Swin(dim=24, heads=3, activation=activation, layer_scale=layer_scale, dropout=dropout, neck=neck,
                 scale=scale)
    with torch.no_grad():
        for parameter in model.neck.parameters():
            parameter.uniform_(-0.05, 0.05)
        if bias is not None:
            model.stem[0].bias.fill_(bias)
    if frozen:
        model.stem.requires_grad_(False)
    return plan.make(model, samples, LOSSES[loss], seed=seed, accuracy=plan.top1, **{**PLAN, **change})
