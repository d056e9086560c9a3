"""Seeded streams of chance, one per purpose: a change in one leaves the others as they were.

Only drawing belongs here; what is drawn and why is said where it is drawn.
"""

from math import exp, log, sqrt
from random import Random

_SMALL_MEAN = 30.0


def stream(seed: int, *names: object) -> Random:
    """A generator that depends on the seed and the names only, on every platform."""
    return Random("/".join(str(part) for part in (seed, *names)))  # noqa: S311


def hit(rng: Random, chance: float) -> bool:
    """True with the given chance."""
    return rng.random() < chance


def poisson(rng: Random, mean: float) -> int:
    """A Poisson count; the normal approximation above 30."""
    if mean <= 0:
        return 0
    if mean > _SMALL_MEAN:
        return max(0, round(rng.gauss(mean, sqrt(mean))))
    limit, product, count = exp(-mean), rng.random(), 0
    while product > limit:
        product *= rng.random()
        count += 1
    return count


def lognormal(rng: Random, mean: float, sigma: float) -> float:
    """A lognormal value with this arithmetic mean and this spread of its logarithm."""
    return exp(rng.gauss(log(mean) - sigma * sigma / 2, sigma))


def pick(rng: Random, weighted: tuple[tuple[str, float], ...]) -> str:
    """One name of (name, share) pairs whose shares sum to 1."""
    left = rng.random()
    for name, share in weighted:
        left -= share
        if left < 0:
            return name
    return weighted[-1][0]
