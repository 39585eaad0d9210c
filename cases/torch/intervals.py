"""Exact intervals of a share."""

import math


def clopper_pearson(hits, count, level=0.95):
    """Clopper & Pearson 1934: the shares under which `hits` of `count` is in neither tail."""
    if count == 0:
        return 0.0, 1.0
    tail = (1 - level) / 2

    def at_least(share, k):
        return sum(math.comb(count, i) * share**i * (1 - share) ** (count - i) for i in range(k, count + 1))

    low = 0.0 if hits == 0 else _where(lambda share: at_least(share, hits) >= tail)
    high = 1.0 if hits == count else _where(lambda share: 1 - at_least(share, hits + 1) <= tail)
    return low, high


def _where(reached):
    """The smallest share from which on it is reached, by bisection."""
    low, high = 0.0, 1.0
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (low, middle) if reached(middle) else (middle, high)
    return high
