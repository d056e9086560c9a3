"""A metric is done when a golden number of it fails as soon as the metric has a fault."""

from tests.models import (
    test_chats,
    test_costs,
    test_golden,
    test_golden_feedback,
    test_golden_handling,
    test_golden_records,
    test_golden_workforce,
)
from tests.models.golden import Golden
from tests.models.mutants import METRICS, mutants

EXAMPLES = (
    test_chats,
    test_costs,
    test_golden,
    test_golden_feedback,
    test_golden_handling,
    test_golden_records,
    test_golden_workforce,
)


def _golden() -> dict[str, list[Golden]]:
    found: dict[str, list[Golden]] = {}
    for module in EXAMPLES:
        # Without it the numbers below would be held against no mutant.
        assert module.test_mutants_give_other_numbers
        for golden in module.GOLDEN:
            found.setdefault(golden.metric, []).append(golden)
    return found


def test_every_metric_has_a_golden_number():
    found = _golden()
    assert found.keys() == METRICS.keys()
    # Nothing and 0 are what a metric says of rows that are not there.
    assert not [name for name, numbers in found.items() if not any(g.expected for g in numbers)]


def test_every_ratio_and_every_condition_has_mutants():
    for metric in METRICS.values():
        faults = [mutant.fault for mutant in mutants(metric)]
        assert ("parts swapped" in faults) == (metric.denominator is not None), metric.id
        parts = (*metric.numerator, metric.denominator)
        n_filters = sum(part.sql.count("filter (where") for part in parts if part)
        n_dropped = sum("FILTER(WHERE" in f.split(" -> ", maxsplit=1)[0] for f in faults)
        assert n_dropped >= n_filters, metric.id
