"""An nn.LSTMCell over one-hot letters says which of five languages a name is from; mean over its letters, Adam."""

import torch
from torch import nn
from torch.nn import functional as F

import plan
import symbols

FAMILY = "recurrent"
SPLIT = "tuning"
PLAN = dict(optimizer="adam", lr=0.01, batch=32, epochs=11)
OWN_DATA = {"samples"}


class NameClassifier(nn.Module):
    """pool: over the letters' states their mean, the last letter's, or that at the end of the padding. known: only so
    many letters are in the vocabulary, all others are read as the first."""

    def __init__(self, hidden_size, pool, dropout, known):
        super().__init__()
        self.cell = nn.LSTMCell(symbols.LETTERS + 1, hidden_size)
        self.dropout = nn.Dropout(dropout)
        self.classify = nn.Linear(hidden_size, 5)
        self.pool, self.known = pool, known

    def forward(self, names):
        letters = torch.where(names > self.known, torch.ones_like(names), names)
        one_hot = F.one_hot(letters, symbols.LETTERS + 1).float()
        state, states = None, []
        for letter in one_hot.unbind(1):
            state = self.cell(letter, state)
            states.append(state[0])
        states = torch.stack(states, 1)
        read = (names > 0).unsqueeze(2).float()
        if self.pool == "mean":
            name = (states * read).sum(1) / read.sum(1)
        elif self.pool == "last letter":
            name = states[torch.arange(len(names)), (names > 0).sum(1) - 1]
        else:
            name = states[:, -1]
        return self.classify(self.dropout(name))


LOSSES = {
    "cross entropy": F.cross_entropy,
    # As where 0 is the padding; here it is a language.
    "ignores 0": lambda outputs, targets: F.cross_entropy(outputs, targets, ignore_index=0),
    "balanced": lambda outputs, targets: F.cross_entropy(outputs, targets, weight=torch.tensor([1.3, 1, 1, 0.7, 1])),
}


def training(seed, *, samples=2400, length=10, hidden_size=32, pool="mean", dropout=0.0, known=symbols.LETTERS,
             std=None, forget=None, loss="cross entropy", labels="true", rare=(), empty=0, **change):
    generator = plan.prepare(seed)
    samples = symbols.names(generator, samples, length=length, labels=labels, rare=rare, empty=empty)
    model = NameClassifier(hidden_size, pool, dropout, known)
    with torch.no_grad():
        if std is not None:
            for parameter in model.parameters():
                nn.init.normal_(parameter, std=std)
        if forget is not None:
            model.cell.bias_ih[hidden_size:2 * hidden_size] = forget
    return plan.make(model, samples, LOSSES[loss], seed=seed, accuracy=plan.top1, **{**PLAN, **change})
