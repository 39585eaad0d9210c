"""Kernels of two to four words over embedded headlines, the maximum of each, tell the topic; Adam, linear decay."""

import torch
from torch import nn
from torch.nn import functional as F

import plan
import symbols
import weights

FAMILY = "convolutional"
SPLIT = "tuning"
PLAN = dict(optimizer="adam", lr=0.012, batch=25, epochs=8, schedule="linear")
OWN_DATA = {"samples"}
TOPICS = 5


class TextCNN(nn.Module):
    """neck: the width of a linear layer before the last, if there is one. softmax: False leaves out the log-softmax."""

    def __init__(self, vocab_size=31, embed_dim=16, kernel_sizes=(2, 3, 4), num_filters=16, activation=torch.relu,
                 dropout=0.2, neck=None, softmax=True):
        super().__init__()
        self.embedding = nn.Embedding(vocab_size, embed_dim, padding_idx=0)
        self.convs = nn.ModuleList([nn.Conv1d(embed_dim, num_filters, k) for k in kernel_sizes])
        self.activation = activation
        self.dropout = nn.Dropout(dropout)
        features = num_filters * len(kernel_sizes)
        self.neck = nn.Linear(features, neck) if neck else nn.Identity()
        self.fc = nn.Linear(neck or features, TOPICS)
        self.softmax = softmax

    def forward(self, text):
        x = self.embedding(text).transpose(1, 2)
        pooled = [self.activation(conv(x)).max(dim=2).values for conv in self.convs]
        x = self.fc(self.neck(self.dropout(torch.cat(pooled, dim=1))))
        return F.log_softmax(x, dim=1) if self.softmax else x


def focal_loss(log_p, topics):
    log_p = log_p.gather(1, topics.unsqueeze(1))
    return -((1 - log_p.exp()) ** 2 * log_p).mean()


LOSSES = {
    "nll": nn.NLLLoss(),
    "weighted": nn.NLLLoss(weight=torch.tensor([3.0, 1.0, 1.0, 1.0, 1.0])),
    "focal": focal_loss,
}
ACTIVATIONS = {"relu": torch.relu, "tanh": torch.tanh}


def training(seed, *, samples=1000, activation="relu", dropout=0.2, neck=None, softmax=True, bias=None, gain=None,
             frozen=False, maximize=False, loss="nll", **change):
    generator = plan.prepare(seed)
    model = TextCNN(activation=ACTIVATIONS[activation], dropout=dropout, neck=neck, softmax=softmax)
    if bias is not None:
        weights.set_biases(model, bias)
    if gain is not None:
        weights.scale_weights(model.convs, gain)
    if frozen:
        model.embedding.requires_grad_(False)
    made = plan.make(model, symbols.headlines(generator, samples), LOSSES[loss], seed=seed, accuracy=plan.top1,
                     **{**PLAN, **change})
    made.optimizer.param_groups[0]["maximize"] = maximize
    return made
