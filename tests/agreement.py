"""What a published warehouse says, row by row, beside what the oracle says of the same lines.

Each function of `SAME` gives both sides of one table as bags of plain tuples; `differences` says in
words which rows only one side has.
"""

from collections import Counter
from collections.abc import Callable, Iterable
from typing import Any

from tests.oracle.centre import Centre
from tests.oracle.contacts import Contact
from tests.oracle.day_numbers import (
    agent_days,
    is_short_abandon,
    is_within_threshold,
    queue_days,
    queue_intervals,
    state_intervals,
)
from tests.oracle.kpis import Scope, kpi_days, kpi_quarters, wait_values
from tests.oracle.metrics import Part
from tests.oracle.states import State, states_of_all
from tests.oracle.timeline import day_of
from tests.warehouse import Bag, Row, Warehouse

_SHOWN = 6


def visits(centre: Centre, warehouse: Warehouse) -> tuple[Bag, Bag]:
    """Every visit with its outcome and times."""
    config = centre.config
    ours = Counter(
        (
            v.callid, v.queue, v.entered_at, v.ordinal, v.outcome, v.agent, v.left_at, v.wait_ms,
            v.is_consult, is_within_threshold(v, config), is_short_abandon(v, config),
            v.next_step, v.next_queue, v.position_in, v.position_out,
            day_of(v.entered_at, config.zone),
        )
        for v in centre.visits
    )  # fmt: skip
    return ours, warehouse.bag(
        """
        select contact_id, queue_id, epoch_us(entered_at), visit_ordinal, outcome, agent_id,
            epoch_us(left_at), wait_ms, is_consult, is_within_threshold, is_short_abandon,
            next_step, next_queue_id, position_in, position_out, cast(local_date as varchar)
        from core.fact_queue_visit where source = $source
        """
    )


def refusals(centre: Centre, warehouse: Warehouse) -> tuple[Bag, Bag]:
    """Every refusal."""
    ours = Counter((r.callid, r.queue, r.at, r.cause) for r in centre.refusals)
    return ours, warehouse.bag(
        """
        select contact_id, queue_id, epoch_us(refused_at), cause
        from core.fact_queue_refusal where source = $source
        """
    )


def offers(centre: Centre, warehouse: Warehouse) -> tuple[Bag, Bag]:
    """Every ring."""
    ours = Counter(
        (o.visit.callid, o.visit.queue, o.agent, o.offered_at, o.ring_ms, o.outcome,
         o.visit.is_consult)
        for o in centre.offers
    )  # fmt: skip
    return ours, warehouse.bag(
        """
        select contact_id, queue_id, agent_id, epoch_us(offered_at), ring_ms, outcome, is_consult
        from core.fact_agent_offer where source = $source
        """
    )


def segments(centre: Centre, warehouse: Warehouse) -> tuple[Bag, Bag]:
    """Every leg."""
    ours = Counter(
        (s.callid, s.queue, s.agent, s.role, s.connected_at, s.ended_at, s.talk_ms, s.wrap_ms,
         s.transfer_type, s.is_open, s.is_cut, s.is_talk_unreliable)
        for s in centre.segments
    )  # fmt: skip
    return ours, warehouse.bag(
        """
        select contact_id, queue_id, agent_id, role, epoch_us(connected_at), epoch_us(ended_at),
            talk_ms, wrap_ms, transfer_type, is_open, is_cut, is_talk_unreliable
        from core.fact_handle_segment where source = $source
        """
    )


def _contact(contact: Contact, zone: str) -> Row:
    legs = [s for s in contact.segments if s.role == "customer"]
    talks = [s.talk_ms for s in legs]
    waits = [v.wait_ms for v in contact.visits if v.wait_ms is not None]
    last = contact.visits[-1].outcome if contact.visits else None
    return (
        contact.contact_id, contact.root_contact_id, contact.direction, contact.kind,
        contact.started_at, contact.ended_at, day_of(contact.started_at, zone),
        len(contact.visits), sum(v.outcome == "answered" for v in contact.visits), len(legs),
        sum(s.transfer_type is not None for s in legs), len(contact.refusals),
        sum(waits) if waits else None,
        None if None in talks or not talks else sum(t or 0 for t in talks),
        bool(legs), not legs and last == "abandoned", contact.is_open,
        contact.is_in_queue_log, contact.is_in_cdr,
    )  # fmt: skip


