"""Hashes, copies, syncs and replacements."""

import errno
import hashlib
import os
import shutil
from pathlib import Path

import duckdb
import pytest

from pipelines.storage import file_worker, integrity
from pipelines.storage.integrity import (
    Content,
    copy_file,
    flip_link,
    folder_state,
    hash_file,
    input_hash,
    is_disk_full,
    sync,
    write_whole,
)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "a file's name"
    path.write_bytes(os.urandom(9_000_001))
    return path


def test_hash_and_copy_in_a_child_process(file: Path) -> None:
    content = Content(hashlib.sha256(file.read_bytes()).hexdigest(), 9_000_001)
    assert hash_file(file) == content
    target = file.with_name("copy")
    assert copy_file(file, target) == content
    assert target.read_bytes() == file.read_bytes()
    assert target.stat().st_mode & 0o777 == 0o600
    with pytest.raises(OSError, match="File exists") as error:
        copy_file(file, target)
    assert error.value.errno == errno.EEXIST
    with pytest.raises(OSError, match="No such file"):
        hash_file(file.with_name("absent"))


def test_hashing_a_database_leaves_the_lock_of_who_has_it_open(tmp_path: Path) -> None:
    """Reading it in the same process would let a second writer in."""
    path = tmp_path / "open.duckdb"
    with duckdb.connect(str(path)) as con:
        con.execute("create table t as select 1 as i")
        hash_file(path)
        pid = os.fork()
        if pid == 0:
            try:
                lock = os.open(path, os.O_RDWR)
                os.lockf(lock, os.F_TLOCK, 0)
            except OSError:
                os._exit(7)
            os._exit(0)
        assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 7


def test_worker_that_dies_is_an_error(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(integrity.sys, "executable", shutil.which("false"))
    with pytest.raises(OSError, match="ended with code 1"):
        hash_file(file)


def test_full_sync_falls_back_where_the_file_system_does_not_know_it(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(file_worker, "_FULL_SYNC", 99_999)
    called = []
    monkeypatch.setattr(file_worker.os, "fsync", called.append)
    sync(file)
    assert len(called) == 1


def test_small_files_are_replaced_whole(tmp_path: Path) -> None:
    path = tmp_path / "journal.json"
    write_whole(path, "one")
    write_whole(path, "two")
    assert path.read_text() == "two"
    assert [p.name for p in tmp_path.iterdir()] == ["journal.json"]


def test_link_is_relative_and_replaced_where_it_stands(tmp_path: Path) -> None:
    """That it is never absent on the way is shown by the kills."""
    link = tmp_path / "warehouse.duckdb"
    (tmp_path / "var").mkdir()
    for n in (1, 2):
        (tmp_path / "var" / f"{n}").write_text(str(n))
        flip_link(link, tmp_path / "var" / f"{n}")
        assert link.readlink() == Path(f"var/{n}")
        assert link.read_text() == str(n)
    assert {path.name for path in tmp_path.iterdir()} == {"var", "warehouse.duckdb"}


def test_what_a_full_disk_looks_like() -> None:
    assert is_disk_full(OSError(errno.ENOSPC, "x"))
    assert is_disk_full(OSError(errno.EDQUOT, "x"))
    assert is_disk_full(duckdb.IOException("Could not write: No space left on device"))
    assert not is_disk_full(OSError(errno.EIO, "x"))
    assert not is_disk_full(ValueError("no space left on device"))


def test_input_hash_depends_on_all_parts_and_not_on_their_order() -> None:
    parts = {"files": [("a", 1)], "code": "0.1", "when": None}
    assert input_hash(parts) == input_hash(dict(reversed(parts.items())))
    assert input_hash(parts) != input_hash({**parts, "code": "0.2"})
    assert input_hash({"files": ["a", "b"]}) != input_hash({"files": ["ab"]})


def test_folder_state_sees_new_grown_and_touched_files(tmp_path: Path) -> None:
    source = tmp_path / "asterisk"
    (source / "old").mkdir(parents=True)
    (source / ".hidden").mkdir()
    (source / ".hidden" / "x").write_text("x")
    (source / ".part").write_text("x")
    (source / "old" / "queue_log.1").write_text("one")
    log = source / "queue_log"
    log.write_text("one")
    before = folder_state([source, tmp_path / "absent"])
    assert [(row[0], row[1], row[2]) for row in before] == [
        ("asterisk", "old/queue_log.1", 3),
        ("asterisk", "queue_log", 3),
    ]
    assert folder_state([source]) == before
    log.write_text("one two")
    grown = folder_state([source])
    assert grown != before
    os.utime(log, ns=(1, 1))
    assert folder_state([source]) not in (before, grown)
