"""The private in-memory database in which staging is derived, and what stands in it.

Apart from the warehouse, so that nothing half done ever is in the file that gets published.
"""

import shutil
from collections.abc import Callable, Generator, Iterable, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime

import duckdb
import polars as pl

from assets.ingest.adapter import Adapter
from assets.ingest.errors import AdapterError
from assets.ingest.ledger import read_ledger
from pipelines.settings import Project
from pipelines.sql_models.contracts import Contract, load_contracts
from pipelines.storage import duck, lake
from pipelines.storage.lake import LakeFile, live_rows_sql, read_files

Wanted = Callable[[LakeFile], bool]


@dataclass
class Workspace:
    """A database for deriving one source, beside the warehouse copy it is derived for."""

    work: duckdb.DuckDBPyConnection
    con: duckdb.DuckDBPyConnection
    project: Project
    source: str
    adapter: Adapter
    contracts: Mapping[str, Contract]
    """Of the tables that the adapter delivers."""
    _n_answers: int = 0
    _kinds: dict[str, str] = field(default_factory=dict)

    def of_unit(self, unit: str) -> list[Contract]:
        """The contracts of one unit, ordered by table."""
        return [contract for contract in self.contracts.values() if contract.unit == unit]

    def frame(self, name: str, frame: pl.DataFrame) -> None:
        """Put a frame in as a temporary table."""
        self.work.register("incoming_frame", frame)
        self.table(name, "from incoming_frame")
        self.work.unregister("incoming_frame")

    def table(self, name: str, sql: str, parameters: Mapping[str, object] | None = None) -> None:
        """Put a query's rows in as a temporary table."""
        self.drop(name)
        self.work.execute(f"create temp table {name} as {sql}", dict(parameters or {}))
        self._kinds[name] = "table"

    def empty_table(self, name: str, types: Mapping[str, str]) -> None:
        """Put in a temporary table without rows."""
        self.drop(name)
        body = ", ".join(f"{column} {kind}" for column, kind in types.items())
        self.work.execute(f"create temp table {name} ({body})")
        self._kinds[name] = "table"

    def view(self, name: str, sql: str) -> None:
        """Put a query in as a temporary view."""
        self.drop(name)
        self.work.execute(f"create temp view {name} as {sql}")
        self._kinds[name] = "view"

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
        files = lake.manifest(self.con, lake.RAW, source=self.source, table=feed)
        return sorted({file.path for file in files if wanted(file)})

    def raw_sql(self, feed: str, paths: Iterable[str]) -> str:
        """SQL of the rows of some raw files, typed, also when there is none."""
        types = self.adapter.raw_tables[feed]
        paths = list(paths)
        nulls = ", ".join(f"cast(null as {kind}) as {name}" for name, kind in types.items())
        nothing = f"select {nulls} where false"
        if not paths:
            return nothing
        # Files of an earlier version, kept because landing lost them, may lack columns.
        typed = ", ".join(f"cast({name} as {kind}) as {name}" for name, kind in types.items())
        rows = read_files(self.project.lake, paths)
        return f"select {typed} from ({nothing} union all by name select * from {rows})"

    def staging_sql(self, table: str, wanted: Wanted = lambda _: True) -> str:
        """SQL of the source's rows of a staging table as they stand, of chosen days."""
        contract = load_contracts()[table]
        files = [
            file
            for file in lake.manifest(self.con, lake.STAGING, source=self.source, table=table)
            if wanted(file)
        ]
        if not files:
            empty = f"empty_{table}"
            if empty not in self._kinds:
                types = {name: spec.type for name, spec in contract.columns.items()}
                self.empty_table(empty, types)
            return f"select * from {empty}"
        return self._live(contract, files)

    def _live(self, contract: Contract, files: list[LakeFile]) -> str:
        # A table of its own for each answer: the manifest changes, and earlier answers stay valid.
        self._n_answers += 1
        live = f"live_days_{self._n_answers}"
        self.empty_table(live, {"path": "varchar", "local_date": "date"})
        rows = live_rows_sql(self.work, self.project.lake, files, live)
        columns = ", ".join(
            f"cast({name} as {spec.type}) as {name}" for name, spec in contract.columns.items()
        )
        return f"select {columns} from ({rows})"

    def forget_out(self) -> None:
        """Drop what an adapter derived before, so that it is never taken for new."""
        for (name,) in self.values(
            "select table_name from duckdb_tables() where starts_with(table_name, 'out_')"
        ):
            self.work.execute(f"drop table {name}")

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

    def stamp(self, contract: Contract, name: str, zone: str) -> None:
        """Put `out_<table>` in as `name`, with source, zone and local day, typed.

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
        self.table(
            name,
            f"select $source as source, $zone as zone, {day} as local_date, {own}, "
            "cast(o.file_id as varchar) as file_id, cast(o.line_no as bigint) as line_no "
            f"from out_{contract.table} o {join}",
            {"source": self.source, "zone": zone},
        )
        if dated and self.values(f"select 1 from {name} where local_date is null limit 1"):
            raise AdapterError(
                f"{self.adapter.kind}: out_{contract.table} has rows without {dated}"
            )

    def number_files(self) -> None:
        """Put in `file_order`: whose copy of a line counts as its place, where several hold it."""
        streams = sorted(
            read_ledger(self.con, self.source).streams.values(),
            key=lambda stream: (stream.path, stream.file_id),
        )
        self.frame(
            "file_order",
            pl.DataFrame(
                {
                    "file_id": [stream.file_id for stream in streams],
                    "file_rank": list(range(len(streams))),
                },
                schema={"file_id": pl.String, "file_rank": pl.Int64},
            ),
        )

    def distinct_lines(
        self, feed: str, lines_sql: str, parameters: Mapping[str, object] | None = None
    ) -> None:
        """Put in `raw_<feed>`: each line once, as often as the file that holds it most often.

        Equal lines of one file are different occurrences; across files the n-th is one line.
        """
        raw = f"raw_{feed}"
        self.table(raw, lines_sql, parameters)
        shared = "select line_id from lines group by line_id having min(file_id) <> max(file_id)"
        told = "min(file_id) is not distinct from max(file_id), count(distinct line_id) = count(*)"
        is_one_file, is_each_once = self.values(f"select {told} from {raw}")[0]
        if is_one_file or is_each_once:
            return
        if not self.values(f"{shared} limit 1".replace("lines", raw)):
            return
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


@contextmanager
def open_workspace(
    con: duckdb.DuckDBPyConnection,
    project: Project,
    source: str,
    adapter: Adapter,
    *,
    contracts: Mapping[str, Contract],
    offsets: pl.DataFrame,
) -> Generator[Workspace]:
    """Open a workspace; what does not fit into memory spills into `var/spill`."""
    storage = project.settings.storage
    work = duck.connect(memory_limit=storage.memory_limit, threads=storage.threads)
    try:
        spill = project.var / "spill"
        # What a killed run spilled is of no use to anybody.
        shutil.rmtree(spill, ignore_errors=True)
        spill.mkdir(parents=True, exist_ok=True)
        work.execute(f"set temp_directory = {duck.literal(str(spill))}")
        space = Workspace(work, con, project, source, adapter, contracts)
        space.frame("zone_offset", offsets.select("from_utc", "offset_s"))
        space.number_files()
        yield space
    finally:
        work.close()


def overlaps(file: LakeFile, spans: Sequence[tuple[datetime, datetime]]) -> bool:
    """Whether a raw file may hold lines of any of some spans of time."""
    if file.first_at is None or file.last_at is None:
        return False
    return any(first <= file.last_at and file.first_at <= last for first, last in spans)


def days_overlap(day: date | None, spans: Sequence[tuple[date, date]]) -> bool:
    """Whether a day lies in any of some spans of days, ends included."""
    return day is not None and any(first <= day <= last for first, last in spans)
