"""The dialect, by itself and under every kind of expectation that suites may use."""

import duckdb
import pytest
import sqlalchemy as sa
from sqlalchemy.exc import NoSuchTableError

from quality_checks.gx_duckdb import column_type, shared


@pytest.fixture
def con():
    with duckdb.connect() as con:
        con.execute("create schema core")
        con.execute(
            """
            create table core.fact_call as
            select
                i as call_key, 'c' || i as contact_id, i % 7 as n_asked, i % 1000 as wait_ms,
                case i % 3 when 0 then 'answered' when 1 then 'abandoned' else 'odd' end as outcome,
                timestamp '2026-01-01' + i * interval 1 second as entered_at,
                timestamp '2026-01-01' + (i + 5) * interval 1 second as left_at,
                1.25::decimal(18, 3) as amount, '50%|' || i as params
            from range(3000) as t(i)
            """
        )
        con.execute("attach ':memory:' as staging")
        con.execute("create table staging.rows as select * from core.fact_call")
        con.execute("create view staging.call as select * from staging.rows")
        con.execute("create temp view checked as select * from staging.call where call_key < 10")
        yield con


@pytest.fixture
def engine(con):
    with shared(con) as lent:
        engine = sa.create_engine(lent.url)
        yield engine
        engine.dispose()


@pytest.mark.parametrize(
    ("schema", "table"), [("core", "fact_call"), ("staging", "call"), (None, "checked")]
)
def test_relations_are_found_wherever_duckdb_finds_them(engine, schema, table):
    inspector = sa.inspect(engine)
    assert inspector.has_table(table, schema=schema)
    columns = {c["name"]: c["type"] for c in inspector.get_columns(table, schema=schema)}
    assert list(columns)[:2] == ["call_key", "contact_id"]
    assert isinstance(columns["entered_at"], sa.DateTime)
    assert isinstance(columns["amount"], sa.Numeric)
    assert sa.Table(table, sa.MetaData(), schema=schema, autoload_with=engine).c.wait_ms is not None


def test_a_relation_that_is_not_there(engine):
    inspector = sa.inspect(engine)
    assert not inspector.has_table("fact_call")
    assert not inspector.has_table("call", schema="core")
    with pytest.raises(NoSuchTableError):
        inspector.get_columns("fact_call", schema="staging")


def test_tables_views_and_schemas_are_listed(engine):
    inspector = sa.inspect(engine)
    assert inspector.get_table_names("staging") == ["rows"]
    assert inspector.get_view_names("staging") == ["call"]
    assert {"core", "main", "staging"} <= set(inspector.get_schema_names())


def test_it_sees_what_the_owner_has_not_committed(con, engine):
    con.begin()
    con.execute("delete from core.fact_call where call_key < 1000")
    with engine.connect() as connection:
        count = connection.execute(sa.text("select count(*) from core.fact_call")).scalar()
    assert count == 2000
    con.rollback()
    assert con.execute("select count(*) from core.fact_call").fetchone() == (3000,)


def test_rows_outlive_the_connection(engine):
    with engine.connect() as connection:
        result = connection.execute(sa.text("select call_key from core.fact_call order by 1"))
    assert [row[0] for row in result.cursor.fetchmany(3)] == [0, 1, 2]
    assert result.cursor.fetchone() == (3,)
    assert len(result.cursor.fetchall()) == 2996
    assert result.cursor.fetchone() is None


def test_the_number_of_rows_is_known_with_the_rows(con):
    query = "select call_key from checked where call_key > 3"
    number = f"SELECT COUNT(*) as unexpected_row_count FROM ({query}) AS substituted_batch_subquery"
    with shared(con) as lent:
        assert len(lent.ask(query).rows) == 6
        con.execute("create or replace temp view checked as select 7 as call_key")
        assert lent.ask(number).rows == [(6,)]
        lent.show("checked", {"call_key": "INTEGER"})
        assert lent.ask(number).rows == [(1,)]
        assert lent.columns("checked") == {"call_key": "INTEGER"}


def test_great_expectations_asks_for_the_number_as_expected():
    from inspect import getsource

    from great_expectations.expectations.metrics.query_metrics.query_row_count import (
        query_row_count,
    )

    source = getsource(query_row_count)
    assert 'count_column_name = "unexpected_row_count"' in source
    assert 'f"SELECT COUNT(*) as {count_column_name} FROM {aliased_subquery}"' in source


def test_the_connection_stays_open_and_is_lent_only_once(con):
    with shared(con) as lent:
        engine = sa.create_engine(lent.url)
        with engine.connect() as connection:
            connection.execute(sa.text("select 1"))
        engine.dispose()
    assert con.execute("select 1").fetchone() == (1,)
    with pytest.raises(duckdb.Error, match="no longer shared"):
        sa.create_engine(lent.url).raw_connection()


def test_a_pattern_is_found_anywhere_and_binds_are_safe(engine):
    call = sa.table("fact_call", sa.column("contact_id"), sa.column("params"), schema="core")
    sought = sa.select(sa.func.count()).select_from(call)
    with engine.connect() as connection:

        def count(condition) -> int:
            return connection.execute(sought.where(condition)).scalar()

        assert count(call.c.contact_id.op("~")("9{3}$")) == 3
        assert count(call.c.contact_id.op("!~")("9{3}$")) == 2997
        assert count(call.c.params == "50%|7") == 1
        assert count(call.c.params == "it's $1") == 0


def test_literals_are_written_as_duckdb_reads_them(con, engine):
    query = sa.select(sa.literal("it's a \\d 50% $1"))
    sql = str(query.compile(engine, compile_kwargs={"literal_binds": True}))
    assert con.execute(sql).fetchone() == ("it's a \\d 50% $1",)


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("BIGINT", sa.BigInteger),
        ("TINYINT", sa.SmallInteger),
        ("DOUBLE", sa.Double),
        ("DECIMAL(18,3)", sa.Numeric),
        ("TIMESTAMP WITH TIME ZONE", sa.TIMESTAMP),
        ("STRUCT(a INTEGER)", sa.String),
        ("VARCHAR[]", sa.String),
    ],
)
def test_types(name, kind):
    assert isinstance(column_type(name), kind)
