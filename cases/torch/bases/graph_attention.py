"""Graph attention, twice, finds the mean of the neighbours that are marked at each node; regression, Adam."""

import torch
import torch.nn as nn
import torch.nn.functional as F

import geometry
import plan
import weights

FAMILY = "attention"
SPLIT = "tuning"
PLAN = dict(optimizer="adam", lr=0.01, batch=32, epochs=8)
OWN_DATA = {"samples", "nodes", "noise"}


class GraphAttentionLayer(nn.Module):
    """Of a node's neighbours, itself among them: scores are a sum of the two nodes', as in additive attention."""

    def __init__(self, in_features, out_features, heads, slope):
        super().__init__()
        self.W = nn.Parameter(torch.empty(heads, in_features, out_features))
        self.a_self = nn.Parameter(torch.empty(heads, out_features, 1))
        self.a_other = nn.Parameter(torch.empty(heads, out_features, 1))
        for parameter in self.parameters():
            nn.init.xavier_uniform_(parameter)
        self.own = nn.Linear(in_features, heads * out_features)
        self.slope = slope

    def forward(self, h, adjacent):
        Wh = h.unsqueeze(1) @ self.W                                       # (batch, heads, nodes, out)
        scores = Wh @ self.a_self + (Wh @ self.a_other).transpose(2, 3)
        scores = F.leaky_relu(scores, self.slope).masked_fill(~adjacent.unsqueeze(1), -torch.inf)
        mixed = torch.softmax(scores, dim=-1) @ Wh
        return mixed.transpose(1, 2).flatten(2) + self.own(h)


class GAT(nn.Module):
    """Takes the nodes' features and, behind them, their rows of the adjacency matrix."""

    def __init__(self, features, hidden, heads, slope, final):
        super().__init__()
        self.features = features
        self.gat1 = GraphAttentionLayer(features, hidden, heads, slope)
        self.gat2 = GraphAttentionLayer(heads * hidden, hidden, heads, slope)
        self.out = nn.Linear(heads * hidden, 1)
        self.final = final

    def forward(self, graphs):
        h, adjacent = graphs[..., :self.features], graphs[..., self.features:] > 0
        for layer in (self.gat1, self.gat2):
            h = F.elu(layer(h, adjacent))
        return self.final(self.out(h))


LOSSES = {"mse": nn.MSELoss(), "l1": nn.L1Loss()}
FINALS = {"identity": nn.Identity(), "relu": nn.ReLU()}


def training(seed, *, samples=600, nodes=10, noise=0.1, hidden=8, heads=3, slope=0.2, loops=True,
             final="identity", gain=None, offset=0.0, scale=1.0, size=1.0, loss="mse", **change):
    generator = plan.prepare(seed)
    samples = geometry.graphs(generator, samples, nodes=nodes, noise=noise, loops=loops)
    for graphs, targets in (samples[:2], samples[2:]):
        graphs[..., :geometry.NODE_FEATURES] *= size
        targets.mul_(scale).add_(offset)
    model = GAT(geometry.NODE_FEATURES, hidden, heads, slope, FINALS[final])
    if gain is not None:
        weights.scale_weights(model, gain)
    return plan.make(model, samples, LOSSES[loss], seed=seed, **{**PLAN, **change})
