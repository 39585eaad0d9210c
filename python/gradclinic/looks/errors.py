"""Errors of outputs against targets, both samples x amounts, of which a loss is the mean."""

import torch
from torch.nn import functional

QUANTILES = (0.02, 0.05, 0.1, 0.2, 0.35, 0.5, 0.65, 0.8, 0.9, 0.95, 0.98)


def absolute(output, target):
    return (output - target).abs()


def squared(output, target):
    return (output - target).square()


def log_cosh(output, target):
    return (output - target).cosh().log()


def relative(error, power, share, most, output, target):
    return error(output, target) * (share / target.abs() ** power).clamp_max(most)


def huber(delta, output, target):
    return functional.huber_loss(output, target, reduction="none", delta=delta)


def smooth_l1(beta, output, target):
    return functional.smooth_l1_loss(output, target, reduction="none", beta=beta)


def entropy(output, target):
    return functional.binary_cross_entropy_with_logits(output, target, reduction="none")


def norm(output, target):
    """Of each sample."""
    return (output - target).norm(dim=1, keepdim=True)


def relative_norm(output, target):
    """Of each sample, as a share of its targets' norm."""
    return norm(output, target) / target.norm(dim=1, keepdim=True)


def root_of_mean(output, target):
    """One number for all samples."""
    return squared(output, target).mean().sqrt().reshape(1, 1)


def constant_error(targets, error):
    """The least mean error of some constants for each column: its mean and quantiles, to one of which the best constant
    of all these errors is near."""
    among = targets.sort(0).values
    constants = [targets.mean(0), *(among[round(share * (len(among) - 1))] for share in QUANTILES)]
    return min(float(error(constant.expand(targets.shape), targets).mean()) for constant in constants)
