"""What was planted is found in the published marts, and the same question finds it nowhere else.

The ledger says when and where (`truth/events.json`); that it happened has to be seen in the marts
alone. Each question is asked again where or when nothing was planted, and must then find nothing.
"""

import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from math import hypot, sqrt
from pathlib import Path
from statistics import NormalDist, median

import duckdb
import pytest

from reports import outlooks
from reports.queries import Reader

pytestmark = pytest.mark.slow
WEEK = timedelta(days=7)
ASIDE = 4 * WEEK
"""So far around an event it is compared: people come, learn and go."""
JUDGED = timedelta(days=6)
"""So long after a contact it is judged at the latest."""
BEFORE = 8
"""Weeks before an event that say what is usual, where counts are too small for fewer."""
FAR = 2.5
SELDOM = 0.001
DAY_S = 86_400
TALK, ADHERENCE = "average_talk_time", "schedule_adherence"
STRICT, SAME = "critical_error_accuracy_compliance", "critical_error_accuracy_customer"
REPLY = "first_response_p50"
ASKED = [
    *("offered", "service_level", "self_service_rate", "threads", "complaints"),
    *(TALK, ADHERENCE, STRICT, SAME, REPLY),
]


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
    factors: dict[tuple[str, str], float]
    """What of whom -> how many times as much of it was planted."""

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

    def total(self, metric: str, queue: str, span: tuple[date, date]) -> float:
        """The count of a queue from the first day up to the day before the last."""
        (found,) = self.con.execute(
            "select coalesce(sum(numerator), 0)::double from asked where metric_id = ? "
            "and scope_kind = 'queue' and scope_id = ? and local_date >= ? and local_date < ?",
            [metric, queue, *span],
        ).fetchone() or (None,)
        assert found is not None
        return found

    def rise(self, metric: str, queue: str, week: date) -> Mean:
        """How many more of a count there are in a week than usual before all that is planted."""
        first = min(week, self.planted["price_change"]) - BEFORE * WEEK
        usual = self.total(metric, queue, (first, first + BEFORE * WEEK)) / BEFORE
        more = self.total(metric, queue, (week, week + WEEK)) - usual
        return Mean(more, sqrt(usual + usual / BEFORE))

    def by_week(self, metric: str, site: str) -> dict[date, float]:
        """A share of each whole week of a site, by its Monday."""
        rows = self.con.execute(
            """
            select date_trunc('week', local_date)::date, (sum(numerator) / sum(denominator))::double
            from asked
            where metric_id = ? and scope_kind = 'site' and scope_id = ? and denominator > 0
            group by 1 having count(*) >= 5 order by 1
            """,
            [metric, site],
        ).fetchall()
        return dict(rows)


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


def bad_weeks(centre: Centre, site: str) -> list[date]:
    """Weeks in which far fewer kept to the plan than usual, and callers were far worse served.

    Weeks all have a Monday, so that each is held against all others.
    """
    kept = unusual(centre.by_week(ADHERENCE, site))
    served = unusual(centre.by_week("service_level", site))
    return [week for week in kept if kept[week] < -FAR and served.get(week, 0) < -FAR]


