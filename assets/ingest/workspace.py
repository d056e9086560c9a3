"""The private in-memory database in which staging is derived, and what stands in it.

Apart from the warehouse, so that nothing half done ever is in the file that gets published.
"""

import re
from collections.abc import Callable, Generator, Iterable, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime

import duckdb

from assets.ingest.adapter import Adapter
from assets.ingest.errors import AdapterError
from assets.ingest.ledger import read_ledger
from assets.ingest.manifest import Manifest
from pipelines.settings import Project
from pipelines.sql_models.contracts import Contract, load_contracts
from pipelines.storage import duck, lake
from pipelines.storage.lake import LIVE_COLUMNS, LakeFile, LivePairs, live_rows_sql, read_files

Wanted = Callable[[LakeFile], bool]


@dataclass
class Workspace:
    """A database for deriving one source, beside the warehouse copy it is derived for."""

    work: duckdb.DuckDBPyConnection
    con: duckdb.DuckDBPyConnection
    project: Project
    source: str
    adapter: Adapter
    manifest: Manifest
    contracts: Mapping[str, Contract]
    """Of the tables that the adapter delivers."""
    _n_answers: int = 0
    _kinds: dict[str, str] = field(default_factory=dict)

    def of_unit(self, unit: str) -> list[Contract]:
        """The contracts of one unit, ordered by table."""
        return [contract for contract in self.contracts.values() if contract.unit == unit]

    def rows(self, name: str, types: Mapping[str, str], rows: Sequence[Sequence[object]]) -> None:
        """Put some rows in as a temporary table."""
        self.empty_table(name, types)
        duck.insert_rows(self.work, name, rows, types=types.values())

    def table(self, name: str, sql: str, parameters: Mapping[str, object] | None = None) -> int:
        """Put a query's rows in as a temporary table; how many there are."""
        self._make_room(name, "table")
        made = f"create or replace temp table {name} as {sql}"
        (n_rows,) = self.work.execute(made, dict(parameters or {})).fetchall()[0]
        return n_rows

    def empty_table(self, name: str, types: Mapping[str, str]) -> None:
        """Put in a temporary table without rows."""
        self._make_room(name, "table")
        self.work.execute(f"create or replace temp table {name} ({duck.columns_sql(types)})")

    def view(self, name: str, sql: str) -> None:
        """Put a query in as a temporary view."""
        self._make_room(name, "view")
        self.work.execute(f"create or replace temp view {name} as {sql}")

    def _make_room(self, name: str, kind: str) -> None:
        """Drop what has a name and cannot be replaced by something of another kind."""
        if self._kinds.get(name, kind) != kind:
            self.drop(name)
        self._kinds[name] = kind

    def drop(self, name: str) -> None:
        """Drop what was put in under a name, if anything was."""
        if kind := self._kinds.pop(name, None):
            self.work.execute(f"drop {kind} {name}")

    def rename(self, name: str, new_name: str) -> None:
        """Give a table another name, in place of what has it."""
        self.drop(new_name)
        self.work.execute(f"alter table {name} rename to {new_name}")
        self._kinds[new_name] = self._kinds.pop(name)

    def columns(self, name: str) -> list[str]:
        """The columns of a relation."""
        return [row[0] for row in self.work.execute(f"describe {name}").fetchall()]

    def values(self, sql: str, parameters: Sequence[object] | None = None) -> list[tuple]:
        """The rows of a query."""
        return self.work.execute(sql, parameters).fetchall()

    def raw_files(self, feed: str, wanted: Wanted) -> list[str]:
        """Paths of a raw table's files, each once, that a condition on the manifest chooses."""
        return sorted({f.path for f in self.manifest.files(lake.RAW, feed) if wanted(f)})

    def raw_sql(self, feed: str, paths: Iterable[str]) -> str:
        """SQL of the rows of some raw files, typed, also when there is none."""
        return self.typed_sql(self.adapter.raw_tables[feed], paths)

    def typed_sql(self, types: Mapping[str, str], paths: Iterable[str]) -> str:
        """SQL of the rows of some files of the lake, typed, also when there is none."""
        paths = list(paths)
        nothing = _nothing(types)
        if not paths:
            return nothing
        # Files of an earlier version, kept because landing lost them, may lack columns.
        typed = ", ".join(f"cast({name} as {kind}) as {name}" for name, kind in types.items())
        rows = read_files(self.project.lake, paths)
        return f"select {typed} from ({nothing} union all by name select * from {rows})"

    def standing(self, table: str, wanted: Wanted = lambda _: True) -> list[LakeFile]:
        """What the manifest says of the source's rows of a staging table, of chosen days."""
        return [file for file in self.manifest.files(lake.STAGING, table) if wanted(file)]

    def staging_sql(self, table: str, wanted: Wanted = lambda _: True) -> str:
        """SQL of the source's rows of a staging table as they stand, of chosen days."""
        columns = load_contracts()[table].columns
        files = self.standing(table, wanted)
        if not files:
            return _nothing({name: spec.type for name, spec in columns.items()})
        rows = live_rows_sql(self.project.lake, files, self._put_live)
        typed = ", ".join(f"cast({n} as {spec.type}) as {n}" for n, spec in columns.items())
        return f"select {typed} from ({rows})"

    def _put_live(self, pairs: LivePairs) -> str:
        # A table of its own for each answer: the manifest changes, and earlier answers stay valid.
        self._n_answers += 1
        live = f"live_days_{self._n_answers}"
        self.rows(live, LIVE_COLUMNS, pairs)
        return live

    def forget_out(self, *units: str) -> None:
        """Drop what an adapter derived before of some units, so that it is never taken for new."""
        names = [contract.table for unit in units for contract in self.of_unit(unit)]
        if "reference" in units:
            names += self.adapter.memory_tables
        if names:
            self.work.execute(";".join(f"drop table if exists out_{name}" for name in names))

    def sizes_out(self, contracts: Sequence[Contract]) -> dict[str, int]:
        """How many rows the adapter left of some tables, by table.

        Raises:
            AdapterError: it left none of that name.
        """
        tables = [contract.table for contract in contracts]
        counts = [f"select '{table}', count(*) from out_{table}" for table in tables]
        try:
            return dict(self.values(" union all ".join(counts))) if tables else {}
        except duckdb.CatalogException:
            for contract in contracts:
                self.require_out(contract)
            raise

    def require_out(self, contract: Contract) -> set[str]:
        """See that the adapter left a table with the contract's columns; those that it left.

        Columns that are not required may be left out: they stay empty.

        Raises:
            AdapterError: it did not; names table and columns.
        """
        name = f"out_{contract.table}"
        wanted = {*contract.own_columns, "file_id", "line_no"}
        optional = {name for name, spec in contract.own_columns.items() if not spec.required}
        try:
            found = set(self.columns(name))
        except duckdb.CatalogException:
            raise AdapterError(f"{self.adapter.kind}: derived no table {name}") from None
        lacks, extra = sorted(wanted - found - optional), sorted(found - wanted)
        if lacks or extra:
            raise AdapterError(f"{self.adapter.kind}: {name} lacks {lacks}, has unknown {extra}")
        return found

    def stamp(self, contract: Contract, name: str, zone: str) -> int:
        """Put `out_<table>` in as `name`, with source, zone and local day, typed.

        Returns:
            How many rows there are.

        Raises:
            AdapterError: columns are wrong, or a row has no date.
        """
        found = self.require_out(contract)
        own = ", ".join(
            f"cast({f'o.{column}' if column in found else 'null'} as {spec.type}) as {column}"
            for column, spec in contract.own_columns.items()
        )
        dated = contract.date_column
        day = f"cast(o.{dated} + to_seconds(z.offset_s) as date)" if dated else "cast(null as date)"
        join = f"asof left join zone_offset z on o.{dated} >= z.from_utc" if dated else ""
        n_rows = self.table(
            name,
            f"select $source as source, $zone as zone, {day} as local_date, {own}, "
            "cast(o.file_id as varchar) as file_id, cast(o.line_no as bigint) as line_no "
            f"from out_{contract.table} o {join}",
            {"source": self.source, "zone": zone},
        )
        undated = f"select 1 from {name} where local_date is null limit 1"
        if dated and n_rows and self.values(undated):
            raise AdapterError(
                f"{self.adapter.kind}: out_{contract.table} has rows without {dated}"
            )
        return n_rows

    def _number_files(self) -> None:
        """Put in `file_order`: whose copy of a line counts as its place, where several hold it."""
        if "file_order" in self._kinds:
            return
        streams = sorted(
            read_ledger(self.con, self.source).streams.values(),
            key=lambda stream: (stream.path, stream.file_id),
        )
        self.rows(
            "file_order",
            {"file_id": "VARCHAR", "file_rank": "BIGINT"},
            [(stream.file_id, rank) for rank, stream in enumerate(streams)],
        )

    def distinct_lines(
        self, feed: str, paths: Sequence[str], where: str, parameters: Mapping[str, object]
    ) -> None:
        """Put in `raw_<feed>`: each line once, as often as the file that holds it most often.

        Equal lines of one file are different occurrences; across files the n-th is one line.

        Args:
            feed: which.
            paths: files of the lake that may hold the lines.
            where: what follows `from`, to choose them.
            parameters: of that.
        """
        raw = f"raw_{feed}"
        if not paths:
            self.empty_table(raw, self.adapter.raw_tables[feed])
            return
        if not self.table(raw, f"from ({self.raw_sql(feed, paths)}) {where}", parameters):
            return
        shared = "select line_id from lines group by line_id having min(file_id) <> max(file_id)"
        told = "min(file_id) is not distinct from max(file_id), count(distinct line_id) = count(*)"
        is_one_file, is_each_once = self.values(f"select {told} from {raw}")[0]
        if is_one_file or is_each_once:
            return
        if not self.values(f"{shared} limit 1".replace("lines", raw)):
            return
        self._number_files()
        self.rename(raw, "lines")
        types = ", ".join(self.adapter.raw_tables[feed])
        self.table(
            raw,
            f"""
            with shared as ({shared}),
            counted as (
                select *, row_number() over (partition by file_id, line_id order by line_no)
                    as occurrence
                from lines semi join shared using (line_id)
            ),
            chosen as (
                select {types}
                from counted left join file_order using (file_id)
                qualify row_number() over (
                    partition by line_id, occurrence
                    order by file_rank nulls last, file_id, line_no
                ) = 1
            )
            select * from lines anti join shared using (line_id)
            union all
            select * from chosen
            """,
        )


