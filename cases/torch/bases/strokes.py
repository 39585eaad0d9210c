"""Two layers of nn.GRU follow the moves of a pen and say which of six figures it draws; Adam, clipping at 5."""

from torch import nn
from torch.nn import functional as F

import data
import plan
import weights

FAMILY = "recurrent"
SPLIT = "tuning"
PLAN = dict(optimizer="adam", lr=0.03, batch=32, epochs=11, schedule="cosine", clip=5.0)
OWN_DATA = {"samples", "jitter"}


def mean_of_moves(x, there):
    return (x * there).sum(1) / there.sum(1)


READS = {
    "mean of moves": mean_of_moves,
    # The last place of all is padding.
    "last place": lambda x, there: (x * there)[:, -1],
    # The mask turned round, twice: what is left are zeros.
    "padding": lambda x, there: (x * there * (1 - there)).sum(1) / (1 - there).sum(1),
}


class Reader(nn.Module):
    def __init__(self, hidden, layers, batch_first, read, dropout, end):
        super().__init__()
        self.gru = nn.GRU(3, hidden, layers, batch_first=batch_first, dropout=dropout)
        self.classifier = nn.Linear(hidden, 6)
        self.read, self.end = READS[read], end

    def forward(self, x):
        outputs, _ = self.gru(x)
        logits = self.classifier(self.read(outputs, x[:, :, 2:]))
        return logits.softmax(1) if self.end == "softmax" else logits


def hinge(outputs, figures):
    """As Keras has it, for targets of -1 and 1."""
    return (1 - outputs * (2 * F.one_hot(figures, 6) - 1)).clamp(min=0).mean()


LOSSES = {
    "cross entropy": F.cross_entropy,
    "smooth": lambda logits, figures: F.cross_entropy(logits, figures, label_smoothing=0.1),
    "sum": lambda logits, figures: F.cross_entropy(logits, figures, reduction="sum"),
    "hinge": hinge,
}


def training(seed, *, samples=900, jitter=0.03, hidden=32, layers=2, batch_first=True, read="mean of moves",
             dropout=0.0, end="logits", gain=None, prior=None, loss="cross entropy", **change):
    generator = plan.prepare(seed)
    samples = data.strokes(generator, samples, jitter=jitter)
    model = Reader(hidden, layers, batch_first, read, dropout, end)
    if gain is not None:
        weights.scale_weights(model.gru, gain)
    if prior is not None:
        nn.init.normal_(model.classifier.bias, std=prior)
    return plan.make(model, samples, LOSSES[loss], seed=seed, accuracy=plan.top1, **{**PLAN, **change})
