"""Cases and exchanges in writing, replayed event by event. Instants are whole seconds.

Nothing here knows of windows or running sums: each case and each thread is walked through once, and
working time is counted second by second of the stretches that a shop is open.
"""

from dataclasses import dataclass, field

HOUR = 3600
SILENCE = 72 * HOUR


def open_spans(opened: int, events: list[tuple[int, str]]) -> list[tuple[int, int | None, str]]:
    """Stretches in which a case was open: from, to (None while open), how it ended.

    Reading: of one instant, reopening comes first, then resolution, closing, cancellation. What
    is logged before the opening happens at the opening.
    """
    place = {"reopened": 0, "resolved": 1, "closed": 2, "cancelled": 3}
    spans: list[tuple[int, int | None, str]] = []
    since: int | None = opened
    for at, event in sorted(
        ((max(at, opened), event) for at, event in events), key=lambda e: (e[0], place[e[1]])
    ):
        if event == "reopened":
            since = at if since is None else since
        elif since is not None:
            spans.append((since, at, "cancelled" if event == "cancelled" else "resolved"))
            since = None
    return spans if since is None else [*spans, (since, None, "")]


@dataclass
class Exchange:
    """One exchange of a thread while it is read."""

    started: int
    asked: int | None = None
    replied: int | None = None
    resolved: int | None = None
    last: int = 0
    counts: dict[str, int] = field(default_factory=lambda: {"customer": 0, "agent": 0, "auto": 0})


def exchanges(messages: list[tuple[int, str, bool]]) -> list[Exchange]:
    """A thread's messages (at, author, whether it marks the thread resolved) as exchanges.

    Reading: a customer's message begins another when the newest marking message is at most 72 hours
    old and no customer wrote after it.
    """
    found: list[Exchange] = []
    before = marked = customer = None
    for at, author, marks in messages:
        is_silent = before is None or at - before > SILENCE
        is_after_all = (
            author == "customer"
            and marked is not None
            and at - marked <= SILENCE
            and (customer is None or customer <= marked)
        )
        if is_silent or is_after_all:
            found.append(Exchange(at))
        now = found[-1]
        now.counts[author] += 1
        now.last = at
        if author == "customer":
            now.asked = at if now.asked is None else now.asked
            customer = at
        elif author == "agent" and now.asked is not None and now.replied is None:
            now.replied = at
        if marks:
            now.resolved = marked = at
        before = at
    return found


def worked(start: int, end: int, shop: list[tuple[int, int]]) -> int:
    """Seconds between two instants in which the shop was open."""
    return sum(max(0, min(end, closes) - max(start, opens)) for opens, closes in shop)
