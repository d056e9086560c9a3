"""The one way of opening DuckDB."""

import os
import re
import time
from pathlib import Path

import duckdb
import pytest

from pipelines.storage import duck
from pipelines.storage.duck import connect, identifier, literal
from tests.conftest import ROOT


def test_the_network_is_never_asked() -> None:
    with connect() as con:
        asked = (
            "select current_setting('autoinstall_known_extensions'), "
            "current_setting('autoload_known_extensions')"
        )
        assert con.execute(asked).fetchone() == (False, False)
        started = time.monotonic()
        for sql in ("from 'https://127.0.0.1:9/x.parquet'", "from read_xlsx('x.xlsx')"):
            with pytest.raises(duckdb.Error):
                con.execute(sql)
        assert time.monotonic() - started < 2


def test_limits_and_read_only(tmp_path: Path) -> None:
    path = tmp_path / "x.duckdb"
    with connect(path, memory_limit="1GB", threads=1) as con:
        con.execute("create table t as select 1 as i")
        assert con.execute("select current_setting('threads')").fetchone() == (1,)
    with connect(path, read_only=True) as con, pytest.raises(duckdb.InvalidInputException):
        con.execute("insert into t values (2)")


@pytest.mark.parametrize(
    ("machine_gib", "wanted"),
    [(1, "819.0 MiB"), (2, "1.3 GiB"), (64, "1.3 GiB")],
)
def test_memory_that_nobody_chose(monkeypatch, machine_gib, wanted) -> None:
    """The same on all machines, never more than DuckDB would take."""
    monkeypatch.setattr(duck, "_most_memory", lambda: machine_gib * 1024**3 * 4 // 5)
    with connect() as con:
        found = con.execute("select current_setting('memory_limit')").fetchone()
    assert found == (wanted,)


def test_memory_is_no_more_than_the_machines() -> None:
    machine = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    usual = int(duck.usual_memory().removesuffix("MiB")) * 1024**2
    assert 0 < usual < machine


@pytest.mark.parametrize("limit", ["500MB", "2GB", "3TB"])
def test_what_a_database_may_take_can_be_asked(limit) -> None:
    wanted = int(limit[:-2]) * 1000 ** (2 + ["MB", "GB", "TB"].index(limit[-2:]))
    with connect(memory_limit=limit) as con:
        assert duck.memory_of(con) == pytest.approx(wanted, rel=0.1)


@pytest.mark.parametrize("text", ["plain", "it's", "''", 'a "b"', "a;b--c"])
def test_quoting(text: str) -> None:
    with connect() as con:
        assert con.execute(f"select {literal(text)} as {identifier(text)}").fetchall() == [(text,)]
        assert con.description is not None
        assert con.description[0][0] == text


def test_nobody_opens_duckdb_another_way() -> None:
    """A connection made elsewhere could fetch an extension in the middle of a run."""
    folders = ("pipelines", "assets", "quality_checks", "reports", "models")
    guilty = [
        f"{path.relative_to(ROOT)}:{number}"
        for folder in folders
        for path in sorted((ROOT / folder).rglob("*.py"))
        if path != ROOT / "pipelines" / "storage" / "duck.py"
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1)
        if re.search(r"\bduckdb\.connect\(", line)
    ]
    assert guilty == [], "use pipelines.storage.duck.connect"
