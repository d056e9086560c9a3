"""The rows behind a number: which fact, which rows of it, and the log line each came from."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pipelines.commands.errors import UsageError

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

SCOPES: dict[str, str] = {
    "all": "true",
    "queue": "f.queue_id = $scope_id",
    "agent": "f.agent_id = $scope_id",
    "channel": "f.channel = $scope_id",
    "direction": "f.direction = $scope_id",
    "queue_group": "f.queue_key in (select queue_key from core.dim_queue "
    "where queue_group = $scope_id)",
}


_CREDITED = {
    "queue_id": "case when f.n_transfers > 0 then f.transfer_queue_id else f.last_queue_id end",
    "agent_id": "case when f.n_transfers > 0 then f.transfer_agent_id else f.last_agent_id end",
}
"""Whose a contact is when transfers are counted; else the last queue's and agent's."""


def _condition_of(scope: str, fact: str, *, by_transfer: bool) -> str:
    """The condition of a scope on a fact's columns; contacts are credited as the metrics are."""
    condition = SCOPES[scope]
    if fact != "fact_contact":
        return condition
    for name, credited in _CREDITED.items():
        whose = f"({credited})" if by_transfer else f"f.last_{name}"
        condition = condition.replace(f"f.{name}", whose)
    return condition.replace("f.queue_key", "f.last_queue_key")


def scope_of(text: str) -> tuple[str, str]:
    """`queue=sales` as kind and id.

    Raises:
        UsageError: it is written differently, or the kind is unknown.
    """
    kind, _, scope_id = text.partition("=")
    if kind not in SCOPES or (kind != "all" and not scope_id):
        raise UsageError(f"--scope {text!r}: write it as KIND=ID; kinds: {', '.join(SCOPES)}.")
    return kind, scope_id or "all"


def rows_behind(
    con: "duckdb.DuckDBPyConnection",
    fact: str,
    *,
    where: str = "true",
    by_transfer: bool = False,
    scope: tuple[str, str] = ("all", "all"),
    date: str | None = None,
    interval: str | None = None,
) -> "pl.DataFrame":
    """Rows of a fact in a scope, with local time and, where known, file and line.

    Args:
        con: the published warehouse, with staging attached.
        fact: such as `fact_queue_visit`.
        where: condition on the fact's own columns.
        by_transfer: contacts count for who transferred them, else for who had them last.
        scope: kind and id.
        date: ISO local day; all days when left out.
        interval: local quarter hour, HH:MM.

    Raises:
        UsageError: the fact has no such scope.
    """
    shown = FACTS[fact]
    kind, scope_id = scope
    contact = "f.contact_id, " if shown.staging is not None else ""
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
            on i.zone = f.zone and i.interval_start = bucket15(f.{shown.at}){lineage}
        where {_condition_of(kind, fact, by_transfer=by_transfer)}
            and ($date is null or f.local_date = $date::date)
            and ($interval is null or i.local_time = $interval)
            and $scope_id is not null
        order by local_time, 1, 3
        """
    import duckdb

    try:
        params = {"scope_id": scope_id, "date": date, "interval": interval}
        return con.sql(sql, params=params).pl()
    except duckdb.BinderException as error:
        if "does not have a column" in str(error) or "not found" in str(error):
            raise UsageError(f"{fact} cannot be narrowed to {kind}={scope_id}.") from None
        raise
