"""nn.Transformer, an encoder and a decoder, writes dates as digits, whichever way they were written; Adam, warm-up."""

import math

import torch
from torch import nn
from torch.nn import functional as F

import plan
import symbols
import weights

FAMILY = "attention"
SPLIT = "tuning"
PLAN = dict(optimizer="adam", lr=0.01, batch=25, epochs=6, betas=(0.9, 0.98), schedule="cosine", warm_up=30)
OWN_DATA = {"samples"}
WRITTEN = 7


class Places(nn.Module):
    """Sines and cosines, added to x (samples, tokens, width). dimension: the one that is taken to count the tokens."""

    def __init__(self, width, dimension):
        super().__init__()
        angles = torch.arange(1000).unsqueeze(1) / 100 ** (torch.arange(0, width, 2) / width)
        self.register_buffer("table", torch.cat([angles.sin(), angles.cos()], 1))
        self.dimension = dimension

    def forward(self, x):
        return x + self.table[:x.shape[self.dimension]].unsqueeze(1 - self.dimension)


class Writer(nn.Module):
    """hidden: "softmax" for one before the last layer."""

    def __init__(self, width, feed_forward, dropout, dimension, hidden):
        super().__init__()
        self.source, self.target = nn.Embedding(24, width), nn.Embedding(11, width)
        for embedding in (self.source, self.target):
            nn.init.normal_(embedding.weight, std=width ** -0.5)
        self.places = Places(width, dimension)
        self.transformer = nn.Transformer(width, 2, 1, 1, feed_forward, dropout, batch_first=True,
                                          norm_first=True)
        self.output = nn.Linear(width, 10)
        self.hidden = nn.Softmax(dim=2) if hidden == "softmax" else nn.Identity()

    def forward(self, rows):
        written, before = rows[:, :WRITTEN], rows[:, WRITTEN:]
        scale = math.sqrt(self.output.in_features)
        source, target = (self.places(scale * x) for x in (self.source(written), self.target(before)))
        later = self.transformer.generate_square_subsequent_mask(before.shape[1])
        x = self.transformer(source, target, tgt_mask=later, src_key_padding_mask=written == 0,
                             memory_key_padding_mask=written == 0)
        return self.output(self.hidden(x)).transpose(1, 2)


def hinge(outputs, digits):
    """As Keras has it, for targets of -1 and 1."""
    return (1 - outputs * (2 * F.one_hot(digits, 10).transpose(1, 2) - 1)).clamp(min=0).mean()


LOSSES = {
    "cross entropy": F.cross_entropy,
    "smooth": lambda logits, digits: F.cross_entropy(logits, digits, label_smoothing=0.1),
    "sum": lambda logits, digits: F.cross_entropy(logits, digits, reduction="sum"),
    "hinge": hinge,
    # One prediction, the mean over the samples, for all of them.
    "mean over samples": lambda logits, digits: F.cross_entropy(logits.mean(0, keepdim=True).expand_as(logits), digits),
}


def training(seed, *, samples=1000, width=32, feed_forward=64, dropout=0.0, dimension=1, hidden="none",
             embeddings=None, zero_layer=False, frozen=False, loss="cross entropy", **change):
    generator = plan.prepare(seed)
    samples = symbols.dates(generator, samples)
    model = Writer(width, feed_forward, dropout, dimension, hidden)
    if embeddings is not None:
        weights.scale_weights(model.source, embeddings)
        weights.scale_weights(model.target, embeddings)
    if zero_layer:
        weights.scale_weights(model.transformer.encoder.layers[0], 0.0)
    if frozen:
        model.source.requires_grad_(False)
    return plan.make(model, samples, LOSSES[loss], seed=seed, accuracy=plan.top1, **{**PLAN, **change})