def contacts(centre: Centre, warehouse: Warehouse) -> tuple[Bag, Bag]:
    """Every contact with what its parts add up to."""
    ours = Counter(_contact(c, centre.config.zone) for c in centre.contacts.values())
    return ours, warehouse.bag(
        """
        select contact_id, root_contact_id, direction, kind, epoch_us(started_at),
            epoch_us(ended_at), cast(local_date as varchar), n_visits, n_answered_visits,
            n_segments, n_transfers, n_refusals, wait_ms, talk_ms, is_handled, is_abandoned,
            is_open, is_in_queue_log, is_in_cdr
        from core.fact_contact where source = $source
        """
    )


def _one_reason(state: State, told: dict[tuple[str, int], str | None]) -> str | None:
    """Of several pauses that began together any reason is right."""
    if not state.reasons:
        return None
    theirs = told.get((state.agent, state.from_at))
    return theirs if theirs in state.reasons else state.reasons[0]


def states(centre: Centre, warehouse: Warehouse) -> tuple[Bag, Bag]:
    """Every stretch of every agent's time."""
    theirs = warehouse.bag(
        """
        select agent_id, state, epoch_us(from_at), epoch_us(to_at), reason, n_queues_available,
            is_inferred
        from core.fact_agent_state where source = $source
        """
    )
    told = {(row[0], row[2]): row[4] for row in theirs}
    ours = Counter(
        (s.agent, s.state, s.from_at, s.to_at, _one_reason(s, told), s.n_queues_available,
         s.is_inferred)
        for s in states_of_all(centre)
    )  # fmt: skip
    return ours, theirs


def states_alone(centre: Centre, warehouse: Warehouse) -> tuple[Bag, Bag]:
    """Every stretch, whatever the reason of its pause.

    Pauses that contradict each other in one instant leave open which of them is the latest.
    """
    ours, theirs = states(centre, warehouse)
    zone = centre.config.zone
    return _without_reason(ours, zone), _without_reason(theirs, zone)


def _without_reason(bag: Bag, zone: str) -> Bag:
    joined: list[list[Any]] = []
    for agent, state, start, end, _, n_queues, inferred in sorted(bag.elements(), key=_by_time):
        look = [agent, state, n_queues, inferred, day_of(start, zone)]
        if joined and joined[-1][:5] == look and joined[-1][6] == start:
            joined[-1][6] = end
        else:
            joined.append([*look, start, end])
    return Counter(tuple(row) for row in joined)


def _by_time(row: Row) -> Row:
    return row[0], row[2]


_STATES = ("handling", "wrap", "ringing", "available", "paused", "logged_in", "inferred")


def state_quarters(centre: Centre, warehouse: Warehouse) -> tuple[Bag, Bag]:
    """Every agent's quarter hours."""
    ours = Counter(
        (agent, start, *(numbers[f"{name}_ms"] for name in _STATES))
        for (agent, start), numbers in state_intervals(states_of_all(centre)).items()
    )
    return ours, warehouse.bag(
        """
        select agent_id, epoch_us(interval_start), handling_ms, wrap_ms, ringing_ms, available_ms,
            paused_ms, logged_in_ms, inferred_ms
        from core.fact_agent_state_interval where source = $source
        """
    )


