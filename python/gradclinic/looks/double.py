"""Computing in double."""

import contextlib

import torch

from gradclinic.replaced import Replaced


def to_double(value):
    return value.double() if isinstance(value, torch.Tensor) and value.is_floating_point() else value


@contextlib.contextmanager
def in_double():
    """New tensors are double, and so is what a model calls float() of."""
    before = torch.get_default_dtype()
    torch.set_default_dtype(torch.float64)
    replaced = Replaced(torch.Tensor, "float", torch.Tensor.double)
    try:
        yield
    finally:
        replaced.remove()
        torch.set_default_dtype(before)
