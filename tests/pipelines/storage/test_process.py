"""Telling a process from a later one with the same number."""

import os
import signal
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from pipelines.storage import process
from pipelines.storage.process import is_here, is_running, this_process


def forked() -> int:
    pid = os.fork()
    if pid == 0:
        signal.pause()
    return pid


def test_this_process_runs_here() -> None:
    me = this_process()
    assert me.pid == os.getpid()
    assert is_here(me)
    assert is_running(me)


def test_ended_restarted_and_recycled_ones_do_not() -> None:
    me = this_process()
    assert not is_running(replace(me, boot="another start of this machine"))
    assert not is_running(replace(me, started="12"))
    assert not is_here(replace(me, host="another.example"))
    pid = forked()
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
    assert not is_running(replace(me, pid=pid))


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux shows it apart")
def test_a_killed_process_nobody_waited_for_has_ended() -> None:
    pid = forked()
    child = replace(this_process(), pid=pid, started=process._started(pid))
    assert is_running(child)
    os.kill(pid, signal.SIGKILL)
    os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT)
    assert not is_running(child)
    os.waitpid(pid, 0)


def test_ps_says_it_where_there_is_no_proc(monkeypatch: pytest.MonkeyPatch) -> None:
    """As on macOS."""
    if not Path("/bin/ps").exists():
        pytest.skip("there is no ps")
    monkeypatch.setattr(process, "Path", lambda _: Path("/nonexistent"))
    started = process._started(os.getpid())
    assert started
    assert started == process._started(os.getpid())
    pid = forked()
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
    assert process._started(pid) == ""
