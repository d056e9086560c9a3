"""What each macro gives on DuckDB; what it becomes on Spark is in test_spark.py."""

from datetime import datetime
from decimal import Decimal
from hashlib import md5

import duckdb
import pytest

from pipelines.sql_models import install_macros
from pipelines.sql_models.macros import MACROS


@pytest.fixture(scope="module")
def con() -> duckdb.DuckDBPyConnection:
    con = duckdb.connect()
    install_macros(con)
    install_macros(con)
    return con


AT = "timestamp '2026-03-29 00:59:59.999'"


@pytest.mark.parametrize(
    ("call", "expected"),
    [
        (f"bucket15({AT})", datetime.fromisoformat("2026-03-29 00:45:00")),
        ("bucket15(timestamp '1969-12-31 23:59:00')", datetime.fromisoformat("1969-12-31 23:45")),
        (f"ms_between({AT}, {AT} + interval 1 hour)", 3_600_000),
        (f"ms_between({AT} + interval 1500 microsecond, {AT})", -1),
        (f"add_ms({AT}, 1)", datetime.fromisoformat("2026-03-29 01:00:00")),
        (f"secs_between({AT}, {AT} + interval 1234 millisecond)", Decimal("1.234")),
        ("ms_to_s(1234)", Decimal("1.234")),
        ("ms_to_s(sum(9007199254740993))", Decimal("9007199254740.993")),
        ("ratio(1, 4)", 0.25),
        ("ratio(1, 0)", None),
        ("ratio(0, 0.0)", None),
        ("iso_dow(date '2026-11-22')", 7),
        ("iso_week(date '2027-01-03')", 53),
        ("iso_year(date '2027-01-03')", 2026),
        ("date_key(date '2026-01-09')", 20260109),
        ("md5_key('pbx|c1')", int(md5(b"pbx|c1", usedforsecurity=False).hexdigest()[:15], 16)),
        ("md5_key(null)", None),
    ],
)
def test_value(con: duckdb.DuckDBPyConnection, call: str, expected: object):
    assert con.execute(f"select {call}").fetchone() == (expected,)


def test_percentile_interpolates(con: duckdb.DuckDBPyConnection):
    sql = "select percentile(x, 0.9) from (values (1), (2), (3)) t(x)"
    assert con.execute(sql).fetchone() == (pytest.approx(2.8),)


def test_declared_types_are_true(con: duckdb.DuckDBPyConnection):
    arguments = {
        "ts": AT, "from_ts": AT, "to_ts": AT, "ms": "1", "numerator": "1", "denominator": "2",
        "d": "date '2026-01-01'", "x": "x", "share": "0.5", "text": "'a'",
    }  # fmt: skip
    for name, macro in MACROS.items():
        call = f"{name}({', '.join(arguments[p] for p in macro.parameters)})"
        found = con.execute(f"select typeof({call}) from (values (1)) t(x)").fetchone()
        assert found == (macro.returns,), name


def test_they_are_found_from_views_of_an_attached_file(tmp_path):
    path = tmp_path / "w.duckdb"
    with duckdb.connect(str(path)) as con:
        install_macros(con)
        con.execute("create schema marts; create view marts.v as select ratio(1, 2) as r")
    with duckdb.connect() as con:
        con.execute(f"attach '{path}' as w (read_only)")
        assert con.execute("select r from w.marts.v").fetchone() == (0.5,)
