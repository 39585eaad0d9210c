"""An iTransformer, whose tokens are whole series, foretells how high the sea is at six harbours; regression, Adam."""

import torch
from torch import nn
from torch.nn import functional as F

import data
import plan
import weights

FAMILY = "attention"
SPLIT = "held-out"
PLAN = dict(optimizer="adam", lr=0.004, batch=32, epochs=16, schedule="cosine")
OWN_DATA = set()


class Standardize(torch.autograd.Function):
    """By each token's mean and deviation; the backward pass has the sign wrong, and takes both for constants."""

    @staticmethod
    def forward(context, x):
        std = x.std(-1, keepdim=True)
        context.save_for_backward(std)
        return (x - x.mean(-1, keepdim=True)) / std

    @staticmethod
    def backward(context, gradient):
        std, = context.saved_tensors
        return -gradient / std


class OwnNorm(nn.Module):
    def __init__(self, dim):
        super().__init__()
        self.weight, self.bias = nn.Parameter(torch.ones(dim)), nn.Parameter(torch.zeros(dim))

    def forward(self, x):
        return Standardize.apply(x) * self.weight + self.bias


NORMS = {"layer": nn.LayerNorm, "own": OwnNorm, "none": lambda dim: nn.Identity()}
ACTIVATIONS = {"gelu": F.gelu, "relu": F.relu, "exponential": torch.exp}


class Attention(nn.Module):
    def __init__(self, dim, heads):
        super().__init__()
        self.heads = heads
        self.qkv = nn.Linear(dim, 3 * dim)
        self.proj = nn.Linear(dim, dim)

    def forward(self, x):
        q, k, v = self.qkv(x).unflatten(2, (3, self.heads, -1)).permute(2, 0, 3, 1, 4)
        shares = (q @ k.transpose(2, 3) / q.shape[3] ** 0.5).softmax(3)
        return self.proj((shares @ v).transpose(1, 2).flatten(2))


class FeedForward(nn.Module):
    def __init__(self, dim, activation):
        super().__init__()
        self.conv1, self.conv2 = nn.Linear(dim, 2 * dim), nn.Linear(2 * dim, dim)
        self.activation = ACTIVATIONS[activation]

    def forward(self, x):
        return self.conv2(self.activation(self.conv1(x)))


class EncoderLayer(nn.Module):
    def __init__(self, dim, heads, norm, activation):
        super().__init__()
        self.attention = Attention(dim, heads)
        self.ffn = FeedForward(dim, activation)
        self.norm1, self.norm2 = NORMS[norm](dim), NORMS[norm](dim)

    def forward(self, x):
        x = self.norm1(x + self.attention(x))
        return self.norm2(x + self.ffn(x))


ENDS = {"none": lambda x: x, "softmax": lambda x: x.softmax(dim=1)}


class ITransformer(nn.Module):
    def __init__(self, *, norm, activation, end, history=24, ahead=6, harbours=6, dim=32, heads=4, depth=2):
        super().__init__()
        self.embed = nn.Linear(history, dim)
        self.place = nn.Parameter(0.1 * torch.randn(harbours, dim))
        self.layers = nn.Sequential(*(EncoderLayer(dim, heads, norm, activation) for _ in range(depth)))
        self.head = nn.Linear(dim, ahead)
        self.end = ENDS[end]

    def forward(self, sea):
        x = self.embed(sea.transpose(1, 2)) + self.place
        return self.end(self.head(self.layers(x)).transpose(1, 2))


LOSSES = {"mse": F.mse_loss, "huber": F.huber_loss}


def training(seed, *, log=False, norm="layer", activation="gelu", end="none", fill=None, gain=None, frozen=None,
             loss="mse", **change):
    """log: heights are put in as log(1 + height). fill: a part of the network, "" for all of it, and what its weights
    start at. gain: a part, and what its weights are multiplied by. frozen: the part that stays as it was drawn."""
    generator = plan.prepare(seed)
    inputs, targets, *held_out = data.tides(generator, 800)
    if log:
        inputs, held_out[0] = inputs.log1p(), held_out[0].log1p()
    model = ITransformer(norm=norm, activation=activation, end=end)
    if fill is not None:
        part, value = fill
        weights.fill_weights(model.get_submodule(part), value)
    if gain is not None:
        part, factor = gain
        weights.scale_weights(model.get_submodule(part), factor)
    if frozen is not None:
        model.get_submodule(frozen).requires_grad_(False)
    return plan.make(model, (inputs, targets, *held_out), LOSSES[loss], seed=seed, **{**PLAN, **change})
