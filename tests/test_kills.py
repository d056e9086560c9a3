"""Killed at every step of a real run, and two runs at once: old or new, whole, and mended.

With every commit, reading is killed at each of its steps in tests/assets/ingest/test_loading.py,
and publishing in tests/pipelines/storage/test_kills.py; here both are, one after the other.

The runs build one mart and what it is made of: how many relations a run builds changes nothing in
how it is undone, and half of its time goes into them.
"""

import hashlib
import os
import shutil
import signal
import sys
from dataclasses import dataclass
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path

import pytest

from pipelines.settings import Project, load_project
from tests.harness import differing, fingerprint, land, make_project
from tests.models.warehouse import project_models_for

# Forked from a process that has imported everything and run nothing: quick, and no thread of a
# database is left half-way in a child.
_context = get_context("forkserver")
_context.set_forkserver_preload(["tests.warmed", __name__])


def _reach(reached) -> None:
    """Let every module tell `reached` of its steps."""
    from pipelines.storage import steps

    original = steps.reached
    for module in list(sys.modules.values()):
        if getattr(module, "reached", None) is original:
            module.reached = reached


def _refresh(root: Path, die_at: int | None, pipe: Connection | None) -> None:
    """One run of a project, without checks, killed at a step; its steps go into the pipe."""
    import assets.warehouse
    import quality_checks.runner
    from assets.warehouse import refresh
    from pipelines.settings import load_project

    quality_checks.runner.run_checks = lambda *_, **__: []
    assets.warehouse.project_models = lambda p: project_models_for(p, ["marts.queue_day"])
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
    """Every kind of step where it is first reached, and in the middle of building relations."""
    first = {step: n for n, step in reversed(list(enumerate(named)))}
    builds = sorted(n for step, n in first.items() if step.startswith("build."))
    left_out = set(builds) - {builds[0], builds[len(builds) // 2]}
    # Between these the file is only read.
    left_out |= {first["publish.looked"], first["publish.hashed"]}
    return sorted(set(first.values()) - left_out)


def _bytes_of(project: Project) -> str:
    """Which file is published, and what it holds."""
    file = project.warehouse.resolve()
    return f"{file.name} {hashlib.sha256(file.read_bytes()).hexdigest()}"


@dataclass(frozen=True)
class Change:
    """A project before new lines are read, and what a run that nobody disturbs makes of them."""

    root: Path
    """As published before; to be copied."""
    lines: bytes
    """The whole log; the first half of it was read."""
    old: dict[str, str]
    new: dict[str, str]
    steps: list[str]

    def copy(self, to: Path) -> Project:
        """A project of its own, with the new lines in landing and not read."""
        shutil.copytree(self.root, to, symlinks=True)
        project = load_project(to)
        land(project, {"queue_log": self.lines})
        return project


@pytest.fixture(scope="module")
def change(sample, tmp_path_factory) -> Change:
    lines = (sample / "queue_log").read_bytes().splitlines(keepends=True)[:400]
    folder = tmp_path_factory.mktemp("change")
    files = {
        "queue_log": b"".join(lines[:200]),
        "queues.conf": (sample / "queues.conf").read_bytes(),
    }
    project = make_project(folder / "p", files)
    assert run(project.root) == 0
    old = fingerprint(project)
    shutil.copytree(project.root, folder / "before", symlinks=True)
    land(project, {"queue_log": b"".join(lines)})
    steps = steps_of(project.root)
    new = fingerprint(project)
    assert differing(old, new)
    return Change(folder / "before", b"".join(lines), old, new, steps)


@pytest.mark.soak
@pytest.mark.parametrize("part", ["working", "publishing"])
def test_killed_at_every_step(change, tmp_path, part):
    """In two parts: while nothing new can stand yet, and from then on."""
    project, named = change.copy(tmp_path / "killed"), change.steps
    published = _bytes_of(project)
    early = [n for n in chosen(named) if not named[n].startswith("publish.")]
    flips = [n for n in chosen(named) if named[n].startswith("publish.")]
    assert len(early) > 12
    assert len(flips) > 4
    for at in [n for n in early if n < flips[0]] if part == "working" else []:
        assert run(project.root, at) == -signal.SIGKILL
        assert _bytes_of(project) == published, f"after a kill at {named[at]}"
    if part == "publishing":
        _kill_while_publishing(project, change, flips)
    assert run(project.root) == 0
    assert fingerprint(project) == change.new
    assert [p.name for p in project.var.iterdir() if p.name.startswith("next")] == []


def _kill_while_publishing(project: Project, change: Change, flips: list[int]) -> None:
    """Up to the first step after which the new file stands: then nothing is left to publish."""
    published = _bytes_of(project)
    for at in flips:
        run(project.root, at)
        if _bytes_of(project) != published:
            assert fingerprint(project) == change.new, f"after a kill at {change.steps[at]}"
            return
    raise AssertionError("never published")


@pytest.mark.soak
def test_two_runs_at_once(change, tmp_path):
    project = change.copy(tmp_path / "p")
    both = [start(project.root), start(project.root)]
    for process in both:
        process.join(120)
    assert [process.exitcode for process in both] == [0, 0]
    assert differing(fingerprint(project), change.new) == []
