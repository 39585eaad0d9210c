"""What a model's output can be made into, for a loss that takes another."""

import torch

def _logits(output, squashing):
    """Of which the output is the softmax or the sigmoid."""
    tiny = torch.finfo(output.dtype).tiny
    logarithm = output.clamp_min(tiny).log()
    return logarithm - (1 - output).clamp_min(tiny).log() if squashing == "sigmoid" else logarithm


def _squeezed(output, squashing):
    """(n, 1, ...) becomes (n, ...) and the reverse: the shape of targets that outputs were broadcast against."""
    return output.squeeze(1) if output.ndim > 1 and output.shape[1] == 1 else output.unsqueeze(1)


# By what outputs become: a function of them, and of what they are of their logits ("softmax", "sigmoid" or None).
CHANGES = {
    "logits": _logits,
    "squeezed": _squeezed,
    # Where the code that judges samples held out does it itself.
    "squeezed-in-training": lambda output, squashing: _squeezed(output, squashing) if output.requires_grad else output,
    "log-probabilities": lambda output, squashing: torch.log_softmax(output, 1),
}
