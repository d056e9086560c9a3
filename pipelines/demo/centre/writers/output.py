"""How rows become files: split by day or month, late rows, corrections, duplicates, bad rows.

Whatever is done to a file beyond writing its rows once is counted in `Output.dirt`.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from random import Random

import polars as pl

from pipelines.demo.centre.rng import hit, stream
from pipelines.demo.centre.world import SITES

BAD_TIME = "2025-13-45 27:61:00"
_LEAST = 40


@dataclass(frozen=True, slots=True)
class Dirt:
    """How dirty a family of files is: shares of its rows, and the columns that suffer.

    `corrected` is (column, wrong value): the first version of a row has the wrong value, the right
    row comes again in a later file.
    """

    late: float = 0.001
    doubled: float = 0.0006
    bad: float = 0.0003
    time: str | None = None
    key: str | None = None
    corrected: tuple[str, str | None] | None = None
    corrections: float = 0.0006
    copied_files: float = 0.004


CLEAN = Dirt(late=0, doubled=0, bad=0, copied_files=0)


@dataclass
class Output:
    """The landing folder of one writer, with the dirt it planted: (file, kind, count)."""

    landing: Path
    seed: int
    first: date
    last: date
    dirt: list[tuple[str, str, int]] = field(default_factory=list)

    def rng(self, *names: object) -> Random:
        """The stream of chance of a family of files."""
        return stream(self.seed, "dirt", *names)

    def note(self, file: Path, kind: str, n: int) -> None:
        """Count dirt in a file."""
        if n:
            self.dirt.append((file.relative_to(self.landing).as_posix(), kind, n))

    def write(self, name: str, data: bytes) -> Path:
        """Write one file."""
        path = self.landing / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
        return path


@dataclass(frozen=True, slots=True)
class Family:
    """A family of files: name pattern (strftime), dirt, and how its text is written."""

    pattern: str
    dirt: Dirt = CLEAN
    separator: str = ","
    encoding: str = "utf-8"
    header: Callable[[str], str] | None = None
    bom_in: int | None = None


def local(column: str, zone: str) -> pl.Expr:
    """An instant as wall-clock time of a zone."""
    return pl.col(column).dt.convert_time_zone(zone)


def text(column: str, zone: str, pattern: str = "%Y-%m-%d %H:%M:%S") -> pl.Expr:
    """An instant as local text."""
    return local(column, zone).dt.strftime(pattern).alias(column)


def seconds(column: str, digits: int = 0) -> pl.Expr:
    """Milliseconds as text in seconds."""
    if digits:
        return (pl.col(column) / 1000).round(digits).cast(pl.String)
    return (pl.col(column) // 1000).cast(pl.String)


def read(truth: Path, table: str, site: str | None = None) -> pl.DataFrame:
    """A ledger table, of one site when named."""
    frame = pl.scan_parquet(truth / f"{table}.parquet")
    if site is not None:
        frame = frame.filter(pl.col("site") == site)
    return frame.collect()


def zone_of(site: str) -> str:
    """The zone of a site."""
    return SITES[site].zone


def export(out: Output, family: Family, frame: pl.DataFrame, day: str) -> None:
    """Write a frame of texts as files by its column `day` (a date), which is not written."""
    rng = out.rng(family.pattern)
    days: list[date] = frame[day].to_list()
    body = frame.drop(day).cast(pl.String)
    n, dirt = len(days), family.dirt
    late, again = _move(rng, days, dirt, out.last)
    if again and dirt.corrected:
        column, wrong = dirt.corrected
        right = body[[place for place, _ in again]]
        values = body[column].to_list()
        for place, _ in again:
            values[place] = wrong
        body = body.with_columns(pl.Series(column, values, dtype=pl.String))
        body = pl.concat([body, right])
        days += [when for _, when in again]
    labels = {one: one.strftime(family.pattern) for one in set(days)}
    files = pl.Series("_file", [labels[one] for one in days], dtype=pl.String)
    marked = body.with_columns(files).with_row_index("_row")
    late_files, again_files = _count(labels, days, late), _count(labels, days, range(n, len(days)))
    for order, (key, part) in enumerate(sorted(
        marked.partition_by("_file", as_dict=True, maintain_order=True).items()
    )):  # fmt: skip
        name = str(key[0])
        path = out.landing / name
        out.note(path, "late_row", late_files.get(name, 0))
        out.note(path, "corrected_row", again_files.get(name, 0))
        _file(out, family, rng, (name, order), part.drop("_file", "_row"))


def _move(
    rng: Random, days: list[date], dirt: Dirt, last: date
) -> tuple[list[int], list[tuple[int, date]]]:
    """Late rows get a later day in place; corrections are (place, day of the right row)."""
    n = len(days)
    late: list[int] = []
    for place in sorted(rng.sample(range(n), _how_many(n, dirt.late))):
        moved = days[place] + timedelta(days=rng.randint(2, 6))
        if moved <= last:
            days[place] = moved
            late.append(place)
    again: list[tuple[int, date]] = []
    if dirt.corrected:
        taken = set(late)
        for place in sorted(rng.sample(range(n), _how_many(n, dirt.corrections))):
            moved = days[place] + timedelta(days=rng.randint(1, 4))
            if place not in taken and moved <= last:
                again.append((place, moved))
    return late, again


def _how_many(n: int, share: float) -> int:
    return max(1, round(n * share)) if share and n >= _LEAST else 0


def _count(labels: dict[date, str], days: list[date], places: object) -> dict[str, int]:
    counts: dict[str, int] = {}
    for place in places:  # ty: ignore[not-iterable]
        name = labels[days[place]]
        counts[name] = counts.get(name, 0) + 1
    return counts


def _file(
    out: Output, family: Family, rng: Random, file: tuple[str, int], part: pl.DataFrame
) -> None:
    name, order = file
    data = part.write_csv(separator=family.separator, include_header=False)
    n, dirt = part.height, family.dirt
    doubled = sum(hit(rng, dirt.doubled) for _ in range(n)) if dirt.doubled else 0
    bad = sum(hit(rng, dirt.bad) for _ in range(n)) if dirt.bad else 0
    if doubled:
        data += part[sorted(rng.randrange(n) for _ in range(doubled))].write_csv(
            separator=family.separator, include_header=False
        )
    for _ in range(bad):
        data += _bad(rng, part[[rng.randrange(n)]], dirt).write_csv(
            separator=family.separator, include_header=False
        )
    head = part.head(0).write_csv(separator=family.separator)
    if family.header is not None:
        head = family.header(head)
    raw = (head + data).encode(family.encoding, errors="replace")
    if family.bom_in == order:
        raw = b"\xef\xbb\xbf" + raw
    path = out.write(name, raw)
    out.note(path, "bom", int(family.bom_in == order))
    out.note(path, "latin_1", int(family.encoding == "latin-1"))
    out.note(path, "doubled_row", doubled)
    out.note(path, "bad_row", bad)
    if hit(rng, dirt.copied_files):
        copy = out.write(f"{name.removesuffix('.csv')} (1).csv", raw)
        out.note(copy, "copied_file", 1)


def _bad(rng: Random, row: pl.DataFrame, dirt: Dirt) -> pl.DataFrame:
    """A copy of a row that nobody can use: no id, or a time that does not exist."""
    spoil_key = dirt.key is not None and (dirt.time is None or hit(rng, 0.5))
    column = dirt.key if spoil_key else dirt.time
    value = "" if spoil_key else BAD_TIME
    if column is None:
        return row
    return row.with_columns(pl.lit(value).alias(column))
