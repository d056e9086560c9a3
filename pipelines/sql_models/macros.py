"""The few expressions that differ from engine to engine, each a named macro.

Models call the macro; the warehouse holds DuckDB's definition, so that a model file runs there as
it stands, and `to_spark` writes Spark's in its place. Parameters are `:a`, `:b`.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pipelines.sql_models.model import digest

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection


@dataclass(frozen=True)
class Macro:
    """One portable function."""

    parameters: tuple[str, ...]
    returns: str
    """Type of its result, in DuckDB's words."""
    duckdb: str
    """Its body in DuckDB, over the parameters' names."""
    spark: str
    """The same in Spark 4, over `:name` of each parameter."""
    description: str


MACROS: dict[str, Macro] = {
    "bucket15": Macro(
        ("ts",),
        "TIMESTAMP",
        "time_bucket(interval 15 minute, ts)",
        "cast(date_trunc('HOUR', :ts) as timestamp_ntz)"
        " + make_dt_interval(0, 0, cast(floor(minute(:ts) / 15) * 15 as int), 0)",
        "Start of the quarter hour of a timestamp.",
    ),
    "ms_between": Macro(
        ("from_ts", "to_ts"),
        "BIGINT",
        "((epoch_us(to_ts) - epoch_us(from_ts)) // 1000)",
        "((unix_micros(cast(:to_ts as timestamp_ltz))"
        " - unix_micros(cast(:from_ts as timestamp_ltz))) div 1000)",
        "Whole milliseconds from the first timestamp to the second, BIGINT.",
    ),
    "add_ms": Macro(
        ("ts", "ms"),
        "TIMESTAMP",
        "(ts + to_microseconds(ms * 1000))",
        "timestampadd(microsecond, :ms * 1000, :ts)",
        "The timestamp so many milliseconds later.",
    ),
    "secs_between": Macro(
        ("from_ts", "to_ts"),
        "DECIMAL(18,3)",
        "cast((epoch_us(to_ts) - epoch_us(from_ts)) // 1000 * 0.001 as decimal(18, 3))",
        "cast((unix_micros(cast(:to_ts as timestamp_ltz))"
        " - unix_micros(cast(:from_ts as timestamp_ltz))) div 1000 * cast(0.001 as decimal(4, 3))"
        " as decimal(18, 3))",
        "Seconds from the first timestamp to the second, DECIMAL(18,3).",
    ),
    "ms_to_s": Macro(
        ("ms",),
        "DECIMAL(18,3)",
        "cast(cast(ms as bigint) * 0.001 as decimal(18, 3))",
        "cast(cast(:ms as bigint) * cast(0.001 as decimal(4, 3)) as decimal(18, 3))",
        "Milliseconds, or a sum of them, as exact seconds, DECIMAL(18,3).",
    ),
    "ratio": Macro(
        ("numerator", "denominator"),
        "DOUBLE",
        "(cast(numerator as double) / nullif(cast(denominator as double), 0))",
        "(cast(:numerator as double) / nullif(cast(:denominator as double), 0))",
        "Quotient as DOUBLE; empty when the denominator is zero.",
    ),
    "iso_dow": Macro(
        ("d",),
        "INTEGER",
        "cast(isodow(d) as integer)",
        "(weekday(:d) + 1)",
        "Day of the week from 1, Monday.",
    ),
    "iso_week": Macro(
        ("d",),
        "INTEGER",
        "cast(week(d) as integer)",
        "weekofyear(:d)",
        "ISO week, 1 to 53.",
    ),
    "iso_year": Macro(
        ("d",),
        "INTEGER",
        "cast(isoyear(d) as integer)",
        "extract(yearofweek from :d)",
        "Year that the ISO week belongs to.",
    ),
    "monday_of": Macro(
        ("d",),
        "DATE",
        "cast(date_trunc('week', d) as date)",
        "cast(date_trunc('WEEK', :d) as date)",
        "Monday of the week a day is in.",
    ),
    "first_of_month": Macro(
        ("d",),
        "DATE",
        "cast(date_trunc('month', d) as date)",
        "cast(date_trunc('MONTH', :d) as date)",
        "First day of the month a day is in.",
    ),
    "date_key": Macro(
        ("d",),
        "INTEGER",
        "cast(year(d) * 10000 + month(d) * 100 + day(d) as integer)",
        "(year(:d) * 10000 + month(:d) * 100 + day(:d))",
        "Day as a number, yyyymmdd.",
    ),
    "percentile": Macro(
        ("x", "share"),
        "DOUBLE",
        "quantile_cont(x, share)",
        "percentile(:x, :share)",
        "Aggregate: exact percentile with linear interpolation; share is 0 to 1.",
    ),
    "md5_key": Macro(
        ("text",),
        "BIGINT",
        "cast('0x' || substr(md5(text), 1, 15) as bigint)",
        "cast(conv(substr(md5(:text), 1, 15), 16, 10) as bigint)",
        "Key from text: the first 15 hex digits of its md5 as BIGINT; empty for empty.",
    ),
}


def macros_version() -> str:
    """Changes when any macro's meaning in the warehouse does."""
    return digest(*(f"{name} {macro.parameters} {macro.duckdb}" for name, macro in MACROS.items()))


def install_macros(con: "DuckDBPyConnection") -> None:
    """Create or renew every macro in schema `main` of the connection's default catalog."""
    for name, macro in MACROS.items():
        body = f"{name}({', '.join(macro.parameters)}) as {macro.duckdb}"
        con.execute(f"create or replace macro main.{body}")
