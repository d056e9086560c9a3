"""What was last read and derived with which settings, as `ops.model_state` says."""

import json
from datetime import datetime
from functools import lru_cache
from hashlib import blake2b

import duckdb

from assets.ingest.adapter import Adapter, ConfigFile
from assets.ingest.pseudonyms import Pseudonyms, read_key
from pipelines.settings import Project
from pipelines.sql_models.contracts import load_contracts

ENGINE_VERSION = "1"
"""Changes with any change of how this folder turns bytes into raw rows."""
STAGING_VERSION = "1"
"""Changes with any change of how this folder has rows derived and kept."""


def hash_of(*parts: object) -> str:
    """A short hash of values that JSON can tell apart."""
    text = json.dumps(parts, sort_keys=True, default=str)
    return blake2b(text.encode(), digest_size=12).hexdigest()


def parse_hash(project: Project, source: str, adapter: Adapter, fingerprint: str) -> str:
    """Hash of all that raw rows depend on but the lines: a change reads everything again."""
    settings = project.settings
    options = settings.sources[source].options
    return hash_of(
        ENGINE_VERSION,
        adapter.kind,
        adapter.version,
        {table: dict(columns) for table, columns in adapter.raw_tables.items()},
        source,
        settings.zone_of(source),
        settings.centre.country,
        settings.sources[source].own_numbers,
        {name: options[name] for name in sorted(adapter.parse_options & options.keys())},
        fingerprint,
    )


def pseudonyms_of(project: Project, source: str) -> Pseudonyms:
    """The pseudonyms of a source's numbers.

    Raises:
        KeyFileError: the key file is missing or wrong.
    """
    settings = project.settings
    own = tuple(settings.sources[source].own_numbers)
    return _pseudonyms(read_key(project.key_file), settings.centre.country, own)


@lru_cache(maxsize=4)
def _pseudonyms(key: bytes, country: str, own_numbers: tuple[str, ...]) -> Pseudonyms:
    """Sources of one centre share what was worked out of a number."""
    return Pseudonyms(key, country, own_numbers)


def stored_state(con: duckdb.DuckDBPyConnection, relation: str) -> str | None:
    """The version noted in `ops.model_state`, None where none is."""
    row = con.execute(
        "select code_version from ops.model_state where relation = ?", [relation]
    ).fetchone()
    return row[0] if row else None


def store_state(
    con: duckdb.DuckDBPyConnection, relation: str, version: str, now: datetime, n_rows: int
) -> None:
    """Note a version in `ops.model_state`."""
    con.execute("delete from ops.model_state where relation = ?", [relation])
    con.execute("insert into ops.model_state values (?, ?, ?, ?)", [relation, version, now, n_rows])


def derive_hash(
    con: duckdb.DuckDBPyConnection,
    project: Project,
    source: str,
    adapter: Adapter,
    *,
    config: tuple[ConfigFile, ...],
    feeds: list[str],
    people: list[tuple[str, str]],
) -> str:
    """Hash of all that staging depends on but raw rows: a change derives everything again.

    Thresholds of queues are left out: they are reference rows, which are derived in each run.
    The feeds count: with a first queue log, what the call records alone said is no longer right.
    """
    settings = project.settings.sources[source]
    return hash_of(
        STAGING_VERSION,
        stored_state(con, f"raw.{source}"),
        adapter.derive_version,
        {name: dict(columns) for name, columns in adapter.memory_tables.items()},
        {table: contract.version for table, contract in load_contracts().items()},
        settings.queue_prefix,
        settings.site,
        {name: q.site for name, q in project.settings.queues.items() if q.site},
        settings.aliases,
        people,
        settings.options,
        [(file.feed, file.path, file.text) for file in config],
        feeds,
    )


def thresholds_hash(project: Project) -> str:
    """Hash of the settings that become reference rows, and so make nothing else derived again."""
    settings = project.settings
    return hash_of(
        settings.defaults.model_dump(mode="json"),
        {name: queue.model_dump(mode="json") for name, queue in settings.queues.items()},
    )