def names_in(sql: str) -> set[str]:
    """Every name that some SQL may mean."""
    return set(re.findall(r"\w+", sql))


def _nothing(types: Mapping[str, str]) -> str:
    """SQL of no rows with columns of some types."""
    nulls = ", ".join(f"cast(null as {kind}) as {name}" for name, kind in types.items())
    return f"select {nulls} where false"


@contextmanager
def open_workspace(
    con: duckdb.DuckDBPyConnection,
    project: Project,
    source: str,
    adapter: Adapter,
    *,
    manifest: Manifest,
    contracts: Mapping[str, Contract],
    offsets: Iterable[tuple[datetime, int]],
) -> Generator[Workspace]:
    """Open a workspace: a database of its own within the process's DuckDB, gone when it is closed.

    It shares the memory, the threads and the spill folder of the warehouse copy.

    Args:
        con: the warehouse copy.
        project: whose lake.
        source: which.
        adapter: of the source's kind.
        manifest: of the source.
        contracts: of the tables that the adapter delivers.
        offsets: since when (UTC) local time is how many seconds ahead of UTC.
    """
    work = con.cursor()
    name = duck.identifier(f"workspace of {source}")
    try:
        # A new instance would cost ten times as much, and take as much memory again.
        work.execute(f"attach ':memory:' as {name}; use {name}")
        space = Workspace(work, con, project, source, adapter, manifest, contracts)
        types = {"from_utc": "TIMESTAMP", "offset_s": "INTEGER"}
        space.rows("zone_offset", types, list(offsets))
        yield space
    finally:
        work.close()
        con.execute(f"detach database if exists {name}")


def overlaps(file: LakeFile, spans: Sequence[tuple[datetime, datetime]]) -> bool:
    """Whether a raw file may hold lines of any of some spans of time."""
    if file.first_at is None or file.last_at is None:
        return False
    return any(first <= file.last_at and file.first_at <= last for first, last in spans)


def days_overlap(day: date | None, spans: Sequence[tuple[date, date]]) -> bool:
    """Whether a day lies in any of some spans of days, ends included."""
    return day is not None and any(first <= day <= last for first, last in spans)
