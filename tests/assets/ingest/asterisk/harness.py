"""Lines in, rows out: the adapter on a bare DuckDB, without the engine around it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

import duckdb
import polars as pl

from assets.ingest.adapter import CHUNK_NO, Chunks, ConfigFile, DeriveContext, ParseContext, Parsed
from assets.ingest.asterisk.adapter import AsteriskAdapter
from assets.ingest.calendar import zone_offsets
from assets.ingest.pseudonyms import Pseudonyms
from pipelines.settings import QueueSettings, Source, Thresholds
from pipelines.sql_models.contracts import load_contracts

NOW = datetime(2027, 1, 1)  # noqa: DTZ001
KEY = b"0" * 32
CONTACT_TABLES = (
    "contact", "queue_visit", "queue_refusal", "agent_offer", "handle_segment", "anomaly",
)  # fmt: skip
REFERENCE_TABLES = ("roster", "queue_config")


@cache
def _duckdb() -> duckdb.DuckDBPyConnection:
    return duckdb.connect(config={"threads": 1})


@dataclass
class Centre:
    """One source with its settings; `load` feeds it files, `derive` works everything out."""

    zone: str = "Etc/UTC"
    country: str = "GB"
    aliases: dict[str, str] = field(default_factory=dict)
    own_numbers: tuple[str, ...] = ()
    options: dict[str, Any] = field(default_factory=dict)
    queues: dict[str, QueueSettings] = field(default_factory=dict)
    defaults: Thresholds = field(default_factory=Thresholds)
    queue_prefix: str = ""
    site: str | None = None
    queues_conf: str = ""
    now: datetime = NOW

    def __post_init__(self) -> None:
        self.adapter = AsteriskAdapter()
        # Temporary tables are each cursor's own; to open DuckDB anew costs more than most tests.
        self.con = _duckdb().cursor()
        self.source = Source(
            kind="asterisk", aliases=self.aliases, own_numbers=self.own_numbers,
            options=self.options, queue_prefix=self.queue_prefix, site=self.site,
        )  # fmt: skip
        self.pseudonyms = Pseudonyms(KEY, self.country, self.own_numbers)
        self.watermarks: dict[str, datetime] = {}
        self.parsed: list[tuple[str, Parsed]] = []
        for feed, columns in self.adapter.raw_tables.items():
            body = ", ".join(f"{name} {kind}" for name, kind in columns.items())
            self.con.execute(f"create temp table raw_{feed} ({body})")

    def parse(self, lines: Sequence[str], feed: str = "queue_log") -> Parsed:
        """Parse lines without keeping them."""
        return self.parse_files([lines], feed)

    def parse_files(self, files: Sequence[Sequence[str]], feed: str) -> Parsed:
        """Parse the lines of several files together."""
        numbered = [
            (chunk_no, line_no, line)
            for chunk_no, lines in enumerate(files)
            for line_no, line in enumerate(lines, 1)
        ]
        frame = pl.DataFrame(
            {
                "chunk_no": [chunk_no for chunk_no, _, _ in numbered],
                "line_no": [line_no for _, line_no, _ in numbered],
                "line_id": self.pseudonyms.line_ids(line.encode() for _, _, line in numbered),
                "line": [line for _, _, line in numbered],
            },
            schema={
                "chunk_no": CHUNK_NO,
                "line_no": pl.Int64,
                "line_id": pl.String,
                "line": pl.String,
            },
        )
        context = ParseContext(
            source="pbx", settings=self.source, zone=self.zone,
            offsets=zone_offsets([self.zone], 1999, 2028), pseudonyms=self.pseudonyms, now=self.now,
        )  # fmt: skip
        return self.adapter.parse(
            Chunks(frame, [f"landing/pbx/file{n}" for n in range(len(files))]), feed, context
        )

    def load(self, text: str | Sequence[str], feed: str = "queue_log") -> "Centre":
        """Parse lines and keep their rows."""
        lines = text.splitlines() if isinstance(text, str) else text
        lines = [line.strip() for line in lines if line.strip()]
        parsed = self.parse(lines, feed)
        accounted = parsed.rows.height + parsed.bad.height + parsed.skipped.height
        assert accounted == len(lines)
        self.parsed.append((feed, parsed))
        rows = parsed.rows.drop("chunk_no").with_columns(
            source=pl.lit("pbx"), file_id=pl.lit(f"f{len(self.parsed)}")
        )
        assert set(rows.columns) == set(self.adapter.raw_tables[feed])
        self.con.execute(f"insert into raw_{feed} by name select * from rows")
        if rows.height:
            last = rows["line_at"].max()
            assert isinstance(last, datetime)
            self.watermarks[feed] = max(last, self.watermarks.get(feed, last))
        return self

    def context(self, **changes: Any) -> DeriveContext:
        """What the engine would hand over."""
        conf = ConfigFile("queues_conf", "landing/pbx/queues.conf", self.queues_conf)
        values: dict[str, Any] = {
            "source": "pbx", "settings": self.source, "defaults": self.defaults,
            "queues": self.queues, "zone": self.zone, "options": self.options,
            "landing": Path("landing/pbx"), "config": (conf,) if self.queues_conf else (),
            "watermark_at": max(self.watermarks.values(), default=NOW),
            "watermarks": self.watermarks,
        }  # fmt: skip
        return DeriveContext(**(values | changes))

    def derive(self) -> "Centre":
        """Work out all but the agents' timeline from all lines."""
        ctx = self.context()
        self.derive_reference(ctx)
        for table in CONTACT_TABLES:
            self._empty(f"staging_{table}", table)
        self.adapter.derive_contacts(self.con, ctx)
        return self

    def derive_agents(self, **changes: Any) -> "Centre":
        """Work out the agents' timeline from all lines; `derive_reference` comes before."""
        ctx = self.context(**changes)
        self.derive_reference(ctx)
        self._empty("work_standing", "agent_event")
        self.adapter.derive_agents(self.con, ctx)
        return self

    def derive_reference(self, ctx: DeriveContext) -> None:
        """Fold the lines into memory and reference tables."""
        for name, columns in self.adapter.memory_tables.items():
            body = ", ".join(f"{column} {kind}" for column, kind in columns.items())
            self.con.execute(f"create or replace temp table work_{name} ({body})")
        for table in REFERENCE_TABLES:
            self._empty(f"work_{table}", table)
        self.adapter.derive_reference(self.con, ctx)
        for name in (*self.adapter.memory_tables, *REFERENCE_TABLES):
            self.con.execute(f"create or replace temp table work_{name} as from out_{name}")

    def _empty(self, name: str, table: str) -> None:
        columns = load_contracts()[table].columns.items()
        body = ", ".join(f"{column} {spec.type}" for column, spec in columns)
        self.con.execute(f"create or replace temp table {name} ({body})")

    def sql(self, query: str) -> list[tuple[Any, ...]]:
        """Rows of a query over the `out_` tables."""
        return self.con.execute(query).fetchall()

    def rows(self, table: str, *columns: str, order: str = "all") -> list[tuple[Any, ...]]:
        """Columns of an `out_` table, instants as seconds after the epoch of the tests."""
        names = ", ".join(columns)
        return self.sql(f"select {names} from out_{table} order by {order}")

    @property
    def bad(self) -> list[tuple[int, str]]:
        """Refused lines of all loads."""
        return [row for _, parsed in self.parsed for row in parsed.bad.drop("chunk_no").rows()]

    @property
    def notes(self) -> Mapping[str, int]:
        """Notes of all loads."""
        return {key: n for _, parsed in self.parsed for key, n in parsed.notes.get(0, {}).items()}
