"""Comparison on the same mix of contacts: how far from expected, how sure, and how much is chance.

Pure functions over what each had and what was expected of it (indirect standardisation: observed
over expected, expected being what the whole centre would have got with the same contacts). All
ratios and spreads are relative to what is expected: 0.1 is ten per cent more.

Sources: D. J. Spiegelhalter, "Funnel plots for comparing institutional performance" (Statistics in
Medicine 24, 2005) for the plot, its limits, and overdispersion told by a winsorised sum of squares;
R. C. Paule, J. Mandel, "Consensus values and weighting factors" (J. Res. NBS 87, 1982) for the
spread between those compared, which unequal numbers of cases mislead less than the one step of R.
DerSimonian, N. Laird, "Meta-analysis in clinical trials" (Controlled Clinical Trials 7, 1986);
B. Efron, C. Morris, "Data analysis using Stein's estimator and its generalizations" (JASA 70, 1975)
for the empirical Bayes estimate under a normal spread.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from statistics import NormalDist, fmean, median
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

FEWEST = 5
"""Fewer than these do not tell how much they differ among themselves."""
FEWEST_CASES = 30
"""Below this a mean is not near enough to normal for the limits."""
FEWEST_EXPECTED = 5
"""So many hits, and so many misses, have to be expected of a share: the usual rule of the normal
approximation."""
Z95, Z998 = (NormalDist().inv_cdf(p) for p in (0.975, 0.999))
_FINE = 0.002
"""So exact, relatively, a spread is told."""
_TAIL = 0.1
"""Share of scores at each end that are drawn in before they tell the overdispersion."""


@dataclass(frozen=True)
class Subject:
    """Who is compared: an agent, a team, a site. Sums over its cases, in the metric's own parts."""

    id: str
    n: int
    observed: float
    expected: float
    variance: float
    """Of observed less expected, if chance alone dealt out the cases of each cell."""
    n_same_reason: int = 0
    """Cases held against others of the same queue and reason."""
    n_same_queue: int = 0
    """Cases held against others of the same queue, those of the same reason among them."""
    n_other_queues: int = 0
    """Cases held against the same reason in any queue of the channel."""
    n_alone: int = 0
    """Cases of a channel that hardly anybody else has: held against nobody, in no sum above."""

    @property
    def ratio(self) -> float:
        """Observed over expected."""
        return self.observed / self.expected

    @property
    def error(self) -> float:
        """Standard error of the ratio by chance alone."""
        return math.sqrt(self.variance) / self.expected

    def is_enough(self, *, is_share: bool) -> bool:
        """Whether limits and intervals of normal shape fit it."""
        if self.n < FEWEST_CASES or self.expected <= 0 or self.variance <= 0:
            return False
        misses = self.n - self.expected
        return not is_share or min(self.expected, misses) >= FEWEST_EXPECTED


@dataclass(frozen=True)
class Estimate:
    """Where somebody stands."""

    subject: Subject
    width: float
    """Standard deviation that the limits allow: chance, and the usual spread where there is one."""
    shrunk: float
    """Empirical Bayes estimate of the ratio less 1."""
    low: float
    high: float
    """Ends of its 95 % interval."""
    evened: float
    """Cases of the usual mix that would tell as much: its place in the funnel."""

    @property
    def gap(self) -> float:
        """Observed over expected, less 1."""
        return self.subject.ratio - 1

    @property
    def is_chance(self) -> bool:
        """Whether chance alone brings such a difference in 95 of 100 cases."""
        return abs(self.gap) <= Z95 * self.subject.error

    @property
    def outside(self) -> int:
        """0 within the limits, 95 or 998 (per thousand: 99.8 %) beyond those."""
        score = abs(self.gap) / self.width
        return 998 if score > Z998 else 95 if score > Z95 else 0

    @property
    def is_told(self) -> bool:
        """Whether a manager should look at it: outside, and surely apart from what is expected."""
        apart = self.low > 0 or self.high < 0
        return self.outside == 998 or (self.outside > 0 and apart)  # noqa: PLR2004  99.8 %


@dataclass(frozen=True)
class Comparison:
    """Everybody with enough cases, the most cases first, and what is common to them."""

    estimates: tuple[Estimate, ...]
    few: tuple[Subject, ...]
    """Those with too few cases for limits."""
    spread: float
    """Standard deviation between those compared beyond chance, without the largest tenths."""
    per_case: float
    """Standard deviation of a single case of the usual mix over its mean."""

    def limit(self, cases: float, z: float, *, with_spread: bool = True) -> float:
        """How far from 1 a limit is at so many evened cases."""
        usual = self.spread**2 if with_spread else 0.0
        return z * math.sqrt(self.per_case**2 / cases + usual)


