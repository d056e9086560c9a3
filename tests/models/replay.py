"""States of agents the slow way: at every boundary ask what holds, then join equal neighbours."""

from collections import defaultdict
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

from tests.models.centre import FIRST, LAST, Centre, Row, Standing, midnight

Span = tuple[str, str, datetime, datetime, str, str | None, int | None, bool]
"""Source, agent, from, to, state, reason, queues available, inferred."""


class _Replay(Standing):
    """A standing that also knows which pause came last."""

    def __init__(self) -> None:
        super().__init__()
        self.since: dict[str, tuple[Any, ...]] = {}

    def take(self, row: Row) -> None:
        queue, event = row["queue"], row["event"]
        if row["is_carried"] and event == "pause" and queue is None:
            self.flag = (row["reason"],)
            touched = [""]
        else:
            # Who joins anew is not paused.
            if event == "join" and queue not in self.members:
                self.pauses.pop(queue, None)
            touched = [queue] if queue else ["", *self.members]
            self.apply(event, queue, row["reason"], row["is_inferred"])
        if event == "pause":
            for name in touched:
                # The later pause first; of one row's queues any: they share the reason.
                self.since[name] = (row["event_at"], row["event_rank"])

    def state(self) -> tuple[str | None, str | None, int | None, bool]:
        paused = [queue for queue in self.members if queue in self.pauses]
        told = self.login == "login" or (self.login is None and any(self.members.values()))
        if self.login == "logout" or (self.login is None and not self.members):
            return None, None, None, True
        if (self.members and len(paused) == len(self.members)) or (not self.members and self.flag):
            named = [(self.since[q], self.pauses[q]) for q in paused]
            if self.flag:
                named.append((self.since[""], self.flag[0]))
            latest = max(since for since, _ in named)
            # Pauses of one event share its reason.
            return "paused", next(r for since, r in named if since == latest), None, not told
        return "available", None, len(self.members) - len(paused), not told


def _work(centre: Centre) -> dict[tuple[str, str], list[tuple[str, datetime, datetime]]]:
    found: dict[tuple[str, str], list[tuple[str, datetime, datetime]]] = defaultdict(list)
    ends = [
        (e["source"], e["agent"], e["event_at"])
        for e in centre.tables["agent_event"]
        if e["is_inferred"] and not e["is_carried"] and e["event"] in ("leave", "logout")
    ]
    for s in centre.tables["handle_segment"]:
        key, start, end = (s["source"], s["agent"]), s["connected_at"], s["ended_at"]
        if s["is_open"]:
            end = centre.watermarks[s["source"]]
        elif s["is_cut"]:
            # A leg reaches seven local days; none of these lasts longer.
            shown = [at for *k, at in ends if tuple(k) == key and at >= start]
            shown += [
                v["entered_at"]
                for v in centre.tables["queue_visit"]
                if (v["source"], v["contact_id"]) == (s["source"], s["contact_id"])
                and v["entered_at"] > start
            ]
            end = min(shown, default=start)
        found[key].append(("handling", start, end))
        if s["wrap_ms"]:
            found[key].append(("wrap", end, end + timedelta(milliseconds=s["wrap_ms"])))
    for o in centre.tables["agent_offer"]:
        if o["ring_ms"]:
            end = o["offered_at"] + timedelta(milliseconds=o["ring_ms"])
            found[o["source"], o["agent"]].append(("ringing", o["offered_at"], end))
    return found


def spans_of(centre: Centre, zones: dict[str, str]) -> list[Span]:
    """Every span of every agent, in order."""
    work = _work(centre)
    events: dict[tuple[str, str], list[Row]] = defaultdict(list)
    for row in centre.tables["agent_event"]:
        events[row["source"], row["agent"]].append(row)
    found: list[Span] = []
    for source, agent in sorted(set(work) | set(events)):
        day = FIRST
        while day <= LAST:
            start = midnight(day, zones[source])
            end = min(midnight(day + timedelta(days=1), zones[source]), centre.watermarks[source])
            own = [e for e in events[source, agent] if start <= e["event_at"] < end]
            for since, until, *look in _day(start, end, own, work[source, agent]):
                found.append((source, agent, since, until, *look))
            day += timedelta(days=1)
    return sorted(found, key=lambda span: span[:3])


def _day(
    start: datetime, end: datetime, events: list[Row], work: list[tuple[str, datetime, datetime]]
) -> list[tuple[Any, ...]]:
    cuts = {start, end} | {e["event_at"] for e in events}
    cuts |= {at for _, *span in work for at in span if start < at < end}
    replay = _Replay()
    waiting = sorted(events, key=lambda e: (e["event_at"], e["event_rank"]))
    spans: list[tuple[Any, ...]] = []
    for at, until in pairwise(sorted(cuts)):
        while waiting and waiting[0]["event_at"] <= at:
            replay.take(waiting.pop(0))
        state, reason, free, inferred = replay.state()
        busy = {name for name, begin, finish in work if begin <= at < finish}
        for name in ("handling", "wrap", "ringing"):
            if name in busy:
                state, reason, free = name, None, None
                break
        if state is None:
            continue
        look = (state, reason, free, inferred)
        if spans and spans[-1][1] == at and spans[-1][2:] == look:
            spans[-1] = (spans[-1][0], until, *look)
        else:
            spans.append((at, until, *look))
    return spans
