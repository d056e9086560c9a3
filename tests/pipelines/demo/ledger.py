"""The published small centre beside its ledger, to be asked in one query."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import duckdb


@dataclass
class Centre:
    """The warehouse as `w`, the ledger as views in `truth`, instants of both in UTC."""

    con: duckdb.DuckDBPyConnection

    def rows(self, sql: str) -> list[tuple]:
        """What a query gives."""
        return self.con.execute(sql).fetchall()

    def differences(self, said: str, true: str) -> list[tuple]:
        """Rows that only one of two queries gives, with which one."""
        return self.rows(
            f"""
            (select 'said', * from ({said} except all {true}))
            union all (select 'true', * from ({true} except all {said})) order by all limit 20
            """
        )


def _ledger(con: duckdb.DuckDBPyConnection, truth: Path) -> None:
    con.execute("set timezone = 'UTC'")
    con.execute("create schema memory.truth")
    for file in truth.glob("*.parquet"):
        columns = con.sql(f"describe from '{file}'").fetchall()
        shown = ", ".join(
            f'cast("{name}" as timestamp) as "{name}"' if "TIME ZONE" in kind else f'"{name}"'
            for name, kind, *_ in columns
        )
        con.execute(f"create view memory.truth.{file.stem} as select {shown} from '{file}'")


@contextmanager
def beside_its_ledger(project: Path) -> Iterator[Centre]:
    """Open both, read-only."""
    with duckdb.connect() as con:
        _ledger(con, project / "truth")
        con.execute(f"attach '{(project / 'warehouse.duckdb').resolve()}' as w (read_only)")
        con.execute("set search_path = 'w,memory'")
        yield Centre(con)
