"""What a run builds on when somebody laid hands on what was published."""

import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from pipelines.settings import Project
from pipelines.storage import base
from pipelines.storage.errors import PublicationError
from pipelines.storage.publication import Store, connect_published
from tests.pipelines.storage.centre import build, number_seen, publish, run

Published = Callable[[int], Project]


def change_a_byte(path: Path) -> None:
    path.chmod(0o644)
    with path.open("r+b") as file:
        file.seek(path.stat().st_size - 5)
        file.write(b"?")


def append(path: Path) -> None:
    path.chmod(0o644)
    with path.open("ab") as file:
        file.write(b"?")


def leave_wal(path: Path) -> None:
    path.with_name(path.name + ".wal").write_bytes(b"left by an editor")


def remove(path: Path) -> None:
    path.unlink()


FAULTS: dict[str, tuple[Callable[[Path], None], str]] = {
    "content": (change_a_byte, "was changed after it was published: its SHA-256 is"),
    "size": (append, "was changed after it was published: 2,"),
    "wal": (leave_wal, r"warehouse-2\.duckdb\.wal lies beside warehouse-2\.duckdb: somebody"),
    "gone": (remove, r"warehouse-2\.duckdb is gone"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_changed_base_is_refused_and_the_untouched_one_before_taken(
    published: Published, fault: str
) -> None:
    project = published(2)
    store = Store(project)
    second, first = store.publications()
    damage, said = FAULTS[fault]
    damage(second.path)
    with store.session() as session:
        assert session.base == first
        assert session.number == 3
        assert session.must_publish
        refused, instead = session.notes
        assert re.search(said, refused), refused
        assert refused.endswith("It is not used as base")
        assert instead.startswith("publication 1 of 20")
        assert "is the base instead of 2" in instead
        build(session)
        third = publish(session)
    assert (third.number, third.parent) == (3, 1)
    with connect_published(project) as con:
        assert number_seen(con) == 3
        rows = con.execute("select publication_id from ops.publication order by rowid").fetchall()
        assert rows == [(1,), (3,)]
    assert len(store.faults(deep=True)) == (1 if fault in ("content", "size", "wal") else 0)


def test_faults_are_cheap_unless_deep(published: Published) -> None:
    project = published(1)
    change_a_byte(project.var / "warehouse-1.duckdb")
    assert Store(project).faults() == []
    (fault,) = Store(project).faults(deep=True)
    assert fault.endswith("The next run does not build on it.")


def test_wal_beside_the_link_is_moved_away_at_publication(published: Published) -> None:
    """Older clients of DuckDB keep it there, and a stale one would stop every reader."""
    project = published(2)
    leave_wal(project.warehouse)
    with Store(project).session() as session:
        assert session.base is not None
        assert session.base.number == 1
        build(session)
        publish(session)
    assert not (project.root / "warehouse.duckdb.wal").exists()
    (kept,) = (project.var / "set-aside").iterdir()
    assert kept.read_bytes() == b"left by an editor"


def test_nothing_untouched_is_an_error_that_says_what_to_do(published: Published) -> None:
    project = published(1)
    only = Store(project).publications()[0]
    leave_wal(only.path)
    with pytest.raises(PublicationError) as error, Store(project).session():
        pytest.fail("must not begin")
    text = str(error.value)
    assert "warehouse-1.duckdb.wal lies beside warehouse-1.duckdb" in text
    assert "Either remove the .wal" in text
    assert "`callmart restore N --as-it-is`" in text
    only.path.with_name("warehouse-1.duckdb.wal").unlink()
    assert run(project).parent == 1


def test_lost_journal_and_its_remedy(published: Published) -> None:
    project = published(1)
    store = Store(project)
    (project.var / "publications.json").unlink()
    assert store.current() is None
    assert "is not in" in store.faults()[0]
    with (
        pytest.raises(PublicationError, match=r"warehouse-1\.duckdb is not in publications\.json"),
        store.session(),
    ):
        pytest.fail("must not begin")
    assert store.restore(1, as_it_is=True).number == 1
    assert run(project).parent == 1


def test_damaged_journal_is_named(published: Published) -> None:
    project = published(1)
    (project.var / "publications.json").write_text('{"format": 1, "publications": 3}')
    with pytest.raises(PublicationError, match=r"publications\.json is damaged .*Move it away"):
        Store(project).current()


@pytest.mark.parametrize("target", [None, "elsewhere.duckdb"])
def test_link_that_is_missing_or_foreign(published: Published, target: str | None) -> None:
    project = published(2)
    project.warehouse.unlink()
    if target is not None:
        project.warehouse.symlink_to(target)
    assert len(Store(project).faults()) == 1
    with Store(project).session() as session:
        assert session.base is not None
        assert session.base.number == 2
        assert session.must_publish
        assert len(session.notes) == 1
        build(session)
        publish(session)
    assert project.warehouse.readlink() == Path("var/warehouse-3.duckdb")
    assert Store(project).faults(deep=True) == []


def test_link_removed_after_a_restore_means_the_restored_one(published: Published) -> None:
    project = published(3)
    Store(project).restore(2)
    project.warehouse.unlink()
    with Store(project).session() as session:
        assert session.base is not None
        assert session.base.number == 2


def test_ancestors_come_before_what_was_turned_away_from(published: Published) -> None:
    """1, 2, 3, back to 1, 4 on it: when 4 is changed, 1 is taken and not 3."""
    project = published(3)
    Store(project).restore(1)
    fourth = run(project)
    append(fourth.path)
    with Store(project).session() as session:
        assert session.base is not None
        assert session.base.number == 1
    append(project.var / "warehouse-1.duckdb")
    with Store(project).session() as session:
        assert session.base is not None
        assert session.base.number == 3
        assert len(session.notes) == 3


def test_everything_moved_away_begins_anew_with_a_new_number(published: Published) -> None:
    project = published(2)
    project.warehouse.unlink()
    away = project.root / "away"
    away.mkdir()
    for path in project.var.glob("warehouse-*.duckdb"):
        shutil.move(path, away)
    with Store(project).session() as session:
        assert session.base is None
        assert session.number == 3
        assert session.notes == [
            "no publication is left in the project: everything is built from landing"
        ]
        build(session)
        publish(session)
    assert [p.number for p in Store(project).publications()] == [3]


def test_base_that_cannot_be_read_is_like_a_changed_one(
    published: Published, monkeypatch: pytest.MonkeyPatch
) -> None:
    project = published(2)
    whole = {name: getattr(base, name) for name in ("copy_file", "hash_file")}

    def failing(name: str) -> Callable[..., object]:
        def work(source: Path, *arguments: object, **options: object) -> object:
            if source.name == "warehouse-2.duckdb":
                raise OSError(5, "Input/output error")
            return whole[name](source, *arguments, **options)

        return work

    for name in whole:
        monkeypatch.setattr(base, name, failing(name))
    with Store(project).session() as session:
        assert session.base is not None
        assert session.base.number == 1
        assert session.notes[0].startswith("warehouse-2.duckdb cannot be read (Input/output error)")


def test_copy_that_cannot_be_written_is_not_the_fault_of_the_base(
    published: Published, monkeypatch: pytest.MonkeyPatch
) -> None:
    project = published(2)

    def fail(*_: object, **__: object) -> object:
        raise OSError(13, "Permission denied")

    monkeypatch.setattr(base, "copy_file", fail)
    with (
        pytest.raises(
            PublicationError, match=r"next\.duckdb cannot be written \(Permission denied"
        ),
        Store(project).session(),
    ):
        pytest.fail("must not begin")
