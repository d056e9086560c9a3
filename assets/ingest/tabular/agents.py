"""Agents' states of mapped files: what holds at midnight is restated there."""

from datetime import datetime

import duckdb

from assets.ingest.adapter import DeriveContext
from assets.ingest.calendar import midnights_after
from pipelines.storage.duck import insert_rows

_STATE = "coalesce(state, '')"


def carry(con: duckdb.DuckDBPyConnection, ctx: DeriveContext) -> None:
    """Add to `out_agent_event` the rows that restate the standing at each local midnight.

    Of each agent and queue the latest log-in, membership, pause and state before a midnight hold
    on, the state until a log-out; the lines before the window are left out, for `work_standing`
    says what held at its start.
    """
    midnights = _midnights(ctx)
    con.execute("create or replace temp table midnight (night_at timestamp)")
    insert_rows(con, "midnight", [[at] for at in midnights], types=["TIMESTAMP"])
    con.execute(
        f"""
        create or replace temp table out_agent_event as
        with logged as (
            select * from out_agent_event where event_at >= $from_at
        ),
        known as (
            select agent, queue, event_at, 0 as place, event, state, reason, is_inferred
            from work_standing
            union all
            select agent, queue, event_at, 1, event, state, reason, is_inferred from logged
        ),
        family as (
            select *,
                case
                    when event in ('login', 'logout') then 'login'
                    when event in ('join', 'leave') then 'member'
                    when event in ('pause', 'unpause') then 'pause'
                    else 'state'
                end as family
            from known
        ),
        latest as (
            from family
            qualify row_number() over (
                partition by agent, queue, family, event_at order by place desc, event, {_STATE}
            ) = 1
        ),
        series as (select distinct agent, queue, family from latest),
        standing as (
            select k.agent, k.queue, n.night_at as event_at, k.event, k.state, k.reason,
                k.is_inferred, k.event_at as since_at
            from (select s.*, m.night_at from series as s cross join midnight as m) as n
            asof join latest as k
                on k.agent = n.agent and coalesce(k.queue, '') = coalesce(n.queue, '')
                and (k.queue is null) = (n.queue is null)
                and k.family = n.family and k.event_at < n.night_at
        ),
        -- Who logged out is in no state any more.
        carried as (
            select agent, queue, event_at, event, state, reason, is_inferred
            from standing as s
            where event in ('login', 'join', 'pause')
                or (event = 'state' and not exists (
                    from standing as o
                    where o.agent = s.agent and o.event_at = s.event_at and o.event = 'logout'
                        and o.since_at >= s.since_at
                ))
            union all
            select agent, queue, event_at, event, state, reason, is_inferred from work_standing
        ),
        ranked as (
            select *, cast(row_number() over (
                partition by agent, event_at order by
                    case event when 'login' then 1 when 'join' then 2 when 'state' then 3 else 4
                    end,
                    queue nulls first, {_STATE}
            ) as integer) as carried_rank
            from carried
        )
        select agent, queue, event_at, carried_rank as event_rank,
            cast(1 as integer) as event_repeat, event, state, reason, is_inferred,
            true as is_carried, cast(null as varchar) as file_id, cast(null as bigint) as line_no
        from ranked
        union all
        -- What was logged in the very instant of midnight comes after what is restated there.
        select l.agent, l.queue, l.event_at, cast(l.event_rank + 1000 as integer),
            cast(l.event_repeat + (c.agent is not null)::integer as integer), l.event,
            l.state, l.reason, l.is_inferred, l.is_carried, l.file_id, l.line_no
        from logged as l
        left join (select distinct agent, queue, event_at, event from carried) as c
            on c.agent = l.agent and c.queue is not distinct from l.queue
            and c.event_at = l.event_at and c.event = l.event
        """,
        {"from_at": ctx.from_at},
    )
    con.execute("drop table midnight")


def _midnights(ctx: DeriveContext) -> list[datetime]:
    """Local midnights after the window's start, up to its end and the watermark."""
    if ctx.from_at is None or ctx.until_at is None:
        return []
    return midnights_after(ctx.zone, ctx.from_at, min(ctx.until_at, ctx.watermark_at))
