"""A plain network in place of the user's: what the same batches and loss teach it tells what the data allows."""

import functools
import types

import torch
from torch import nn

from gradclinic import calls
from gradclinic.replaced import Undo
from gradclinic.tensors import first_tensor, put_in_place
from gradclinic.trials.plain_network import RATE, NoPlainNetwork, are_copies


def stand_in(model, optimizer, build, reach, rate=RATE, squashing=None, target_scale=(0.0, 0.0), copies=True,
             takes_first_alone=True):
    """From now on the model's calls are answered by a plain network, built in the first of them, and the optimizer's
    steps train that by Adam. Of several outputs the first is the network's; the others are still the model's own, which
    learns nothing any more. Returns handles whose remove() takes it back.

    build: makes the network, of samples, outputs and whether these may look ahead. reach: of the model's outputs, which
    the network sees no more than. squashing: "sigmoid" where the model's output is one's. target_scale: mean and
    deviation of a regression's targets. copies: whether the inputs may be the targets. takes_first_alone: whether the
    loss takes no output but the first.
    """
    original_forward, original_step = model.forward, optimizer.step
    network = adam = several = None

    def forward(*inputs, **more):
        nonlocal network, adam, several
        given = calls.in_order(original_forward, inputs, more) or [*inputs, *more.values()]
        if network is None or several:
            with torch.no_grad():
                output = original_forward(*inputs, **more)
            first = first_tensor(output)
        if network is None:
            several = first is not output
            if several and not takes_first_alone:
                raise NoPlainNetwork
            network = _Plain(given, first, build, reach, copies,
                             functools.partial(_finish, squashing=squashing, target_scale=target_scale))
            adam = torch.optim.Adam(network.parameters(), lr=rate)
        return put_in_place(output, first, network(given)) if several else network(given)

    @functools.wraps(original_step)
    def step(_, closure=None):
        if adam is None:  # no output yet
            return None
        loss = adam.step(closure)
        adam.zero_grad()
        count_step(optimizer)
        return loss

    model.forward = forward
    optimizer.step = types.MethodType(step, optimizer)
    return [Undo(lambda: setattr(model, "forward", original_forward)),
            Undo(lambda: setattr(optimizer, "step", original_step))]


def count_step(optimizer):
    """For an optimizer that another one steps in place of: schedules look whether it has, and warn."""
    optimizer._step_count = getattr(optimizer, "_step_count", 0) + 1


class _Plain(nn.Module):
    """Takes what the model takes, and ends as its outputs do."""

    def __init__(self, inputs, output, build, reach, copies, finish):
        super().__init__()
        if output is None or not output.ndim or not output.is_floating_point():
            raise NoPlainNetwork
        self._places = [place for place, each in enumerate(inputs)
                        if isinstance(each, torch.Tensor) and each.ndim and each.shape[0] == output.shape[0]
                        and place not in reach.unseen]
        samples = [inputs[place] for place in self._places]
        if not samples:
            raise NoPlainNetwork
        if copies and are_copies(samples, output):
            raise NoPlainNetwork
        self._finish = finish(output)
        self._network = build(samples, output, reach.ahead)

    def forward(self, inputs):
        return self._finish(self._network([inputs[place] for place in self._places]))


def _finish(output, squashing, target_scale):
    """What the model's own outputs have passed last."""
    mean, deviation = target_scale
    for axis in {1, output.ndim - 1} if output.ndim > 1 else ():
        if float(output.logsumexp(axis).abs().max()) < 1e-4:
            return functools.partial(torch.log_softmax, dim=axis)
        if bool((output >= 0).all()) and float((output.sum(axis) - 1).abs().max()) < 1e-4:
            return functools.partial(torch.softmax, dim=axis)
    if squashing == "sigmoid":
        return torch.sigmoid
    return (lambda values: mean + deviation * values) if deviation else (lambda values: values)
