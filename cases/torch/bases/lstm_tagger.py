"""A bidirectional nn.LSTM tags each of 16 tokens with the marks on both sides of it, Adam."""

import torch
from torch import nn
from torch.nn import functional as F

import data
import plan
import weights

FAMILY = "recurrent"
SPLIT = "held-out"
PLAN = dict(optimizer="adam", lr=0.01, batch=32, epochs=8)
OWN_DATA = {"samples", "length"}


class Tagger(nn.Module):
    def __init__(self, symbols, width, layers, dropout, softmax, detach):
        super().__init__()
        self.embedding = nn.Embedding(symbols, 16)
        self.dropout = nn.Dropout(dropout)
        self.lstm = nn.LSTM(16, width, num_layers=layers, bidirectional=True)
        self.hidden2tag = nn.Linear(2 * width, 9)
        self.softmax = softmax
        self.detach = detach

    def forward(self, texts):
        embedded = self.dropout(self.embedding(texts.t()))
        states, _ = self.lstm(embedded)
        if self.detach:
            states = states.detach()
        tags = self.hidden2tag(self.dropout(states)).permute(1, 2, 0)    # (batch, tags, length)
        return F.softmax(tags, dim=1) if self.softmax else tags


def forget(model, bias):
    """The forget gates' biases: where they are very negative, the cells keep nothing."""
    with torch.no_grad():
        for name, parameter in model.lstm.named_parameters():
            if name.startswith("bias_ih"):
                parameter.view(4, -1)[1].fill_(bias)


def training(seed, *, samples=800, length=16, width=24, layers=1, dropout=0.0, softmax=False, detach=False, gain=None,
             embedding=1.0, fill=None, keep=None, frozen=False, labels="true", smoothing=0.0, **change):
    generator = plan.prepare(seed)
    samples = data.sections(generator, samples, length=length, labels=labels)
    model = Tagger(10, width, layers, dropout, softmax, detach)
    if gain is not None:
        weights.scale_weights(model, gain)
    with torch.no_grad():
        model.embedding.weight.mul_(embedding)
    if fill is not None:
        weights.fill_weights(model, fill)
    if keep is not None:
        forget(model, keep)
    if frozen:
        model.embedding.weight.requires_grad = False
    loss = nn.CrossEntropyLoss(label_smoothing=smoothing)
    return plan.make(model, samples, loss, seed=seed, accuracy=plan.top1, **{**PLAN, **change})
