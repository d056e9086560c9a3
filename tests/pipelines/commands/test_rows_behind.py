"""The rows behind a number are as many as the number says, of whatever fact and scope."""

from datetime import date

import duckdb
import pytest

from pipelines.commands.errors import UsageError
from pipelines.commands.rows_behind import FACTS, days_asked, rows_behind, scope_of
from pipelines.sql_models.kpi_sources import load_sources
from tests.quality_checks.centre import open_centre

SOURCES = load_sources()


@pytest.fixture(scope="module")
def con(centre_folder, tmp_path_factory) -> duckdb.DuckDBPyConnection:
    with open_centre(centre_folder, tmp_path_factory.mktemp("copy")) as found:
        yield found


@pytest.mark.parametrize("key", sorted(SOURCES), ids=" ".join)
def test_every_counted_fact_can_be_listed_in_each_of_its_scopes(con, key):
    source = SOURCES[key]
    rows = rows_behind(con, source)
    everything = con.execute(f"select count(*) from core.{source.fact}").fetchone()
    assert len(rows) <= everything[0]
    assert len(rows) > 0 or everything[0] == 0
    for kind in source.counting.scopes:
        assert len(rows_behind(con, source, scope=(kind, "nobody"))) == 0


@pytest.mark.parametrize(
    ("metric", "key", "where"),
    [
        ("offered", ("fact_queue_visit", "last"), "not is_consult"),
        ("handled_contacts", ("fact_contact", "last"), "kind = 'customer' and is_handled"),
        ("dials", ("fact_outbound_attempt", "last"), "true"),
    ],
)
def test_rows_are_as_many_as_the_number(con, metric, key, where):
    told = con.execute(
        """
        select scope_kind, scope_id, cast(sum(numerator) as bigint) from marts.kpi_day
        where metric_id = ? and scope_kind in ('all', 'queue', 'agent', 'direction', 'campaign')
        group by all
        """,
        [metric],
    ).fetchall()
    assert told
    for kind, scope_id, n in told:
        rows = rows_behind(con, SOURCES[key], where=where, scope=(kind, scope_id))
        assert len(rows) == n, (kind, scope_id)


def test_a_scope_that_a_fact_has_not_is_told_with_those_it_has(con):
    with pytest.raises(UsageError, match="fact_queue_visit cannot be narrowed to agent; it can to"):
        rows_behind(con, SOURCES["fact_queue_visit", "last"], scope=("agent", "Ann"))


def test_scopes_are_kind_and_id():
    assert scope_of("team=A=B") == ("team", "A=B")
    assert scope_of("all") == ("all", "all")
    with pytest.raises(UsageError, match="KIND=ID"):
        scope_of("sales")


def test_lists_of_its_own_are_of_facts_that_are_counted():
    assert FACTS.keys() <= {fact for fact, _ in SOURCES}


def test_days_are_one_day_a_named_period_or_a_range():
    def asked(**given):
        return days_asked(**{"day": None, "period": None, "first": None, "last": None} | given)

    assert asked() is None
    assert asked(day="2026-03-02") == (date(2026, 3, 2), date(2026, 3, 2))
    assert asked(period="2026-W10") == (date(2026, 3, 2), date(2026, 3, 8))
    assert asked(period="2026-02") == (date(2026, 2, 1), date(2026, 2, 28))
    assert asked(first="2026-03-02") == (date(2026, 3, 2), date.max)
    for wrong in ({"day": "2026-03-32"}, {"period": "2026-W54"}, {"period": "March"},
                  {"day": "2026-03-02", "period": "2026-03"},
                  {"first": "2026-03-02", "last": "2026-03-01"}):  # fmt: skip
        with pytest.raises(UsageError, match="2026-"):
            asked(**wrong)


def test_rows_of_a_range_are_those_of_its_days(con):
    source = SOURCES["fact_queue_visit", "last"]
    days = [date(2026, 3, 2), date(2026, 3, 3)]
    apart = [len(rows_behind(con, source, days=(day, day))) for day in days]
    assert min(apart) > 0
    assert len(rows_behind(con, source, days=(days[0], days[1]))) == sum(apart)
