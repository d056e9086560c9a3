"""A run as a transaction on a copy: what is published, what is not, what is kept."""

import contextlib
import shutil
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import duckdb
import pytest

from pipelines.settings import Project
from pipelines.storage import integrity, recovery, steps
from pipelines.storage.duck import connect_for
from pipelines.storage.errors import DiskSpaceError, MemoryLimitError, PublicationError
from pipelines.storage.publication import Store, connect_published
from tests.pipelines.storage.builder import ROOT, Builder
from tests.pipelines.storage.centre import build, number_seen, project_in, publish, run

Published = Callable[[int], Project]


def seen(project: Project) -> int:
    with connect_published(project) as con:
        return number_seen(con)


def files(project: Project) -> set[str]:
    return {path.name for path in project.var.iterdir()}


def at_step(name: str, do: Callable[[], object]) -> Callable[[str], None]:
    """A `steps.reached` that does something at one step."""

    def reached(step: str) -> None:
        if step == name:
            do()

    return reached


def test_first_run_then_next(project: Project) -> None:
    store = Store(project)
    assert (store.current(), store.publications(), store.faults()) == (None, [], [])
    with pytest.raises(PublicationError, match="nothing is published there"):
        connect_published(project)
    with store.session() as session:
        assert (session.number, session.base, session.notes) == (1, None, [])
        assert session.must_publish
        build(session)
        assert not project.warehouse.exists()
        first = publish(session, "run-a")
    assert project.warehouse.readlink() == Path("var/warehouse-1.duckdb")
    assert stat.S_IMODE(first.path.stat().st_mode) == 0o444
    assert files(project) == {"warehouse-1.duckdb", "publications.json", "run.lock"}
    with store.session() as session:
        assert session.number == 2
        assert session.base == first == store.current()
        assert not session.must_publish
        build(session)
        second = publish(session)
    assert (second.number, second.parent, second.run_id) == (2, 1, "run-2")
    assert store.publications() == [second, first]
    assert store.faults(deep=True) == []
    with connect_published(project) as con:
        rows = con.execute("from ops.publication order by publication_id").fetchall()
        assert [row[:2] for row in rows] == [(1, "run-a"), (2, "run-2")]
        assert rows[1][2] == second.published_at.replace(tzinfo=None)
        assert rows[1][3:] == (
            "0.1.0",
            "inputs-2",
            '{"asterisk.queue_log": "2026-11-21 10:00:00"}',
            3,
            1,
        )


def test_leaving_without_publishing_changes_nothing(published: Published) -> None:
    project = published(1)
    before = (project.var / "publications.json").read_bytes()
    with Store(project).session() as session:
        build(session)
    with pytest.raises(ZeroDivisionError), Store(project).session() as session:
        build(session)
        _ = 1 / 0
    assert seen(project) == 1
    assert files(project) == {"warehouse-1.duckdb", "publications.json", "run.lock"}
    assert (project.var / "publications.json").read_bytes() == before


def test_old_connection_sees_old_data_and_a_new_one_new(published: Published) -> None:
    project = published(1)
    with connect_published(project) as old:
        run(project)
        with connect_published(project) as new:
            assert (number_seen(old), number_seen(new)) == (1, 2)
            assert number_seen(old) == 1


