"""A bidirectional nn.GRU over frames of speech says which phones it hears, by the CTC loss; Adam, clipping at 5."""

import torch
from torch import nn
from torch.nn import functional as F

import plan
import sounds
import weights

FAMILY = "recurrent"
SPLIT = "tuning"
PLAN = dict(optimizer="adam", lr=0.02, batch=32, epochs=7, clip=5.0)
OWN_DATA = {"samples", "noise"}


class Recognizer(nn.Module):
    """Gives log-probabilities (batch, classes, frames), class 0 being the blank. stride: so many frames are put
    together; over: the dimension that the probabilities are normalized over; masked: the share of frames that is
    blacked out in training."""

    def __init__(self, hidden, batch_first, dropout, norm, stride, over, masked):
        super().__init__()
        self.rnn = nn.GRU(sounds.BANDS * stride, hidden, bidirectional=True, batch_first=batch_first)
        self.norm = nn.LayerNorm(2 * hidden) if norm else nn.Identity()
        self.dropout = nn.Dropout(dropout)
        self.fc = nn.Linear(2 * hidden, 1 + sounds.PHONES)
        self.stride, self.over, self.masked = stride, over, masked

    def forward(self, frames):
        if self.training and self.masked:
            frames = frames * (torch.rand(*frames.shape[:2], 1) >= self.masked)
        out, _ = self.rnn(frames.unflatten(1, (-1, self.stride)).flatten(2))
        logits = self.fc(self.dropout(self.norm(out)))
        return logits.log_softmax(self.over).transpose(1, 2)


def ctc(blank=0, reduction="mean"):
    def loss(outputs, said):
        frames = torch.full((len(outputs),), outputs.shape[2])
        return F.ctc_loss(outputs.permute(2, 0, 1), said, frames, (said > 0).sum(1), blank=blank, reduction=reduction)

    return loss


LOSSES = {
    "ctc": ctc(),
    "sum": ctc(reduction="sum"),
    # The last class is taken for the blank, as TensorFlow has it.
    "blank last": ctc(blank=sounds.PHONES),
}


def right(outputs, said):
    """Share of places at which the best path, without repeats and blanks, says the right phone, or nothing more."""
    best = outputs.argmax(1)
    kept = (best > 0) & (best != torch.cat([torch.zeros_like(best[:, :1]), best[:, :-1]], 1))
    heard = torch.zeros_like(said)
    rows, frames = kept.nonzero(as_tuple=True)
    places = (kept.cumsum(1) - 1)[rows, frames]
    fits = places < said.shape[1]
    heard[rows[fits], places[fits]] = best[rows, frames][fits]
    return float((heard == said).float().mean())


def training(seed, *, samples=640, noise=0.6, offset=0.0, scale=1.0, order="same", hidden=32,
             batch_first=True, dropout=0.0, norm=False, stride=1, over=2, masked=0.0, gain=None, orthogonal=False,
             trained="all", prior=None, loss="ctc", **change):
    generator = plan.prepare(seed)
    samples = sounds.utterances(generator, samples, noise=noise, offset=offset, scale=scale, order=order)
    model = Recognizer(hidden, batch_first, dropout, norm, stride, over, masked)
    if gain is not None:
        weights.scale_weights(model.rnn, gain)
    for name, parameter in model.rnn.named_parameters() if orthogonal else ():
        if "weight_hh" in name:
            nn.init.orthogonal_(parameter)
    if prior is not None:
        with torch.no_grad():
            model.fc.bias[0] = prior
    parameters = model.fc.parameters() if trained == "fc" else None
    return plan.make(model, samples, LOSSES[loss], seed=seed, accuracy=right, parameters=parameters,
                     **{**PLAN, **change})
