"""The run lock between processes, threads, and what a killed process leaves."""

import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from pipelines.storage.errors import LockError
from pipelines.storage.lock import RunLock
from tests.pipelines.storage.builder import ROOT

HOLD = """
import subprocess, sys, time
from pathlib import Path
from pipelines.storage.lock import RunLock
with RunLock(Path(sys.argv[1])).hold("run") as lock:
    if sys.argv[2] == "child":
        child = subprocess.Popen(["/bin/sleep", "0.6"], pass_fds=[lock])
    print("held", flush=True)
    sys.stdin.readline()
"""


def holder(path: Path, how: str) -> subprocess.Popen[str]:
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(path), how],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    return process


def test_other_process_waits_and_is_told_who_has_it(tmp_path: Path) -> None:
    path = tmp_path / "run.lock"
    other = holder(path, "alone")
    lock, said = RunLock(path), []
    assert not lock.is_free()

    def on_wait(message: str) -> None:
        said.append(message)
        threading.Timer(0.2, other.communicate, ["go on\n"]).start()

    with lock.hold("restore", on_wait=on_wait, wait_s=20):
        found = lock.holder()
        assert found is not None
        assert found[2] == "restore"
    (message,) = said
    assert message.startswith(f"waiting for `run` of process {other.pid} on ")
    assert f"UTC (it has {path})" in message
    assert lock.is_free()
    assert lock.holder() is None
    other.wait(timeout=5)


def test_waiting_ends_when_asked(tmp_path: Path) -> None:
    lock = RunLock(tmp_path / "run.lock")
    with (
        lock.hold("run"),
        pytest.raises(LockError, match=r"Gave up after 0\.1 s; nothing was done"),
        RunLock(lock.path).hold("run", wait_s=0.1),
    ):
        pytest.fail("two at once")


def test_killed_holder_lets_go(tmp_path: Path) -> None:
    path = tmp_path / "run.lock"
    other = holder(path, "alone")
    other.kill()
    other.communicate()
    assert RunLock(path).is_free()
    with RunLock(path).hold("run", wait_s=0):
        pass


def test_child_of_a_killed_holder_keeps_it_to_its_end(tmp_path: Path) -> None:
    """Else a copy that is still being written would meet the next run's."""
    path = tmp_path / "run.lock"
    other = holder(path, "child")
    other.kill()
    other.wait()
    started = time.monotonic()
    assert not RunLock(path).is_free()
    with RunLock(path).hold("run", wait_s=20):
        assert time.monotonic() - started > 0.1


def test_threads_of_one_process_exclude_each_other(tmp_path: Path) -> None:
    lock, at_work, most = RunLock(tmp_path / "run.lock"), [0], [0]

    def work() -> None:
        with lock.hold("run"):
            at_work[0] += 1
            most[0] = max(most[0], at_work[0])
            time.sleep(0.01)
            at_work[0] -= 1

    threads = [threading.Thread(target=work) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most == [1]


def test_lock_file_that_cannot_be_made(tmp_path: Path) -> None:
    with (
        pytest.raises(LockError, match="Run as the user who owns the project"),
        RunLock(tmp_path / "absent" / "run.lock").hold("run"),
    ):
        pytest.fail("held")


def test_unreadable_holder_is_somebody(tmp_path: Path) -> None:
    lock, said = RunLock(tmp_path / "run.lock"), []
    with lock.hold("run"):
        lock.path.write_text("{half")
        with pytest.raises(LockError), lock.hold("run", on_wait=said.append, wait_s=0.1):
            pytest.fail("two at once")
    assert said == [f"waiting for another run of this project, which has {lock.path}"]
