"""A Conformer (attention and a depthwise convolution between two halves of a feed-forward layer) hears words; AdamW."""

import torch
from torch import nn
from torch.nn import functional as F

import plan
import sounds

FAMILY = "attention"
SPLIT = "tuning"
PLAN = dict(optimizer="adamw", lr=0.005, batch=40, epochs=10, weight_decay=0.01, schedule="cosine", warm_up=20)
OWN_DATA = {"samples"}
WORDS = 6
ACTIVATIONS = {"swish": nn.SiLU, "none": nn.Identity, "gelu": nn.GELU}
NECKS = {"relu": nn.ReLU, "sigmoid": nn.Sigmoid}


class FeedForward(nn.Sequential):
    def __init__(self, dim, activation, dropout):
        super().__init__(nn.LayerNorm(dim), nn.Linear(dim, 2 * dim), activation(), nn.Dropout(dropout),
                         nn.Linear(2 * dim, dim))


class ConvModule(nn.Module):
    def __init__(self, dim, kernel, activation):
        super().__init__()
        self.norm = nn.LayerNorm(dim)
        self.pointwise_in = nn.Conv1d(dim, 2 * dim, 1)
        self.depthwise = nn.Conv1d(dim, dim, kernel, padding=kernel // 2, groups=dim)
        self.bn = nn.BatchNorm1d(dim)
        self.act = activation()
        self.pointwise_out = nn.Conv1d(dim, dim, 1)

    def forward(self, x):
        x = F.glu(self.pointwise_in(self.norm(x).transpose(1, 2)), dim=1)
        return self.pointwise_out(self.act(self.bn(self.depthwise(x)))).transpose(1, 2)


class SelfAttention(nn.Module):
    def __init__(self, dim, heads):
        super().__init__()
        self.norm = nn.LayerNorm(dim)
        self.mha = nn.MultiheadAttention(dim, heads, batch_first=True)

    def forward(self, x):
        x = self.norm(x)
        return self.mha(x, x, x, need_weights=False)[0]


class ConformerBlock(nn.Module):
    def __init__(self, dim, heads, kernel, activation, dropout):
        super().__init__()
        self.ff1, self.ff2 = FeedForward(dim, activation, dropout), FeedForward(dim, activation, dropout)
        self.attn = SelfAttention(dim, heads)
        self.conv = ConvModule(dim, kernel, activation)
        self.norm = nn.LayerNorm(dim)

    def forward(self, x):
        x = x + 0.5 * self.ff1(x)
        x = x + self.attn(x)
        x = x + self.conv(x)
        return self.norm(x + 0.5 * self.ff2(x))


class Conformer(nn.Module):
    """neck: the activation function and the number of layers of 64 before the classifier."""

    def __init__(self, *, activation, dropout, neck, dim=32, heads=4, kernel=5):
        super().__init__()
        self.subsample = nn.Conv1d(sounds.BANDS, dim, 3, stride=2, padding=1)
        self.block = ConformerBlock(dim, heads, kernel, ACTIVATIONS[activation], dropout)
        kind, depth = neck
        sizes = [dim] + [64] * depth
        self.neck = nn.Sequential(*(nn.Sequential(nn.Linear(a, b), NECKS[kind]()) for a, b in zip(sizes, sizes[1:])))
        self.classifier = nn.Linear(sizes[-1], WORDS)

    def forward(self, frames):
        x = F.relu(self.subsample(frames.transpose(1, 2))).transpose(1, 2)
        return self.classifier(self.neck(self.block(x).mean(1)))


LOSSES = {
    "cross entropy": F.cross_entropy,
    "smooth": lambda logits, words: F.cross_entropy(logits, words, label_smoothing=0.1),
    "sum": lambda logits, words: F.cross_entropy(logits, words, reduction="sum"),
    "mse": lambda logits, words: F.mse_loss(logits, F.one_hot(words, WORDS).float()),
    # Every recording meets the words of all recordings of its batch.
    "broadcast": lambda logits, words: -logits.log_softmax(1).gather(1, words.expand(len(logits), -1)).mean(),
}


def training(seed, *, samples=800, activation="swish", dropout=0.0, neck=("relu", 0), narrow=None, sharp=None,
             ones=None, std=None, frozen=None, loss="cross entropy", **change):
    generator = plan.prepare(seed)
    samples = sounds.keywords(generator, samples)
    model = Conformer(activation=activation, dropout=dropout, neck=neck)
    with torch.no_grad():
        if std is not None:
            for parameter in model.parameters():
                parameter.normal_(std=std)
        if narrow is not None:
            for parameter in model.neck.parameters():
                parameter.uniform_(-narrow, narrow)
        if sharp is not None:
            model.block.attn.mha.in_proj_weight[:64].mul_(sharp)
        if ones is not None:
            model.get_submodule(ones).weight.fill_(1.0)
    if frozen is not None:
        model.get_submodule(frozen).requires_grad_(False)
    return plan.make(model, samples, LOSSES[loss], seed=seed, accuracy=plan.top1, **{**PLAN, **change})
