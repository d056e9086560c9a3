"""The rows behind a number are as many as the number says, of whatever fact and scope."""

import duckdb
import pytest

from pipelines.commands.errors import UsageError
from pipelines.commands.rows_behind import FACTS, rows_behind, scope_of
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
