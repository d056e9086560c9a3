"""What was planted is found in the published marts, and the same question finds it nowhere else.

The ledger says when and where (`truth/events.json`); that it happened has to be seen in the marts
alone. Each question is asked again where or when nothing was planted, and must then find nothing.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from math import hypot, sqrt
from pathlib import Path
from statistics import NormalDist, median

import duckdb
import pytest

pytestmark = pytest.mark.slow
WEEK = timedelta(days=7)
ASIDE = 4 * WEEK
"""So far around an event it is compared: people come, learn and go."""
JUDGED = timedelta(days=6)
"""So long after a contact it is judged at the latest."""
FAR = 2.5
SELDOM = 0.001
TALK = "average_talk_time"
STRICT, SAME = "critical_error_accuracy_compliance", "critical_error_accuracy_customer"
ASKED = ["offered", "service_level", "self_service_rate", TALK, STRICT, SAME]


@dataclass(frozen=True)
class Mean:
    """A mean, or a share, and the standard error it has by chance."""

    value: float
    error: float

    def __sub__(self, other: "Mean") -> "Mean":
        return Mean(self.value - other.value, hypot(self.error, other.error))

    def is_off(self, chance: float) -> bool:
        """Whether it is further from zero than chance alone brings it that seldom."""
        return abs(self.value) > NormalDist().inv_cdf(1 - chance / 2) * self.error


@dataclass(frozen=True)
class Centre:
    """The published warehouse, and the days on which something was planted."""

    con: duckdb.DuckDBPyConnection
    planted: dict[str, date]

    def by_day(self, metric: str, kind: str, scope: str) -> dict[date, float]:
        """A metric's value of each day."""
        rows = self.con.execute(
            "select local_date, value from asked where metric_id = ? "
            "and scope_kind = ? and scope_id = ? and n > 0 order by 1",
            [metric, kind, scope],
        ).fetchall()
        assert len(rows) > ASIDE.days
        return dict(rows)

    def mean(self, metric: str, kind: str, scope: str, *spans: tuple[date, date]) -> Mean:
        """A metric over some spans of days, each up to the day before its end."""
        inside = " or ".join("(local_date >= ? and local_date < ?)" for _ in spans)
        total, n, squares = self.con.execute(
            "select sum(numerator)::double, sum(denominator)::double, sum(sum_sq)::double "
            f"from asked where metric_id = ? and scope_kind = ? and scope_id = ? "
            f"and ({inside})",
            [metric, kind, scope, *(day for span in spans for day in span)],
        ).fetchone() or (None, None, None)
        assert total is not None, "no such cell"
        value = total / n
        # Of a share there are no squares: each is 0 or 1.
        spread = (total if squares is None else squares) / n - value * value
        return Mean(value, sqrt(spread / n))

    def before_and_after(
        self, metric: str, kind: str, scope: str, day: date, apart: timedelta = timedelta(0)
    ) -> Mean:
        """How much higher a metric is after a day than before, some days before left out."""
        after = self.mean(metric, kind, scope, (day, day + ASIDE))
        return after - self.mean(metric, kind, scope, (day - apart - ASIDE, day - apart))

    def week_against_others(self, metric: str, kind: str, scope: str, day: date) -> Mean:
        """How much higher a metric is in the week from a day on than in the weeks around it."""
        around = ((day - ASIDE, day), (day + WEEK, day + WEEK + ASIDE))
        return self.mean(metric, kind, scope, (day, day + WEEK)) - self.mean(
            metric, kind, scope, *around
        )


def unusual(days: dict[date, float]) -> dict[date, float]:
    """How far each day is from the others of its weekday, in robust standard deviations."""
    weekdays: dict[int, list[float]] = {}
    for day, value in days.items():
        weekdays.setdefault(day.weekday(), []).append(value)
    off = {day: value - median(weekdays[day.weekday()]) for day, value in days.items()}
    spread = 1.4826 * median(abs(value) for value in off.values())
    return {day: value / spread for day, value in off.items()}


def outages(centre: Centre, group: str) -> list[date]:
    """Days of far more calls than usual, far worse served, while menus solved far less."""
    calls = unusual(centre.by_day("offered", "queue_group", group))
    served = unusual(centre.by_day("service_level", "queue_group", group))
    menus = unusual(centre.by_day("self_service_rate", "channel", "voice"))
    return [
        day
        for day in calls
        if calls[day] > FAR and served.get(day, 0) < -FAR and menus.get(day, 0) < -FAR
    ]


