"""Reading a published warehouse: what the registry gives, what cannot be."""

from datetime import date, timedelta

import duckdb
import pytest

from reports.errors import ReportError
from reports.pages import tables
from reports.pages.period import months_of
from reports.queries import Reader
from reports.spans import Span
from tests.reports.made import metric


def test_a_part_over_one_fact_can_be_counted_by_the_minute_and_no_other():
    one = metric(numerator_sql="select count(*) as n from core.fact_queue_visit")
    assert one.over_fact("numerator") == ("fact_queue_visit", "count(*)")
    assert metric(numerator_sql=None).over_fact("numerator") is None
    two = "select 1 as n from core.fact_queue_visit\nselect 2 as n from core.fact_queue_refusal"
    assert metric(numerator_sql=two).over_fact("numerator") is None


def test_every_metric_that_a_page_asks_for_is_in_the_registry(warehouse):
    with Reader(warehouse) as reader:
        known = {name for name, _ in reader.metrics()}
    assert not {*tables.CARDS, *tables.IN_TABLES, "attempts", "lost"} - known


def test_courses_by_the_minute_add_up_to_the_day(warehouse):
    day = date(2026, 10, 28)
    with Reader(warehouse) as reader:
        numbers = reader.numbers_of("day", day, day, {"all": ["service_level"]})[Span("day", day)]
        metrics = {name: found for (name, _), found in reader.metrics().items()}
        rows = reader.course(metrics["service_level"], day, 60)
        assert reader.course(metrics["occupancy"], day, 60) == []
    number = numbers.get("service_level")
    assert sum(r["numerator"] for r in rows) == number.numerator
    assert sum(r["denominator"] for r in rows) == number.denominator


def test_a_range_of_one_day_says_what_the_day_says(warehouse, tmp_path):
    """Value, bounds, goal and status; goals are the centre's own where it has set them."""
    day, copy = date(2026, 10, 28), tmp_path / "warehouse-1.duckdb"
    copy.write_bytes(warehouse.read_bytes())
    with duckdb.connect(copy) as con:
        con.execute("""
            insert into core.dim_goal by name
            select m.metric_id, k.scope_kind, k.scope_id, date '2026-01-01' as valid_from,
                date '9999-12-31' as valid_to, k.goal
            from (values ('service_level'), ('average_handle_time'), ('wait_p90')) as m (metric_id)
            cross join (values ('all', 'all', 61.0), ('queue', 'sales', null))
                as k (scope_kind, scope_id, goal)
        """)
        queues = con.execute("select distinct queue_id from core.dim_queue").fetchall()
    assert ("sales",) in queues
    with Reader(copy) as reader:
        ids = [name for name, _ in reader.metrics()]
        asked = {"all": ids, "queue": ["service_level"]}
        of_day = reader.numbers_of("day", day, day, asked)[Span("day", day)]
        of_range = reader.period_numbers(day, day, metrics=["service_level"])
    for kind, which, goal in (("all", "all", 61), ("queue", "sales", None)):
        assert of_range.get("service_level", kind, which).goal == goal
    assert of_range.get("wait_p90").goal == 61
    compared = 0
    for number in of_range:
        told = of_day.get(number.metric.id, number.scope_kind, number.scope_id)
        if told is None or number.value is None:
            continue
        compared += 1
        assert number.value == pytest.approx(told.value), number
        assert (number.goal, number.status) == (told.goal, told.status), number
        if number.low is not None:
            assert (number.low, number.high) == pytest.approx((told.low, told.high)), number
    assert compared > 30


def test_steps_whose_session_is_not_there_yet_are_in_no_path(warehouse, tmp_path):
    copy = tmp_path / "warehouse-1.duckdb"
    copy.write_bytes(warehouse.read_bytes())
    with duckdb.connect(copy) as con:
        con.execute("""
            insert into core.fact_ivr_step by name
            select ordinal as step_key, ordinal as step_ordinal, kind as session_key,
                case when kind = 1 then 'ivr' end as kind, 'node ' || ordinal as node,
                date '2026-10-28' as local_date
            from range(3) as r (ordinal) cross join range(2) as k (kind)
        """)
        assert con.execute("select count(*) from marts.ivr_path where kind is null").fetchone()[0]
    with Reader(copy) as reader:
        found = reader.rows_of("topic_paths", "day", date(2026, 10, 28), date(2026, 10, 28))
    assert [tuple(row.values())[1:] for row in found] == [
        ("ivr", "node 0", "node 1", 1),
        ("ivr", "node 1", "node 2", 1),
        ("ivr", "node 2", None, 1),
    ]


def test_a_publication_of_an_earlier_version_says_what_to_do(warehouse, tmp_path):
    older = tmp_path / "warehouse-1.duckdb"
    older.write_bytes(warehouse.read_bytes())
    with duckdb.connect(older) as con:
        con.execute("alter table ops.feed_watermark drop column is_retired")
    with Reader(older) as reader, pytest.raises(ReportError, match=r"is_retired.*`callmart run`"):
        reader.trust()


def test_many_days_are_listed_by_month_newest_first():
    days = [date(2025, 12, 30) + timedelta(days=i) for i in range(4)]
    assert months_of(days) == [("Jan 2026", days[2:]), ("Dec 2025", days[:2])]
