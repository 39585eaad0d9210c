"""A memory network of two hops reads who went where and says where one of them is now; Adam that decays in steps."""

import torch
from torch import nn
from torch.nn import functional as F

import plan
import symbols

FAMILY = "attention"
SPLIT = "tuning"
PLAN = dict(optimizer="adam", lr=0.01, batch=32, epochs=10, schedule="step", decay=0.5, every=90, clip=40.0)
OWN_DATA = {"samples"}
WORDS, SENTENCES, ROOMS = 14, 6, 6


class OwnSoftmax(torch.autograd.Function):
    """Over the last dimension. The gradient is y (g - sum of y g)."""

    @staticmethod
    def forward(ctx, scores):
        y = (scores - scores.amax(-1, keepdim=True)).exp()
        y = y / y.sum(-1, keepdim=True)
        ctx.save_for_backward(y)
        return y

    @staticmethod
    def backward(ctx, g):
        y, = ctx.saved_tensors
        return y * (g - (y * g).sum(-1, keepdim=True))


class HalfSoftmax(OwnSoftmax):
    """Its gradient leaves out that the outputs share one sum."""

    @staticmethod
    def backward(ctx, g):
        y, = ctx.saved_tensors
        return y * g


SOFTMAX = {
    "sentences": lambda scores: F.softmax(scores, dim=1),
    "samples": lambda scores: F.softmax(scores, dim=0),
    "own": OwnSoftmax.apply,
    "own, half a gradient": HalfSoftmax.apply,
}
HIDDEN = {"none": nn.Identity, "relu": nn.ReLU, "softmax": lambda: nn.Softmax(dim=1)}


class MemN2N(nn.Module):
    """Layer-wise tied: the same embeddings at every hop, and a linear map of the state between hops."""

    def __init__(self, vocab, dim, hops, sentences, softmax, hidden, norm):
        super().__init__()
        self.A = nn.Embedding(vocab, dim)
        self.C = nn.Embedding(vocab, dim)
        self.B = nn.Embedding(vocab, dim)
        self.TA = nn.Parameter(torch.empty(sentences, dim))
        self.TC = nn.Parameter(torch.empty(sentences, dim))
        self.H = nn.Linear(dim, dim, bias=False)
        self.W = nn.Linear(dim, ROOMS, bias=False)
        for p in self.parameters():
            nn.init.normal_(p, std=0.1)
        self.hops, self.softmax = hops, SOFTMAX[softmax]
        self.hidden = HIDDEN[hidden]()
        self.norm = nn.BatchNorm1d(dim) if norm == "batch" else nn.Identity()

    def forward(self, rows):
        story, question = rows[:, :-1].unflatten(1, (-1, 3)), rows[:, -1]
        m = self.A(story).sum(2) + self.TA
        c = self.C(story).sum(2) + self.TC
        u = self.B(question)
        for _ in range(self.hops):
            p = self.softmax((m @ u.unsqueeze(2)).squeeze(2))
            o = (p.unsqueeze(2) * c).sum(1)
            u = self.hidden(self.norm(self.H(u) + o))
        return self.W(u)


LOSSES = {
    "cross entropy": F.cross_entropy,
    "smooth": lambda logits, rooms: F.cross_entropy(logits, rooms, label_smoothing=0.1),
    "sum": lambda logits, rooms: F.cross_entropy(logits, rooms, reduction="sum"),
    "l1": lambda logits, rooms: F.l1_loss(logits, F.one_hot(rooms, ROOMS).float()),
}


def training(seed, *, samples=1000, labels="true", attend="sentences", hidden="none", norm="none", frozen=False,
             loss="cross entropy", **change):
    generator = plan.prepare(seed)
    samples = symbols.stories(generator, samples, sentences=SENTENCES, labels=labels)
    model = MemN2N(WORDS, dim=24, hops=2, sentences=SENTENCES, softmax=attend, hidden=hidden, norm=norm)
    if frozen:
        model.B.requires_grad_(False)
    return plan.make(model, samples, LOSSES[loss], seed=seed, accuracy=plan.top1, **{**PLAN, **change})
