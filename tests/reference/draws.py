"""Random numbers: what torch.Generator draws for a list of calls on one generator."""
import torch

DTYPES = {"float": torch.float32, "double": torch.float64}


def draw(program):
    """{"seed", "precision", "calls": [{"kind", "n", and low, high, mean, deviation or probability}]} -> lists."""
    generator = torch.Generator().manual_seed(program["seed"])
    dtype = DTYPES[program["precision"]]
    return [one(call, dtype, generator).tolist() for call in program["calls"]]


def one(call, dtype, generator):
    kind, n = call["kind"], call["n"]
    if kind == "randn":
        return torch.randn(n, dtype=dtype, generator=generator)
    if kind == "permutation":
        return torch.randperm(n, generator=generator)
    empty = torch.empty(n, dtype=dtype)
    if kind == "uniform":
        return empty.uniform_(call["low"], call["high"], generator=generator)
    if kind == "normal":
        return empty.normal_(call["mean"], call["deviation"], generator=generator)
    if kind == "bernoulli":
        return empty.bernoulli_(call["probability"], generator=generator)
    raise ValueError(f"no such draw: {kind}")
