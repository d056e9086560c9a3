"""Groups from rows of a warehouse: what is whole, what adds up, what is short, and the page."""

from dataclasses import replace
from datetime import date, datetime, timedelta

import polars as pl
import pytest

from reports import outlook_rows, outlooks
from reports.forecasting.staffing import agents_c
from reports.outlooks import Outlook
from reports.outputs import frames
from reports.pages import outlook as page
from tests.reports.forecasting.made import past

DAYS = 35
SERIES = {name: past(DAYS, level=level, seed=place) for place, (name, level) in enumerate(
    [("sales", 500.0), ("support", 250.0), ("vip", 60.0)])}  # fmt: skip
FIRST = SERIES["sales"].first
LAST = FIRST + timedelta(days=DAYS - 1)


class Reading:
    """A reader of rows made by hand."""

    def __init__(self, **more):
        self.more = more

    def rows(self, name, **values):
        return self.more[name] if name in self.more else getattr(self, name)(**values)

    def outlook_demand(self, from_date):
        return [
            {"queue_id": queue, "local_date": series.day(place), "slot": slot, "n_visits": n,
             "handle_s": 240 * n, "n_handled": n}
            for queue, series in SERIES.items()
            for place, counts in enumerate(series.counts) if series.day(place) >= from_date
            and (queue != "vip" or place > 25)
            for slot, n in enumerate(counts) if n
        ]  # fmt: skip

    def outlook_queues(self, from_date):
        return [
            {"queue_id": queue, "queue_name": queue.title(), "staffing_group": "Voice team",
             "channel": "voice", "calendar": "main", "zone": "Europe/Dublin",
             "service_level_s": limit, "service_level_goal": 80.0, "short_abandon_s": 5,
             "read_until": datetime.combine(LAST, datetime.min.time()) + timedelta(hours=30),
             "waited_s": 9000.0, "n_abandoned": 40.0}
            for queue, limit in (("sales", 20), ("support", 40), ("vip", 10))
        ]  # fmt: skip

    def outlook_hours(self, from_date, to_date):
        days = [from_date + timedelta(days=n) for n in range((to_date - from_date).days + 1)]
        closed = LAST + timedelta(days=4)
        return [
            {"calendar": "main", "zone": "Europe/Dublin", "local_date": day,
             "opens": None if day == closed else 32, "closes": None if day == closed else 80}
            for day in days
        ]  # fmt: skip

    def outlook_shrinkage(self, from_date):
        return [{"shrinkage": 0.3}]


@pytest.fixture(scope="module")
def outlook() -> Outlook:
    days = [FIRST + timedelta(days=n) for n in range(DAYS)]
    return outlooks.read(Reading(), days)  # ty: ignore[invalid-argument-type]


def test_queues_add_up_to_their_group_and_those_of_ten_days_are_named(outlook):
    (group,) = outlook.groups
    assert group.key == "Voice team"
    assert [queue.id for queue in group.queues] == ["sales", "support"]
    assert [(queue.id, queue.past.days) for queue in group.short] == [("vip", 9)]
    assert group.first == LAST + timedelta(days=1)
    assert len(group.forecast) == 28
    for place, day in enumerate(group.forecast):
        for slot in (0, 31, 40, 79):
            parts = (queue.forecast[place][slot] for queue in group.queues)
            assert day[slot] == pytest.approx(sum(parts))
    assert sum(group.forecast[3]) == 0, "closed by the calendar"
    assert group.patience_s == pytest.approx(225)
    assert outlook.shrinkage == 0.3


def test_agents_are_those_of_the_load_and_goals_of_both_queues(outlook):
    (group,) = outlook.groups
    asked = group.asked[0][50]
    assert asked
    assert asked.load.contacts == pytest.approx(group.forecast[0][50])
    assert asked.load.handle_s == pytest.approx(240)
    assert dict(asked.shares) == pytest.approx(
        {q.threshold_s: q.forecast[0][50] / group.forecast[0][50] for q in group.queues}
    )
    assert group.required[0][50] == agents_c(asked)
    assert group.required_patient
    for plain, patient in zip(group.required, group.required_patient, strict=True):
        assert all(a <= c for a, c in zip(patient, plain, strict=True))


