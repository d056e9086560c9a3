"""What was read before, as the warehouse at hand says, and the files that stand in landing now."""

import json
import stat as file_types
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field, replace
from fnmatch import fnmatchcase
from hashlib import blake2b
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import duckdb

from assets.ingest.adapter import Adapter, ConfigFile
from assets.ingest.content import (
    Measured,
    Stat,
    UnreadableError,
    measure,
    read_head,
    read_text,
)
from pipelines.settings import Project, Source

if TYPE_CHECKING:
    from hashlib import _Hash


@dataclass(frozen=True)
class Stream:
    """Content read so far: one file across its growth, whatever it is called meanwhile."""

    file_id: str
    feed: str
    path: str
    """Under which it was met first."""
    end: int
    """Bytes read."""
    digest: str
    """SHA-256 of them."""
    next_line: int


@dataclass
class Ledger:
    """Everything read from one source."""

    streams: dict[str, Stream] = field(default_factory=dict)
    """By file_id."""
    contents: dict[tuple[str, int, str], str] = field(default_factory=dict)
    """(feed, bytes, SHA-256) of every part's end -> file_id."""
    paths: dict[str, int] = field(default_factory=dict)
    """Path -> how many streams began under it."""
    names: set[tuple[str, str]] = field(default_factory=set)
    """(path, SHA-256) of content known under that name."""

    def add(self, stream: Stream, path: str) -> None:
        """Note that a stream was read up to its end, met at a path."""
        if stream.file_id not in self.streams:
            self.paths[stream.path] = self.paths.get(stream.path, 0) + 1
        self.streams[stream.file_id] = stream
        self.contents.setdefault((stream.feed, stream.end, stream.digest), stream.file_id)
        self.names.add((path, stream.digest))


def read_ledger(con: duckdb.DuckDBPyConnection, source: str) -> Ledger:
    """The ledger of one source from `ops.load_file`."""
    ledger = Ledger()
    rows = con.execute(
        """
        select status, file_id, feed, path, first_byte + n_bytes, content_hash, first_line + n_read
        from ops.load_file
        where source = ? and status in ('loaded', 'duplicate')
        order by status desc, file_id, first_byte
        """,
        [source],
    ).fetchall()
    for status, file_id, feed, path, end, digest, next_line in rows:
        if status == "duplicate":
            ledger.names.add((path, digest))
            continue
        first = ledger.streams.get(file_id)
        stream = Stream(file_id, feed, first.path if first else path, end, digest, next_line)
        ledger.add(stream, path)
    return ledger


PlanStatus = Literal["new", "grown", "known", "duplicate", "unread"]


@dataclass(frozen=True)
class FilePlan:
    """What is to be done about one entry of the landing folder."""

    path: str
    """Within the project, for people."""
    file: Path
    status: PlanStatus
    feed: str = ""
    message: str = ""
    file_id: str = ""
    first_byte: int = 0
    end: int = 0
    digest: str = ""
    first_line: int = 1
    state: "_Hash | None" = None
    """Hash of what lies before `first_byte`."""
    has_tail: bool = False
    """A last line without line end follows `end`."""

    @property
    def is_to_read(self) -> bool:
        """Whether it holds lines that were not read."""
        return self.status in {"new", "grown"}

    @property
    def n_bytes(self) -> int:
        """How much is to be read."""
        return self.end - self.first_byte if self.is_to_read else 0


@dataclass(frozen=True)
class Scan:
    """The landing folder of a source as it stands."""

    plans: list[FilePlan]
    config: tuple[ConfigFile, ...]
    found: set[str]
    """file_ids of `before` whose whole content is still there."""

    @property
    def n_bytes(self) -> int:
        """How much is to be read."""
        return sum(plan.n_bytes for plan in self.plans)


