"""Axial attention along rows and columns tells what belongs into the empty places of Latin squares; RAdam."""

import torch
from torch import nn
from torch.nn import functional as F

import plan
import symbols
import weights

FAMILY = "attention"
SPLIT = "tuning"
PLAN = dict(optimizer="radam", lr=0.005, batch=32, epochs=8)
OWN_DATA = {"samples"}
SIDE = 4

ACTIVATIONS = {"gelu": nn.GELU, "relu": nn.ReLU, "tanh": nn.Tanh, "none": nn.Identity}


class SelfAttention(nn.Module):
    def __init__(self, dim, heads):
        super().__init__()
        self.heads = heads
        self.to_q = nn.Linear(dim, dim, bias=False)
        self.to_kv = nn.Linear(dim, 2 * dim, bias=False)
        self.to_out = nn.Linear(dim, dim)

    def forward(self, x):
        q, k, v = (self.to_q(x), *self.to_kv(x).chunk(2, dim=-1))
        q, k, v = (t.unflatten(-1, (self.heads, -1)).transpose(-3, -2) for t in (q, k, v))
        dots = torch.einsum("...ie,...je->...ij", q, k) * q.shape[-1] ** -0.5
        out = torch.einsum("...ij,...je->...ie", dots.softmax(dim=-1), v)
        return self.to_out(out.transpose(-3, -2).flatten(-2))


class AxialBlock(nn.Module):
    """Each place looks along its row and along its column; what it sees is added."""

    def __init__(self, dim, heads, activation, dropout):
        super().__init__()
        self.norm1, self.norm2 = nn.LayerNorm(dim), nn.LayerNorm(dim)
        self.row_attn, self.col_attn = SelfAttention(dim, heads), SelfAttention(dim, heads)
        self.ff = nn.Sequential(nn.Linear(dim, 2 * dim), ACTIVATIONS[activation](), nn.Dropout(dropout),
                                nn.Linear(2 * dim, dim))

    def forward(self, x):
        y = self.norm1(x)
        x = x + self.row_attn(y) + self.col_attn(y.transpose(1, 2)).transpose(1, 2)
        return x + self.ff(self.norm2(x))


class AxialTransformer(nn.Module):
    """Gives logits (squares, SIDE, empty places). neck: the number of layers of 128 ReLUs before them."""

    def __init__(self, *, dim, heads, activation, dropout, neck, depth=2):
        super().__init__()
        self.token_emb = nn.Embedding(SIDE + 1, dim)
        self.row_emb = nn.Parameter(0.02 * torch.randn(SIDE, 1, dim))
        self.col_emb = nn.Parameter(0.02 * torch.randn(1, SIDE, dim))
        self.blocks = nn.Sequential(*(AxialBlock(dim, heads, activation, dropout) for _ in range(depth)))
        self.norm = nn.LayerNorm(dim)
        sizes = [dim] + [128] * neck
        self.neck = nn.Sequential(*(nn.Sequential(nn.Linear(a, b), nn.ReLU()) for a, b in zip(sizes, sizes[1:])))
        self.to_logits = nn.Linear(sizes[-1], SIDE)

    def forward(self, squares):
        x = self.blocks(self.token_emb(squares) + self.row_emb + self.col_emb)
        logits = self.to_logits(self.neck(self.norm(x)[squares == 0]))
        return logits.view(len(squares), -1, SIDE).transpose(1, 2)


LOSSES = {
    "cross entropy": F.cross_entropy,
    "smooth": lambda logits, held: F.cross_entropy(logits, held, label_smoothing=0.1),
    "mse": lambda logits, held: F.mse_loss(logits, F.one_hot(held, SIDE).transpose(1, 2).float()),
    # (squares, 4, places) less (squares, 1, places): the number itself is asked of every output.
    "mse of numbers": lambda logits, held: ((logits - held.unsqueeze(1)) ** 2).mean(),
}


def training(seed, *, samples=800, dim=32, heads=2, activation="gelu", dropout=0.0, neck=0, gain=None, std=None,
             untold=None, frozen=False, loss="cross entropy", **change):
    """untold: the part of the network that the optimizer is not told of."""
    generator = plan.prepare(seed)
    samples = symbols.squares(generator, samples)
    model = AxialTransformer(dim=dim, heads=heads, activation=activation, dropout=dropout, neck=neck)
    if gain is not None:
        weights.scale_weights(model, gain)
    if std is not None:
        for parameter in model.parameters():
            nn.init.normal_(parameter, std=std)
    if frozen:
        model.token_emb.requires_grad_(False)
    told = [parameter for name, parameter in model.named_parameters() if untold is None or not name.startswith(untold)]
    return plan.make(model, samples, LOSSES[loss], seed=seed, accuracy=plan.top1, parameters=told, **{**PLAN, **change})
