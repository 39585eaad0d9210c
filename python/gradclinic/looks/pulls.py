"""How a loss pulls a model's outputs: its gradient by them."""

import math

FEWEST = 4        # samples of a batch, and batches
ENOUGH = 40       # batches, after which no more are looked at
ALIKE = 1e-4      # of the pull
VARIES = 0.05     # of the pulls' mean size: a pull that is the same in each batch is a loss that is meant so


class Pulls:
    def __init__(self):
        self._batches = 0
        self._alike = []     # pulls of the batches in which every output had the same
        self._summed = 0     # batches whose loss is a sum

    def see(self, found, output, gradient):
        """found: the targets, or None where the loss is none that is known."""
        if output.ndim == 0 or output.shape[0] < FEWEST or self._batches >= ENOUGH:
            return
        self._batches += 1
        rows = output.shape[0]
        if found is not None:
            sums = (rows, output.numel(), len(found.outputs))
            self._summed += any(math.isclose(found.scale, count, rel_tol=0.02) for count in sums)
        pull, least, largest = (float(each) for each in (gradient.mean(), gradient.min(), gradient.max()))
        if largest - least <= ALIKE * abs(pull) and float(output.max() - output.min()) > 0:
            self._alike.append(pull)

    def facts(self):
        """By the names of the core's facts."""
        if self._batches < FEWEST:
            return {}
        mean = sum(self._alike) / len(self._alike) if self._alike else 0.0
        spread = sum(abs(pull - mean) for pull in self._alike) / max(1, len(self._alike))
        varies = spread > VARIES * abs(mean)
        return {"pulled_alike": len(self._alike) / self._batches if varies else 0.0,
                "loss_summed": float(2 * self._summed > self._batches)}
