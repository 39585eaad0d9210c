"""Two layers of nn.LSTM, dropout between them, foretell from four sensors how long an engine lasts; Adam."""

import torch
from torch import nn
from torch.nn import functional as F

import data
import plan
import weights

FAMILY = "recurrent"
SPLIT = "tuning"
PLAN = dict(optimizer="adam", lr=0.01, batch=32, epochs=8, schedule="linear")
OWN_DATA = {"samples", "noise"}
OUTPUTS = {"identity": nn.Identity, "relu": nn.ReLU}


class RemainingLife(nn.Module):
    """read: which state goes to the head, "last", "first", or the mean of all. batch_first: False reads the
    batch as the time."""

    def __init__(self, hidden_size, num_layers, dropout, batch_first, read, output):
        super().__init__()
        self.lstm = nn.LSTM(4, hidden_size, num_layers, batch_first=batch_first, dropout=dropout)
        self.head = nn.Sequential(nn.Linear(hidden_size, 16), nn.ReLU(), nn.Linear(16, 1), OUTPUTS[output]())
        self.read = read

    def forward(self, records):
        out, _ = self.lstm(records)
        return self.head({"last": out[:, -1], "first": out[:, 0], "mean": out.mean(1)}[self.read])


LOSSES = {
    "mse": F.mse_loss,
    "sum": lambda outputs, left: F.mse_loss(outputs, left, reduction="sum"),
    "huber": F.smooth_l1_loss,
    # The error as a share of what is left, which is 0 for some.
    "mape": lambda outputs, left: ((outputs - left) / left).abs().mean(),
}


def training(seed, *, samples=700, length=10, noise=0.03, units=False, offset=0.0, scale=1.0, hidden_size=24,
             num_layers=2, dropout=0.1, batch_first=True, read="last", output="identity", gain=None, forget=None,
             zero_head=False, loss="mse", labels="true", **change):
    generator = plan.prepare(seed)
    inputs, targets, *held_out = data.engines(generator, samples, length=length, noise=noise, labels=labels)
    # As they come from the machine: degrees, turns per minute, millimetres, and kilowatts.
    size, middle = (torch.tensor([40.0, 500.0, 0.02, 60.0]), torch.tensor([600.0, 9000.0, 0.1, 100.0])) if units else \
        (torch.ones(4), torch.zeros(4))
    samples = (size * inputs + middle, scale * targets + offset, size * held_out[0] + middle,
               scale * held_out[1] + offset)
    model = RemainingLife(hidden_size, num_layers, dropout, batch_first, read, output)
    if gain is not None:
        weights.scale_weights(model, gain)
    with torch.no_grad():
        for layer in range(num_layers if forget is not None else 0):
            getattr(model.lstm, f"bias_ih_l{layer}")[hidden_size:2 * hidden_size] = forget
    if zero_head:
        for parameter in model.head[2].parameters():
            nn.init.zeros_(parameter)
    return plan.make(model, samples, LOSSES[loss], seed=seed, **{**PLAN, **change})
