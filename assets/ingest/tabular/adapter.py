"""The adapter of mapped files: what the engine asks of it, answered by the modules beside."""

import re
from collections.abc import Mapping as Map
from fnmatch import fnmatchcase
from functools import cached_property, partial
from hashlib import blake2b
from importlib.resources import files
from pathlib import Path
from typing import Any

import duckdb

from assets.ingest.adapter import STANDARD_COLUMNS, Chunks, DeriveContext, ParseContext, Parsed
from assets.ingest.content import Opener, open_unpacked
from assets.ingest.tabular import agents, deriving, misfits
from assets.ingest.tabular.fields import header_of
from assets.ingest.tabular.mapping import Mapping, load_mappings
from assets.ingest.tabular.parsing import cells_of, is_of_no_time, raw_columns
from assets.ingest.tabular.records import is_by_record, open_records
from assets.ingest.tabular.together import parse_together
from pipelines.settings import Project, SettingsError

_OPTIONS = frozenset({"mappings"})
_CODE = ("mapping.py", "fields.py", "records.py", "typing_sql.py", "parsing.py", "together.py")
_WILD = re.compile(r"\[[^]]*\]|[*?]")
"""What of a pattern stands for letters that it does not name."""
_DERIVE_CODE = ("defaults.py", "deriving.py", "misfits.py", "agents.py")