def compare(subjects: Sequence[Subject], *, is_share: bool) -> Comparison | None:
    """Everybody's place; None where nobody has enough cases, or nobody to be compared with."""
    enough = [s for s in subjects if s.is_enough(is_share=is_share)]
    if len(enough) < 2:  # noqa: PLR2004
        return None
    few = sorted((s for s in subjects if s not in set(enough)), key=lambda s: (-s.n, s.id))
    gaps, errors = [s.ratio - 1 for s in enough], [s.error for s in enough]
    spread, prior = usual_spread(gaps, errors), between(gaps, errors)
    per_case = median(e * math.sqrt(s.n) for s, e in zip(enough, errors, strict=True))
    knows = len(enough) >= FEWEST
    estimates = [
        Estimate(
            s, math.hypot(s.error, spread), *shrink(gap, s.error, prior if knows else math.inf),
            evened=(per_case / s.error) ** 2,
        )
        for s, gap in zip(enough, gaps, strict=True)
    ]  # fmt: skip
    ordered = sorted(estimates, key=lambda e: (-e.subject.n, e.subject.id))
    return Comparison(tuple(ordered), tuple(few), spread, per_case)


def between(gaps: Sequence[float], errors: Sequence[float]) -> float:
    """Standard deviation of the true differences, by the moments of Paule and Mandel.

    Around 0: what is expected is the mean of all already. 0 where chance explains everything.
    """
    return _spread(gaps, errors, lambda scores: fmean(s * s for s in scores))


def usual_spread(gaps: Sequence[float], errors: Sequence[float]) -> float:
    """The same without the tails, so that who stands far out does not widen their own limits.

    Scores beyond the tenth at each end are drawn in to it. Of normal scores that takes away a third
    of the squares, which is put back, else limits would be too narrow where nobody stands out. 0
    below five.
    """
    return 0.0 if len(gaps) < FEWEST else _spread(gaps, errors, _drawn_in)


def _drawn_in(scores: Sequence[float]) -> float:
    """Mean square of scores whose tails are drawn in, over what it is of normal ones."""
    ordered = sorted(scores)
    low, high = _quantile(ordered, _TAIL), _quantile(ordered, 1 - _TAIL)
    return fmean(min(max(s, low), high) ** 2 for s in ordered) / _KEPT


def _kept() -> float:
    """Mean square of a standard normal whose tails are drawn in."""
    normal = NormalDist()
    edge = normal.inv_cdf(1 - _TAIL)
    return (1 - 2 * _TAIL) - 2 * edge * normal.pdf(edge) + 2 * _TAIL * edge**2


_KEPT = _kept()


def _spread(
    gaps: Sequence[float], errors: Sequence[float], square: Callable[[Sequence[float]], float]
) -> float:
    """The spread with which the mean square of all scores is 1, by halving; 0 if it is without."""
    pairs = [(gap, error * error) for gap, error in zip(gaps, errors, strict=True)]

    def is_too_small(spread: float) -> bool:
        return square([gap / math.sqrt(e2 + spread * spread) for gap, e2 in pairs]) > 1

    if not is_too_small(0.0):
        return 0.0
    low, high = 0.0, 2 * max(abs(gap) for gap in gaps)
    while high - low > _FINE * high:
        middle = (low + high) / 2
        low, high = (middle, high) if is_too_small(middle) else (low, middle)
    return high


def _quantile(ordered: Sequence[float], share: float) -> float:
    place = share * (len(ordered) - 1)
    left = math.floor(place)
    right = min(left + 1, len(ordered) - 1)
    return ordered[left] + (place - left) * (ordered[right] - ordered[left])


def shrink(gap: float, error: float, prior: float) -> tuple[float, float, float]:
    """The estimate of a true difference and its 95 % interval: estimate, low, high.

    Normal-normal: a share `prior**2 / (prior**2 + error**2)` of the gap is believed. With an
    unknown spread (infinite) all of it is; without one (0) nothing.
    """
    believed = 1.0 if math.isinf(prior) else prior**2 / (prior**2 + error**2)
    half = Z95 * error * math.sqrt(believed)
    return believed * gap, believed * gap - half, believed * gap + half