class SeenFiles:
    """What files held when last looked at, so that unchanged ones need not be read again.

    Only a help: without it, or with a wrong one, files are read and hashed.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        try:
            self._entries: dict[str, list] = json.loads(path.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            self._entries = {}

    def get(self, path: str, stat: Stat) -> tuple[str, int, str, int] | None:
        """Feed, size, SHA-256 and tail of an unchanged file."""
        entry = self._entries.get(path)
        if not entry or entry[0] != list(asdict(stat).values()):
            return None
        return entry[1], entry[2], entry[3], entry[4]

    def put(self, path: str, feed: str, measured: Measured) -> None:
        """Remember a file, if a later change to it is sure to be seen."""
        if measured.stat.is_settled:
            stat = list(asdict(measured.stat).values())
            self._entries[path] = [stat, feed, measured.size, measured.digest, measured.tail]

    def save(self, present: Iterable[str]) -> None:
        """Write it down, without files that are gone."""
        kept = {path: self._entries[path] for path in present if path in self._entries}
        self._path.parent.mkdir(parents=True, exist_ok=True)
        temporary = self._path.with_suffix(".tmp")
        temporary.write_text(json.dumps(kept), encoding="utf-8")
        temporary.replace(self._path)


def scan_landing(
    project: Project, source: str, adapter: Adapter, ledger: Ledger, before: Ledger | None = None
) -> Scan:
    """Look at every file of a source's landing folder and say what is to be done about it.

    Args:
        project: whose landing folder.
        source: which.
        adapter: of the source's kind.
        ledger: what was read; it is brought up to what the plans will have read.
        before: what an earlier reading holds that is to be replaced: looked for in the files.
    """
    folder = project.landing(source)
    if not folder.is_dir():
        message = f"is not a folder: make it, or name another as `path` of [sources.{source}]"
        return Scan(
            [FilePlan(shown(project, folder), folder, "unread", message=message)], (), set()
        )
    scanner = _Scanner(project, source, adapter, ledger, before)
    for file in sorted(folder.iterdir()):
        if not file.name.startswith(".") and _is_of(project.settings.sources[source], file.name):
            scanner.look_at(file)
    scanner.seen.save(plan.path for plan in scanner.plans)
    return Scan(scanner.plans, tuple(scanner.config), scanner.found)


def _is_of(source: Source, name: str) -> bool:
    """Whether a file of the folder is one of this source's."""
    low = name.lower().removesuffix(".gz")
    return not source.files or any(fnmatchcase(low, pattern.lower()) for pattern in source.files)


def shown(project: Project, path: Path) -> str:
    """A path as people are told it: within the project where it lies there."""
    return str(path.relative_to(project.root) if path.is_relative_to(project.root) else path)