def test_readers_are_never_blocked(builder: Builder, tmp_path: Path) -> None:
    """Another program opens the link again and again, as an analyst would, through three runs."""
    builder.do("run", tmp_path)
    code = (
        "import sys, select, duckdb\n"
        "from tests.pipelines.storage.centre import number_seen\n"
        "seen = []\n"
        "print('ready', flush=True)\n"
        "while not select.select([sys.stdin], [], [], 0)[0]:\n"
        "    with duckdb.connect(sys.argv[1], read_only=True) as con:\n"
        "        seen.append(number_seen(con))\n"
        "print(seen == sorted(seen), len(seen), *sorted(set(seen)))\n"
    )
    reader = subprocess.Popen(
        [sys.executable, "-c", code, str(tmp_path / "warehouse.duckdb")],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert reader.stdout is not None
    assert reader.stdout.readline() == "ready\n"
    for _ in range(3):
        outcome = builder.do("run", tmp_path)
        assert outcome.error is None
    said, _ = reader.communicate("stop\n", timeout=20)
    in_order, n_reads, *numbers = said.split()
    assert reader.returncode == 0
    assert in_order == "True"
    assert int(n_reads) > 12
    assert len(numbers) >= 3


def test_older_publications_are_pruned_but_open_ones_can_be_read_on(
    published: Published,
) -> None:
    project = project_in(published(3).root, keep_publications=2)
    with connect_published(project) as old:
        run(project)
        run(project)
        assert [p.number for p in Store(project).publications()] == [5, 4]
        assert not (project.var / "warehouse-3.duckdb").exists()
        assert old.execute("select sum(v) > 0 from core.fact").fetchone() == (True,)


def test_restored_publication_is_the_base_of_the_next(published: Published) -> None:
    project = published(3)
    store = Store(project)
    assert store.restore().number == 2
    assert seen(project) == 2
    assert store.restore(1) == store.current()
    with pytest.raises(PublicationError, match="no earlier publication: there are 3, 2, 1"):
        store.restore()
    with pytest.raises(PublicationError, match="no publication 9: there are 3, 2, 1"):
        store.restore(9)
    assert seen(project) == 1
    fourth = run(project)
    assert (fourth.number, fourth.parent) == (4, 1)
    with connect_published(project) as con:
        days = con.execute("select day from core.day order by day").fetchall()
        assert days == [(0,), (1,)], "what was turned away from must not come back"


def test_restore_refuses_a_changed_file_unless_told_to(project: Project) -> None:
    store = Store(project)
    with pytest.raises(PublicationError, match="`callmart run` makes the first"):
        store.restore()
    run(project)
    second = run(project)
    second.path.chmod(0o644)
    with duckdb.connect(str(second.path)) as con:
        con.execute("comment on table core.fact is 'corrected by hand'")
    with pytest.raises(PublicationError, match=r"was changed .*`callmart restore 2 --as-it-is`"):
        store.restore(2)
    accepted = store.restore(2, as_it_is=True)
    assert (accepted.number, accepted.run_id, accepted.input_hash) == (2, "run-2", "")
    assert stat.S_IMODE(second.path.stat().st_mode) == 0o444
    with store.session() as session:
        assert session.base == accepted
        assert session.notes == []


def test_as_it_is_must_still_be_a_warehouse(published: Published) -> None:
    project = published(1)
    (project.var / "warehouse-7.duckdb").write_bytes(b"no database at all")
    with pytest.raises(PublicationError, match=r"warehouse-7\.duckdb cannot be read back"):
        Store(project).restore(7, as_it_is=True)
    with pytest.raises(PublicationError, match="no publication 8"):
        Store(project).restore(8, as_it_is=True)
    assert seen(project) == 1


@pytest.mark.parametrize("work", ["create table core.late (i int)", "select no_such_column"])
def test_open_transaction_is_not_published(published: Published, work: str) -> None:
    project = published(1)
    with (
        pytest.raises(PublicationError, match="has to be committed or rolled back"),
        Store(project).session() as session,
    ):
        build(session)
        session.con.execute("begin")
        with contextlib.suppress(duckdb.Error):
            session.con.execute(work)
        publish(session)
    assert seen(project) == 1


def test_second_connection_to_the_copy_is_found(published: Published) -> None:
    project = published(1)
    with Store(project).session() as session:
        build(session)
        with connect_for(project, project.var / "next.duckdb") as other:
            other.execute("insert into core.fact values (0, 0, 0)")
            with pytest.raises(PublicationError, match="still open in this process"):
                publish(session)
    assert seen(project) == 1


def test_unfinished_work_of_a_cursor_is_not_published(project: Project) -> None:
    with Store(project).session() as session:
        build(session)
        other = session.con.cursor()
        other.execute("begin")
        other.execute("insert into core.fact values (0, 0, 0)")
        publish(session)
    assert seen(project) == 1


def test_view_on_what_is_only_attached_is_not_published(published: Published) -> None:
    project = published(1)
    with Store(project).session() as session:
        build(session)
        session.con.execute("attach ':memory:' as staging")
        session.con.execute("create table staging.contact as select 1 as i")
        session.con.execute("create view core.v_contact as select * from staging.contact")
        with pytest.raises(PublicationError, match=r"view core\.v_contact works only inside"):
            publish(session)
    assert seen(project) == 1


def test_file_that_lost_rows_is_not_published(
    published: Published, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the checks saw has to be in the file when it is read back."""
    project = published(1)

    def lose_rows() -> None:
        with duckdb.connect(str(project.var / "next.duckdb")) as con:
            con.execute("delete from core.fact where v = 0")

    monkeypatch.setattr(steps, "reached", at_step("publish.closed", lose_rows))
    with Store(project).session() as session:
        build(session)
        with pytest.raises(PublicationError, match=r"what the checks saw, in core\.fact"):
            publish(session)
    assert seen(project) == 1


def test_damaged_file_is_not_published(
    published: Published, monkeypatch: pytest.MonkeyPatch
) -> None:
    project = published(1)

    def damage() -> None:
        with (project.var / "next.duckdb").open("r+b") as file:
            for offset in range(12_288, 1_000_000, 4096):
                file.seek(offset)
                file.write(b"\xff" * 64)

    monkeypatch.setattr(steps, "reached", at_step("publish.closed", damage))
    with Store(project).session() as session:
        build(session)
        with pytest.raises(PublicationError, match="cannot be read back"):
            publish(session)
    assert seen(project) == 1


def test_published_once_only(project: Project) -> None:
    with Store(project).session() as session:
        build(session)
        publish(session)
        with pytest.raises(PublicationError, match="has published already"):
            publish(session)
    assert seen(project) == 1


def test_too_little_room_is_said_before_anything_is_done(
    published: Published, monkeypatch: pytest.MonkeyPatch
) -> None:
    project = published(1)
    monkeypatch.setattr(integrity.shutil, "disk_usage", lambda _: SimpleNamespace(free=50_000_000))
    wanted = r"with 50 MB free; a copy of publication 1 .* needs \d+ MB. Free some space"
    with pytest.raises(DiskSpaceError, match=wanted), Store(project).session():
        pytest.fail("must not begin")
    monkeypatch.setattr(
        integrity.shutil, "disk_usage", lambda _: SimpleNamespace(free=1_000_000_000)
    )
    with Store(project).session():
        pass
    with (
        pytest.raises(DiskSpaceError, match=r"needs 2\.1 GB"),
        Store(project).session(extra_bytes=2_000_000_000),
    ):
        pytest.fail("must not begin")


def test_too_little_memory_names_the_setting(tmp_path: Path) -> None:
    project = project_in(tmp_path, memory_limit="20MB", threads=1)
    wanted = r"the 20MB of memory .* memory_limit under \[storage\] in callmart.toml"
    with pytest.raises(MemoryLimitError, match=wanted), Store(project).session() as session:
        session.con.execute("set temp_directory = ''")
        session.con.execute("select list(range) from range(10_000_000)").fetchall()
    assert not project.warehouse.exists()


def test_trouble_after_the_flip_is_a_note(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise PermissionError(13, "not yours")

    monkeypatch.setattr(recovery, "prune", fail)
    with Store(project).session() as session:
        build(session)
        assert publish(session).number == 1
        assert session.notes == ["older publications could not be tidied up: [Errno 13] not yours"]
    assert seen(project) == 1


def test_file_in_the_place_of_the_link_is_kept(published: Published) -> None:
    project = published(1)
    project.warehouse.unlink()
    project.warehouse.write_bytes(b"somebody's own")
    assert "is not the link that callmart publishes" in Store(project).faults()[0]
    with Store(project).session() as session:
        assert session.must_publish
        assert session.base is not None
        assert "it is moved to" in session.notes[0]
        build(session)
        publish(session)
    assert seen(project) == 2
    (kept,) = (project.var / "set-aside").iterdir()
    assert kept.read_bytes() == b"somebody's own"


def test_moved_project_goes_on(published: Published, tmp_path: Path) -> None:
    shutil.move(published(1).root, tmp_path / "there")
    moved = project_in(tmp_path / "there")
    assert seen(moved) == 1
    assert run(moved).parent == 1


def test_limits_of_the_project_file_hold(tmp_path: Path) -> None:
    project = project_in(tmp_path, memory_limit="500MB", threads=1)
    asked = "select current_setting('memory_limit'), current_setting('threads')"
    with Store(project).session() as session:
        assert session.con.execute(asked).fetchone() == ("476.8 MiB", 1)
        build(session)
        publish(session)
    with connect_published(project) as con:
        assert con.execute(asked).fetchone() == ("476.8 MiB", 1)
