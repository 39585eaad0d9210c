"""A bidirectional nn.GRU over packed texts of several lengths says whether they praise; Adam with weight decay."""

import torch
from torch import nn
from torch.nn.utils.rnn import pack_padded_sequence

import plan
import symbols
import weights

FAMILY = "recurrent"
SPLIT = "tuning"
PLAN = dict(optimizer="adam", lr=0.005, batch=32, epochs=6, weight_decay=1e-5)
OWN_DATA = {"samples", "length"}


class GRUClassifier(nn.Module):
    def __init__(self, words, embed_size, hidden_size, dropout, packed):
        super().__init__()
        self.embed = nn.Embedding(words, embed_size, padding_idx=0)
        self.gru = nn.GRU(embed_size, hidden_size, batch_first=True, bidirectional=True)
        self.dropout = nn.Dropout(dropout)
        self.fc = nn.Linear(2 * hidden_size, 1)
        self.packed = packed

    def forward(self, text):
        embedded = self.dropout(self.embed(text))
        if self.packed:
            embedded = pack_padded_sequence(embedded, (text > 0).sum(1), batch_first=True, enforce_sorted=False)
        _, hidden = self.gru(embedded)
        return self.fc(self.dropout(torch.cat([hidden[0], hidden[1]], dim=1))).squeeze(1)


LOSSES = {
    "logits": nn.BCEWithLogitsLoss(),
    # The weight of the praise as if it were rare.
    "weighted": nn.BCEWithLogitsLoss(pos_weight=torch.tensor(30.0)),
}


def training(seed, *, samples=1000, length=14, words=24, embed_size=16, hidden_size=24, dropout=0.0,
             packed=True, frozen="none", embedding=None, loss="logits", labels="true", rare=None, **change):
    generator = plan.prepare(seed)
    samples = symbols.reviews(generator, samples, length=length, words=words, labels=labels, rare=rare)
    model = GRUClassifier(words, embed_size, hidden_size, dropout, packed)
    if embedding is not None:
        weights.scale_weights(model.embed, embedding)
    for name, parameter in model.named_parameters():
        if name.split(".")[0] in frozen.split("+"):
            parameter.requires_grad = False
    return plan.make(model, samples, LOSSES[loss], seed=seed, accuracy=plan.sign, **{**PLAN, **change})
