"""From landing to the raw lake: what is new in a source's files, with its account in ops."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby

import duckdb

from assets.ingest import compaction
from assets.ingest.account import Account, Part, refused_message
from assets.ingest.adapter import Adapter, ConfigFile, ParseContext
from assets.ingest.calendar import zone_offsets
from assets.ingest.chunks import Reader, load_chunks
from assets.ingest.content import CHUNK_BYTES, UnreadableError
from assets.ingest.cutting import Batch, Cutter
from assets.ingest.ledger import FilePlan, Ledger, Scan, read_ledger, scan_landing, tail_message
from assets.ingest.state import (
    parse_hash,
    pseudonyms_of,
    relation_of,
    store_states,
    stored_states,
)
from pipelines.settings import Project
from pipelines.storage import lake
from pipelines.storage.steps import reached

FIRST_YEAR = 1999
_GONE = (
    "is no longer in landing; its lines stay as they were read before. "
    "Put it back and run with --full to read them anew."
)
_LOST = "is neither in landing nor whole in the lake: its lines are lost until it is put back"

Progress = Callable[[str, str, int, int], None]
"""Called with source, path, bytes done, bytes in all of this source's new parts."""


@dataclass
class Loaded:
    """What was read from a source's landing folder."""

    scan: Scan
    parts: list[Part] = field(default_factory=list)
    is_reread: bool = False
    """Everything was read again, so everything has to be derived again."""
    messages: list[str] = field(default_factory=list)
    """File, line and remedy: whatever a person should know."""

    @property
    def load_ids(self) -> list[str]:
        """The loads of this run."""
        return [part.load_id for part in self.parts]

    @property
    def n_read(self) -> int:
        """Lines read: loaded, refused or skipped."""
        return sum(part.n_read for part in self.parts)

    @property
    def n_loaded(self) -> int:
        """Lines that became raw rows."""
        return sum(part.n_loaded for part in self.parts)

    @property
    def n_quarantined(self) -> int:
        """Lines refused."""
        return sum(part.n_refused for part in self.parts)

    @property
    def n_skipped(self) -> int:
        """Lines left out by a named rule."""
        return self.n_read - self.n_loaded - self.n_quarantined

    @property
    def config(self) -> tuple[ConfigFile, ...]:
        """Configuration files found beside the logs."""
        return self.scan.config


def plan_landing(
    con: duckdb.DuckDBPyConnection,
    project: Project,
    source: str,
    adapter: Adapter,
    *,
    full: bool = False,
) -> Scan:
    """What `load_landing` would read, without reading it."""
    return _plan(con, project, source, adapter, full=full)[0]


def _plan(
    con: duckdb.DuckDBPyConnection, project: Project, source: str, adapter: Adapter, *, full: bool
) -> tuple[Scan, Ledger | None]:
    known = read_ledger(con, source)
    expected = parse_hash(project, source, adapter, pseudonyms_of(project, source).fingerprint)
    reread = bool(known.streams) and (
        full or stored_states(con, source).get(relation_of("raw", source)) != expected
    )
    if reread:
        # Identifiers are not used again: what landing lost keeps its own.
        fresh = Ledger(paths=dict(known.paths))
        return scan_landing(project, source, adapter, fresh, before=known), known
    return scan_landing(project, source, adapter, known), None


def reader_of(project: Project, source: str, adapter: Adapter, now: datetime) -> Reader:
    """What parses a source's lines.

    Raises:
        KeyFileError: the key file is missing or wrong.
    """
    pseudonyms, zone = pseudonyms_of(project, source), project.settings.zone_of(source)
    context = ParseContext(
        source=source,
        settings=project.settings.sources[source],
        zone=zone,
        offsets=zone_offsets([zone], FIRST_YEAR, now.year + 1),
        pseudonyms=pseudonyms,
        now=now,
    )
    expected = parse_hash(project, source, adapter, pseudonyms.fingerprint)
    return Reader(project.lake, adapter, context, expected)


def by_feed(scan: Scan) -> Iterator[tuple[str, Iterator[FilePlan]]]:
    """What is planned of each feed, for parts that are parsed together are of one."""
    return groupby(sorted(scan.plans, key=_feed), key=_feed)


def _feed(plan: FilePlan) -> str:
    return plan.feed


