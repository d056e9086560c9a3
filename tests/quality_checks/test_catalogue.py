"""Columns of relations, from the catalogue or one by one."""

import duckdb
import pytest

from quality_checks.catalogue import Columns


@pytest.fixture
def con():
    with duckdb.connect() as con:
        con.execute("create schema core")
        con.execute(
            "create table core.thing as select 1::bigint as z, 'x' as a, 1.5::decimal(9, 3) as d"
        )
        con.execute("create view core.seen as select a, z from core.thing")
        con.execute("attach ':memory:' as staging")
        con.execute("create view staging.thing as select true as is_new")
        con.execute("attach ':memory:' as core_old")
        con.execute("create table core_old.thing as select 1 as other")
        yield con


@pytest.mark.parametrize("n_others", [0, 50])
def test_columns_are_those_that_a_query_sees(con, n_others):
    columns = Columns(con, [f"core.other_{n}" for n in range(n_others)])
    for relation in ("core.thing", "core.seen", "staging.thing", "core_old.thing"):
        rows = con.execute(f"describe {relation}").fetchall()
        assert list(columns.of(relation).items()) == [(row[0], row[1]) for row in rows]


@pytest.mark.parametrize("n_others", [0, 50])
def test_a_relation_that_is_not_there(con, n_others):
    with pytest.raises(duckdb.CatalogException):
        Columns(con, [f"core.other_{n}" for n in range(n_others)]).of("core.no_such")
