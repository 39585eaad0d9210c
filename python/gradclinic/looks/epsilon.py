"""The number that an optimizer adds to the root of the mean squared gradient before it divides by that (Kingma & Ba
2015, Adam, algorithm 1): where it is larger than the gradients are, steps shrink with them."""

import math

# Adadelta adds its own to the root of what it moved by, too: larger ones make larger steps.
DIVIDING = ("Adam", "AdamW", "NAdam", "RAdam", "RMSprop", "Adagrad")


class Epsilon:
    def __init__(self, optimizers):
        groups = [group for each in optimizers if type(each).__name__ in DIVIDING for group in each.param_groups]
        self._largest = max((float(group.get("eps", 0.0)) for group in groups), default=0.0)
        self._parameters = sum(value.numel() for group in groups for value in group["params"])
        self._looks = self._larger = 0

    def see(self, norm):
        """norm: of the whole gradient that a step is made from."""
        if math.isfinite(norm) and norm > 0 and self._parameters:
            self._looks += 1
            self._larger += self._largest > norm / math.sqrt(self._parameters)

    def facts(self):
        """By the names of the core's facts."""
        return {"epsilon_outweighs": self._larger / self._looks if self._looks else 0.0}
