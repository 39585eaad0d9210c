"""A training as data, and the one loop that carries it out: plain PyTorch, as its users write it."""

from dataclasses import dataclass
from typing import Callable, Optional

import torch
from torch import nn

LOOKS = 20


@dataclass
class Training:
    model: nn.Module
    optimizer: torch.optim.Optimizer
    loss: Callable                  # of outputs and targets, a scalar
    batches: Callable               # of the epoch's number: yields (inputs, targets)
    steps: int
    seen: tuple                     # all training samples: inputs, targets
    held_out: tuple                 # inputs, targets
    accuracy: Optional[Callable] = None    # of outputs and targets, the share that is right
    scheduler: Optional[object] = None
    clip: Optional[float] = None    # largest norm of a step's gradient
    zero_grad: bool = True          # False: forgotten, so that the gradients of all steps add up


def run(training, clinic=None, score=None):
    """Trains; returns loss and accuracy on the samples held out at about 20 looks, the last at the end.
    score: the loss that they are measured by, if it is not the one that is trained."""
    looks = []
    every = max(1, training.steps // LOOKS)
    for step, (inputs, targets) in enumerate(stream(training), start=1):
        training.model.train()
        if training.zero_grad:
            training.optimizer.zero_grad()
        loss = training.loss(training.model(inputs), targets)
        loss.backward()
        if training.clip is not None:
            nn.utils.clip_grad_norm_(training.model.parameters(), training.clip)
        training.optimizer.step()
        if training.scheduler is not None:
            training.scheduler.step()
        if clinic is not None:
            clinic.step(loss)
        if step % every == 0 or step == training.steps:
            looks.append(evaluate(training, training.held_out, score))
            if clinic is not None:
                clinic.validation(*looks[-1])
    return looks


def stream(training):
    done, epoch = 0, 0
    while done < training.steps:
        for batch in training.batches(epoch):
            if done == training.steps:
                return
            yield batch
            done += 1
        epoch += 1


@torch.no_grad()
def evaluate(training, samples, score=None):
    """Mean loss, and accuracy (NaN where there are no classes), in evaluation mode."""
    training.model.eval()
    inputs, targets = samples
    loss = right = 0.0
    for part in torch.arange(len(inputs)).split(250):
        outputs = training.model(inputs[part])
        share = len(part) / len(inputs)
        loss += share * float((score or training.loss)(outputs, targets[part]))
        right += share * (training.accuracy(outputs, targets[part]) if training.accuracy else float("nan"))
    return loss, right
