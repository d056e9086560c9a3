"""What models become on Spark: the text, for no Spark is needed to see it."""

import pytest

from pipelines.sql_models import ModelError
from pipelines.sql_models.macros import MACROS
from pipelines.sql_models.spark import to_spark


def flat(expression: str) -> str:
    text = " ".join(to_spark(f"select {expression} as z from core.t").split())
    return (
        text.removeprefix("SELECT ")
        .removesuffix(" AS z FROM core.t")
        .replace("( ", "(")
        .replace(" )", ")")
    )


@pytest.mark.parametrize(
    ("duckdb", "spark"),
    [
        (
            "bucket15(a)",
            "(CAST(DATE_TRUNC('HOUR', a) AS TIMESTAMP_NTZ)"
            " + MAKE_DT_INTERVAL(0, 0, CAST(FLOOR(MINUTE(a) / 15) * 15 AS INT), 0))",
        ),
        (
            "ms_between(a, b)",
            "((UNIX_MICROS(CAST(b AS TIMESTAMP_LTZ)) - UNIX_MICROS(CAST(a AS TIMESTAMP_LTZ)))"
            " DIV 1000)",
        ),
        ("add_ms(a, b)", "DATE_ADD(MICROSECOND, b * 1000, a)"),
        (
            "secs_between(a, b)",
            "CAST((UNIX_MICROS(CAST(b AS TIMESTAMP_LTZ)) - UNIX_MICROS(CAST(a AS TIMESTAMP_LTZ)))"
            " DIV 1000 * CAST(0.001 AS DECIMAL(4, 3)) AS DECIMAL(18, 3))",
        ),
        ("ms_to_s(a)", "CAST(CAST(a AS BIGINT) * CAST(0.001 AS DECIMAL(4, 3)) AS DECIMAL(18, 3))"),
        ("ratio(a, b)", "(CAST(a AS DOUBLE) / NULLIF(CAST(b AS DOUBLE), 0))"),
        ("iso_dow(a)", "(WEEKDAY(a) + 1)"),
        ("iso_week(a)", "WEEKOFYEAR(a)"),
        ("iso_year(a)", "EXTRACT(YEAROFWEEK FROM a)"),
        ("monday_of(a)", "CAST(DATE_TRUNC('WEEK', a) AS DATE)"),
        ("first_of_month(a)", "CAST(DATE_TRUNC('MONTH', a) AS DATE)"),
        ("date_key(a)", "(YEAR(a) * 10000 + MONTH(a) * 100 + DAY(a))"),
        ("percentile(a, 0.9)", "PERCENTILE(a, 0.9)"),
        ("md5_key(a)", "CAST(CONV(SUBSTRING(MD5(a), 1, 15), 16, 10) AS BIGINT)"),
        ("cast(a as varchar) || 'x'", "CAST(a AS STRING) || 'x'"),
        ("cast(a as timestamp)", "CAST(a AS TIMESTAMP_NTZ)"),
        ("row_number() over (order by a)", "ROW_NUMBER() OVER (ORDER BY a NULLS LAST)"),
        ("strftime(a, '%H:%M')", "DATE_FORMAT(a, 'HH:mm')"),
    ],
)
def test_text(duckdb: str, spark: str):
    assert flat(duckdb) == spark


def test_every_macro_is_among_them():
    (mark,) = test_text.pytestmark
    assert {case[0].partition("(")[0] for case in mark.args[1]} >= MACROS.keys()


def test_arguments_keep_their_meaning_and_calls_nest():
    assert flat("ratio(a + 1, sum(ms_to_s(b - c)))") == (
        "(CAST((a + 1) AS DOUBLE) / NULLIF(CAST(SUM(CAST(CAST((b - c) AS BIGINT)"
        " * CAST(0.001 AS DECIMAL(4, 3)) AS DECIMAL(18, 3))) AS DOUBLE), 0))"
    )


def test_a_macro_with_too_few_arguments_is_refused():
    with pytest.raises(ModelError, match="ratio takes numerator, denominator"):
        to_spark("select ratio(1) as a")


def test_what_does_not_parse_is_refused():
    with pytest.raises(ModelError, match="cannot be written for Spark"):
        to_spark("select from where")