class TabularAdapter:
    """Reads files by the mappings of one source."""

    kind = "tabular"
    standing_tables: frozenset[str] = frozenset()
    config_feeds: frozenset[str] = frozenset()
    parse_options = _OPTIONS

    def __init__(self, root: Path, mappings: Map[str, Mapping]) -> None:
        self._root = root
        self._mappings = dict(mappings)
        self._headers: dict[str, list[str]] = {}

    @cached_property
    def version(self) -> str:
        """Hash of the code that parses and of the mappings."""
        return _fingerprint(_CODE, *(m.model_dump_json() for m in self._mappings.values()))

    @cached_property
    def derive_version(self) -> str:
        """Hash of the code that derives."""
        return _fingerprint(_DERIVE_CODE)

    @cached_property
    def raw_tables(self) -> Map[str, Map[str, str]]:
        """A raw table for each mapping."""
        return {name: STANDARD_COLUMNS | raw_columns(m) for name, m in self._mappings.items()}

    @cached_property
    def tables(self) -> frozenset[str]:
        """Staging tables that its mappings fill, and that of what fits no contact."""
        mapped = self._mapped
        return mapped | {"anomaly"} if misfits.tables_with_misfits(mapped) else mapped

    @cached_property
    def _mapped(self) -> frozenset[str]:
        return frozenset(table for m in self._mappings.values() for table in m.tables)

    @cached_property
    def memory_tables(self) -> Map[str, Map[str, str]]:
        """Every row of rosters and the like, which are derived as a whole."""
        return {
            f"{deriving.MEMORY}_{name}": self.raw_tables[name]
            for name in deriving.reference_mappings(self._mappings)
        }

    @cached_property
    def agent_feeds(self) -> frozenset[str]:
        """Mappings that tell what agents do."""
        return frozenset(n for n, m in self._mappings.items() if "agent_event" in m.tables)

    @cached_property
    def contact_feeds(self) -> frozenset[str]:
        """Mappings that tell of contacts."""
        return frozenset(n for n, m in self._mappings.items() if "contact" in m.tables)

    @cached_property
    def agent_names(self) -> Map[str, tuple[str, ...]]:
        """What each mapping's columns of agents hold."""
        return {
            name: tuple(
                cell.key
                for cell in cells_of(mapping)
                if deriving.is_named(mapping.contracts[cell.place], cell.name)
            )
            for name, mapping in self._mappings.items()
        }

    @cached_property
    def untimed_feeds(self) -> frozenset[str]:
        """Mappings of plans and of what holds for all time."""
        return frozenset(n for n, m in self._mappings.items() if is_of_no_time(m))

    def check_options(self, options: Map[str, Any]) -> None:
        """Check a source's options; see `Adapter.check_options`."""
        check_options(options)

    def feed_of(self, name: str, head: bytes) -> str | None:
        """The mapping whose pattern fits a file's name and says most of it; of several, the first.

        So `customer_alias*.csv` has its files, though `customer*.csv` fits them too.
        """
        del head
        low = name.lower()
        fits = {
            feed: max(len(_WILD.sub("", pattern)) for pattern in found)
            for feed, mapping in self._mappings.items()
            if (found := [p for p in mapping.files if fnmatchcase(low, p.lower())])
        }
        return max(fits, key=fits.__getitem__, default=None)

    def opener_of(self, name: str) -> Opener:
        """Files of lines as they are; others record by record."""
        feed = self.feed_of(name.removesuffix(".gz"), b"")
        mapping = self._mappings.get(feed or "")
        if mapping is None or not is_by_record(mapping):
            return open_unpacked
        return partial(open_records, mapping=mapping)

    def parse(self, chunks: Chunks, feed: str, context: ParseContext) -> Parsed:
        """Take lines apart; see `Adapter.parse`."""
        headers = [self._header_of(path, feed) for path in chunks.paths]
        return parse_together(chunks, headers, self._mappings[feed], context, name=feed)

    def _header_of(self, path: str, feed: str) -> list[str]:
        if path not in self._headers:
            file = self._root / path
            opener = self.opener_of(file.name)
            self._headers[path] = header_of(file, self._mappings[feed], opener)
        return self._headers[path]

    def derive_reference(self, con: duckdb.DuckDBPyConnection, ctx: DeriveContext) -> None:
        """Rosters, settings, costs and the like, of all rows so far."""
        del ctx
        deriving.remember(con, self._mappings)
        prefix = f"out_{deriving.MEMORY}_"
        deriving.derive_tables(con, self._mappings, "reference", prefix=prefix)

    def derive_contacts(self, con: duckdb.DuckDBPyConnection, ctx: DeriveContext) -> None:
        """Contacts and records."""
        deriving.name_people(con, ctx)
        for unit in ("contact", "record"):
            deriving.derive_tables(con, self._mappings, unit, prefix="raw_")
        deriving.link_visits(con, self._mapped)
        misfits.set_misfits_aside(con, self._mapped)

    def derive_agents(self, con: duckdb.DuckDBPyConnection, ctx: DeriveContext) -> None:
        """The agents' timeline, restated at each midnight."""
        if "agent_event" in self.tables:
            deriving.name_people(con, ctx)
            deriving.derive_tables(con, self._mappings, "agent", prefix="raw_")
            agents.carry(con, ctx)

    def extra_touched_sql(self) -> str | None:
        """None: a row stands for itself."""
        return None


def check_options(options: Map[str, Any]) -> None:
    """Check the options of a source of mapped files.

    Raises:
        SettingsError: an unknown option, or mappings that are no list of names.
    """
    if unknown := sorted(options.keys() - _OPTIONS):
        raise SettingsError(
            f"options of mapped files are wrong:\n  options.{unknown[0]}: unknown option\n"
            f"Known options: {', '.join(sorted(_OPTIONS))}."
        )
    named = options.get("mappings", [])
    if not isinstance(named, list) or not all(isinstance(name, str) for name in named):
        raise SettingsError('options.mappings: a list of names, such as ["zendesk_talk"]')


def make_adapter(project: Project | None, source: str) -> TabularAdapter:
    """The adapter of one source; without a project, one without mappings.

    Raises:
        SettingsError: the options or a mapping are wrong.
    """
    if project is None:
        return TabularAdapter(Path(), {})
    check_options(project.settings.sources[source].options)
    return TabularAdapter(project.root, load_mappings(project, source))


def _fingerprint(modules: tuple[str, ...], *texts: str) -> str:
    hashed = blake2b(digest_size=8)
    for module in modules:
        hashed.update(files("assets.ingest.tabular").joinpath(module).read_bytes())
    for text in texts:
        hashed.update(text.encode())
    return hashed.hexdigest()
