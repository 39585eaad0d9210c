"""nn.LSTM on the adding problem over twelve steps: regression, Adam, gentle clipping."""

from torch import nn

import data
import plan
import weights

FAMILY = "recurrent"
SPLIT = "tuning"
PLAN = dict(optimizer="adam", lr=0.01, batch=32, epochs=10, clip=1.0)
OWN_DATA = {"samples", "length"}


class Adder(nn.Module):
    def __init__(self, width, layers, dropout, detach):
        super().__init__()
        self.lstm = nn.LSTM(2, width, num_layers=layers, dropout=dropout, batch_first=True)
        self.head = nn.Linear(width, 1)
        self.detach = detach

    def forward(self, x):
        states, _ = self.lstm(x)
        last = states[:, -1]
        return self.head(last.detach() if self.detach else last)


def broadcast(outputs, targets):
    """(batch, 1) against (batch,): every output is compared with every target."""
    return (outputs - targets.squeeze(1)).pow(2).mean()


def training(seed, *, samples=1200, length=12, width=32, layers=1, dropout=0.0, detach=False, gain=None, fill=None,
             offset=0.0, scale=1.0, loss="mse", **change):
    generator = plan.prepare(seed)
    samples = data.adding(generator, samples, length=length, offset=offset, scale=scale)
    model = Adder(width, layers, dropout, detach)
    if gain is not None:
        weights.scale_weights(model, gain)
    if fill is not None:
        weights.fill_weights(model, fill)
    losses = {"mse": nn.MSELoss(), "broadcast": broadcast}
    return plan.make(model, samples, losses[loss], seed=seed, **{**PLAN, **change})
