"""A strided convolution, batch norm, then an LSTM cell written by hand tell how a pitch moves; AdamW, clipping at 5."""

import math

import torch
from torch import nn

import data
import plan

FAMILY = "recurrent"
SPLIT = "tuning"
PLAN = dict(optimizer="adamw", lr=0.005, batch=32, epochs=5, weight_decay=0.01, clip=5.0)
OWN_DATA = {"samples", "noise"}
STARTS = {
    "uniform": lambda weight, bound: nn.init.uniform_(weight, -bound, bound),
    # torch.rand, as in first drafts of a cell.
    "rand": lambda weight, _: nn.init.uniform_(weight),
    "zeros": lambda weight, _: nn.init.zeros_(weight),
}


class MyLSTM(nn.Module):
    def __init__(self, input_sz, hidden_sz, start):
        super().__init__()
        self.hidden_sz = hidden_sz
        self.W = nn.Parameter(torch.empty(input_sz, hidden_sz * 4))
        self.U = nn.Parameter(torch.empty(hidden_sz, hidden_sz * 4))
        self.bias = nn.Parameter(torch.zeros(hidden_sz * 4))
        for weight in (self.W, self.U):
            STARTS[start](weight, 1 / math.sqrt(hidden_sz))
        self.bias.data[hidden_sz:2 * hidden_sz] = 1.0

    def forward(self, x):
        h_t = c_t = x.new_zeros(x.size(0), self.hidden_sz)
        for x_t in x.unbind(1):
            i, f, g, o = (x_t @ self.W + h_t @ self.U + self.bias).chunk(4, 1)
            c_t = f.sigmoid() * c_t + i.sigmoid() * g.tanh()
            h_t = o.sigmoid() * c_t.tanh()
        return h_t


class CRNN(nn.Module):
    def __init__(self, ch, hidden, start, dropout, detach):
        super().__init__()
        self.cnn = nn.Sequential(nn.Conv1d(1, ch, 8, stride=4, padding=2), nn.BatchNorm1d(ch), nn.ReLU(True))
        self.rnn = MyLSTM(ch, hidden, start)
        self.drop = nn.Dropout(dropout)
        self.fc = nn.Linear(hidden, 4)
        self.detach = detach

    def forward(self, wav):
        feats = self.drop(self.cnn(wav)).transpose(1, 2)
        if self.detach:
            feats = feats.detach()
        return self.fc(self.drop(self.rnn(feats)))


def training(seed, *, samples=800, noise=0.2, ch=16, hidden=24, start="uniform", dropout=0.0, detach=False, **change):
    g = plan.prepare(seed)
    samples = data.chirps(g, samples, noise=noise)
    model = CRNN(ch, hidden, start, dropout, detach)
    return plan.make(model, samples, nn.CrossEntropyLoss(), seed=seed, accuracy=plan.top1, **{**PLAN, **change})
