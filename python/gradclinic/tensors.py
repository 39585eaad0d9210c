"""Tensors as the core takes them: an address, and how many blocks of units of entries lie there."""

import copy

import torch


def plain(tensor):
    """The tensor itself where the core can read it, else a copy that it can; None where it holds no numbers to measure.
    Complex numbers become pairs along one more axis."""
    if tensor.is_complex():
        tensor = torch.view_as_real(tensor.resolve_conj())
    if type(tensor) is not torch.Tensor and not isinstance(tensor, torch.nn.Parameter):
        tensor = tensor.as_subclass(torch.Tensor)
    if tensor.dtype is not torch.float32:
        if not tensor.is_floating_point():
            return None
        tensor = tensor.float()
    if tensor.layout is not torch.strided:
        tensor = tensor.to_dense()
    if not tensor.is_cpu:
        tensor = tensor.cpu()
    return tensor if tensor.is_contiguous() else tensor.contiguous()


def any_but_0(tensor):
    """Whether an entry, complex or not, is other than 0."""
    return bool((torch.view_as_real(tensor) if tensor.is_complex() else tensor).any())


def layout(tensor, channels_first):
    """(outer, units, inner): channels are the units of images, the last axis those of everything else."""
    shape = tensor.shape
    if len(shape) == 0:
        return 1, 1, 1
    if channels_first and len(shape) > 2:
        units = shape[1]
        inner = 1
        for size in shape[2:]:
            inner *= size
        return shape[0], units, inner
    units = shape[-1]
    return (tensor.numel() // units if units else 0), units, 1


def first_tensor(value, floating=True):
    """The first tensor, of floating point unless told otherwise, in what a module takes or returns: a tensor, tuple, list, dict or an object of
    named tensors; `logits` before others. None where there is none."""
    if isinstance(value, torch.Tensor):
        return value if value.is_floating_point() or not floating else None
    if isinstance(value, dict):
        if isinstance(value.get("logits"), torch.Tensor):
            return value["logits"]
        value = value.values()
    elif not isinstance(value, (tuple, list)):
        value = vars(value).values() if hasattr(value, "__dict__") else ()
    for each in value:
        found = first_tensor(each, floating) if isinstance(each, (torch.Tensor, tuple, list, dict)) else None
        if found is not None:
            return found
    return None


def put_in_place(value, old, new):
    """What a module returns, with a tensor in the place of another."""
    if value is old:
        return new
    if isinstance(value, (tuple, list)):
        parts = [put_in_place(each, old, new) for each in value]
        return type(value)(*parts) if hasattr(value, "_fields") else type(value)(parts)
    if isinstance(value, dict):
        changed = copy.copy(value)
        for key in value:
            changed[key] = put_in_place(value[key], old, new)
        return changed
    held = [] if isinstance(value, torch.Tensor) else [name for name, each in getattr(value, "__dict__", {}).items()
                                                      if each is old]
    changed = copy.copy(value) if held else value
    for name in held:
        setattr(changed, name, new)
    return changed


def tensors_in(value):
    """All tensors in what a module returns."""
    if isinstance(value, torch.Tensor):
        return [value]
    if not isinstance(value, (dict, tuple, list)):
        value = vars(value) if hasattr(value, "__dict__") else ()
    each = value.values() if isinstance(value, dict) else value
    return [tensor for part in each if isinstance(part, (torch.Tensor, dict, tuple, list)) for tensor in tensors_in(part)]
