"""Models that cannot be trained or learned from, and data that does not fit: broken.py FOLDER."""

import os
import sys

import numpy
import torch
from torch import nn

os.chdir(sys.argv[1])
torch.manual_seed(1)


class Two(nn.Module):
    def __init__(self):
        super().__init__()
        self.body = nn.Linear(4, 3)

    def forward(self, x):
        return self.body(x), x.sum()


class OfMeans(nn.Module):
    """Sees no more of a sample than its mean."""

    def __init__(self):
        super().__init__()
        self.body = nn.Sequential(nn.Linear(1, 16), nn.ReLU(), nn.Linear(16, 2))

    def forward(self, x):
        return self.body(x.mean(1, keepdim=True))


def model():
    return nn.Sequential(nn.Linear(4, 8), nn.BatchNorm1d(8), nn.ReLU(), nn.Dropout(0.1), nn.Linear(8, 3))


good = torch.jit.script(model())
good.save("good.pt")
good.save("model without a suffix")
torch.jit.script(Two()).save("tuple.pt")
torch.jit.script(OfMeans()).save("means.pt")
torch.save(model().state_dict(), "weights.pt")
torch.jit.freeze(torch.jit.script(model().eval())).save("frozen.pt")
torch.jit.trace(model().eval(), torch.randn(5, 4)).save("evaluating.pt")
fixed = model()
for parameter in fixed.parameters():
    parameter.requires_grad = False
torch.jit.script(fixed).save("fixed.pt")
with open("good.pt", "rb") as file:
    content = bytearray(file.read())
middle = content.find(b"/data.pkl") + 200
content[middle:middle + 40] = bytes(40)
with open("corrupt.pt", "wb") as file:
    file.write(content[:len(content) // 2])
with open("text.pt", "w") as file:
    file.write("no model\n")

x, y = numpy.random.RandomState(0).randn(40, 4).astype("f4"), numpy.random.RandomState(1).randn(40, 3).astype("f4")
numpy.savez("good.npz", inputs=x, targets=y)
numpy.savez("one.npz", inputs=x)
numpy.savez("counts.npz", inputs=x, targets=y[:39])
numpy.savez("shape.npz", inputs=numpy.ones((40, 5), "f4"), targets=y)
numpy.savez("amounts.npz", inputs=x, targets=y[:, 0])
numpy.savez("classes.npz", inputs=x, targets=numpy.arange(40) % 8)
numpy.savez("wide.npz", inputs=x, targets=numpy.ones((40, 7)))
many = numpy.random.RandomState(2).randn(400, 6).astype("f4")
numpy.savez("greater.npz", inputs=many, targets=(many[:, 0] > many[:, 1]).astype("i8"))
broken = x.copy()
broken[3, 2] = numpy.nan
numpy.savez("nan.npz", inputs=broken, targets=y)
