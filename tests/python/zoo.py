"""Trainings as users write them, each as a function run(clinic) that returns the trained parameters."""

import contextlib
import tempfile

import torch
from torch import nn
from torch.nn import functional as F
from torch.utils.checkpoint import checkpoint


def _mlp(width=8, **kwargs):
    return nn.Sequential(nn.Linear(6, width), nn.ReLU(**kwargs), nn.Linear(width, width), nn.ReLU(**kwargs),
                         nn.Linear(width, 3))


class Functional(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1, self.conv2 = nn.Conv2d(1, 4, 3), nn.Conv2d(4, 6, 3)
        self.bn = nn.BatchNorm2d(6)
        self.fc = nn.Linear(6 * 4, 3)

    def forward(self, x):
        x = F.max_pool2d(F.relu(self.conv1(x)), 2)
        x = F.relu_(self.bn(self.conv2(x)))
        return self.fc(F.adaptive_avg_pool2d(x, 2).flatten(1))


class Residual(nn.Module):
    def __init__(self):
        super().__init__()
        self.stem = nn.Linear(6, 8)
        self.blocks = nn.ModuleList(nn.Sequential(nn.LayerNorm(8), nn.Linear(8, 8), nn.GELU()) for _ in range(3))
        self.head = nn.Linear(8, 3)

    def forward(self, x):
        x = self.stem(x)
        for block in self.blocks:
            x = x + block(x)
        return self.head(x)


class Recurrent(nn.Module):
    def __init__(self, kind=nn.LSTM):
        super().__init__()
        self.embedding = nn.Embedding(10, 5)
        self.rnn = kind(5, 7, batch_first=True)
        self.head = nn.Linear(7, 3)

    def forward(self, x):
        return self.head(self.rnn(self.embedding(x))[0][:, -1])


class Attention(nn.Module):
    def __init__(self):
        super().__init__()
        self.encoder = nn.TransformerEncoder(nn.TransformerEncoderLayer(8, 2, 16, dropout=0.1, batch_first=True), 2)
        self.head = nn.Linear(8, 3)

    def forward(self, x):
        return {"hidden": None, "logits": self.head(self.encoder(x).mean(1))}


class Twice(nn.Module):
    """One module called twice in a step, a weight shared by two modules, and one that nobody calls."""

    def __init__(self):
        super().__init__()
        self.first, self.again, self.last = nn.Linear(6, 6), nn.Linear(6, 6), nn.Linear(6, 3)
        self.tied = nn.Linear(6, 6)
        self.tied.weight = self.again.weight
        self.unused = nn.Linear(6, 6)

    def forward(self, x):
        return self.last(torch.tanh(self.tied(torch.tanh(self.again(torch.relu(self.again(self.first(x))))))))


class Borrowed(nn.Module):
    """Weights that functions use, of a layer that nobody calls; a block that is computed again in the backward pass."""

    def __init__(self):
        super().__init__()
        self.first, self.borrowed, self.last = nn.Linear(6, 8), nn.Linear(8, 8), nn.Linear(8, 3)
        self.block = nn.Sequential(nn.Linear(8, 8), nn.Tanh())

    def forward(self, x):
        x = torch.relu(F.linear(self.first(x), self.borrowed.weight, self.borrowed.bias))
        return self.last(checkpoint(self.block, x))


class Computed(nn.Module):
    """Weights that are computed of others, in the three ways that PyTorch has."""

    def __init__(self):
        super().__init__()
        self.layers = nn.Sequential(nn.utils.weight_norm(nn.Linear(6, 8)), nn.ReLU(),
                                    nn.utils.parametrizations.orthogonal(nn.Linear(8, 8)), nn.ReLU(),
                                    nn.utils.spectral_norm(nn.Linear(8, 8)), nn.ReLU(), nn.Linear(8, 3))

    def forward(self, x):
        return self.layers(x)


class Wrapper(nn.Module):
    def __init__(self, module):
        super().__init__()
        self.module = module

    def forward(self, *inputs):
        return self.module(*inputs)


INPUTS = {
    "image": lambda: torch.randn(12, 1, 12, 12),
    "sequence": lambda: torch.randn(12, 4, 8),
    "words": lambda: torch.randint(0, 10, (12, 5)),
    "row": lambda: torch.randn(12, 6),
}


def _train(model, inputs, watch, steps=12, optimizer=None, before_step=None, micro=1, context=contextlib.nullcontext,
           loss_function=F.cross_entropy, targets=None):
    torch.manual_seed(7)
    optimizer = optimizer or torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9)
    optimizers = optimizer if isinstance(optimizer, list) else [optimizer]
    data = [(INPUTS[inputs](), torch.randint(0, 3, (12,)) if targets is None else targets) for _ in range(3)]
    schedulers = []
    with watch(model, optimizer) as clinic:
        schedulers = [torch.optim.lr_scheduler.StepLR(each, 5) for each in optimizers]
        for step in range(steps):
            x, y = data[step % 3]
            with context():
                output = model(x)
                output = output["logits"] if isinstance(output, dict) else output
                loss = loss_function(output, y) / micro
            loss.backward()
            if (step + 1) % micro == 0:
                if before_step:
                    before_step(model)
                for each in optimizers:
                    each.step()
                    each.zero_grad()
                for each in schedulers:
                    each.step()
            clinic.step(loss)
    return clinic


