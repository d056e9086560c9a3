"""The Asterisk adapter: what the engine asks of it, answered by the modules beside."""

from collections.abc import Callable, Mapping
from functools import cached_property
from hashlib import blake2b
from importlib.resources import files
from typing import Any

import duckdb
import polars as pl

from assets.ingest.adapter import STANDARD_COLUMNS, Chunks, DeriveContext, ParseContext, Parsed
from assets.ingest.asterisk import cdr, cel, queue_log
from assets.ingest.asterisk.feeds import feed_of
from assets.ingest.asterisk.inputs import create_inputs, drop_inputs
from assets.ingest.asterisk.options import PARSE_OPTIONS, read_options
from assets.ingest.asterisk.sql import Step, run_steps, sql_fingerprint, steps
from assets.ingest.content import Opener, open_unpacked
from pipelines.settings import Project

_PARSE_MODULES = (
    "cdr.py", "cel.py", "csv_lines.py", "events.py", "feeds.py", "masking.py", "queue_log.py",
    "times.py", "../instants.py",
)  # fmt: skip
_DERIVE_MODULES = ("events.py", "inputs.py", "queues_conf.py")
_PARSERS: dict[str, Callable[[pl.DataFrame, ParseContext], Parsed]] = {
    "queue_log": queue_log.parse_queue_log,
    "cdr": cdr.parse_cdr,
    "cdr_custom": cdr.parse_cdr_custom,
    "cel": cel.parse_cel,
}
_COLUMNS: dict[str, dict[str, str]] = {
    "queue_log": queue_log.COLUMNS,
    "cdr": cdr.COLUMNS,
    "cdr_custom": cdr.COLUMNS,
    "cel": cel.COLUMNS,
}
_PHONES = (
    "if(regexp_full_match(src, '[0-9]{1,6}'), src, null)",
    "if(regexp_full_match(dst, '[0-9]{1,6}'), dst, null)",
    "regexp_replace(channel, '-[^-]*$', '')",
    "regexp_replace(dstchannel, '-[^-]*$', '')",
    "staff_name",
)
"""Agents in call detail records: their extensions, interfaces, or the name a phone shows."""


class AsteriskAdapter:
    """Reads what an Asterisk writes about its queues and calls."""

    kind = "asterisk"
    raw_tables: Mapping[str, Mapping[str, str]] = {
        feed: STANDARD_COLUMNS | columns for feed, columns in _COLUMNS.items()
    }
    tables = frozenset(
        {
            "contact", "queue_visit", "queue_refusal", "agent_offer", "handle_segment", "anomaly",
            "agent_event", "roster", "queue_config",
        }
    )  # fmt: skip
    memory_tables: Mapping[str, Mapping[str, str]] = {
        "restart": {"restart_at": "TIMESTAMP"},
        "agent_seen": {"agent": "VARCHAR", "first_at": "TIMESTAMP", "last_at": "TIMESTAMP"},
        "device": {"name": "VARCHAR", "extension": "VARCHAR", "strength": "INTEGER"},
        "queue_seen": {"queue": "VARCHAR"},
        "alias": {"alias": "VARCHAR", "agent": "VARCHAR"},
        "extension": {"extension": "VARCHAR", "agent": "VARCHAR", "strength": "INTEGER"},
    }
    standing_tables = frozenset({"contact", "handle_segment"})
    config_feeds = frozenset({"queues_conf"})
    agent_feeds = frozenset({"queue_log"})
    contact_feeds = frozenset({"queue_log", "cdr"})
    untimed_feeds: frozenset[str] = frozenset()
    agent_names: Mapping[str, tuple[str, ...]] = {
        "queue_log": ("agent",), "cdr": _PHONES, "cdr_custom": _PHONES,
    }  # fmt: skip
    parse_options = PARSE_OPTIONS

    @cached_property
    def version(self) -> str:
        """Hash of the code that parses."""
        return _fingerprint(_PARSE_MODULES)

    @cached_property
    def derive_version(self) -> str:
        """Hash of the SQL that derives and of what feeds it."""
        return f"{_fingerprint(_DERIVE_MODULES)}-{sql_fingerprint()}"

    def check_options(self, options: Mapping[str, Any]) -> None:
        """Check the options of a source; see `Adapter.check_options`."""
        read_options(options)

    def feed_of(self, name: str, head: bytes) -> str | None:
        """Which feed a file is; see `Adapter.feed_of`."""
        return feed_of(name, head)

    def opener_of(self, name: str) -> Opener:
        """Logs are lines, packed or not."""
        del name
        return open_unpacked

    def parse(self, chunks: Chunks, feed: str, context: ParseContext) -> Parsed:
        """Take lines apart; see `Adapter.parse`."""
        return _PARSERS[feed](chunks.lines, context)

    def derive_reference(self, con: duckdb.DuckDBPyConnection, ctx: DeriveContext) -> None:
        """Agents, queues and what is remembered from run to run."""
        _derive(con, ctx, steps("reference"))

    def derive_contacts(self, con: duckdb.DuckDBPyConnection, ctx: DeriveContext) -> None:
        """Contacts with their visits, refusals, offers, segments and anomalies."""
        _derive(con, ctx, steps("contacts"))

    def derive_agents(self, con: duckdb.DuckDBPyConnection, ctx: DeriveContext) -> None:
        """The agents' timeline."""
        _derive(con, ctx, steps("agents"))

    def extra_touched_sql(self) -> str | None:
        """Contacts whose story depends on lines of others; see `Adapter.extra_touched_sql`."""
        return files("assets.ingest.asterisk.sql").joinpath("touched.sql").read_text("utf-8")


def make_adapter(project: Project | None, source: str) -> AsteriskAdapter:
    """The adapter; it is the same for every project and source."""
    del project, source
    return AsteriskAdapter()


def _derive(con: duckdb.DuckDBPyConnection, ctx: DeriveContext, run: tuple[Step, ...]) -> None:
    create_inputs(con, ctx)
    try:
        run_steps(con, run)
    finally:
        drop_inputs(con, run)


def _fingerprint(modules: tuple[str, ...]) -> str:
    hashed = blake2b(digest_size=8)
    for module in modules:
        hashed.update(files("assets.ingest.asterisk").joinpath(module).read_bytes())
    return hashed.hexdigest()
