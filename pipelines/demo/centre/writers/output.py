"""How rows become files: split by day or month, late rows, corrections, duplicates, bad rows.

Whatever is done to a file beyond writing its rows once is counted in `Output.dirt`.
"""

import csv
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from io import StringIO
from pathlib import Path
from random import Random

import polars as pl

from pipelines.demo.centre.rng import hit, poisson, stream
from pipelines.demo.centre.world import SITES

BAD_TIME = "2025-13-45 27:61:00"
_LEAST = 40
_BATCH_ROWS = 50_000


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
    """The landing folder of one writer, with the dirt it planted: (file, kind, count).

    `file_days` is how many days a daily file holds; it is named by the first of them.
    """

    landing: Path
    seed: int
    first: date
    last: date
    file_days: int = 1
    dirt: list[tuple[str, str, int]] = field(default_factory=list)

    def rng(self, *names: object) -> Random:
        """The stream of chance of a family of files."""
        return stream(self.seed, "dirt", *names)

    def note(self, file: Path, kind: str, n: int) -> None:
        """Count dirt in a file."""
        if n:
            self.dirt.append((file.relative_to(self.landing).as_posix(), kind, n))

    def file_day(self, day: pl.Expr) -> pl.Expr:
        """The first of the days that stand in the daily file of this day."""
        first = self.first.toordinal() - date(1970, 1, 1).toordinal()
        passed = (day.cast(pl.Int32) - first) // self.file_days * self.file_days
        return (passed + first).cast(pl.Date)

    def name(self, family: "Family", day: date) -> str:
        """The file of a family in which a day stands."""
        if family.is_daily:
            passed = (day - self.first).days // self.file_days * self.file_days
            day = self.first + timedelta(days=passed)
        return day.strftime(family.pattern)

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

    @property
    def is_daily(self) -> bool:
        """Whether its files are of days, not of months or of all time."""
        return "%d" in self.pattern


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
    days = frame[day].clone()
    body, dirt = frame.drop(day).cast(pl.String), family.dirt
    late, again = _move(rng, days, dirt, out.last)
    if late:
        days = days.scatter([place for place, _ in late], [when for _, when in late])
    if again and dirt.corrected:
        column, wrong = dirt.corrected
        right = body[[place for place, _ in again]]
        values = body[column].scatter([place for place, _ in again], wrong)
        body = pl.concat([body.with_columns(values), right])
        days = pl.concat([days, pl.Series([when for _, when in again], dtype=pl.Date)])
    day_of_file = out.file_day(pl.col("_file")) if family.is_daily else pl.col("_file")
    files = (
        body.with_columns(_file=days)
        .with_columns(_file=day_of_file.dt.strftime(family.pattern))
        .sort("_file", maintain_order=True)
    )
    head = body.head(0).write_csv(separator=family.separator)
    for order, (name, lines) in enumerate(_split(files, family.separator)):
        _file(out, family, rng, head=head, file=(name, order), lines=lines)
    for kind, moved in (("late_row", late), ("corrected_row", again)):
        names = Counter(out.name(family, when) for _, when in moved)
        for name, n in sorted(names.items()):
            out.note(out.landing / name, kind, n)


def _split(files: pl.DataFrame, separator: str) -> Iterator[tuple[str, list[str]]]:
    """Each file's name and lines; text is made of many files at once, but never of all."""
    counts = files.group_by("_file", maintain_order=True).len().rows()
    body = files.drop("_file")
    begin = 0
    while counts:
        batch = [counts.pop(0)]
        while counts and sum(n for _, n in batch) < _BATCH_ROWS:
            batch.append(counts.pop(0))
        rows = sum(n for _, n in batch)
        lines = body[begin : begin + rows].write_csv(separator=separator, include_header=False)
        texts = lines.split("\n")
        begin += rows
        place = 0
        for name, n in batch:
            yield name, texts[place : place + n]
            place += n


def _move(
    rng: Random, days: pl.Series, dirt: Dirt, last: date
) -> tuple[list[tuple[int, date]], list[tuple[int, date]]]:
    """Late rows as (place, later day), and corrections as (place, day of the right row)."""
    n = len(days)
    late: list[tuple[int, date]] = []
    for place in sorted(rng.sample(range(n), _how_many(n, dirt.late))):
        moved = days[place] + timedelta(days=rng.randint(2, 6))
        if moved <= last:
            late.append((place, moved))
    again: list[tuple[int, date]] = []
    if dirt.corrected:
        taken = {place for place, _ in late}
        for place in sorted(rng.sample(range(n), _how_many(n, dirt.corrections))):
            moved = days[place] + timedelta(days=rng.randint(1, 4))
            if place not in taken and moved <= last:
                again.append((place, moved))
    return late, again


def _how_many(n: int, share: float) -> int:
    return max(1, round(n * share)) if share and n >= _LEAST else 0


def _file(
    out: Output,
    family: Family,
    rng: Random,
    *,
    head: str,
    file: tuple[str, int],
    lines: list[str],
) -> None:
    name, order = file
    n, dirt = len(lines), family.dirt
    doubled = [lines[rng.randrange(n)] for _ in range(poisson(rng, n * dirt.doubled))]
    columns = next(csv.reader([head], delimiter=family.separator))
    bad = [
        _bad(rng, columns, lines[rng.randrange(n)], family)
        for _ in range(poisson(rng, n * dirt.bad))
    ]
    if family.header is not None:
        head = family.header(head)
    text = head + "\n".join([*lines, *doubled, *bad]) + "\n"
    raw = text.encode(family.encoding, errors="replace")
    if family.bom_in == order:
        raw = b"\xef\xbb\xbf" + raw
    path = out.write(name, raw)
    out.note(path, "bom", int(family.bom_in == order))
    out.note(path, "latin_1", int(family.encoding == "latin-1"))
    out.note(path, "doubled_row", len(doubled))
    out.note(path, "bad_row", len(bad))
    if hit(rng, dirt.copied_files):
        copy = out.write(f"{name.removesuffix('.csv')} (1).csv", raw)
        out.note(copy, "copied_file", 1)


def _bad(rng: Random, columns: list[str], line: str, family: Family) -> str:
    """A copy of a row that nobody can use: no id, or a time that does not exist."""
    dirt = family.dirt
    spoil_key = dirt.key is not None and (dirt.time is None or hit(rng, 0.5))
    column = dirt.key if spoil_key else dirt.time
    values = next(csv.reader([line], delimiter=family.separator))
    if column is not None:
        values[columns.index(column)] = "" if spoil_key else BAD_TIME
    made = StringIO()
    csv.writer(made, delimiter=family.separator, lineterminator="").writerow(values)
    return made.getvalue()
