"""What lines mean, as SQL: one file for each step, run in the order of its number.

A file `20_instant.sql` is one `select` and becomes the temporary table `instant`; those named
`out_<table>` are results. They read `raw_`, `work_` and `staging_` relations of the engine and
the `opt_` tables of `inputs.py`.
"""

from dataclasses import dataclass
from functools import cache
from hashlib import blake2b
from importlib.resources import files

import duckdb

_FOLDERS = ("reference", "contacts", "agents")


@dataclass(frozen=True)
class Step:
    """One file: the table it makes and its select."""

    table: str
    sql: str


@cache
def steps(folder: str) -> tuple[Step, ...]:
    """The steps of one derivation, in order."""
    found = sorted(
        (entry.name, entry.read_text("utf-8"))
        for entry in files(__name__).joinpath(folder).iterdir()
        if entry.name.endswith(".sql")
    )
    return tuple(Step(name.removesuffix(".sql").split("_", 1)[1], sql) for name, sql in found)


def run_steps(con: duckdb.DuckDBPyConnection, run: tuple[Step, ...]) -> None:
    """Make each step's table."""
    for step in run:
        con.execute(f"create or replace temp table {step.table} as\n{step.sql}")


def sql_fingerprint() -> str:
    """Hash of every step."""
    hashed = blake2b(digest_size=8)
    for folder in _FOLDERS:
        for step in steps(folder):
            hashed.update(f"{folder}/{step.table}\n{step.sql}".encode())
    return hashed.hexdigest()
