"""A project of one source of mapped files, and staging as a run leaves it."""

from pathlib import Path
from typing import Any

import duckdb
import polars as pl

from assets.ingest.refresh import ingest
from pipelines.settings import PROJECT_FILE, Project, load_project
from pipelines.sql_models import load_contracts
from pipelines.storage.duck import connect
from pipelines.storage.lake import attach_staging
from pipelines.storage.ops import create_ops

SETTINGS = """\
[centre]
name = "Test centre"
timezone = "{zone}"
country = "GB"

[storage]
threads = 1

[sources.files]
kind = "tabular"
"""


class Tabular:
    """A project with mappings, and a warehouse without models."""

    def __init__(self, root: Path, zone: str = "Etc/UTC") -> None:
        for folder in ("landing/files", "mappings"):
            (root / folder).mkdir(parents=True)
        (root / "var").mkdir(mode=0o700)
        (root / PROJECT_FILE).write_text(SETTINGS.format(zone=zone), encoding="utf-8")
        self.project: Project = load_project(root)
        self.project.key_file.write_bytes(bytes(range(32)))
        self.project.key_file.chmod(0o600)
        self.con: duckdb.DuckDBPyConnection = connect(root / "var" / "built.duckdb", threads=1)
        create_ops(self.con)
        self.messages: list[str] = []

    def map(self, name: str, text: str) -> None:
        """Write a mapping."""
        (self.project.root / "mappings" / f"{name}.yml").write_text(text, encoding="utf-8")

    def land(self, name: str, content: str | bytes) -> None:
        """Put a file into landing and read everything that is new."""
        data = content.encode() if isinstance(content, str) else content
        (self.project.landing("files") / name).write_bytes(data)

    def run(self, *, full: bool = False) -> None:
        """Read what is new."""
        self.messages = ingest(self.con, self.project, full=full).messages

    def rows(self, table: str, columns: str = "*", order: str = "all") -> list[tuple[Any, ...]]:
        """Rows of a staging table."""
        assert table in load_contracts()
        attach_staging(self.con, self.project)
        try:
            return self.con.execute(
                f"select {columns} from staging.{table} order by {order}"
            ).fetchall()
        finally:
            self.con.execute("detach database staging")

    def frame(self, sql: str) -> pl.DataFrame:
        """Rows of ops."""
        return self.con.sql(sql).pl()

    def refused(self) -> list[tuple[int, str]]:
        """Line and reason of each refused line."""
        return self.con.execute(
            "select line_no, reason from ops.quarantine order by path, line_no"
        ).fetchall()
