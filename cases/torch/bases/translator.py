"""An encoder and a decoder, both nn.LSTM, put short sequences in order, by teacher forcing; Adam, clipping at 1."""

import random

import torch
from torch import nn

import plan
import symbols
import weights

FAMILY = "recurrent"
SPLIT = "tuning"
PLAN = dict(optimizer="adam", lr=0.01, batch=64, epochs=8, clip=1.0)
OWN_DATA = {"samples", "length"}
START = 0


class Seq2Seq(nn.Module):
    """Takes the source and the target side by side. In training the decoder is told the token before, at other times it
    goes on from its own. seen: "before", or "same", the very token that it is to say."""

    def __init__(self, vocab_size, emb_dim, hid_dim, forcing, context, seen):
        super().__init__()
        self.src_embedding = nn.Embedding(vocab_size, emb_dim)
        self.trg_embedding = nn.Embedding(vocab_size, emb_dim)
        self.encoder = nn.LSTM(emb_dim, hid_dim, batch_first=True)
        self.decoder = nn.LSTM(emb_dim, hid_dim, batch_first=True)
        self.fc_out = nn.Linear(hid_dim, vocab_size)
        self.forcing, self.context, self.seen = forcing, context, seen

    def forward(self, pair):
        src, trg = pair.unbind(1)
        _, state = self.encoder(self.src_embedding(src))
        if not self.context:
            state = None
        if self.training and random.random() < self.forcing:
            told = trg
            if self.seen == "before":
                told = torch.cat([torch.full_like(trg[:, :1], START), trg[:, :-1]], dim=1)
            out, _ = self.decoder(self.trg_embedding(told), state)
            return self.fc_out(out).transpose(1, 2)
        token, steps = torch.full_like(src[:, :1], START), []
        for _ in range(src.size(1)):
            out, state = self.decoder(self.trg_embedding(token), state)
            steps.append(self.fc_out(out))
            token = steps[-1].argmax(-1)
        return torch.cat(steps, dim=1).transpose(1, 2)


def pairs(sources, targets):
    return torch.stack([sources, targets], dim=1)


def training(seed, *, samples=1200, length=8, emb_dim=16, hid_dim=48, forcing=1.0, context=True,
             seen="before", gain=None, embedding=None, forget=None, **change):
    generator = plan.prepare(seed)
    random.seed(seed)
    sources, targets, *other = symbols.sorting(generator, samples, length=length)
    model = Seq2Seq(12, emb_dim, hid_dim, forcing, context, seen)
    if gain is not None:
        weights.scale_weights(model, gain)
    if embedding is not None:
        weights.scale_weights(model.src_embedding, embedding)
        weights.scale_weights(model.trg_embedding, embedding)
    if forget is not None:
        with torch.no_grad():
            for lstm in (model.encoder, model.decoder):
                lstm.bias_ih_l0[hid_dim:2 * hid_dim] = forget
    samples = pairs(sources, targets), targets, pairs(*other), other[1]
    return plan.make(model, samples, nn.CrossEntropyLoss(), seed=seed, accuracy=plan.top1, **{**PLAN, **change})
