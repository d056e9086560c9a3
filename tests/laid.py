"""What the oracle makes of logs, laid down as staging: the star can be tried with no ingest.

An adapter has to bring rows like these; the star has to make of them what the oracle says.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from tests.oracle.centre import Centre
from tests.oracle.contacts import Contact
from tests.oracle.parsing import to_moment, to_us
from tests.oracle.timeline import Change, Pause, Standing, agent_lines, day_of, timeline_of

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

Row = dict[str, Any]


def _utc(at: int | None) -> datetime | None:
    return None if at is None else to_moment(at).replace(tzinfo=None)


def _contact(contact: Contact) -> Row:
    return {
        "contact_id": contact.contact_id,
        "root_contact_id": contact.root_contact_id,
        "kind": contact.kind,
        "channel": "voice",
        "direction": contact.direction,
        "started_at": _utc(contact.started_at),
        "ended_at": _utc(contact.ended_at),
        "is_open": contact.is_open,
        "is_in_queue_log": contact.is_in_queue_log,
        "is_in_cdr": contact.is_in_cdr,
    }


def _visits(centre: Centre) -> Iterator[Row]:
    for v in centre.visits:
        yield {
            "contact_id": v.callid,
            "visit_ordinal": v.ordinal,
            "queue": v.queue,
            "entered_at": _utc(v.entered_at),
            "entry_repeat": v.entry_repeat,
            "left_at": _utc(v.left_at),
            "wait_ms": v.wait_ms,
            "outcome": v.outcome,
            "next_step": v.next_step,
            "next_queue": v.next_queue,
            "position_in": v.position_in,
            "position_out": v.position_out,
            "is_consult": v.is_consult,
        }


def _offers(centre: Centre) -> Iterator[Row]:
    for number, o in enumerate(centre.offers):
        yield {
            "contact_id": o.visit.callid,
            "visit_ordinal": o.visit.ordinal,
            "queue": o.visit.queue,
            "entered_at": _utc(o.visit.entered_at),
            "entry_repeat": o.visit.entry_repeat,
            "offer_ordinal": number,
            "agent": o.agent,
            "offered_at": _utc(o.offered_at),
            "ring_ms": o.ring_ms,
            "outcome": o.outcome,
        }


def _segments(centre: Centre) -> Iterator[Row]:
    for contact in centre.contacts.values():
        for number, s in enumerate(contact.segments, 1):
            visit = s.visit
            yield {
                "contact_id": s.callid,
                "visit_ordinal": visit.ordinal if visit else None,
                "segment_ordinal": number,
                "segment_repeat": number,
                "queue": s.queue,
                "entered_at": _utc(visit.entered_at) if visit else None,
                "entry_repeat": visit.entry_repeat if visit else None,
                "channel": "voice",
                "agent": s.agent,
                "role": s.role,
                "connected_at": _utc(s.connected_at),
                "ended_at": _utc(s.ended_at),
                "talk_ms": s.talk_ms,
                "hold_ms": None,
                "wrap_ms": s.wrap_ms,
                "talk_includes_hold": True,
                "is_talk_unreliable": s.is_talk_unreliable,
                "is_open": s.is_open,
                "is_cut": s.is_cut,
                "transfer_type": s.transfer_type,
                "transfer_to": s.transfer_to,
            }


Event = tuple[str, str | None, str | None, bool]
"""Event, queue (None: all), reason, is_inferred."""


def _carried(now: Standing) -> list[Event]:
    """Everything that holds, restated at a midnight; the latest pause stays the last."""
    events: list[Event] = []
    if now.login != "unknown":
        events.append(("login" if now.login == "in" else "logout", None, None, False))
    events += [("join", queue, None, not logged) for queue, logged in now.member_of.items()]
    pauses: list[tuple[str | None, Pause]] = [*now.paused_in.items()]
    if now.pause:
        pauses.append((None, now.pause))
    pauses.sort(key=lambda item: item[1].since)
    return events + [("pause", queue, pause.reason, False) for queue, pause in pauses]


def _ended(was: Standing, now: Standing) -> list[Event]:
    """What a restart ends."""
    events: list[Event] = [("leave", queue, None, True) for queue in was.member_of]
    if was.pause:
        events.append(("unpause", None, None, True))
    if was.login != now.login:
        events.append(("logout", None, None, True))
    return events


def _changed(was: Standing, now: Standing) -> list[Event]:
    """The difference of two standings; a change in all queues is followed by each queue's own."""
    events: list[Event] = []
    if was.login != now.login:
        events.append(("login" if now.login == "in" else "logout", None, None, False))
    events += [("leave", q, None, False) for q in was.member_of if q not in now.member_of]
    for queue, logged in now.member_of.items():
        if was.member_of.get(queue) != logged:
            events.append(("join", queue, None, not logged))
    in_all = was.pause != now.pause
    if in_all and now.pause:
        events.append(("pause", None, now.pause.reason, False))
    elif in_all:
        events.append(("unpause", None, None, False))
    for queue in now.member_of:
        old, new = was.paused_in.get(queue), now.paused_in.get(queue)
        if new and (in_all or old != new):
            events.append(("pause", queue, new.reason, False))
        elif not new and (in_all or old):
            events.append(("unpause", queue, None, False))
    return events


