"""What a source system must bring so that the engine can ingest its files.

An adapter knows its system's formats and meaning and nothing of files, ledgers, the lake or what
was loaded before. It is asked three things: what a file is (`feed_of`), what its lines say
(`parse`, one raw row for one line) and what the lines of some contacts, days or things mean
(`derive_*`, SQL on a DuckDB connection).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from importlib import import_module
from pathlib import Path
from typing import Any, Protocol

import duckdb
import polars as pl

from assets.ingest.content import Opener
from assets.ingest.pseudonyms import Pseudonyms
from pipelines.settings import Project, QueueSettings, Source, Thresholds

STANDARD_COLUMNS: dict[str, str] = {
    "source": "VARCHAR",
    "file_id": "VARCHAR",
    "line_no": "BIGINT",
    "line_id": "VARCHAR",
    "line_at": "TIMESTAMP",
    "contact_id": "VARCHAR",
    "agent": "VARCHAR",
}
"""First columns of every raw table. `source` and `file_id` are put there by the engine."""

_ADAPTERS: dict[str, tuple[str, str]] = {
    "asterisk": ("assets.ingest.asterisk.adapter", "make_adapter"),
    "tabular": ("assets.ingest.tabular.adapter", "make_adapter"),
}


@dataclass(frozen=True)
class ConfigFile:
    """A file of the landing folder that sets things up and logs nothing, such as queues.conf."""

    feed: str
    path: str
    """Path within the project."""
    text: str


CHUNK_NO = pl.UInt32()
"""Type of the number that tells apart the chunks whose lines are taken apart together."""


@dataclass(frozen=True)
class Chunks:
    """Consecutive lines of several files, ready to be taken apart."""

    lines: pl.DataFrame
    """`chunk_no`, `line_no` Int64, `line_id` String, `line` String without its line end.

    Chunk after chunk. Blank lines, lines with a NUL byte and overlong lines are dealt with before.
    """
    paths: Sequence[str]
    """Of each chunk, by its number: path within the project, for messages."""


def no_lines_skipped() -> pl.DataFrame:
    """What `Parsed.skipped` is where every line is a row or refused."""
    return pl.DataFrame(schema={"chunk_no": CHUNK_NO, "rule": pl.String})


@dataclass(frozen=True)
class ParseContext:
    """What parsing may depend on besides the lines."""

    source: str
    settings: Source
    zone: str
    """IANA zone of times written without one."""
    offsets: pl.DataFrame
    """`zone`, `from_utc`, `to_utc`, `offset_s` of that zone: see `calendar.zone_offsets`."""
    pseudonyms: Pseudonyms
    now: datetime
    """Instant of the run (UTC, naive): what lies a day or more after it is no log line."""


@dataclass(frozen=True)
class Parsed:
    """What became of each line: a row, a refusal, or skipped by a named rule."""

    rows: pl.DataFrame
    """`chunk_no`, and columns of the raw table named as the feed, without `source` and `file_id`.

    `line_no` and `line_id` are those of the line; `line_at` is never null.
    """
    bad: pl.DataFrame
    """`chunk_no`, `line_no` Int64, `reason` String: what is wrong and what to do.

    The engine keeps the line.
    """
    skipped: pl.DataFrame = field(default_factory=no_lines_skipped)
    """`chunk_no`, `rule` String of each line left out on purpose."""
    notes: Mapping[int, Mapping[str, int]] = field(default_factory=dict)
    """Number of a chunk -> what a person should know of its file, such as an event that nobody
    knows -> lines concerned."""


@dataclass(frozen=True)
class DeriveContext:
    """What deriving may depend on besides the relations on the connection."""

    source: str
    settings: Source
    defaults: Thresholds
    queues: Mapping[str, QueueSettings]
    zone: str
    options: Mapping[str, Any]
    landing: Path
    config: tuple[ConfigFile, ...]
    """Configuration files, ordered by path. A changed one derives all of the source again."""
    watermark_at: datetime
    """Latest instant read from the source (UTC, naive)."""
    watermarks: Mapping[str, datetime]
    """The same for each feed."""
    from_at: datetime | None = None
    """Agents: local midnight (in UTC) at which the days to derive begin."""
    people: Mapping[str, str] = field(default_factory=dict)
    """Other names of agents, as all rosters tell them -> the id to count under."""
    until_at: datetime | None = None
    """Agents: local midnight (in UTC) at which they end, itself not included.

    Carried rows are due at every local midnight after `from_at` up to and including `until_at`
    that is not after `watermark_at`: those at `until_at` hand over to the days that follow.
    """


class Adapter(Protocol):
    """One kind of source system.

    Each `derive_*` leaves temporary tables `out_<table>`: the contract's columns, then `file_id`,
    `line_no` of the opening line. `source`, `zone`, `local_date` are put there by the engine.
    Temporary relations it may read:

    - `raw_<feed>`, the raw table. For contacts: all lines of the contacts concerned. For agents,
      of `agent_feeds` only: the lines from one hour before `from_at` until `until_at`. A line that
      several files hold is there once. For reference: the new lines (all lines when everything is
      derived), those that several files hold perhaps several times: what is folded must not change
      by that.
    - `work_<table>`: a memory table as `derive_reference` has just left it (while it runs: as it
      was before), and each reference table of the contracts in the same way (`work_roster`,
      `work_queue_config`), columns of the contract.
    - agents only: `work_standing`, the carried rows of `agent_event` at `from_at`;
      `work_segment` and `work_offer`, `handle_segment` and `agent_offer` of the days concerned
      and of the day before.
    - `staging_<table>`, of `standing_tables` only: the source's rows as they stood before the run.
    """

    @property
    def kind(self) -> str:
        """Name of the kind in the project file."""
        ...

    @property
    def version(self) -> str:
        """Changes with any change of `parse` or of a raw table: files are then read again."""
        ...

    @property
    def derive_version(self) -> str:
        """Changes with any change of what is derived: staging is then derived again."""
        ...

    @property
    def raw_tables(self) -> Mapping[str, Mapping[str, str]]:
        """Feed -> column -> DuckDB type, `STANDARD_COLUMNS` first."""
        ...

    @property
    def tables(self) -> frozenset[str]:
        """Staging tables it delivers; each `derive_*` leaves those of its units."""
        ...

    @property
    def memory_tables(self) -> Mapping[str, Mapping[str, str]]:
        """Small tables that `derive_reference` folds from run to run: name -> column -> type.

        It reads `work_<name>` (empty at first) and leaves `out_<name>`, such as every restart of
        the system so far. The fold must not depend on the order in which lines arrive.
        """
        ...

    @property
    def standing_tables(self) -> frozenset[str]:
        """Staging tables of which its SQL reads the rows as they stand, as `staging_<table>`."""
        ...

    @property
    def config_feeds(self) -> frozenset[str]:
        """Feeds that are configuration: handed over whole, never parsed into raw rows."""
        ...

    @property
    def agent_feeds(self) -> frozenset[str]:
        """Feeds that tell what agents do: their time is known as far as these have been read."""
        ...

    @property
    def contact_feeds(self) -> frozenset[str]:
        """Feeds that tell of contacts: whether a customer came again is known as far as these."""
        ...

    @property
    def untimed_feeds(self) -> frozenset[str]:
        """Feeds of plans and rosters: how far they are read tells not how far the data goes."""
        ...

    @property
    def agent_names(self) -> Mapping[str, tuple[str, ...]]:
        """Feed -> SQL over its raw rows that gives names, or extensions, of agents.

        When a roster tells later who such a name is, staging is derived again.
        """
        ...

    @property
    def parse_options(self) -> frozenset[str]:
        """Names of the options that `parse` depends on; a change of others only derives again."""
        ...

    def check_options(self, options: Mapping[str, Any]) -> None:
        """Check a source's `options`.

        Raises:
            SettingsError: an unknown option or a wrong value; names the option and the remedy.
        """
        ...

    def feed_of(self, name: str, head: bytes) -> str | None:
        """Which feed a file is, by its name (without .gz) and first bytes (unpacked).

        None when the adapter cannot read it. `head` holds up to 4,096 bytes, perhaps none.
        """
        ...

    def opener_of(self, name: str) -> Opener:
        """How a file of this name is opened as lines: `open_unpacked` for files of lines."""
        ...

    def parse(self, chunks: Chunks, feed: str, context: ParseContext) -> Parsed:
        """Take lines apart, and say of each what became of it.

        Each line stands for itself: none may depend on another. Many small files come together,
        for the work costs more for each time than for each line.
        """
        ...

    def derive_reference(self, con: duckdb.DuckDBPyConnection, ctx: DeriveContext) -> None:
        """Leave `out_<table>` for reference tables and memory tables, whole."""
        ...

    def derive_contacts(self, con: duckdb.DuckDBPyConnection, ctx: DeriveContext) -> None:
        """Leave `out_<table>` for every table whose unit is contact."""
        ...

    def derive_agents(self, con: duckdb.DuckDBPyConnection, ctx: DeriveContext) -> None:
        """Leave `out_<table>` for every table whose unit is agent."""
        ...

    def extra_touched_sql(self) -> str | None:
        """`select contact_id`: contacts to derive again though no new line names them.

        Open contacts always are. It may read `staging_<table>`, `work_<table>` (after
        `derive_reference`) and `before_<table>`, the same as it was before.
        """
        ...


def adapter_for(kind: str, project: Project | None = None, source: str = "") -> Adapter:
    """The adapter of one kind of source, imported when asked for.

    Args:
        kind: as the project file says it.
        project: whose source it is; without one, what is the same in every project.
        source: which.

    Raises:
        KeyError: nobody knows the kind; the settings refuse it before.
        SettingsError: what the project says about the source is wrong.
    """
    module, name = _ADAPTERS[kind]
    make: Callable[[Project | None, str], Adapter] = getattr(import_module(module), name)
    return make(project, source)


def adapter_of(project: Project, source: str) -> Adapter:
    """The adapter of a source, with its options checked.

    Raises:
        SettingsError: an option, or what belongs to it, is unknown or wrong.
    """
    settings = project.settings.sources[source]
    adapter = adapter_for(settings.kind, project, source)
    adapter.check_options(settings.options)
    return adapter


def delivered_tables(project: Project) -> set[str]:
    """Staging tables that a project's sources can fill.

    Raises:
        SettingsError: what the project says about a source is wrong.
    """
    return set[str]().union(
        *(adapter_of(project, source).tables for source in project.settings.sources)
    )
