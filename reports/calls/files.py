"""Writes the lists of calls: a folder `calls` beside the pages of each recent day."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from reports.calls.plan import LIST_DAYS, plan
from reports.outputs.text import defused

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from datetime import date
    from pathlib import Path

    import polars as pl

    from reports.calls.plan import CallList
    from reports.pages.frame import Site
    from reports.queries import Reader
    from reports.records import Metric

MOST_ROWS = 10_000
"""Rows of a file; of more, these are drawn."""

_QUARTERS = """left join quarter as r on r.is_reporting_zone and r.starts_at = f.interval_start
left join quarter as i on i.of_zone = f.zone and i.starts_at = f.interval_start"""
_TIME = "strftime(f.{at} + to_seconds(coalesce(i.utc_offset_s, 0)), '%Y-%m-%d %H:%M:%S')"


def path_of(call_list: CallList, day: date) -> str:
    """Where a list is, relative to the site's top folder."""
    return f"days/{day.isoformat()}/calls/{call_list.name}.csv"


def lists_of(
    reader: Reader, metrics: Iterable[Metric], days: Sequence[date], project: Path | None
) -> tuple[CallList, ...]:
    """The lists of a publication, with the days of which each has rows."""
    recent = days[-LIST_DAYS:]
    found = []
    for one in plan(reader, metrics, project):
        parts = {"fact": one.fact, "condition": _condition(one), **_between(recent)}
        rows = reader.frame("call_days", parts).iter_rows()
        counted = {day: n for day, n in rows if day in recent}
        if counted:
            found.append(replace(one, days=counted))
    return tuple(found)


def write(reader: Reader, out: Path, site: Site, days: Sequence[date]) -> Iterator[str]:
    """Write the lists of some days; their paths, relative to `out`."""
    names = labels(site)
    for one in site.lists:
        wanted = [day for day in days if day in one.days]
        if not wanted:
            continue
        frame = _told(one, _rows(reader, one, wanted), names).sort("local_date")
        for day in wanted:
            path = path_of(one, day)
            (out / path).parent.mkdir(parents=True, exist_ok=True)
            # Without the byte order mark Excel reads UTF-8 as the machine's own code page.
            _of_day(frame, day, site.has_zones).write_csv(out / path, include_bom=True)
            yield path


def labels(site: Site) -> dict[tuple[str, str], str]:
    """(kind, id) -> what a list calls it: as pages do, with the id where several have one name."""
    named = dict(site.names)
    named |= {("agent", i): a["agent_name"] for i, a in site.agents.items() if a["agent_name"]}
    named |= {("queue", i): i for i in site.queues if ("queue", i) not in named}
    shared: dict[tuple[str, str], int] = {}
    for (kind, _), name in named.items():
        shared[kind, name] = shared.get((kind, name), 0) + 1
    return {
        (kind, one): name if shared[kind, name] == 1 else f"{name} ({one})"
        for (kind, one), name in named.items()
    }


def _rows(reader: Reader, one: CallList, days: Sequence[date]) -> pl.DataFrame:
    figures = ", ".join(f'{sql} as "{name}"' for f in one.figures for name, sql in f.columns)
    # A letter in front: a spreadsheet would make a number of it, and lose digits.
    columns = ["'k' || lpad(lower(hex(f.contact_key)), 15, '0') as contact"]
    columns += [f'cast({text} as varchar) as "{kind}"' for kind, text in one.scopes]
    columns += [_shown(column) for column in one.shown.columns]
    columns += [f'f."{name}"' for f in one.figures for name, _ in f.columns]
    is_drawn = any(one.days[day] > MOST_ROWS for day in days)
    key = ", ".join(f"f.{column}" for column in one.keys)
    by_quarter = one.is_by_quarter
    parts = {
        "fact": one.fact,
        "figures": figures,
        "columns": ",\n    ".join(columns),
        "sample": f"md5(concat_ws(' ', {key}))" if is_drawn else "null",
        "centre_date": "coalesce(r.of_date, f.local_date)" if by_quarter else "f.local_date",
        "local_time": _TIME.format(at=one.shown.at) if by_quarter else "f.local_date",
        "joins": f"{_QUARTERS if by_quarter else ''}\n{one.joins}",
        "condition": _condition(one),
        **_between(days),
    }
    return reader.frame("call_list", parts)


def _between(days: Sequence[date]) -> dict[str, str]:
    """Dates as SQL."""
    return {"from_date": f"date '{days[0]}'", "to_date": f"date '{days[-1]}'"}


def _condition(one: CallList) -> str:
    """What the centre began itself is told apart, never mixed with what came in."""
    direction = dict(one.scopes).get("direction")
    return f"coalesce({direction}, '') <> 'outbound'" if direction else "true"


def _shown(column: str) -> str:
    if column.endswith("_ms"):
        return f'f."{column}" / 1000 as "{column.removesuffix("_ms")}_s"'
    return f'f."{column}" as "shown_{column}"'


def _told(one: CallList, frame: pl.DataFrame, names: Mapping[tuple[str, str], str]) -> pl.DataFrame:
    """Names as on pages, and no text that a spreadsheet would run."""
    import polars as pl

    changed = []
    kinds = {kind for kind, _ in one.scopes}
    ours = {"sample", "local_time", "contact"}
    for column, kind in frame.schema.items():
        if kind != pl.String or column in ours:
            continue
        texts = frame[column].unique().drop_nulls().to_list()
        said = [
            defused(names.get((column, text), text) if column in kinds else text) for text in texts
        ]
        if said != texts:
            changed.append(pl.col(column).replace(texts, said))
    frame = frame.with_columns(changed)
    taken = {c for c in frame.columns if not c.startswith("shown_")}
    plain = {c: c.removeprefix("shown_") for c in frame.columns if c not in taken}
    return frame.rename(
        {c: name if name not in taken else f"{name}_of_row" for c, name in plain.items()}
    )


def _of_day(frame: pl.DataFrame, day: date, has_zones: bool) -> pl.DataFrame:
    """Rows of a day, by their own date or the centre's, in order of time."""
    import polars as pl

    # Rows of the centre's day are of that day, the one before or the one after.
    dates = frame["local_date"]
    first = dates.search_sorted(day - timedelta(days=1), side="left")
    last = dates.search_sorted(day + timedelta(days=1), side="right")
    near = frame.slice(first, last - first)
    found = near.filter((pl.col("local_date") == day) | (pl.col("centre_date") == day))
    if found.height > MOST_ROWS:
        # By a hash of what a row is: the same rows each time, and of no hour more than of others.
        found = found.sort("sample").head(MOST_ROWS)
    left_out = ["sample"] if has_zones else ["sample", "local_date", "centre_date"]
    # Rows of one second in an order that does not hang on how the warehouse was filled.
    others = [column for column in found.columns if column != "local_time"]
    return found.sort("local_time", *others).drop(left_out)


def listed_days(site: Site, first: date, last: date) -> list[date]:
    """The days of a range of which there are lists."""
    found = {day for one in site.lists for day in one.days}
    return [
        first + timedelta(days=n)
        for n in range((last - first).days + 1)
        if first + timedelta(days=n) in found
    ]
