"""Killed at every step of a real run, and two runs at once: old or new, whole, and mended."""

import os
import signal
import sys
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path

import pytest

from tests.harness import differing, fingerprint, land, make_project

# Forked from a process that has imported everything and run nothing: quick, and no thread of a
# database is left half-way in a child.
_context = get_context("forkserver")
_context.set_forkserver_preload(["assets.warehouse", "pipelines.sql_models.kpi_sql", __name__])


def _reach(reached) -> None:
    """Let every module tell `reached` of its steps."""
    from pipelines.storage import steps

    original = steps.reached
    for module in list(sys.modules.values()):
        if getattr(module, "reached", None) is original:
            module.reached = reached


def _refresh(root: Path, die_at: int | None, pipe: Connection | None) -> None:
    """One run of a project, without checks, killed at a step; its steps go into the pipe."""
    import quality_checks.runner
    from assets.warehouse import refresh
    from pipelines.settings import load_project

    quality_checks.runner.run_checks = lambda *_, **__: []
    named = []

    def reached(step: str) -> None:
        named.append(step)
        if len(named) - 1 == die_at:
            os.kill(os.getpid(), signal.SIGKILL)

    _reach(reached)
    refresh(load_project(root))
    if pipe is not None:
        pipe.send(named)


def start(root: Path, die_at: int | None = None, pipe: Connection | None = None):
    process = _context.Process(target=_refresh, args=(root, die_at, pipe))
    process.start()
    return process


def run(root: Path, die_at: int | None = None) -> int:
    """Run to the end; the exit code, negative for a signal."""
    process = start(root, die_at)
    process.join(120)
    assert process.exitcode is not None, "the run hangs"
    return process.exitcode


def steps_of(root: Path) -> list[str]:
    """Run to the end; the steps it reached."""
    receive, send = _context.Pipe(duplex=False)
    process = start(root, None, send)
    named = receive.recv()
    process.join(60)
    return named


def chosen(named: list[str]) -> list[int]:
    """Every step but most of the builds of single relations, which are all alike."""
    builds = [n for n, step in enumerate(named) if step.startswith("build.")]
    left_out = set(builds[1:-1]) - {builds[len(builds) // 2]}
    return [n for n in range(len(named)) if n not in left_out]


@pytest.fixture(scope="module")
def halves(sample) -> tuple[bytes, bytes, bytes]:
    lines = (sample / "queue_log").read_bytes().splitlines(keepends=True)[:400]
    queues = (sample / "queues.conf").read_bytes()
    return b"".join(lines[:200]), b"".join(lines), queues


@pytest.mark.slow
def test_killed_at_every_step(halves, tmp_path):
    before, after, queues = halves
    files = {"queue_log": before, "queues.conf": queues}
    whole = make_project(tmp_path / "whole", files)
    assert run(whole.root) == 0
    old = fingerprint(whole)
    land(whole, {"queue_log": after})
    named = steps_of(whole.root)
    new = fingerprint(whole)
    assert differing(old, new)
    assert len(named) > 20

    project = make_project(tmp_path / "killed", files)
    assert run(project.root) == 0
    land(project, {"queue_log": after})
    published = False
    for at in chosen(named):
        step = named[at]
        ended = run(project.root, at)
        found = fingerprint(project)
        assert found in (old, new), f"after a kill at {step}: {differing(found, new)}"
        if found == new:
            assert step.startswith("publish"), step
            published = True
            break
        assert ended == -signal.SIGKILL
    assert published
    assert run(project.root) == 0
    assert fingerprint(project) == new
    assert [p.name for p in project.var.iterdir() if p.name.startswith("next")] == []


@pytest.mark.slow
def test_two_runs_at_once(halves, tmp_path):
    before, after, queues = halves
    project = make_project(tmp_path / "p", {"queue_log": before, "queues.conf": queues})
    assert run(project.root) == 0
    land(project, {"queue_log": after})
    both = [start(project.root), start(project.root)]
    for process in both:
        process.join(120)
    assert [process.exitcode for process in both] == [0, 0]
    whole = make_project(tmp_path / "whole", {"queue_log": after, "queues.conf": queues})
    assert run(whole.root) == 0
    assert differing(fingerprint(project), fingerprint(whole)) == []