@pytest.fixture(
    scope="module", params=["60_days", pytest.param("13_months", marks=pytest.mark.soak)]
)
def centre(request: pytest.FixtureRequest) -> Iterator[Centre]:
    root: Path = request.getfixturevalue(
        "published" if request.param == "60_days" else "published_year"
    )
    told = json.loads((root / "truth" / "events.json").read_text(encoding="utf-8"))
    planted = {event["name"]: date.fromisoformat(event["from"]) for event in told}
    with duckdb.connect(str((root / "warehouse.duckdb").resolve()), read_only=True) as con:
        # The view is of all metrics and goals: asked once, not once a question.
        con.execute("create temp table asked as from marts.v_kpi_day where metric_id in ?", [ASKED])
        yield Centre(con, planted)


def test_the_outage_is_the_one_day_of_its_kind(centre: Centre) -> None:
    assert outages(centre, "Dublin voice") == [centre.planted["outage"]]


@pytest.mark.parametrize("group", ["Manila voice", "Bogota voice"])
def test_no_outage_is_seen_where_there_was_none(centre: Centre, group: str) -> None:
    assert outages(centre, group) == []


def test_the_bad_week_of_the_vendor_is_seen(centre: Centre) -> None:
    talk = centre.week_against_others(TALK, "site", "Manila", centre.planted["vendor_week"])
    assert talk.value > 0
    assert talk.is_off(SELDOM)


@pytest.mark.parametrize("weeks", [-3, -2, -1, 1, 2])
def test_no_other_week_of_the_vendor_is_as_bad(centre: Centre, weeks: int) -> None:
    day = centre.planted["vendor_week"] + weeks * WEEK
    talk = centre.week_against_others(TALK, "site", "Manila", day)
    assert talk.value < 0 or not talk.is_off(SELDOM)


@pytest.mark.parametrize(("kind", "scope"), [("queue_group", "Dublin voice"), ("site", "Bogota")])
def test_the_bad_week_is_the_vendors_alone(centre: Centre, kind: str, scope: str) -> None:
    talk = centre.week_against_others(TALK, kind, scope, centre.planted["vendor_week"])
    assert not talk.is_off(SELDOM)


def test_the_trained_team_talks_less_afterwards(centre: Centre) -> None:
    talk = centre.before_and_after(TALK, "team", "Liffey", centre.planted["training"])
    assert talk.value < 0
    assert talk.is_off(SELDOM)


@pytest.mark.parametrize("team", ["Dodder", "Tolka", "Royal"])
def test_a_team_that_was_not_trained_talks_as_before(centre: Centre, team: str) -> None:
    talk = centre.before_and_after(TALK, "team", team, centre.planted["training"])
    assert not talk.is_off(SELDOM)


def test_the_team_did_not_talk_less_before_the_training(centre: Centre) -> None:
    """Asked of the middle of the weeks before, the question finds nothing."""
    day = centre.planted["training"]
    late = centre.mean(TALK, "team", "Liffey", (day - ASIDE / 2, day))
    early = centre.mean(TALK, "team", "Liffey", (day - ASIDE, day - ASIDE / 2))
    assert not (late - early).is_off(SELDOM)


def test_the_stricter_form_finds_more_against_the_rules(centre: Centre) -> None:
    """Compliance has heavier lines in the new form; what customers need is asked as before."""
    day = centre.planted["qa_form"]
    strict, same = (
        centre.before_and_after(metric, "all", "all", day, JUDGED) for metric in (STRICT, SAME)
    )
    assert strict.value < 0
    assert strict.is_off(SELDOM)
    assert not same.is_off(SELDOM)


def test_each_version_of_the_form_has_its_months(centre: Centre) -> None:
    day = centre.planted["qa_form"]
    months = centre.con.execute(
        "select form_version, min(local_date), max(local_date) from marts.qa_month "
        "group by all order by all"
    ).fetchall()
    (v1, _, last), (v2, first, _) = months
    assert (v1, v2) == ("v1", "v2")
    assert last <= day
    # A contact of the month before is judged by the form of the day on which it is judged.
    assert first in {day.replace(day=1), (day - JUDGED).replace(day=1)}