def _seeded(make):
    torch.manual_seed(3)
    return make()


def _frozen():
    model = _mlp()
    for value in model[0].parameters():
        value.requires_grad = False
    return model


def _two_optimizers(watch):
    model = _seeded(_mlp)
    return model, _train(model, "row", watch, optimizer=[torch.optim.SGD(model[0].parameters(), lr=0.1),
                                                         torch.optim.Adam(model[2:].parameters(), lr=0.01)])


def _adamw(watch):
    model = _seeded(_mlp)
    return model, _train(model, "row", watch, optimizer=torch.optim.AdamW(model.parameters(), lr=0.01))


def _sparse(watch):
    """A table whose gradients have entries for the words of the batch alone."""
    model = _seeded(lambda: nn.Sequential(nn.EmbeddingBag(10, 8, sparse=True), nn.Linear(8, 3)))
    return model, _train(model, "words", watch, optimizer=[torch.optim.SparseAdam(list(model[0].parameters())),
                                                           torch.optim.Adam(model[1].parameters())])


def _closure(watch):
    """LBFGS, which calls the model as often as it likes."""
    torch.manual_seed(3)
    model = _mlp()
    optimizer = torch.optim.LBFGS(model.parameters(), lr=0.1, max_iter=3)
    x, y = INPUTS["row"](), torch.randint(0, 3, (12,))

    def closure():
        optimizer.zero_grad()
        loss = F.cross_entropy(model(x), y)
        loss.backward()
        return loss

    with watch(model, optimizer) as clinic:
        for _ in range(6):
            clinic.step(optimizer.step(closure))
    return model, clinic


def _simple(make, inputs="row", **kwargs):
    def run(watch):
        model = _seeded(make)
        return model, _train(model, inputs, watch, **kwargs)
    return run


def _distributed(watch):
    """DistributedDataParallel, as the only process of a group."""
    with tempfile.TemporaryDirectory() as folder:
        torch.distributed.init_process_group("gloo", init_method=f"file://{folder}/group", rank=0, world_size=1)
        try:
            model = nn.parallel.DistributedDataParallel(_seeded(_mlp))
            return model, _train(model, "row", watch)
        finally:
            torch.distributed.destroy_process_group()


def _clip(model):
    torch.nn.utils.clip_grad_norm_(model.parameters(), 0.1)


# By name: a function of what makes the clinic, which returns the trained model and the clinic.
TRAININGS = {
    "mlp": _simple(_mlp),
    "in place": _simple(lambda: _mlp(inplace=True)),
    "batch norm": _simple(Functional, "image"),
    "residual": _simple(Residual),
    "lstm": _simple(Recurrent, "words"),
    "gru": _simple(lambda: Recurrent(nn.GRU), "words"),
    "attention": _simple(Attention, "sequence"),
    "twice": _simple(Twice),
    "wrapper": _simple(lambda: Wrapper(_mlp())),
    "data parallel": _simple(lambda: nn.DataParallel(_mlp())),
    "distributed": _distributed,
    "two optimizers": _two_optimizers,
    "frozen": _simple(_frozen),
    "micro batches": _simple(_mlp, micro=3),
    "clipped": _simple(_mlp, before_step=_clip),
    "bfloat16": _simple(_mlp, context=lambda: torch.autocast("cpu", dtype=torch.bfloat16)),
    "adamw": _adamw,
    "sparse": _sparse,
    "closure": _closure,
    "scripted": _simple(lambda: torch.jit.script(_mlp())),
    "traced in part": _simple(lambda: nn.Sequential(torch.jit.trace(_mlp(), torch.zeros(2, 6)), nn.Linear(3, 3))),
    "borrowed weights": _simple(Borrowed),
    "computed weights": _simple(Computed),
}
