"""The rows behind a number: which fact, which rows of it, and the log line each came from."""

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from pipelines.commands.errors import UsageError
from pipelines.sql_models.counting import DAY_SCOPES, INTERVAL_SCOPES
from pipelines.sql_models.kpi_sources import Source
from reports.spans import span_named

if TYPE_CHECKING:
    import duckdb
    import polars as pl


@dataclass(frozen=True)
class Shown:
    """How the rows of one fact are listed."""

    at: str
    """Instant that says when, UTC."""
    columns: str
    staging: str | None
    """Staging table with the line, joined by `on`."""
    on: str = ""


FACTS: dict[str, Shown] = {
    "fact_queue_visit": Shown(
        "entered_at",
        "f.queue_id, f.outcome, f.wait_ms / 1000 as wait_s, f.agent_id, f.next_step, f.kind",
        "queue_visit",
        "s.visit_ordinal = f.visit_ordinal",
    ),
    "fact_handle_segment": Shown(
        "connected_at",
        "f.queue_id, f.agent_id, f.talk_ms / 1000 as talk_s, f.wrap_ms / 1000 as wrap_s, "
        "f.transfer_type, f.kind",
        "handle_segment",
        "s.segment_ordinal = f.segment_ordinal",
    ),
    "fact_agent_offer": Shown(
        "offered_at",
        "f.queue_id, f.agent_id, f.outcome, f.ring_ms / 1000 as ring_s",
        "agent_offer",
        "s.offered_at = f.offered_at and s.agent = f.agent_id",
    ),
    "fact_queue_refusal": Shown(
        "refused_at",
        "f.queue_id, f.cause, f.kind",
        "queue_refusal",
        "s.refused_at = f.refused_at and s.queue = f.queue_id",
    ),
    "fact_contact": Shown(
        "started_at",
        "f.direction, f.kind, f.first_queue_id, f.last_agent_id, f.n_visits, f.n_transfers, "
        "f.talk_ms / 1000 as talk_s",
        "contact",
    ),
    "fact_agent_state_interval": Shown(
        "interval_start",
        "f.agent_id, f.handling_ms / 1000 as handling_s, f.available_ms / 1000 as available_s, "
        "f.paused_ms / 1000 as paused_s, f.logged_in_ms / 1000 as logged_in_s",
        None,
    ),
}

_NO_NEWS = {"source", "zone", "local_date", "own_local_date", "interval_start", "contact_id"}
_MOST_COLUMNS = 10


def scope_of(text: str) -> tuple[str, str]:
    """`queue=sales` as kind and id.

    Raises:
        UsageError: it is written differently, or the kind is unknown.
    """
    kind, _, scope_id = text.partition("=")
    kinds = (*INTERVAL_SCOPES, *DAY_SCOPES)
    if kind not in kinds or (kind != "all" and not scope_id):
        raise UsageError(f"--scope {text!r}: write it as KIND=ID; kinds: {', '.join(kinds)}.")
    return kind, scope_id or "all"


def days_asked(
    *, day: str | None, period: str | None, first: str | None, last: str | None
) -> tuple[date, date] | None:
    """First and last day of `--date`, `--period` or `--from` and `--to`; None without any.

    Raises:
        UsageError: more than one is given, one is written differently, or a range ends too early.
    """
    if (day is not None) + (period is not None) + (first is not None or last is not None) > 1:
        raise UsageError("give one of --date 2026-11-21, --period 2026-W47, and --from with --to.")
    if day is not None:
        first = last = day
    if period is not None:
        span = span_named(period)
        if span is None:
            raise UsageError(
                f"--period {period!r}: write a day as 2026-11-21, a week as 2026-W47, "
                "a month as 2026-11."
            )
        return span.first, span.last
    if first is None and last is None:
        return None
    found = _day(first, date.min), _day(last, date.max)
    if found[0] > found[1]:
        raise UsageError(f"--from {first} is after --to {last}.")
    return found


def _day(text: str | None, otherwise: date) -> date:
    try:
        return otherwise if text is None else date.fromisoformat(text)
    except ValueError:
        raise UsageError(f"{text!r} is no day: write it as 2026-11-21.") from None


def rows_behind(
    con: "duckdb.DuckDBPyConnection",
    source: Source,
    *,
    where: str = "true",
    scope: tuple[str, str] = ("all", "all"),
    days: tuple[date, date] | None = None,
    interval: str | None = None,
) -> "pl.DataFrame":
    """Rows of a fact in a scope, with local time and, where known, file and line.

    Args:
        con: the published warehouse, with staging attached.
        source: the fact, and how metrics count it: rows are in a scope as they are there.
        where: condition on the fact's own columns.
        scope: kind and id.
        days: first and last local day; all days when left out.
        interval: local quarter hour, HH:MM.

    Raises:
        UsageError: the fact has no such scope.
    """
    fact, (kind, scope_id) = source.fact, scope
    columns = con.execute(f"describe core.{fact}").fetchall()
    shown = FACTS.get(fact) or _shown(columns)
    contact = "f.contact_id, " if any(name == "contact_id" for name, *_ in columns) else ""
    line = lineage = ""
    if shown.staging is not None:
        line = ", p.path || ':' || s.line_no as file_and_line"
        more = f" and {shown.on}" if shown.on else ""
        lineage = f"""
            left join staging.{shown.staging} as s
                on s.source = f.source and s.contact_id = f.contact_id{more}
            left join (
                select file_id, max(path) as path from ops.load_file group by file_id
            ) as p on p.file_id = s.file_id"""
    sql = f"""
        select
            {contact}strftime(f.{shown.at} + to_seconds(i.utc_offset_s), '%Y-%m-%d %H:%M:%S')
                as local_time,
            {shown.columns}{line}
        from (select * from core.{fact} where {where}) as f
        left join core.dim_interval as i
            on i.zone = f.zone and i.interval_start = bucket15(f.{shown.at})
        {source.counting.joins}{lineage}
        where {_condition_of(kind, source)}
            and ($first is null or f.local_date between $first::date and $last::date)
            and ($interval is null or i.local_time = $interval)
            and $scope_id is not null
        order by local_time, 1, 3
        """
    first, last = days or (None, None)
    values = {"scope_id": scope_id, "first": first, "last": last, "interval": interval}
    return con.sql(sql, params=values).pl()


def _shown(columns: "list[tuple[str, ...]]") -> Shown:
    """How the rows of a fact are listed that has no list of its own: its first telling columns."""
    times = [name for name, kind, *_ in columns if kind == "TIMESTAMP"]
    at = next((name for name in times if name != "interval_start"), "local_date")
    told = [
        name
        for name, *_ in columns
        if name not in _NO_NEWS and name != at and not name.endswith("_key")
    ]
    return Shown(at, ", ".join(f'f."{name}"' for name in told[:_MOST_COLUMNS]), None)


def _condition_of(kind: str, source: Source) -> str:
    """Which rows count in a scope, as the metrics count them: outbound is told apart."""
    scopes = source.counting.scopes
    if kind != "all" and kind not in scopes:
        raise UsageError(
            f"{source.fact} cannot be narrowed to {kind}; it can to {', '.join(sorted(scopes))}."
        )
    found = ["true" if kind == "all" else f"cast({scopes[kind]} as varchar) = $scope_id"]
    if "direction" in scopes and kind not in ("direction", "campaign"):
        found.append(f"coalesce({scopes['direction']}, '') <> 'outbound'")
    return " and ".join(found)
