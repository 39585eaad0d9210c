"""A bidirectional nn.LSTM tags each of 16 tokens with the marks on both sides of it, Adam."""

from torch import nn

import plan
import symbols
import weights

FAMILY = "recurrent"
SPLIT = "tuning"
PLAN = dict(optimizer="adam", lr=0.01, batch=32, epochs=8)
OWN_DATA = {"samples", "length"}


class Tagger(nn.Module):
    def __init__(self, symbols, width, layers, dropout, detach):
        super().__init__()
        self.embedding = nn.Embedding(symbols, 16)
        self.dropout = nn.Dropout(dropout)
        self.lstm = nn.LSTM(16, width, num_layers=layers, bidirectional=True)
        self.hidden2tag = nn.Linear(2 * width, 9)
        self.detach = detach

    def forward(self, texts):
        embedded = self.dropout(self.embedding(texts.t()))
        states, _ = self.lstm(embedded)
        if self.detach:
            states = states.detach()
        return self.hidden2tag(self.dropout(states)).permute(1, 2, 0)    # (batch, tags, length)


def training(seed, *, samples=800, length=16, width=24, layers=1, dropout=0.0, detach=False, fill=None, frozen=False,
             labels="true", smoothing=0.0, **change):
    generator = plan.prepare(seed)
    samples = symbols.sections(generator, samples, length=length, labels=labels)
    model = Tagger(10, width, layers, dropout, detach)
    if fill is not None:
        weights.fill_weights(model, fill)
    if frozen:
        model.embedding.weight.requires_grad = False
    loss = nn.CrossEntropyLoss(label_smoothing=smoothing)
    return plan.make(model, samples, loss, seed=seed, accuracy=plan.top1, **{**PLAN, **change})
