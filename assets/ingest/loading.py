"""From landing to the raw lake: what is new in a source's files, with its account in ops."""

from collections.abc import Callable, Generator
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby

import duckdb

from assets.ingest import compaction
from assets.ingest.account import Account, Part, refused_message
from assets.ingest.adapter import Adapter, ConfigFile, ParseContext
from assets.ingest.calendar import zone_offsets
from assets.ingest.chunks import RawChunk, Reader, load_chunks
from assets.ingest.content import CHUNK_BYTES, UnreadableError, read_chunks
from assets.ingest.ledger import FilePlan, Ledger, Scan, read_ledger, scan_landing, tail_message
from assets.ingest.lines import count_lines
from assets.ingest.state import (
    hash_of,
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
    pseudonyms = pseudonyms_of(project, source)
    expected = parse_hash(project, source, adapter, pseudonyms.fingerprint)
    scan, before = _plan(con, project, source, adapter, full=full)
    zone = project.settings.zone_of(source)
    context = ParseContext(
        source=source,
        settings=project.settings.sources[source],
        zone=zone,
        offsets=zone_offsets([zone], FIRST_YEAR, now.year + 1),
        pseudonyms=pseudonyms,
        now=now,
    )
    account = Account(con, project, source, now)
    loader = _Loader(
        account=account,
        reader=Reader(project.lake, adapter, context, expected),
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
    store_states(con, {relation_of("raw", source): (expected, loader.loaded.n_loaded)}, now)
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
    """Reads the planned parts of one source, small ones of a feed together."""

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
        self._chunk_bytes = chunk_bytes
        self._next_lines: dict[str, int] = {}
        self._failed: set[str] = set()
        self._waiting: list[tuple[Part, RawChunk]] = []
        self._done = 0

    def tell(self, path: str, text: str) -> None:
        """Add to the run's messages."""
        self.loaded.messages.append(f"{path}: {text}")

    def take_all(self) -> None:
        """Do what is planned."""
        # By feed, for parts that are read together are of one.
        for feed, plans in groupby(sorted(self.loaded.scan.plans, key=_feed), key=_feed):
            for plan in plans:
                self._take(plan)
            self._load_waiting(feed)
            told = refused_message([part for part in self.loaded.parts if part.plan.feed == feed])
            if told:
                self.tell(*told)

    def _take(self, plan: FilePlan) -> None:
        """Do what is planned for one file."""
        if plan.file_id in self._failed:
            self._note(plan, "unread", "goes with a file that changed meanwhile: see the next run")
        elif plan.status in {"unread", "duplicate"}:
            self._note(plan, plan.status, plan.message)
        elif plan.status in {"new", "grown"}:
            self._read(plan)
        if plan.has_tail and plan.status in {"known", "duplicate"}:
            self.tell(plan.path, tail_message(self._next_line(plan)))

    def _note(self, plan: FilePlan, status: str, message: str) -> None:
        self.account.note(plan, status, message)
        self.tell(plan.path, message)

    def _next_line(self, plan: FilePlan) -> int:
        """Number of the first line of a plan's stream that was not read."""
        return self._next_lines.get(plan.file_id, plan.first_line)

    def _read(self, plan: FilePlan) -> None:
        """Read one part; nothing of it counts unless all of it was read as it was planned."""
        load_id = "l_" + hash_of(plan.file_id, plan.first_byte, plan.digest, self.reader.parse_hash)
        part = Part(plan, load_id, self._next_line(plan))
        try:
            if plan.n_bytes <= self._chunk_bytes:
                self._put_by(part)
            else:
                self._load_alone(part)
        except UnreadableError as error:
            self._failed.add(plan.file_id)
            self._note(plan, "unread", str(error))

    def _put_by(self, part: Part) -> None:
        """Have a part wait until there is a chunk's worth of small ones."""
        chunks = [(part, chunk) for chunk in self._chunks(part)]
        waiting = sum(len(chunk.data) for _, chunk in self._waiting)
        if waiting + part.plan.n_bytes > self._chunk_bytes:
            self._load_waiting(part.plan.feed)
        self._waiting += chunks

    def _load_waiting(self, feed: str) -> None:
        waiting, self._waiting = self._waiting, []
        if waiting:
            self._load(feed, waiting)
            self._record(list({part.load_id: part for part, _ in waiting}.values()))

    def _load_alone(self, part: Part) -> None:
        for chunk in self._chunks(part):
            self._load(part.plan.feed, [(part, chunk)])
        self._record([part])

    def _chunks(self, part: Part) -> Generator[RawChunk]:
        """The chunks of a part.

        Raises:
            UnreadableError: after the last, when they are not what was planned.
        """
        plan = part.plan
        assert plan.state is not None  # noqa: S101  set for whatever is to be read
        state, line = plan.state.copy(), part.first_line
        for data in read_chunks(
            plan.file,
            plan.first_byte,
            plan.end,
            state,
            chunk_bytes=self._chunk_bytes,
            opener=self.reader.adapter.opener_of(plan.file.name),
        ):
            yield RawChunk(plan.file_id, plan.path, line, data)
            line += count_lines(data)
        if state.hexdigest() != plan.digest:
            raise UnreadableError("changed while it was read: it is read in the next run")
        self._next_lines[plan.file_id] = line

    def _load(self, feed: str, chunks: list[tuple[Part, RawChunk]]) -> None:
        parsed = load_chunks(self.reader, feed, [chunk for _, chunk in chunks])
        for (part, chunk), done in zip(chunks, parsed, strict=True):
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


def _feed(plan: FilePlan) -> str:
    return plan.feed