_QUEUE = (
    "n_offered", "n_answered", "n_abandoned", "n_short_abandoned", "n_exit_key", "n_timeout",
    "n_empty", "n_withdrawn", "n_overflow", "n_cut", "n_open", "n_blocked",
    "n_answered_in_threshold", "n_lost_in_threshold", "n_abandoned_in_threshold", "n_consult",
    "wait_answered_ms", "wait_all_ms", "longest_wait_ms", "talk_ms", "n_segments", "n_offers",
    "n_ring_no_answer", "n_declined", "n_transfers",
)  # fmt: skip
_AGENT = (
    "n_handled_contacts", "n_segments", "talk_ms", "n_offers", "n_ring_no_answer", "n_declined",
    "n_transfers", "handling_ms", "ringing_ms", "available_ms", "paused_ms", "logged_in_ms",
    "inferred_ms",
)  # fmt: skip


def _mart_columns(names: Iterable[str]) -> str:
    """Seconds of the marts as whole milliseconds; no such row, no such time: 0."""
    parts = [
        f"cast({n.removesuffix('_ms')}_s * 1000 as bigint)" if n.endswith("_ms") else n
        for n in names
    ]
    return ", ".join(parts)


def _own(row: Row) -> Row:
    return tuple(0 if value is None else value for value in row)


def _eventful(bag: Bag) -> Bag:
    """Without rows of zeros: only one side may have a row of a time with consultations alone."""
    return Counter({row: n for row, n in bag.items() if any(row[2:])})


def queue_days_of(centre: Centre, warehouse: Warehouse) -> tuple[Bag, Bag]:
    """Every queue's days."""
    queues = sorted({queue for queue, _ in queue_days(centre)})
    ours = Counter(
        _own((queue, day, *(numbers[name] for name in _QUEUE)))
        for (queue, day), numbers in queue_days(centre).items()
    )
    theirs = warehouse.rows(
        f"select queue_id, cast(local_date as varchar), {_mart_columns(_QUEUE)} "
        "from marts.queue_day"
    )
    return _eventful(ours), _eventful(Counter(_own(row) for row in theirs if row[0] in queues))


def queue_quarters(centre: Centre, warehouse: Warehouse) -> tuple[Bag, Bag]:
    """Every queue's quarter hours."""
    found = queue_intervals(centre)
    queues = {queue for queue, _ in found}
    ours = Counter(
        _own((queue, start, *(numbers[name] for name in _QUEUE)))
        for (queue, start), numbers in found.items()
    )
    theirs = warehouse.rows(
        f"select queue_id, epoch_us(interval_start), {_mart_columns(_QUEUE)} "
        "from marts.queue_interval"
    )
    return _eventful(ours), _eventful(Counter(_own(row) for row in theirs if row[0] in queues))


def agent_days_of(centre: Centre, warehouse: Warehouse) -> tuple[Bag, Bag]:
    """Every agent's days."""
    found = agent_days(centre)
    agents = {agent for agent, _ in found}
    ours = Counter(
        _own((agent, day, *(numbers[name] for name in _AGENT)))
        for (agent, day), numbers in found.items()
    )
    theirs = warehouse.rows(
        f"select agent_id, cast(local_date as varchar), {_mart_columns(_AGENT)} "
        "from marts.agent_day"
    )
    return _eventful(ours), _eventful(Counter(_own(row) for row in theirs if row[0] in agents))


_SECONDS = {
    "average_speed_of_answer", "average_patience", "time_to_abandon", "average_handle_time",
    "handle_time_per_leg", "handle_time_per_visit", "average_talk_time", "average_wrap_time",
    "average_ring_time", "occupancy",
}  # fmt: skip
"""Metrics with a numerator of seconds."""


def _told_parts(row: Row) -> Row:
    """A row of a KPI mart with times in milliseconds; a count is over 1, as the oracle has it."""
    metric, kind, scope, period, numerator, denominator = row
    top = round((numerator or 0) * (1000 if metric in _SECONDS else 1))
    if metric in ("occupancy", "contacts_per_hour"):
        bottom = round((denominator or 0) * 1000)
        top *= 1000 if metric == "contacts_per_hour" else 1
    else:
        bottom = int(denominator or 0)
    return metric, kind, scope, period, top, bottom


