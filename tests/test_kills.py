"""Killed at every step of a real run, and two runs at once: old or new, whole, and mended."""

import os
import signal
import sys
from multiprocessing import get_context

import pytest

from assets.warehouse import refresh
from pipelines.storage import steps
from tests.harness import differing, fingerprint, land, make_project

fork = get_context("fork")


@pytest.fixture(autouse=True)
def _without_checks(monkeypatch):
    monkeypatch.setattr("quality_checks.runner.run_checks", lambda *_, **__: [])


@pytest.fixture(scope="module")
def halves(sample) -> tuple[bytes, bytes, bytes]:
    lines = (sample / "queue_log").read_bytes().splitlines(keepends=True)[:400]
    queues = (sample / "queues.conf").read_bytes()
    return b"".join(lines[:200]), b"".join(lines), queues


def forked(work) -> int:
    """Run `work` in a fork of this process; the signal or code with which it ended."""
    pid = os.fork()
    if pid == 0:
        code = 1
        try:
            work()
            code = 0
        finally:
            sys.stdout.flush()
            os._exit(code)
    _, status = os.waitpid(pid, 0)
    return -os.WTERMSIG(status) if os.WIFSIGNALED(status) else os.WEXITSTATUS(status)


def names_of_steps(project, monkeypatch) -> list[str]:
    named = []
    with monkeypatch.context() as patch:
        patch_everywhere(patch, named.append)
        refresh(project)
    return named


def patch_everywhere(patch, reached) -> None:
    """Replace `reached` wherever a module has imported it."""
    original = steps.reached
    for module in list(sys.modules.values()):
        if getattr(module, "reached", None) is original:
            patch.setattr(module, "reached", reached)


@pytest.mark.slow
def test_killed_at_every_step(halves, tmp_path, monkeypatch):
    before, after, queues = halves
    files = {"queue_log": before, "queues.conf": queues}
    whole = make_project(tmp_path / "whole", files)
    refresh(whole)
    old = fingerprint(whole)
    land(whole, {"queue_log": after})
    named = names_of_steps(whole, monkeypatch)
    new = fingerprint(whole)
    assert differing(old, new)
    assert len(named) > 20

    project = make_project(tmp_path / "killed", files)
    refresh(project)
    land(project, {"queue_log": after})
    seen = set()
    for at in range(len(named)):

        def die_there(step, count=[at]):  # noqa: B006
            count[0] -= 1
            if count[0] < 0:
                os.kill(os.getpid(), signal.SIGKILL)

        def work(die=die_there):
            with pytest.MonkeyPatch.context() as patch:
                patch_everywhere(patch, die)
                refresh(project)

        ended = forked(work)
        found = fingerprint(project)
        state = "old" if found == old else "new" if found == new else "broken"
        assert state != "broken", f"after a kill at {named[at]}: {differing(found, new)}"
        seen.add(state)
        if state == "new":
            assert named[at].startswith(("publish", "session")), named[at]
            break
        assert ended == -signal.SIGKILL
    assert seen == {"old", "new"}
    refresh(project)
    assert fingerprint(project) == new
    leftovers = [p.name for p in project.var.iterdir() if p.name.startswith("next")]
    assert leftovers == []


@pytest.mark.slow
def test_two_runs_at_once(halves, tmp_path):
    before, after, queues = halves
    project = make_project(tmp_path / "p", {"queue_log": before, "queues.conf": queues})
    refresh(project)
    land(project, {"queue_log": after})
    pids = []
    for _ in range(2):
        pid = os.fork()
        if pid == 0:
            code = 1
            try:
                refresh(project)
                code = 0
            finally:
                os._exit(code)
        pids.append(pid)
    assert [os.waitpid(pid, 0)[1] for pid in pids] == [0, 0]
    whole = make_project(tmp_path / "whole", {"queue_log": after, "queues.conf": queues})
    refresh(whole)
    assert differing(fingerprint(project), fingerprint(whole)) == []
