"""The account of what was read: ledger and quarantine in ops, refused lines in a private file."""

import json
import os
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import duckdb
import polars as pl

from assets.ingest.chunks import ParsedChunk
from assets.ingest.ledger import FilePlan, tail_message
from assets.ingest.state import hash_of
from pipelines.settings import Project
from pipelines.storage import lake
from pipelines.storage.duck import insert_rows
from pipelines.storage.lake import LakeFile, add_to_manifest
from pipelines.storage.ops import table_columns


@dataclass
class Part:
    """One part of a file and the chunks that were read of it so far."""

    plan: FilePlan
    load_id: str
    first_line: int
    chunks: list[ParsedChunk] = field(default_factory=list)

    @property
    def n_read(self) -> int:
        """Lines read."""
        return sum(chunk.n_read for chunk in self.chunks)

    @property
    def n_loaded(self) -> int:
        """Lines that became raw rows."""
        return sum(chunk.n_rows for chunk in self.chunks)

    @property
    def n_refused(self) -> int:
        """Lines that went to quarantine."""
        return sum(chunk.n_refused for chunk in self.chunks)

    @property
    def skipped(self) -> Counter[str]:
        """Rule -> lines left out."""
        return sum((Counter(chunk.skipped) for chunk in self.chunks), Counter())

    @property
    def notes(self) -> Counter[str]:
        """What a person should know -> lines concerned."""
        return sum((Counter(chunk.notes) for chunk in self.chunks), Counter())

    def messages(self) -> list[str]:
        """All that there is to say, but of lines refused."""
        texts = [self.plan.message] if self.plan.message else []
        texts += [f"{count:,} lines: {note}" for note, count in sorted(self.notes.items())]
        if self.plan.has_tail:
            texts.append(tail_message(self.first_line + self.n_read))
        return texts


def refused_message(parts: Sequence[Part]) -> tuple[str, str] | None:
    """One message about the lines refused of parts of one feed: where, and how many."""
    refused = [part for part in parts if part.n_refused]
    if not refused:
        return None
    paths = dict.fromkeys(part.plan.path for part in refused)
    where, others = next(iter(paths)), len(paths) - 1
    if others:
        where += f" and {others} more {'file' if others == 1 else 'files'}"
    n = sum(part.n_refused for part in refused)
    lines = "line" if n == 1 else "lines"
    return where, f"{n:,} {lines} refused: ops.quarantine says which and why"


class Account:
    """Writes what became of a source's files.

    Args:
        con: the warehouse copy.
        project: whose files.
        source: which.
        now: instant of the run (UTC, naive).
    """

    def __init__(
        self, con: duckdb.DuckDBPyConnection, project: Project, source: str, now: datetime
    ) -> None:
        self._con = con
        self._project = project
        self._source = source
        self._now = now

    def forget(self, status: str) -> None:
        """Drop the ledger rows of one status."""
        self._con.execute(
            "delete from ops.load_file where source = ? and status = ?", [self._source, status]
        )

    def note(self, plan: FilePlan, status: str, message: str) -> None:
        """Record a file of which nothing was read."""
        load_id = "l_" + hash_of(self._source, plan.path, plan.digest, status)
        self._insert([self._row(plan, load_id=load_id, n_read=0, status=status, message=message)])

    def record(self, parts: Sequence[Part]) -> None:
        """Write the account of parts: quarantine, manifest, ledger."""
        self._quarantine([part for part in parts if part.n_refused])
        files = [file for part in parts for file in self._files(part)]
        add_to_manifest(self._con, files)
        self._insert([self._row_of(part) for part in parts])

    def _row_of(self, part: Part) -> dict[str, object]:
        skipped = part.skipped
        return self._row(
            part.plan,
            load_id=part.load_id,
            first_line=part.first_line,
            n_read=part.n_read,
            n_loaded=part.n_loaded,
            n_quarantined=part.n_refused,
            n_skipped=skipped.total(),
            skipped_by_rule=json.dumps(skipped, sort_keys=True),
            first_at=min((c.first_at for c in part.chunks if c.first_at), default=None),
            last_at=max((c.last_at for c in part.chunks if c.last_at), default=None),
            status="loaded",
            message="; ".join(part.messages()) or None,
        )

    def _files(self, part: Part) -> list[LakeFile]:
        return [
            LakeFile(
                layer=lake.RAW,
                table_name=part.plan.feed,
                source=self._source,
                local_date=None,
                path=chunk.path,
                load_id=part.load_id,
                n_rows=chunk.n_rows,
                first_at=chunk.first_at,
                last_at=chunk.last_at,
            )
            for chunk in part.chunks
            if chunk.n_rows
        ]

    def _quarantine(self, parts: Sequence[Part]) -> None:
        """Keep refused lines: masked in ops, as they are in a private file."""
        if not parts:
            return
        frames = []
        for part in parts:
            originals = [line for chunk in part.chunks for line in chunk.originals]
            write_originals(
                self._project.quarantine / self._source / f"{part.load_id}.txt", originals
            )
            frames += [
                chunk.refused.with_columns(
                    source=pl.lit(self._source),
                    path=pl.lit(part.plan.path),
                    file_id=pl.lit(part.plan.file_id),
                    load_id=pl.lit(part.load_id),
                )
                for chunk in part.chunks
            ]
        self._con.register("refused_lines", pl.concat(frames))
        self._con.execute("insert into ops.quarantine by name select * from refused_lines")
        self._con.unregister("refused_lines")

    def _row(self, plan: FilePlan, **values: object) -> dict[str, object]:
        return {
            "file_id": plan.file_id or None,
            "source": self._source,
            "feed": plan.feed or None,
            "path": plan.path,
            "first_byte": plan.first_byte,
            "n_bytes": plan.end - plan.first_byte,
            "content_hash": plan.digest or None,
            "first_line": plan.first_line,
            "n_loaded": 0,
            "n_quarantined": 0,
            "n_skipped": 0,
            "skipped_by_rule": "{}",
            "loaded_at": self._now,
            **values,
        }

    def _insert(self, rows: Sequence[Mapping[str, object]]) -> None:
        columns = table_columns("load_file")
        values = [[row.get(column) for column in columns] for row in rows]
        insert_rows(self._con, "ops.load_file", values, types=columns.values())


def write_originals(path: Path, lines: list[tuple[int, bytes]]) -> None:
    """Write refused lines as they are, each after its number and a tab; only the owner may read."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    path.parent.parent.chmod(0o700)
    path.parent.chmod(0o700)
    temporary = path.with_suffix(".tmp")
    temporary.unlink(missing_ok=True)
    handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.writelines(b"%d\t%s\n" % line for line in lines)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)