def _kpis(found: dict[tuple[str, Scope, object], Part], theirs: list[Row]) -> tuple[Bag, Bag]:
    """Both sides, without cells in which nothing happened or that only one side has."""
    names = {metric for metric, _, _ in found} & {row[0] for row in theirs}
    counts = {metric for (metric, _, _) in found if metric in _COUNTS}
    ours = Counter(
        (metric, *scope, period, top, 0 if metric in counts else bottom)
        for (metric, scope, period), (top, bottom) in found.items()
        if metric in names and (top or (bottom and metric not in counts))
    )
    told = [_told_parts(row) for row in theirs if row[0] in names]
    return ours, Counter(row for row in told if row[4] or row[5])


_COUNTS = {
    "offered", "answered", "abandoned", "short_abandoned", "exited", "left_by_key", "timed_out",
    "left_empty", "withdrawn", "overflowed", "cut", "still_open", "lost", "consults", "blocked",
    "attempts", "handled_legs", "handled_contacts",
}  # fmt: skip


def kpi_days_of(centre: Centre, warehouse: Warehouse) -> tuple[Bag, Bag]:
    """Every metric of every scope and day that is made of sums."""
    theirs = warehouse.rows(
        """
        select metric_id, scope_kind, scope_id, cast(local_date as varchar), numerator, denominator
        from marts.kpi_day where value_stored is null
        """
    )
    return _kpis(kpi_days(centre), theirs)


def kpi_quarters_of(centre: Centre, warehouse: Warehouse) -> tuple[Bag, Bag]:
    """Every metric of every scope and quarter hour that is made of sums."""
    theirs = warehouse.rows(
        """
        select metric_id, scope_kind, scope_id, epoch_us(interval_start), numerator, denominator
        from marts.kpi_interval where value_stored is null
        """
    )
    return _kpis(kpi_quarters(centre), theirs)


def wait_values_of(centre: Centre, warehouse: Warehouse) -> tuple[Bag, Bag]:
    """Percentiles and maxima of waits, in tenths of a millisecond."""
    ours = Counter(
        (metric, *scope, day, round(value * 10))
        for (metric, scope, day), value in wait_values(centre).items()
    )
    theirs = warehouse.rows(
        """
        select metric_id, scope_kind, scope_id, cast(local_date as varchar), value_stored
        from marts.kpi_day where value_stored is not null
        """
    )
    return ours, Counter((*row[:4], round(row[4] * 10_000)) for row in theirs)


SAME: dict[str, Callable[[Centre, Warehouse], tuple[Bag, Bag]]] = {
    "core.fact_queue_visit": visits,
    "core.fact_queue_refusal": refusals,
    "core.fact_agent_offer": offers,
    "core.fact_handle_segment": segments,
    "core.fact_contact": contacts,
    "core.fact_agent_state": states,
    "core.fact_agent_state but for reasons": states_alone,
    "core.fact_agent_state_interval": state_quarters,
    "marts.queue_day": queue_days_of,
    "marts.queue_interval": queue_quarters,
    "marts.agent_day": agent_days_of,
    "marts.kpi_day": kpi_days_of,
    "marts.kpi_interval": kpi_quarters_of,
    "marts.kpi_day of waits": wait_values_of,
}


MADE = tuple(relation for relation in SAME if relation != "core.fact_agent_state")
"""What to compare on made centres: see `states_alone`."""


def differences(relation: str, centre: Centre, warehouse: Warehouse) -> str:
    """Rows that only one side has, in words; empty when both say the same."""
    ours, theirs = SAME[relation](centre, warehouse)
    only_ours, only_theirs = ours - theirs, theirs - ours
    if not only_ours and not only_theirs:
        return ""
    parts = [f"{relation}: {sum((ours & theirs).values())} rows are the same"]
    for who, bag in (("oracle", only_ours), ("warehouse", only_theirs)):
        rows = sorted(bag.elements(), key=str)
        parts.append(f"  only in the {who}: {len(rows)}")
        parts += [f"    {row}" for row in rows[:_SHOWN]]
    return "\n".join(parts)
