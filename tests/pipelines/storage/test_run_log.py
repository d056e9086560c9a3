"""Runs, refusals and waivers, with several writers and with writers that are killed."""

import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from pipelines.settings import Project
from pipelines.storage.errors import RunLogError
from pipelines.storage.process import this_process
from pipelines.storage.publication import Store
from pipelines.storage.run_log import RunLog
from tests.pipelines.storage.centre import build, publish

TODAY = datetime.now(UTC).date()


@pytest.fixture
def log(project: Project) -> RunLog:
    return RunLog(project)


def in_fork(work: Callable[[], object]) -> int:
    """Do something in a fork that then ends without a word; gives its process id."""
    pid = os.fork()
    if pid == 0:
        try:
            work()
        finally:
            os._exit(0)
    return pid


def test_nothing_is_made_by_looking(log: RunLog) -> None:
    assert log.runs() == []
    assert log.waivers(TODAY) == []
    assert log.last_refusal("x") is None
    assert log.close_dead_runs() == []
    assert not log.path.exists()


def test_a_run_from_start_to_end(log: RunLog) -> None:
    before = datetime.now(UTC)
    first = log.start_run(command="run --full")
    (run,) = log.runs()
    assert (run.run_id, run.status, run.command, run.finished_at) == (
        first,
        "started",
        "run --full",
        None,
    )
    assert before <= run.started_at <= datetime.now(UTC)
    log.finish_run(first, "published", "3 warnings", publication=7, input_hash="abc")
    second = log.start_run(run_id="from-dagster", input_hash="abc")
    log.finish_run(second, "unchanged", "nothing new")
    newest, oldest = log.runs()
    assert (newest.run_id, newest.status, newest.input_hash) == ("from-dagster", "unchanged", "abc")
    assert (oldest.status, oldest.message, oldest.publication, oldest.input_hash) == (
        "published",
        "3 warnings",
        7,
        "abc",
    )
    assert oldest.finished_at is not None
    assert log.runs(limit=1) == [newest]
    with pytest.raises(RunLogError, match="knows no run 'never'"):
        log.finish_run("never", "failed")


def test_refusal_holds_for_these_inputs_until_a_check_is_accepted(log: RunLog) -> None:
    run = log.start_run()
    log.refuse(run, "inputs", "core.fact_contact.balance: 3 rows")
    found = log.last_refusal("inputs")
    assert found is not None
    assert (found.run_id, found.message) == (run, "core.fact_contact.balance: 3 rows")
    assert log.last_refusal("other inputs") is None
    log.accept("core.fact_contact.balance", None, "known fault of 3 May", TODAY)
    assert log.last_refusal("inputs") is None
    log.refuse(run, "inputs", "another check")
    again = log.last_refusal("inputs")
    assert again is not None
    assert again.message == "another check"


def test_waivers_end_and_the_last_word_counts(log: RunLog) -> None:
    until = TODAY + timedelta(days=3)
    log.accept(check="a.b.c", scope=None, reason="first", until=TODAY)
    log.accept(check="a.b.c", scope="sales", reason="only sales", until=until)
    last = log.accept(check="a.b.c", scope="", reason=" second ", until=until)
    assert (last.scope, last.reason) == (None, "second")
    assert [(w.check, w.scope, w.reason) for w in log.waivers(TODAY)] == [
        ("a.b.c", None, "second"),
        ("a.b.c", "sales", "only sales"),
    ]
    assert log.waivers(until) == log.waivers(TODAY)
    assert log.waivers(until + timedelta(days=1)) == []
    with pytest.raises(RunLogError, match="with a reason; give one with --reason"):
        log.accept("a.b.c", None, "  ", until)
    with pytest.raises(RunLogError, match=r"--until 2020-01-01 has passed"):
        log.accept("a.b.c", None, "late", date(2020, 1, 1))


def test_dead_runs_are_closed_by_the_next(log: RunLog, project: Project) -> None:
    """Also one that was killed between its publication and the word of it."""

    def publish_and_die() -> None:
        log.start_run(run_id="killed late")
        with Store(project).session() as session:
            build(session)
            publish(session, "killed late")
            os._exit(1)

    os.waitpid(in_fork(lambda: log.start_run(run_id="killed")), 0)
    os.waitpid(in_fork(publish_and_die), 0)
    mine = log.start_run(run_id="alive")
    runs = {run.run_id: run for run in log.runs()}
    assert runs[mine].status == "started"
    assert (runs["killed"].status, runs["killed"].publication) == ("failed", None)
    assert "killed, or the machine stopped" in runs["killed"].message
    assert (runs["killed late"].status, runs["killed late"].publication) == ("published", 1)
    assert log.close_dead_runs() == []


def test_run_of_another_machine_is_dead_when_nobody_has_the_lock(
    log: RunLog, project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A container gets a new host name each time; its process can't be asked for."""
    other = replace(this_process(), host="container-1")
    project.var.mkdir(parents=True)
    with monkeypatch.context() as patch:
        patch.setattr("pipelines.storage.run_log.this_process", lambda: other)
        log.start_run(run_id="elsewhere")
    lock = project.var / "run.lock"
    with monkeypatch.context() as patch:
        patch.setattr("pipelines.storage.lock.this_process", lambda: other)
        with Store(project).session():
            assert log.close_dead_runs() == []
    with Store(project).session():
        assert lock.exists()
        assert log.close_dead_runs() == ["elsewhere"]


def test_writers_of_several_processes_and_threads_wait_for_each_other(log: RunLog) -> None:
    log.start_run(run_id="first")

    def write(who: str) -> None:
        for n in range(4):
            log.refuse("first", f"{who}-{n}", "x")

    children = [in_fork(lambda n=n: write(f"process-{n}")) for n in range(2)]
    threads = [threading.Thread(target=write, args=(f"thread-{n}",)) for n in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for child in children:
        assert os.waitpid(child, 0)[1] == 0
    for who in ("process-0", "process-1", "thread-0", "thread-1"):
        assert all(log.last_refusal(f"{who}-{n}") for n in range(4))


def test_open_in_another_program(log: RunLog, project: Project) -> None:
    log.start_run(run_id="first")
    code = (
        "import duckdb, sys\n"
        "con = duckdb.connect(sys.argv[1])\n"
        "print('open', flush=True)\n"
        "sys.stdin.readline()\n"
    )
    other = subprocess.Popen(
        [sys.executable, "-c", code, str(log.path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert other.stdout is not None
    assert other.stdout.readline() == "open\n"
    with pytest.raises(RunLogError, match=r"open in another program for 0\.1 s; close it there"):
        RunLog(project, wait_s=0.1).runs()
    threading.Timer(0.2, other.communicate, ["close\n"]).start()
    assert [run.run_id for run in log.runs()] == ["first"]
    other.wait(timeout=5)


def test_killed_writers_leave_a_readable_log(log: RunLog) -> None:
    log.start_run(run_id="first")
    luck = random.Random(7)  # noqa: S311

    def write() -> None:
        n = 0
        while True:
            log.refuse("first", f"{os.getpid()}-{n}", "x")
            n += 1

    for _ in range(6):
        child = in_fork(write)
        time.sleep(luck.uniform(0.01, 0.08))
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        assert [run.run_id for run in log.runs()] == ["first"]
    log.finish_run("first", "failed")


def test_damaged_log_says_what_to_do(log: RunLog) -> None:
    log.path.parent.mkdir(parents=True)
    log.path.write_text("no database")
    with pytest.raises(RunLogError, match="move it away: the history of runs"):
        log.runs()
