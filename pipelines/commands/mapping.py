"""`callmart mapping`: a first mapping of a file, and what a mapping makes of one."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from pipelines.commands.errors import UsageError
from pipelines.commands.output import own_name, write_rows
from pipelines.settings import Project, Source, load_project

if TYPE_CHECKING:
    import polars as pl

    from assets.ingest.adapter import Parsed
    from assets.ingest.tabular.mapping import Mapping

_PREVIEW_BYTES = 4 * 1024 * 1024


def new(folder: Path | None, file: Path, *, table: str, name: str | None) -> None:
    """Write a first mapping of a file into the project, and show what it would give.

    Raises:
        UsageError: the file is not there, or a mapping of this name is.
    """
    from assets.ingest.tabular.guessing import guess_mapping

    project = load_project(folder)
    _require(file)
    stem = name or _name_of(file)
    target = project.root / "mappings" / f"{stem}.yml"
    if target.exists():
        raise UsageError(f"{target} exists already; name another with --name.")
    text = guess_mapping(file, table)
    target.parent.mkdir(exist_ok=True)
    target.write_text(text, encoding="utf-8")
    typer.echo(f"Wrote {target}. Look at every line: it is a guess.\n\n{text}")
    typer.echo(f"Then: {own_name()} --project {project.root} mapping test {stem} {file}")


def test(folder: Path | None, name: str, file: Path, *, limit: int) -> int:
    """Show the first rows of a file as a mapping would land them, and every problem.

    Returns:
        Exit code: 1 when a line would be refused.

    Raises:
        UsageError: the file is not there.
        SettingsError: the mapping is wrong.
    """
    from assets.ingest.tabular.mapping import load_mapping

    project = load_project(folder)
    _require(file)
    mapping = load_mapping(project.root / "mappings", name)
    shown = _read(project, mapping, name, file)
    parsed = shown.parsed
    for place, part in enumerate(mapping.rows):
        rows = _rows_of(parsed.rows, mapping, place)
        typer.echo(f"\nstaging.{part.table}: {rows.height:,} rows")
        write_rows(rows.head(limit), output="table", limit=limit)
    for rule, n in parsed.skipped["rule"].value_counts(sort=True).rows():
        typer.echo(f"left out by the rule {rule}: {n:,} lines")
    if shown.is_part:
        typer.echo(f"Only the first {_PREVIEW_BYTES // 1024 // 1024} MB were looked at.")
    if parsed.bad.is_empty():
        typer.echo("No line would be refused.")
        return 0
    typer.echo(f"\n{parsed.bad.height:,} lines would be refused:")
    for reason, lines in _by_reason(parsed.bad):
        more = f" and {len(lines) - 5:,} more" if len(lines) > 5 else ""  # noqa: PLR2004
        typer.echo(f"  {reason}\n    lines {', '.join(map(str, lines[:5]))}{more}")
    return 1


def schema(out: Path | None) -> None:
    """Write the JSON schema of mapping files, for editors that check YAML."""
    from assets.ingest.tabular.mapping import Mapping

    text = json.dumps(Mapping.model_json_schema(), indent=2)
    if out is None:
        typer.echo(text)
    else:
        out.write_text(text + "\n", encoding="utf-8")
        typer.echo(f"Wrote {out}")


@dataclass(frozen=True)
class _Shown:
    parsed: "Parsed"
    is_part: bool
    """The file is longer than what was looked at."""


def _read(project: Project, mapping: "Mapping", name: str, file: Path) -> _Shown:
    from hashlib import sha256

    from assets.ingest.adapter import Chunks, ParseContext
    from assets.ingest.calendar import zone_offsets
    from assets.ingest.content import measure, read_chunks
    from assets.ingest.lines import split_lines
    from assets.ingest.pseudonyms import Pseudonyms, read_key
    from assets.ingest.tabular.adapter import TabularAdapter

    adapter = TabularAdapter(Path(), {name: mapping})
    opener = adapter.opener_of(file.name)
    if adapter.feed_of(file.name.removesuffix(".gz"), b"") is None:
        patterns = ", ".join(mapping.files)
        raise UsageError(f"{file.name} does not fit the mapping's files: {patterns}")
    size = measure(file, opener=opener).size
    chunks = read_chunks(file, 0, size, sha256(), chunk_bytes=_PREVIEW_BYTES, opener=opener)
    settings, now = project.settings, datetime.now(UTC).replace(tzinfo=None)
    zone = settings.centre.timezone
    pseudonyms = Pseudonyms(read_key(project.key_file), settings.centre.country)
    data = next(chunks, b"")
    lines = split_lines([(data, 1)], pseudonyms)
    context = ParseContext(
        source="preview",
        settings=Source(kind="tabular"),
        zone=zone,
        offsets=zone_offsets([zone], 1999, now.year + 1),
        pseudonyms=pseudonyms,
        now=now,
    )
    parsed = adapter.parse(Chunks(lines.frame, [str(file)]), name, context)
    return _Shown(parsed, len(data) < size)


def _rows_of(rows: "pl.DataFrame", mapping: "Mapping", place: int) -> "pl.DataFrame":
    import polars as pl

    columns = [pl.col(f"r{place}_{name}").alias(name) for name in mapping.rows[place].columns]
    return rows.filter(pl.col(f"r{place}")).select("line_no", *columns)


def _by_reason(bad: "pl.DataFrame") -> list[tuple[str, list[int]]]:
    found: dict[str, list[int]] = {}
    for line, reason in bad.select("line_no", "reason").rows():
        found.setdefault(reason, []).append(line)
    return sorted(found.items(), key=lambda item: -len(item[1]))


def _require(file: Path) -> None:
    if not file.is_file():
        raise UsageError(f"{file}: there is no such file.")


def _name_of(file: Path) -> str:
    """The file's name without digits and endings, as a mapping may be called."""
    stem = file.name.split(".")[0].lower()
    letters = "".join(c if c.isalpha() else "_" for c in stem).strip("_")
    return "_".join(part for part in letters.split("_") if part) or "my_mapping"
