"""A Graphormer, attention biased by the bonds between atoms, tells a molecule's energy; L1 loss, Adam that decays."""

from torch import nn
from torch.nn import functional as F

import geometry
import plan
import weights

FAMILY = "attention"
SPLIT = "tuning"
PLAN = dict(optimizer="adam", lr=0.006, batch=32, epochs=6, schedule="exponential", decay=0.988)
OWN_DATA = {"samples"}
FAR = 12


class BiasedAttention(nn.Module):
    """over: the dimension of the scores over which the softmax runs."""

    def __init__(self, dim, heads, over):
        super().__init__()
        self.heads, self.over = heads, over
        self.to_qkv = nn.Linear(dim, 3 * dim)
        self.out = nn.Linear(dim, dim)

    def forward(self, x, bias):
        q, k, v = (t.unflatten(2, (self.heads, -1)).transpose(1, 2) for t in self.to_qkv(x).chunk(3, dim=2))
        scores = q @ k.transpose(2, 3) / q.shape[-1] ** 0.5 + bias
        return self.out((scores.softmax(dim=self.over) @ v).transpose(1, 2).flatten(2))


class GraphormerLayer(nn.Module):
    def __init__(self, dim, heads, over, dropout):
        super().__init__()
        self.attn_norm = nn.LayerNorm(dim)
        self.attn = BiasedAttention(dim, heads, over)
        self.ffn = nn.Sequential(nn.LayerNorm(dim), nn.Linear(dim, 2 * dim), nn.GELU(), nn.Linear(2 * dim, dim))
        self.dropout = nn.Dropout(dropout)

    def forward(self, x, bias):
        x = x + self.dropout(self.attn(self.attn_norm(x), bias))
        return x + self.dropout(self.ffn(x))


class Graphormer(nn.Module):
    """sizes: those of hidden layers of the readout, which every atom goes through before the sum."""

    def __init__(self, *, dim=32, heads=4, layers=2, over=-1, dropout=0.0, sizes=(32,), activation=nn.SiLU):
        super().__init__()
        self.atom_encoder = nn.Embedding(geometry.ATOM_KINDS + 1, dim, padding_idx=0)
        self.degree_encoder = nn.Embedding(10, dim)
        self.distance_bias = nn.Embedding(FAR, heads)
        self.layers = nn.ModuleList([GraphormerLayer(dim, heads, over, dropout) for _ in range(layers)])
        self.norm = nn.LayerNorm(dim)
        readout = []
        for inputs, outputs in zip((dim, *sizes), sizes):
            readout += [nn.Linear(inputs, outputs), activation()]
        self.readout = nn.Sequential(*readout, nn.Linear(sizes[-1], 1))

    def forward(self, rows):
        kinds, distances = rows[:, :, 0], rows[:, :, 1:].clamp(max=FAR - 1)
        there = kinds > 0
        bias = self.distance_bias(distances).permute(0, 3, 1, 2)
        bias = bias.masked_fill(~there[:, None, None, :], -1e4)
        x = self.atom_encoder(kinds) + self.degree_encoder((distances == 2).sum(2))
        for layer in self.layers:
            x = layer(x, bias)
        return (self.readout(self.norm(x)) * there.unsqueeze(2)).sum(1)


LOSSES = {
    "l1": nn.L1Loss(),
    "huber": nn.HuberLoss(),
    "sum": nn.L1Loss(reduction="sum"),
    "a thousandth": lambda outputs, energies: 0.001 * F.l1_loss(outputs, energies),
    # (batch, 1) less (batch): every molecule meets the energies of all molecules of its batch.
    "broadcast": lambda outputs, energies: (outputs - energies.squeeze(1)).abs().mean(),
}
ACTIVATIONS = {"silu": nn.SiLU, "sigmoid": nn.Sigmoid}


def training(seed, *, samples=800, over=-1, dropout=0.0, sizes=(32,), activation="silu", fill=None,
             zero=(), frozen=False, loss="l1", **change):
    generator = plan.prepare(seed)
    model = Graphormer(over=over, dropout=dropout, sizes=sizes, activation=ACTIVATIONS[activation])
    if fill is not None:
        weights.fill_weights(model, fill)
    for part in zero:
        nn.init.zeros_(getattr(model, part).weight)
    if frozen:
        model.layers[0].attn.requires_grad_(False)
    return plan.make(model, geometry.molecules(generator, samples), LOSSES[loss], seed=seed, **{**PLAN, **change})