def test_a_day_that_is_not_whole_is_not_learnt_from():
    (row, *_) = Reading().outlook_queues(FIRST)
    demand = [tuple(r.values())[1:] for r in Reading().outlook_demand(FIRST)
              if r["queue_id"] == "sales"]  # fmt: skip
    saturday = LAST - timedelta(days=1)
    noon, evening = (
        datetime.combine(saturday, datetime.min.time().replace(hour=h)) for h in (12, 20)
    )
    for at, last in (
        (noon, saturday - timedelta(days=1)),
        (evening, saturday),
        (None, LAST - timedelta(days=2)),
    ):
        found = outlooks._last_whole_day(row | {"read_until": at}, demand)
        assert found == last, at


def test_rows_are_the_forecast_in_local_time_and_utc(outlook):
    rows = outlook_rows.group_rows(outlook)
    (group,) = outlook.groups
    assert rows["volume"].sum() == pytest.approx(sum(map(sum, group.forecast)))
    assert rows["required_agents"].sum() == sum(map(sum, group.required))
    first = rows.row(0, named=True)
    assert first["local_date"] == group.first
    assert f"{first['interval_start']:%H:%M}" == first["local_time"], "Dublin's winter is UTC"
    assert (rows["volume_low"] <= rows["volume"]).all()
    by_queue = outlook_rows.queue_rows(outlook)
    assert by_queue["volume"].sum() == pytest.approx(rows["volume"].sum())
    assert outlooks.instants(group, date(2026, 3, 29), 5) is None
    summer = outlooks.instants(group, date(2026, 3, 29), 8)
    assert f"{summer:%H:%M}" == "01:00"


def test_the_rows_lie_beside_the_page_as_csv_that_runs_nothing_and_as_parquet(outlook, tmp_path):
    (group,) = outlook.groups
    nasty = replace(outlook, groups=(replace(group, name="=1+1"),))
    told = page._rows(nasty)
    written = list(frames.write(tmp_path, told))
    assert written == [
        f"outlook/{n}.{kind}" for n in ("groups", "queues") for kind in ("csv", "parquet")
    ]
    text = (tmp_path / "outlook/groups.csv").read_text(encoding="utf-8-sig")
    head, first, *_ = text.splitlines()
    assert head.startswith(
        "staffing_group,channel,zone,local_date,local_time,interval_start,volume"
    )
    assert first.startswith(f"'=1+1,{group.channel},")
    back = pl.read_parquet(tmp_path / "outlook/groups.parquet")
    assert back.equals(told[0].frame)
    assert text.count("\n") == 1 + len(back)


def test_the_page_s_script_is_given_all_that_agents_are_worked_out_from(outlook):
    (given,) = page.whatif_data(outlook)["groups"]
    (group,) = outlook.groups
    assert given["name"] == "Voice team"
    assert len(given["days"]) == 28
    slot = 50 - given["slot"]
    for told, queue in zip(given["queues"], group.queues, strict=True):
        assert told["volume"][2][slot] == queue.forecast[2][50]
        assert told["handle"][slot] == queue.handle_s[50]


def test_no_calendar_no_patience_and_no_plan_are_no_faults():
    rows = [row | {"calendar": None, "waited_s": None, "n_abandoned": None, "service_level_s": None}
            for row in Reading().outlook_queues(FIRST)]  # fmt: skip
    reading = Reading(outlook_queues=rows, outlook_shrinkage=[{"shrinkage": None}])
    found = outlooks.read(reading, [FIRST, LAST])  # ty: ignore[invalid-argument-type]
    (group,) = found.groups
    assert group.required_patient is None
    assert not any(map(sum, group.required))
    assert found.shrinkage is None