def load_landing(
    con: duckdb.DuckDBPyConnection,
    project: Project,
    source: str,
    adapter: Adapter,
    *,
    now: datetime,
    full: bool = False,
    on_progress: Progress | None = None,
    chunk_bytes: int = CHUNK_BYTES,
) -> Loaded:
    """Read what is new in a source's landing folder into the raw lake.

    Args:
        con: the warehouse copy; its `ops` tables are brought up to date.
        project: whose files.
        source: which.
        adapter: of the source's kind.
        now: instant of the run (UTC, naive).
        full: read everything again.
        on_progress: told how far it is, after each chunk.
        chunk_bytes: how much is parsed at once.

    Raises:
        KeyFileError: the key file is missing or wrong.
        AdapterError: the adapter broke its promise.
    """
    reader = reader_of(project, source, adapter, now)
    scan, before = _plan(con, project, source, adapter, full=full)
    account = Account(con, project, source, now)
    loader = _Loader(
        account=account,
        reader=reader,
        scan=scan,
        is_reread=before is not None,
        on_progress=on_progress,
        chunk_bytes=chunk_bytes,
    )
    account.forget("unread")
    if before is not None:
        account.forget("duplicate")
        lost = _lost_streams(con, project, source)
        compaction.drop_streams(con, project, source, scan.found | lost)
        for stream in before.streams.values():
            if stream.file_id not in scan.found:
                loader.tell(stream.path, _LOST if stream.file_id in lost else _GONE)
    loader.take_all()
    store_states(
        con, {relation_of("raw", source): (reader.parse_hash, loader.loaded.n_loaded)}, now
    )
    reached("ingest.loaded")
    return loader.loaded


def _lost_streams(con: duckdb.DuckDBPyConnection, project: Project, source: str) -> set[str]:
    """Streams of which a file of the lake is missing."""
    load_ids = {
        file.load_id
        for file in lake.manifest(con, lake.RAW, source=source)
        if not (project.lake / file.path).is_file()
    }
    rows = con.execute(
        "select file_id from ops.load_file where load_id in ?", [sorted(load_ids)]
    ).fetchall()
    return {file_id for (file_id,) in rows}


class _Loader:
    """Reads the planned parts of one source, with their account."""

    def __init__(
        self,
        *,
        account: Account,
        reader: Reader,
        scan: Scan,
        is_reread: bool,
        on_progress: Progress | None,
        chunk_bytes: int,
    ) -> None:
        self.account = account
        self.reader = reader
        self.loaded = Loaded(scan, is_reread=is_reread)
        self._on_progress = on_progress
        self._cutter = Cutter(reader, chunk_bytes)
        self._failed: set[str] = set()
        self._done = 0

    def tell(self, path: str, text: str) -> None:
        """Add to the run's messages."""
        self.loaded.messages.append(f"{path}: {text}")

    def take_all(self) -> None:
        """Do what is planned."""
        for feed, plans in by_feed(self.loaded.scan):
            for plan in plans:
                self._take(plan)
            self._load(self._cutter.rest())
            told = refused_message([part for part in self.loaded.parts if part.plan.feed == feed])
            if told:
                self.tell(*told)

    def _take(self, plan: FilePlan) -> None:
        """Do what is planned for one file."""
        if plan.file_id in self._failed:
            self._note(plan, "unread", "goes with a file that changed meanwhile: see the next run")
        elif plan.status in {"unread", "duplicate"}:
            self._note(plan, plan.status, plan.message)
        elif plan.is_to_read:
            self._read(plan)
        if plan.has_tail and plan.status in {"known", "duplicate"}:
            self.tell(plan.path, tail_message(self._cutter.next_line(plan)))

    def _note(self, plan: FilePlan, status: str, message: str) -> None:
        self.account.note(plan, status, message)
        self.tell(plan.path, message)

    def _read(self, plan: FilePlan) -> None:
        """Read one part; nothing of it counts unless all of it was read as it was planned."""
        try:
            self._load(self._cutter.cut(plan))
        except UnreadableError as error:
            self._failed.add(plan.file_id)
            self._note(plan, "unread", str(error))

    def _load(self, batches: Iterable[Batch]) -> None:
        for batch in batches:
            if batch.chunks:
                self._parse(batch)
            if batch.ended:
                self._record(batch.ended)

    def _parse(self, batch: Batch) -> None:
        parsed = load_chunks(self.reader, batch.feed, batch.raw)
        for (part, chunk), done in zip(batch.chunks, parsed, strict=True):
            part.chunks.append(done)
            self._done += len(chunk.data)
            if self._on_progress:
                source, total = self.reader.context.source, self.loaded.scan.n_bytes
                self._on_progress(source, part.plan.path, self._done, total)

    def _record(self, parts: list[Part]) -> None:
        self.account.record(parts)
        self.loaded.parts += parts
        for part in parts:
            for text in part.messages():
                self.tell(part.plan.path, text)
        reached("ingest.part")
