"""An outlook as tables: a row per quarter hour, of groups and of queues."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from reports.forecasting.series import SLOTS
from reports.outlooks import instants

if TYPE_CHECKING:
    from collections.abc import Iterator

    import polars as pl

    from reports.outlooks import GroupOutlook, Outlook

_GROUP = (
    "staffing_group", "channel", "zone", "local_date", "local_time", "interval_start", "volume",
    "volume_low", "volume_high", "handle_time_s", "required_agents", "required_agents_patient",
)  # fmt: skip
_QUEUE = (
    "queue_id", "queue_name", "staffing_group", "channel", "zone", "local_date", "local_time",
    "interval_start", "volume", "volume_low", "volume_high", "handle_time_s",
)  # fmt: skip


def group_rows(outlook: Outlook) -> pl.DataFrame:
    """A row per staffing group, channel and quarter hour in which anybody is expected.

    Volumes are contacts with the ends of their 80 % range, handle times seconds, `required_agents`
    agents at work without shrinkage by Erlang C, `required_agents_patient` by Erlang A (empty where
    patience is not known), `interval_start` in UTC.
    """
    return _frame(_GROUP, (row for group in outlook.forecast for row in _of_group(group)))


def queue_rows(outlook: Outlook) -> pl.DataFrame:
    """The same of each queue, without agents: they serve all queues of their group."""
    return _frame(_QUEUE, (row for group in outlook.forecast for row in _of_queues(group)))


def _frame(columns: tuple[str, ...], rows: Iterator[tuple[Any, ...]]) -> pl.DataFrame:
    import polars as pl

    texts = {"queue_id", "queue_name", "staffing_group", "channel", "zone", "local_time"}
    types: dict[str, Any] = {"local_date": pl.Date, "interval_start": pl.Datetime("us")}
    types |= dict.fromkeys(texts, pl.String)
    types |= dict.fromkeys(("required_agents", "required_agents_patient"), pl.Int64)
    schema = {name: types.get(name, pl.Float64) for name in columns}
    return pl.DataFrame(list(rows), schema=schema, orient="row")


def _of_group(group: GroupOutlook) -> Iterator[tuple[Any, ...]]:
    for day, place, slot, when in _quarters(group, group.forecast):
        volume, asked = group.forecast[place][slot], group.asked[place][slot]
        patient = group.required_patient
        yield (
            group.name, group.channel, group.zone, day, *when, volume,
            *(group.ranges.of_slot(volume) if group.ranges else (None, None)),
            asked.load.handle_s if asked else None,
            group.required[place][slot] if asked else None,
            patient[place][slot] if asked and patient else None,
        )  # fmt: skip


def _of_queues(group: GroupOutlook) -> Iterator[tuple[Any, ...]]:
    for queue in group.queues:
        for day, place, slot, when in _quarters(group, queue.forecast):
            volume = queue.forecast[place][slot]
            yield (
                queue.id, queue.name, group.name, group.channel, group.zone, day, *when, volume,
                *(queue.ranges.of_slot(volume) if queue.ranges else (None, None)),
                queue.handle_s[slot],
            )  # fmt: skip


def _quarters(group: GroupOutlook, grid: list[list[float]]) -> Iterator[tuple[Any, ...]]:
    """Day, its place, quarter hour, (local time, instant) wherever anything is forecast."""
    for place, day in enumerate(group.days):
        for slot in range(SLOTS):
            at = instants(group, day, slot) if grid[place][slot] else None
            if at is not None:
                yield day, place, slot, (f"{slot // 4:02d}:{slot % 4 * 15:02d}", at)