def _agent_events(agent: str, changes: list[Change]) -> Iterator[Row]:
    was = Standing()
    rank = 0
    for change in changes:
        makers = {"midnight": lambda c: _carried(c.standing)}
        makers["restart"] = lambda c, before=was: _ended(before, c.standing)
        makers["lines"] = lambda c, before=was: _changed(before, c.standing)
        for event, queue, reason, inferred in makers[change.cause](change):
            rank += 1
            yield {
                "agent": agent,
                "queue": queue,
                "event_at": _utc(change.at),
                "event_rank": rank,
                "event_repeat": 1,
                "event": event,
                "reason": reason,
                "is_inferred": inferred,
                "is_carried": change.cause == "midnight",
                "_at": change.at,
            }
        was = change.standing


def _all_agent_events(centre: Centre) -> Iterator[Row]:
    for agent, lines in agent_lines(centre.logs, centre.names).items():
        yield from _agent_events(agent, timeline_of(lines, centre.logs, centre.config))


def _queue_configs(centre: Centre) -> Iterator[Row]:
    config = centre.config
    for queue in sorted({v.queue for v in centre.visits} | {r.queue for r in centre.refusals}):
        yield {
            "queue": queue,
            "valid_from": None,
            "channel": "voice",
            "service_level_s": config.threshold_s(queue),
            "short_abandon_s": config.short_s(queue),
            "ring_timeout_s": config.ring_timeout_s(queue),
            "is_threshold_assumed": False,
        }


def _quarters(zone: str, first: int, last: int) -> Iterator[Row]:
    quarter = timedelta(minutes=15)
    start = to_moment(first - first % 900_000_000) - timedelta(days=2)
    seen: set[tuple[str, str]] = set()
    while to_us(start) < last + 2 * 86_400_000_000:
        local = start.astimezone(ZoneInfo(zone))
        label = (local.date().isoformat(), local.strftime("%H:%M"))
        offset = local.utcoffset()
        assert offset is not None
        yield {
            "zone": zone,
            "interval_start": start.replace(tzinfo=None),
            "local_date": local.date(),
            "local_time": label[1],
            "utc_offset_s": int(offset.total_seconds()),
            "is_repeated": label in seen,
        }
        seen.add(label)
        start += quarter


_DATED = {
    "contact": "started_at",
    "queue_visit": "entered_at",
    "queue_refusal": "refused_at",
    "agent_offer": "offered_at",
    "handle_segment": "connected_at",
    "agent_event": "event_at",
}


def _insert(con: "DuckDBPyConnection", table: str, rows: list[Row]) -> None:
    if not rows:
        return
    import polars as pl

    laid = pl.DataFrame(rows, infer_schema_length=None)
    con.register("laid", laid)
    con.execute(f"insert into {table} by name select * from laid")
    con.unregister("laid")


def lay(con: "DuckDBPyConnection", centre: Centre) -> None:
    """Put the oracle's records of one source into empty staging and ops tables."""
    zone, source = centre.config.zone, centre.config.source
    refusals = [
        {
            "contact_id": r.callid,
            "queue": r.queue,
            "refused_at": _utc(r.at),
            "refusal_ordinal": number,
            "cause": r.cause,
        }
        for number, r in enumerate(centre.refusals, 1)
    ]
    events = list(_all_agent_events(centre))
    for event in events:
        event.pop("_at")
    tables = {
        "contact": [_contact(contact) for contact in centre.contacts.values()],
        "queue_visit": list(_visits(centre)),
        "queue_refusal": refusals,
        "agent_offer": list(_offers(centre)),
        "handle_segment": list(_segments(centre)),
        "agent_event": events,
        "queue_config": list(_queue_configs(centre)),
    }
    for table, rows in tables.items():
        for row in rows:
            row |= {"source": source, "zone": zone}
            if table in _DATED:
                at = row[_DATED[table]].replace(tzinfo=ZoneInfo("UTC"))
                row["local_date"] = day_of(to_us(at), zone)
        _insert(con, f"staging.{table}", rows)
    _lay_ops(con, centre)


def _lay_ops(con: "DuckDBPyConnection", centre: Centre) -> None:
    zone, source = centre.config.zone, centre.config.source
    watermark = centre.logs.watermark
    if watermark is None:
        return
    named = {"centre_name": "Made", "reporting_zone": centre.config.centre_zone}
    _insert(con, "ops.centre", [named])
    mark = {"source": source, "feed": "queue_log", "watermark_at": _utc(watermark)}
    mark["is_contact_feed"] = True
    _insert(con, "ops.feed_watermark", [mark])
    ats = [line.at for line in centre.logs.lines]
    ats += [contact.started_at for contact in centre.contacts.values()]
    for each in {zone, centre.config.centre_zone}:
        _insert(con, "ops.calendar_interval", list(_quarters(each, min(ats), max(ats))))