def floods(centre: Centre, queue: str) -> dict[date, float]:
    """Mondays of weeks that begin with twice the mail or more, and how many times as much."""
    days = centre.by_day("threads", "queue", queue)
    first = min(days) + timedelta(days=-min(days).weekday() % 7)
    mondays = [first + n * WEEK for n in range((max(days) - first) // WEEK)]
    four = {day: centre.total("threads", queue, (day, day + timedelta(days=4))) for day in mondays}
    usual = median(four.values())
    return {day: number / usual for day, number in four.items() if number >= 2 * usual}


def answered_late(centre: Centre, queue: str) -> list[date]:
    """Days of far more mail than usual, half of it answered more than a day later, if at all."""
    mails = unusual(centre.by_day("threads", "queue", queue))
    replies = centre.by_day(REPLY, "queue", queue)
    return [day for day in mails if mails[day] > FAR and replies.get(day, DAY_S) > DAY_S]


@contextmanager
def opened(root: Path) -> Iterator[Centre]:
    told = json.loads((root / "truth" / "events.json").read_text(encoding="utf-8"))
    planted = {event["name"]: date.fromisoformat(event["from"]) for event in told}
    factors = {
        (effect["what"], effect["scope"]): effect["factor"]
        for event in told
        for effect in event["effects"]
    }
    with duckdb.connect(str((root / "warehouse.duckdb").resolve()), read_only=True) as con:
        # The view is of all metrics and goals: asked once, not once a question.
        con.execute("create temp table asked as from marts.v_kpi_day where metric_id in ?", [ASKED])
        yield Centre(con, planted, factors)


@pytest.fixture(
    scope="module", params=["60_days", pytest.param("13_months", marks=pytest.mark.soak)]
)
def centre(request: pytest.FixtureRequest) -> Iterator[Centre]:
    fixture = {"60_days": "few_days", "13_months": "year"}[request.param]
    yield request.getfixturevalue(fixture)


@pytest.fixture(scope="module")
def few_days(published: Path) -> Iterator[Centre]:
    """With what is planted so large that few people show it."""
    with opened(published) as centre:
        yield centre


@pytest.fixture(scope="module")
def year(published_year: Path) -> Iterator[Centre]:
    with opened(published_year) as centre:
        yield centre


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


def test_in_the_bad_week_the_vendor_kept_to_no_plan_and_served_badly(few_days: Centre) -> None:
    assert bad_weeks(few_days, "Manila") == [few_days.planted["vendor_week"]]


@pytest.mark.parametrize("site", ["Dublin", "Bogota"])
def test_the_other_sites_had_no_such_week(few_days: Centre, site: str) -> None:
    assert bad_weeks(few_days, site) == []


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


def test_the_wrong_link_is_seen_in_the_mail(centre: Centre) -> None:
    """About as many times the usual mail as were planted, and in no other week."""
    found = floods(centre, "mail_ie")
    assert list(found) == [centre.planted["mail_backlog"]]
    (times,) = found.values()
    assert 0.7 < times / centre.factors["volume", "mail_ie"] < 1.4


@pytest.mark.parametrize("queue", ["mail_us", "chat_ie"])
def test_nobody_else_had_more_mail(centre: Centre, queue: str) -> None:
    assert floods(centre, queue) == {}


def test_a_backlog_is_answered_after_a_day_and_nothing_else_is(few_days: Centre) -> None:
    """From the second day on: on the first the agents have only fallen behind."""
    day = few_days.planted["mail_backlog"]
    late = answered_late(few_days, "mail_ie")
    assert {day + timedelta(days=n) for n in (1, 2, 3)} <= set(late)
    # Who writes while it lasts waits behind it.
    assert {found - day for found in late} <= {timedelta(days=n) for n in range(1, 7)}
    assert answered_late(few_days, "mail_us") == []


@pytest.mark.parametrize(
    "root", ["published", pytest.param("published_year", marks=pytest.mark.soak)]
)
def test_four_weeks_are_forecast_better_than_by_the_week_before(
    request: pytest.FixtureRequest, root: str, tmp_path: Path
) -> None:
    # One file cannot be open twice in a process with other settings, as others have it.
    copy = shutil.copy(request.getfixturevalue(root) / "warehouse.duckdb", tmp_path)
    with Reader(Path(copy)) as reader:
        found = outlooks.read(reader, [row["local_date"] for row in reader.days()])
    assert len(found.forecast) == len(found.groups) == 6
    for group in found.forecast:
        told = group.accuracy
        assert told and told.wape and told.naive and told.coverage
        # With one chat in fifteen quarter hours, nothing errs less than to forecast none at all.
        assert group.channel != "voice" or told.wape < told.naive, group.key
        assert 0.72 <= told.coverage <= 0.88, group.key


@pytest.mark.soak
@pytest.mark.parametrize("queue", ["billing", "billing_us"])
def test_higher_prices_bring_calls_and_complaints_that_fade(year: Centre, queue: str) -> None:
    day = year.planted["price_change"]
    for metric in ("offered", "complaints"):
        first, *later = (year.rise(metric, queue, day + n * WEEK) for n in range(6))
        assert first.value > 0, metric
        assert first.is_off(SELDOM), metric
        # In the third week a sixth of it is left, and then nothing.
        assert not [rise for rise in later[2:] if rise.value > 0 and rise.is_off(SELDOM)], metric
        assert all(rise.value < first.value for rise in later), metric


@pytest.mark.soak
@pytest.mark.parametrize("queue", ["support", "sales", "tech_us", "spanish"])
def test_prices_are_no_matter_in_other_queues(year: Centre, queue: str) -> None:
    for metric in ("offered", "complaints"):
        rise = year.rise(metric, queue, year.planted["price_change"])
        assert not (rise.value > 0 and rise.is_off(SELDOM)), metric


@pytest.mark.soak
@pytest.mark.parametrize("queue", ["billing", "billing_us"])
def test_prices_did_not_rise_before(year: Centre, queue: str) -> None:
    for weeks in (4, 8):
        for metric in ("offered", "complaints"):
            rise = year.rise(metric, queue, year.planted["price_change"] - weeks * WEEK)
            assert not (rise.value > 0 and rise.is_off(SELDOM)), (weeks, metric)
