"""Errors of the past are counted as they are, and ranges cover as they claim."""

import gzip
from collections import defaultdict
from datetime import date
from statistics import fmean

import pytest

from reports.forecasting import backtest
from reports.forecasting.backtest import Trial, accuracy, coverage, origins, ranges, trials
from reports.forecasting.model import fit, predict
from reports.forecasting.series import SLOTS, series_of
from tests.reports.forecasting.made import past


def grid(*days: dict[int, float]) -> list[list[float]]:
    return [[day.get(slot, 0.0) for slot in range(SLOTS)] for day in days]


def test_tests_begin_each_week_back_and_leave_half_to_learn_from():
    assert origins(21) == [14]
    assert origins(20) == []
    assert origins(60) == [32, 39, 46, 53]
    assert len(origins(400)) == 6
    assert origins(400)[-1] == 393


def test_a_test_knows_nothing_of_its_own_days():
    series = past(42)
    one = trials(series)[0]
    known = series.until(series.days - one.back)
    assert one.forecast == predict(known, fit(known), one.back)
    assert one.came == series.counts[-one.back :]
    assert one.naive[:7] == known.counts[-7:]
    assert one.naive[7:14] == known.counts[-7:]


def test_errors_by_hand():
    trial = Trial(
        2, grid({1: 10, 2: 4}, {1: 6}), grid({1: 8, 2: 6}, {1: 6, 3: 2}), grid({1: 12}, {1: 6})
    )
    found = accuracy([trial])
    assert (found.trials, found.days, found.contacts) == (1, 2, 22)
    assert found.wape == pytest.approx((2 + 2 + 0 + 2) / 22)
    assert found.wape_day == pytest.approx((0 + 2) / 22)
    assert found.bias == pytest.approx(-2 / 22)
    assert found.naive == pytest.approx((4 + 6 + 0 + 2) / 22)
    assert found.naive_day == pytest.approx((2 + 2) / 22)
    assert found.coverage is None


def test_queues_are_added_where_both_have_a_test():
    one = [Trial(14, grid({1: 1}), grid({1: 2}), grid({1: 3})),
           Trial(7, grid({1: 1}), grid({1: 2}), grid({1: 3}))]  # fmt: skip
    (found,) = backtest.together([one, one[1:]])
    assert found == Trial(7, grid({1: 2}), grid({1: 4}), grid({1: 6}))


@pytest.mark.parametrize(("level", "drift"), [(700.0, 0.06), (60.0, 0.1)])
def test_ranges_cover_what_they_claim_of_days_to_come(level, drift):
    slots, days = [], []
    for seed in range(6):
        whole = past(77, level=level, drift=drift, seed=seed)
        known = whole.until(63)
        ahead = Trial(
            14, predict(known, fit(known), 14), whole.counts[63:], whole.counts[56:63] * 2
        )
        n = coverage(ahead, ranges(trials(known)))
        slots.append(n[0] / n[1])
        days.append(n[2] / n[3])
    assert 0.74 < fmean(slots) < 0.86
    assert 0.70 < fmean(days) < 0.92


def test_what_the_past_says_of_its_own_ranges_is_near_what_they_claim():
    found = accuracy(trials(past(63, drift=0.05)))
    assert found.coverage == pytest.approx(0.8, abs=0.08)
    assert found.coverage_day == pytest.approx(0.8, abs=0.08)
    assert found.wape and found.naive and found.wape_day and found.naive_day
    assert found.wape < 0.8 * found.naive
    assert found.wape_day < found.naive_day


def test_a_quarter_hour_s_range_is_of_whole_numbers_around_it_and_never_below_none():
    found = ranges(trials(past(63, level=60.0)))
    low, high = found.of_slot(0.4)
    assert low == 0
    assert high > 0.4
    assert found.of_day(60)[0] < 60 < found.of_day(60)[1]


@pytest.fixture(scope="module")
def bank(shared_data):
    """Calls of the bank's January 1999 by day and quarter hour of their arrival."""
    found = defaultdict(lambda: [0.0, 0.0, 0.0])
    with gzip.open(shared_data / "bank-1999" / "january.txt.gz", "rt") as file:
        next(file)
        for line in file:
            call = line.rstrip("\r\n").split("\t")
            if call[12] == "PHANTOM":
                continue
            hour, minute, _ = call[6].split(":")
            cell = found[date(1999, 1, int(call[5][4:])), 4 * int(hour) + int(minute) // 15]
            served = call[12] == "AGENT" and int(call[15]) > 0
            for place, value in enumerate((1, int(call[15]) if served else 0, served)):
                cell[place] += value
    rows = [(*key, *cell) for key, cell in found.items()]
    return series_of(date(1999, 1, 1), 31, rows)


def test_three_weeks_of_a_bank_forecast_the_fourth_better_than_the_week_before(bank):
    """Two of the three weeks lack days, and in the fourth a quarter fewer call than before."""
    assert sum(map(sum, bank.counts)) == 31_359
    known = bank.until(21)
    ahead = Trial(7, predict(known, fit(known), 7), bank.counts[21:28], bank.counts[14:21])
    found = accuracy([ahead])
    assert found.wape and found.naive
    assert found.wape < 0.97 * found.naive
    inside = coverage(ahead, ranges(trials(known)))
    assert 0.72 <= inside[0] / inside[1] <= 0.88
