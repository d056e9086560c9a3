"""What was last read and derived with which settings, as `ops.model_state` says."""

import json
from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache
from hashlib import blake2b

import duckdb

from assets.ingest.adapter import Adapter, ConfigFile
from assets.ingest.pseudonyms import Pseudonyms, read_key
from pipelines.settings import Project
from pipelines.sql_models.contracts import load_contracts
from pipelines.storage.duck import insert_rows
from pipelines.storage.ops import table_columns

ENGINE_VERSION = "1"
"""Changes with any change of how this folder turns bytes into raw rows."""
STAGES = ("raw", "staging", "reference")
"""What is noted of a source: how it was read, derived, and with which thresholds."""
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


def stored_states(con: duckdb.DuckDBPyConnection, source: str) -> dict[str, str]:
    """Relation -> version noted in `ops.model_state`, of those of a source."""
    return dict(
        con.execute(
            "select relation, code_version from ops.model_state where relation in ?",
            [[relation_of(stage, source) for stage in STAGES]],
        ).fetchall()
    )


def store_states(
    con: duckdb.DuckDBPyConnection, versions: Mapping[str, tuple[str, int]], now: datetime
) -> None:
    """Note versions, each with a number of rows, in `ops.model_state`, by relation."""
    con.execute("delete from ops.model_state where relation in ?", [list(versions)])
    rows = [(relation, version, now, n) for relation, (version, n) in versions.items()]
    insert_rows(con, "ops.model_state", rows, types=table_columns("model_state").values())


def forget_states(con: duckdb.DuckDBPyConnection, source: str) -> None:
    """Take the versions of a source out of `ops.model_state`."""
    relations = [relation_of(stage, source) for stage in STAGES]
    con.execute("delete from ops.model_state where relation in ?", [relations])


def relation_of(stage: str, source: str) -> str:
    """Under which name the state of a stage of a source is noted."""
    return f"{stage}.{source}"


def derive_hash(
    project: Project,
    source: str,
    adapter: Adapter,
    *,
    read_with: str | None,
    config: tuple[ConfigFile, ...],
    feeds: list[str],
    people: list[tuple[str, str]],
) -> str:
    """Hash of all that staging depends on but raw rows: a change derives everything again.

    `read_with` is the `parse_hash` of the raw rows.

    Thresholds of queues are left out: they are reference rows, which are derived in each run.
    The feeds count: with a first queue log, what the call records alone said is no longer right.
    """
    settings = project.settings.sources[source]
    return hash_of(
        STAGING_VERSION,
        read_with,
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
