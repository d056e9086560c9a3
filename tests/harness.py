"""A project folder for whole-way tests: lay files down, run, and compare what is published."""

from pathlib import Path

import duckdb

from pipelines.settings import PROJECT_FILE, Project, load_project

SETTINGS = """\
[centre]
name = "Test centre"
timezone = "{zone}"

[storage]
# Two tests run at a time, and small files gain nothing from more.
threads = 1

[sources.pbx]
kind = "asterisk"
{extra}
"""


def make_project(
    root: Path, files: dict[str, bytes], *, zone: str = "Etc/UTC", extra: str = "", key: bytes = b""
) -> Project:
    """A project with `files` (name -> content) in landing/pbx.

    The key is the same in every project unless given, so that pseudonyms compare.
    """
    landing = root / "landing" / "pbx"
    landing.mkdir(parents=True)
    (root / "var").mkdir(mode=0o700)
    (root / PROJECT_FILE).write_text(SETTINGS.format(zone=zone, extra=extra), encoding="utf-8")
    project = load_project(root)
    project.key_file.write_bytes(key or bytes(range(32)))
    project.key_file.chmod(0o600)
    land(project, files)
    return project


def land(project: Project, files: dict[str, bytes]) -> None:
    """Put files into landing/pbx; a name may hold folders."""
    for name, content in files.items():
        path = project.landing("pbx") / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


def relations(con: duckdb.DuckDBPyConnection) -> list[str]:
    """Every table of core and marts; what views say follows from them."""
    return [
        f"{schema}.{name}"
        for schema, name in con.execute(
            """
            select table_schema, table_name from information_schema.tables
            where table_schema in ('core', 'marts') and table_type = 'BASE TABLE'
            order by all
            """
        ).fetchall()
    ]


def fingerprint(project: Project) -> dict[str, str]:
    """Table -> hash of its rows, exported sorted: what must be equal byte by byte."""
    with duckdb.connect(str(project.warehouse.resolve()), read_only=True) as con:
        return {name: _hash_of(con, name) for name in relations(con)}


def _hash_of(con: duckdb.DuckDBPyConnection, relation: str) -> str:
    return con.execute(
        f"""
        select coalesce(md5(string_agg(row, chr(10) order by row)), '')
        from (select to_json(t)::varchar as row from {relation} as t)
        """
    ).fetchone()[0]


def differing(one: dict[str, str], other: dict[str, str]) -> list[str]:
    """Relations that are not byte-equal."""
    return sorted(name for name in one.keys() | other.keys() if one.get(name) != other.get(name))
