"""The next four weeks of each staffing group: read from the warehouse, forecast, and staffed."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import groupby
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from reports.forecasting import backtest
from reports.forecasting.model import HORIZON, fit, predict
from reports.forecasting.series import SLOTS, Special, series_of
from reports.forecasting.staffing import Asked, Limit, agents_a, agents_c

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from reports.forecasting.backtest import Accuracy, Ranges
    from reports.forecasting.series import Grid, Series
    from reports.queries import Reader
    from reports.records import Row

_HISTORY = timedelta(days=182)
"""Older weeks tell little of the next four, and reading them costs time."""
_RECENT = timedelta(days=91)
"""Patience and shrinkage are those of the last quarter year."""
_FEWEST_ABANDONED = 30
_WHOLE = 0.97
"""A day is taken as whole when so much of a usual one had come by the last contact read."""
_SHORT_S = 5.0


@dataclass(frozen=True)
class QueueOutlook:
    """A queue's next four weeks; without `ranges` its past is too short for a forecast."""

    id: str
    name: str
    threshold_s: float | None
    goal: float | None
    """Share to be answered within the threshold."""
    past: Series
    forecast: Grid
    handle_s: tuple[float | None, ...]
    ranges: Ranges | None
    accuracy: Accuracy | None
    trials: tuple[backtest.Trial, ...] = ()


@dataclass(frozen=True)
class GroupOutlook:
    """The next four weeks of a staffing group's contacts in one channel."""

    name: str
    channel: str
    zone: str
    first: date
    """The first day that is forecast."""
    queues: tuple[QueueOutlook, ...]
    """Those with a past that is long enough; the forecast is their sum."""
    short: tuple[QueueOutlook, ...]
    """Those without."""
    past: tuple[float, ...]
    """Contacts of each of the last days, the oldest first."""
    forecast: Grid
    ranges: Ranges | None
    accuracy: Accuracy | None
    patience_s: float | None
    short_s: float
    asked: list[list[Asked | None]]
    """Day, quarter hour -> load and goals."""
    required: list[list[int]]
    """Agents by Erlang C; 0 where nobody comes or no goal is known."""
    required_patient: list[list[int]] | None
    """Agents by Erlang A; none where patience is not known."""

    @property
    def key(self) -> str:
        """What a page calls it by."""
        is_said = self.channel.lower() in self.name.lower().split()
        return self.name if is_said else f"{self.name} · {self.channel}"

    @property
    def days(self) -> list[date]:
        """The days that are forecast."""
        return [self.first + timedelta(days=n) for n in range(len(self.forecast))]

    def range_of(self, slots: Iterable[int], day: int) -> list[tuple[float, float]]:
        """The range of each of some quarter hours of a day."""
        found = self.ranges
        return [found.of_slot(self.forecast[day][s]) if found else (0.0, 0.0) for s in slots]


@dataclass(frozen=True)
class Outlook:
    """The next four weeks of the centre."""

    groups: tuple[GroupOutlook, ...]
    shrinkage: float | None
    """Share of paid time that was lost in the last quarter year."""

    @property
    def forecast(self) -> list[GroupOutlook]:
        """The groups that have a forecast."""
        return [group for group in self.groups if group.queues]


def read(reader: Reader, days: Sequence[date]) -> Outlook:
    """The outlook of a warehouse whose days with data are given, the oldest first."""
    since = max(days[0], days[-1] - _HISTORY)
    recent = days[-1] - _RECENT
    demand: dict[str, list[tuple[date, int, float, float, float]]] = defaultdict(list)
    for row in reader.rows("outlook_demand", from_date=since):
        demand[row["queue_id"]].append(tuple(row.values())[1:])
    queues = reader.rows("outlook_queues", from_date=recent)
    special = _special(reader, days[-1]) if any(q["calendar"] for q in queues) else {}
    groups = []
    for (name, channel), rows in groupby(queues, lambda q: (q["staffing_group"], q["channel"])):
        own = [row for row in rows if demand.get(row["queue_id"])]
        if own:
            groups.append(_group(name, channel, own, demand, special))
    groups.sort(key=lambda g: (-sum(g.past[-28:]), g.key))
    lost = reader.rows("outlook_shrinkage", from_date=recent)[0]["shrinkage"]
    return Outlook(tuple(groups), lost if lost is not None and 0 <= lost < 1 else None)


def _special(reader: Reader, last: date) -> dict[str, dict[date, Special]]:
    """Days of each calendar whose hours are not those of their weekday."""
    span = {"from_date": last - 2 * HORIZON * timedelta(days=1),
            "to_date": last + (HORIZON + 2) * timedelta(days=1)}  # fmt: skip
    rows = reader.rows("outlook_hours", **span)
    usual: dict[tuple[str, int], Counter[tuple[Any, Any]]] = defaultdict(Counter)
    for row in rows:
        hours = row["opens"], row["closes"]
        usual[row["calendar"], row["local_date"].weekday()][hours] += 1
    found: dict[str, dict[date, Special]] = defaultdict(dict)
    for row in rows:
        hours = row["opens"], row["closes"]
        if hours != usual[row["calendar"], row["local_date"].weekday()].most_common(1)[0][0]:
            found[row["calendar"]][row["local_date"]] = (
                Special(is_closed=True) if row["opens"] is None else Special(False, *hours)
            )
    return found


# -------------------------------------------------------------------- one group


