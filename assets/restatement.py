"""What was published as final and is not so any more: which numbers changed, from what, and why.

Numbers of the day that was not over, and of rows that were not, are provisional: that they change
is expected. Any other number of a day that was published before is compared with what this run
makes of it; what differs goes into `ops.published_kpi`, so that a past report can be told again,
and in short into `ops.restatement`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import duckdb

from pipelines.sql_models import Window
from pipelines.storage.duck import literal

_KEY = ("metric_id", "metric_version", "scope_kind", "scope_id", "local_date")
_TOLD = ("numerator", "denominator", "n", "value_stored")


@dataclass(frozen=True)
class Restated:
    """How much a run restates."""

    n_cells: int = 0
    n_days: int = 0


def restate(
    con: duckdb.DuckDBPyConnection,
    before: Path,
    *,
    publication: int,
    windows: Sequence[Window] | None,
) -> Restated:
    """Note which final daily numbers of the last publication are told differently now.

    Args:
        con: the working copy, built; no transaction open.
        before: file of the publication it is a copy of.
        publication: number that the copy will get.
        windows: the days that were built again; all time when None.
    """
    con.execute(f"attach {literal(str(before))} as before (read_only)")
    try:
        if not _has_numbers(con, "before") or not _has_numbers(con, _here(con)):
            return Restated()
        is_anew = _is_defined_anew(con)
        days = _days_that_differ(con, windows, is_anew=is_anew)
        if not days:
            return Restated()
        return _note(con, days, publication, is_anew=is_anew)
    finally:
        con.execute("detach before")


def _here(con: duckdb.DuckDBPyConnection) -> str:
    row = con.execute("select current_database()").fetchone()
    return row[0] if row else ""


def _has_numbers(con: duckdb.DuckDBPyConnection, database: str) -> bool:
    """An older callmart's numbers may lack a column; then nothing can be compared."""
    columns = {name for name, _ in _columns(con, database, "kpi_day")}
    return columns >= {*_KEY, *_TOLD, "is_provisional"}


def _days_that_differ(
    con: duckdb.DuckDBPyConnection, windows: Sequence[Window] | None, *, is_anew: bool
) -> list[date]:
    """Days of final numbers whose parts, or their definitions, are not what they were."""
    parts = "marts.kpi_day_parts"
    final = f"""
        select distinct p.local_date from before.{parts} as p
        where {_within(windows)} and p.local_date < coalesce((
            select min(i.local_date) from before.core.dim_interval as i
            where i.interval_start = bucket15(
                (select max(watermark_at) from before.ops.feed_watermark)
            )
        ), date '9999-12-31')
    """
    there, here = (_columns(con, name, "kpi_day_parts") for name in ("before", _here(con)))
    if is_anew or there != here:
        found = con.execute(f"{final} order by all").fetchall()
    else:
        found = con.execute(
            f"""
            with final as ({final}),
            was as (from before.{parts} where local_date in (from final)),
            now as (from {parts} where local_date in (from final))
            select distinct local_date from (
                (from was except all from now) union all (from now except all from was)
            )
            order by all
            """
        ).fetchall()
    return [day for (day,) in found]


def _within(windows: Sequence[Window] | None) -> str:
    if windows is None:
        return "true"
    spans = [f"p.local_date between date '{w.from_date}' and date '{w.to_date}'" for w in windows]
    return f"({' or '.join(spans) or 'false'})"


def _columns(con: duckdb.DuckDBPyConnection, database: str, mart: str) -> list[tuple[str, str]]:
    return con.execute(
        """
        select column_name, data_type from duckdb_columns()
        where database_name = ? and schema_name = 'marts' and table_name = ?
        order by column_index
        """,
        [database, mart],
    ).fetchall()


def _is_defined_anew(con: duckdb.DuckDBPyConnection) -> bool:
    version = "select code_version from {}ops.model_state where relation = 'marts.kpi_day'"
    return (
        con.execute(version.format("before.")).fetchall()
        != con.execute(version.format("")).fetchall()
    )


def _note(
    con: duckdb.DuckDBPyConnection, days: list[date], publication: int, *, is_anew: bool
) -> Restated:
    same = " and ".join(f"w.{name} = t.{name}" for name in _KEY)
    key = ", ".join(f"coalesce(w.{name}, t.{name}) as {name}" for name in _KEY)
    told = ", ".join(f"w.{name} as old_{name}, t.{name} as new_{name}" for name in _TOLD)
    differs = " or ".join(f"w.{name} is distinct from t.{name}" for name in _TOLD)
    con.begin()
    con.execute(
        f"""
        insert into ops.published_kpi by name
        with
        was as (from before.marts.kpi_day where local_date in (select unnest($days))),
        now as (from marts.kpi_day where local_date in (select unnest($days))),
        -- A number that is new beside final ones was published as none.
        final as (
            select distinct metric_id, local_date from was
            where scope_kind = 'all' and not is_provisional
        )
        select {key}, {told}, $publication::bigint as publication_id
        from was as w
        full join now as t on {same}
        left join final as f
            on f.metric_id = t.metric_id and f.local_date = t.local_date and w.metric_id is null
        where ({differs}) and (not w.is_provisional or f.metric_id is not null)
        """,
        {"days": days, "publication": publication},
    )
    con.execute(
        """
        insert into ops.restatement by name
        with cause as (
            select local_date, string_agg(distinct cause, '; ' order by cause) as cause
            from ops.dirty_day group by local_date
        )
        select
            k.publication_id, k.local_date, k.metric_id, count(*) as n_cells,
            max(old_numerator) filter (where scope_kind = 'all') as old_numerator,
            max(old_denominator) filter (where scope_kind = 'all') as old_denominator,
            max(new_numerator) filter (where scope_kind = 'all') as new_numerator,
            max(new_denominator) filter (where scope_kind = 'all') as new_denominator,
            coalesce(max(c.cause), $otherwise) as cause
        from ops.published_kpi as k
        left join cause as c on c.local_date = k.local_date
        where k.publication_id = $publication
        group by k.publication_id, k.local_date, k.metric_id
        """,
        {
            "publication": publication,
            "otherwise": (
                "defined anew"
                if is_anew
                else "records of other days that count here, or a table of reference"
            ),
        },
    )
    row = con.execute(
        "select count(*), count(distinct local_date) from ops.published_kpi "
        "where publication_id = ?",
        [publication],
    ).fetchone()
    con.commit()
    return Restated(*row) if row else Restated()