class _Scanner:
    """One look at a landing folder."""

    def __init__(
        self,
        project: Project,
        source: str,
        adapter: Adapter,
        ledger: Ledger,
        before: Ledger | None,
    ) -> None:
        self.project = project
        self.source = source
        self.adapter = adapter
        self.ledger = ledger
        self.before = before.streams if before else {}
        self.seen = SeenFiles(project.var / "landing" / f"{source}.json")
        self.plans: list[FilePlan] = []
        self.config: list[ConfigFile] = []
        self.found: set[str] = set()

    def look_at(self, file: Path) -> None:
        """Plan one entry of the folder."""
        path = shown(self.project, file)
        try:
            plan = self._plan(file, path)
        except UnreadableError as error:
            plan = FilePlan(path, file, "unread", message=str(error))
        if plan is not None:
            self.plans.append(plan)

    def _plan(self, file: Path, path: str) -> FilePlan | None:
        try:
            status = file.stat()
        except OSError as error:
            raise UnreadableError(f"cannot be read ({error.strerror}): remove it") from None
        if file_types.S_ISDIR(status.st_mode):
            raise UnreadableError("is a folder: put its files one level up, folders are not read")
        if not file_types.S_ISREG(status.st_mode):
            raise UnreadableError("is no ordinary file: remove it")
        plan = self._unchanged(file, path, Stat.of(status))
        return plan or self._measured(file, path)

    def _unchanged(self, file: Path, path: str, stat: Stat) -> FilePlan | None:
        entry = self.seen.get(path, stat)
        if entry is None or self.before:
            return None
        feed, size, digest, tail = entry
        file_id = self.ledger.contents.get((feed, size, digest))
        if file_id is None or (path, digest) not in self.ledger.names:
            return None
        return FilePlan(
            path,
            file,
            "known",
            feed,
            file_id=file_id,
            first_byte=size,
            end=size,
            digest=digest,
            first_line=self.ledger.streams[file_id].next_line,
            has_tail=bool(tail),
        )

    def _measured(self, file: Path, path: str) -> FilePlan | None:
        opener = self.adapter.opener_of(file.name)
        feed = self.adapter.feed_of(file.name.removesuffix(".gz"), read_head(file, opener))
        if feed is None:
            raise UnreadableError(
                f"is no file that {self.adapter.kind} is known to write: "
                "remove it, or give it the name that the system gives it"
            )
        if feed in self.adapter.config_feeds:
            self.config.append(ConfigFile(feed, path, read_text(file)))
            return None
        streams = [*self.ledger.streams.values(), *self.before.values()]
        marks = {stream.end for stream in streams if stream.feed == feed}
        measured = measure(file, marks, opener)
        if not measured.size and not measured.tail:
            raise UnreadableError("is empty: it is read when it has lines")
        self._find_before(feed, measured)
        plan = self._place(file, path, feed, measured)
        self.seen.put(path, feed, measured)
        return replace(plan, has_tail=bool(measured.tail))

    def _find_before(self, feed: str, measured: Measured) -> None:
        for stream in self.before.values():
            state = measured.states.get(stream.end)
            whole = (measured.size, measured.digest) == (stream.end, stream.digest)
            prefix = state is not None and state.hexdigest() == stream.digest
            if stream.feed == feed and (whole or prefix):
                self.found.add(stream.file_id)

    def _place(self, file: Path, path: str, feed: str, measured: Measured) -> FilePlan:
        size, digest = measured.size, measured.digest
        if not size:
            raise UnreadableError(tail_message(1))
        file_id = self.ledger.contents.get((feed, size, digest))
        if file_id is not None:
            return self._known(file, path, file_id, measured)
        stream = self._continued(feed, measured)
        message = f"continues {stream.path}" if stream and stream.path != path else ""
        status: PlanStatus = "grown"
        if stream is None:
            status, generation = "new", self.ledger.paths.get(path, 0)
            message = "begins anew: it held something else before" if generation else ""
            file_id = file_id_of(self.source, path, generation)
            stream = Stream(file_id, feed, path, 0, "", 1)
        self.ledger.add(replace(stream, end=size, digest=digest), path)
        return FilePlan(
            path,
            file,
            status,
            feed,
            message,
            file_id=stream.file_id,
            first_byte=stream.end,
            end=size,
            digest=digest,
            first_line=stream.next_line,
            state=measured.states[stream.end],
        )

    def _known(self, file: Path, path: str, file_id: str, measured: Measured) -> FilePlan:
        size, digest = measured.size, measured.digest
        stream = self.ledger.streams[file_id]
        is_new_name = (path, digest) not in self.ledger.names
        self.ledger.names.add((path, digest))
        return FilePlan(
            path,
            file,
            "duplicate" if is_new_name else "known",
            stream.feed,
            f"holds what was read from {stream.path}: not read again" if is_new_name else "",
            file_id=file_id,
            first_byte=size,
            end=size,
            digest=digest,
            first_line=stream.next_line,
        )

    def _continued(self, feed: str, measured: Measured) -> Stream | None:
        """The longest stream that the content begins with."""
        candidates = [
            stream
            for stream in self.ledger.streams.values()
            if stream.feed == feed
            and stream.end < measured.size
            and stream.end in measured.states
            and measured.states[stream.end].hexdigest() == stream.digest
        ]
        return max(candidates, key=lambda stream: (stream.end, stream.file_id), default=None)


def file_id_of(source: str, path: str, generation: int) -> str:
    """Identifies a stream: the path under which it began, and which beginning it was there."""
    text = "\0".join((source, path, str(generation)))
    return "f_" + blake2b(text.encode(), digest_size=8).hexdigest()


def tail_message(line_no: int) -> str:
    """What to say of a last line without line end."""
    return (
        f"line {line_no} has no line end yet: it is read when it is complete "
        "(if it is, add a line end)"
    )