def _group(
    name: str,
    channel: str,
    rows: Sequence[Row],
    demand: Mapping[str, list[tuple[date, int, float, float, float]]],
    special: Mapping[str, dict[date, Special]],
) -> GroupOutlook:
    zone = min(row["zone"] for row in rows)
    last = min(_last_whole_day(row, demand[row["queue_id"]]) for row in rows)
    every = [_queue(row, last, demand[row["queue_id"]], special) for row in rows]
    queues = tuple(queue for queue in every if queue.ranges)
    tried = backtest.together([queue.trials for queue in queues])
    forecast = backtest.added([queue.forecast for queue in queues]) if queues else []
    patience_s = _patience(rows)
    short_s = float(min((r["short_abandon_s"] for r in rows if r["short_abandon_s"] is not None),
                        default=_SHORT_S))  # fmt: skip
    asked = [[_asked(queues, day, slot) for slot in range(SLOTS)] for day in range(len(forecast))]
    required = [[agents_c(one) or 0 if one else 0 for one in day] for day in asked]
    return GroupOutlook(
        name or channel, channel, zone, last + timedelta(days=1), queues,
        tuple(queue for queue in every if not queue.ranges), _past(every), forecast,
        backtest.ranges(tried) if tried else None,
        backtest.accuracy(tried) if tried else None, patience_s, short_s, asked, required,
        _patient(asked, required, patience_s, short_s) if patience_s else None,
    )  # fmt: skip


def _past(queues: Sequence[QueueOutlook]) -> tuple[float, ...]:
    longest = max(queue.past.days for queue in queues)
    totals = [0.0] * longest
    for queue in queues:
        for place, day in enumerate(queue.past.counts, longest - queue.past.days):
            totals[place] += sum(day)
    return tuple(totals)


def _patience(rows: Sequence[Row]) -> float | None:
    """Mean patience, as the metric of the same name measures it."""
    abandoned = sum(row["n_abandoned"] or 0 for row in rows)
    waited = sum(row["waited_s"] or 0 for row in rows)
    return waited / abandoned if abandoned >= _FEWEST_ABANDONED and waited > 0 else None


def _last_whole_day(row: Row, demand: Sequence[tuple[date, int, float, float, float]]) -> date:
    """The last local day of which all contacts are known."""
    last_seen = max(day for day, *_ in demand)
    if row["read_until"] is None:
        return last_seen - timedelta(days=1)
    until = row["read_until"].replace(tzinfo=UTC).astimezone(ZoneInfo(row["zone"]))
    day, slot = until.date(), until.hour * 4 + until.minute // 15
    usual = [(s, n) for d, s, n, *_ in demand if d < day and d.weekday() == day.weekday()]
    whole = sum(n for _, n in usual)
    if whole and sum(n for s, n in usual if s <= slot) >= _WHOLE * whole:
        return day
    return day - timedelta(days=1)


def _queue(
    row: Row,
    last: date,
    demand: Sequence[tuple[date, int, float, float, float]],
    special: Mapping[str, dict[date, Special]],
) -> QueueOutlook:
    first = min(day for day, *_ in demand)
    past = series_of(first, (last - first).days + 1, demand, special.get(row["calendar"]))
    goal = row["service_level_goal"]
    own: dict[str, Any] = {
        "id": row["queue_id"], "name": row["queue_name"] or row["queue_id"],
        "threshold_s": row["service_level_s"], "goal": None if goal is None else goal / 100,
        "past": past,
    }  # fmt: skip
    known = min(past.days, HORIZON)
    if past.days < backtest.FEWEST_DAYS or not any(sum(day) for day in past.counts[-known:]):
        return QueueOutlook(
            **own, forecast=[], handle_s=(None,) * SLOTS, ranges=None, accuracy=None
        )
    model = fit(past)
    tried = tuple(backtest.trials(past))
    return QueueOutlook(
        **own,
        forecast=[[round(v, 2) for v in day] for day in predict(past, model)],
        handle_s=tuple(None if s is None else round(s, 1) for s in model.handle_s),
        ranges=backtest.ranges(tried),
        accuracy=backtest.accuracy(tried),
        trials=tried,
    )


def _asked(queues: Sequence[QueueOutlook], day: int, slot: int) -> Asked | None:
    """What a group's quarter hour asks for; queues without goal or handle time ask for nothing."""
    limits = []
    for queue in queues:
        contacts, handle_s = queue.forecast[day][slot], queue.handle_s[slot]
        if contacts and handle_s and queue.threshold_s is not None and queue.goal is not None:
            limits.append(Limit(contacts, handle_s, queue.threshold_s, queue.goal))
    return Asked.of(limits) if limits else None


def _patient(
    asked: Sequence[Sequence[Asked | None]],
    required: Sequence[Sequence[int]],
    patience_s: float,
    short_s: float,
) -> list[list[int]]:
    """Agents by Erlang A; sought near what Erlang C wants, less what was saved just before."""
    found, saved = [], 0
    for asked_of, agents_of in zip(asked, required, strict=True):
        line = []
        for one, agents in zip(asked_of, agents_of, strict=True):
            if one is None:
                line.append(0)
                continue
            need = agents_a(one, patience_s, short_s, max(1, agents - saved)) or 0
            saved = agents - need
            line.append(need)
        found.append(line)
    return found


def instants(group: GroupOutlook, day: date, slot: int) -> datetime | None:
    """When a local quarter hour begins, in UTC; None where the clock skips it."""
    zone = ZoneInfo(group.zone)
    local = datetime(day.year, day.month, day.day, slot // 4, slot % 4 * 15, tzinfo=zone)
    at = local.astimezone(UTC)
    return at.replace(tzinfo=None) if at.astimezone(zone).hour == local.hour else None
