"""The same lines give the same core and marts, byte for byte, however they arrive."""

import gzip
import itertools

import pytest

from assets.warehouse import Options, refresh
from tests.harness import differing, fingerprint, land, make_project

pytestmark = pytest.mark.slow

LINES = 600
"""Lines of the sample's queue_log used here: with re-entries and transfers."""


@pytest.fixture(autouse=True)
def _without_checks(monkeypatch):
    """Checks change nothing in core and marts, and these tests publish many times."""
    monkeypatch.setattr("quality_checks.runner.run_checks", lambda *_, **__: [])


@pytest.fixture(scope="module")
def files(sample) -> dict[str, bytes]:
    log = (sample / "queue_log").read_bytes().splitlines(keepends=True)[:LINES]
    calls = (sample / "Master.csv").read_bytes().splitlines(keepends=True)[:400]
    return {
        "queue_log": b"".join(log),
        "Master.csv": b"".join(calls),
        "queues.conf": (sample / "queues.conf").read_bytes(),
    }


@pytest.fixture(scope="module")
def expected(files, tmp_path_factory) -> dict[str, str]:
    project = make_project(tmp_path_factory.mktemp("whole") / "p", files)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("quality_checks.runner.run_checks", lambda *_, **__: [])
        refresh(project)
    found = fingerprint(project)
    assert len(found) > 20
    return found


def cut(log: bytes, *at: int) -> list[bytes]:
    """Pieces of a log, cut at the first second boundary at or after each line number."""
    lines = log.splitlines(keepends=True)
    places = []
    for n in at:
        while n < len(lines) and lines[n].split(b"|")[0] == lines[n - 1].split(b"|")[0]:
            n += 1  # noqa: PLW2901
        places.append(n)
    edges = itertools.pairwise([0, *places, len(lines)])
    return [b"".join(lines[a:b]) for a, b in edges]


def others(files: dict[str, bytes]) -> dict[str, bytes]:
    return {name: data for name, data in files.items() if name != "queue_log"}


def test_again(files, expected, tmp_path):
    project = make_project(tmp_path / "p", files)
    first = refresh(project)
    assert not refresh(project).is_new
    land(project, {"queue_log.old": files["queue_log"]})
    refresh(project, Options(full=True))
    assert first.number == 1
    assert differing(fingerprint(project), expected) == []


@pytest.mark.parametrize("order", [(2, 0, 1)])
def test_split_files_in_any_order(files, expected, tmp_path, order):
    pieces = cut(files["queue_log"], 150, 400)
    project = make_project(tmp_path / "p", others(files))
    for n in order:
        land(project, {f"queue_log.{3 - n}": pieces[n]})
        refresh(project)
    assert differing(fingerprint(project), expected) == []


def test_the_two_logs_one_after_the_other(files, expected, tmp_path):
    start, rest = cut(files["queue_log"], 100)
    late = {"queues.conf": files["queues.conf"]}
    project = make_project(tmp_path / "p", {"queue_log.1": start})
    refresh(project)
    land(project, {"Master.csv": files["Master.csv"]})
    refresh(project)
    land(project, {"queue_log": rest} | late)
    refresh(project)
    assert differing(fingerprint(project), expected) == []


def test_growing_rotated_and_compressed(files, expected, tmp_path):
    one, two, three = cut(files["queue_log"], 200, 350)
    project = make_project(tmp_path / "p", {**others(files), "queue_log": one})
    refresh(project)
    # A few lines more, the last of them half written.
    land(project, {"queue_log": one + two[:300]})
    refresh(project)
    land(project, {"queue_log.1": one + two, "queue_log": three[: len(three) // 3]})
    refresh(project)
    land(project, {"queue_log.2.gz": gzip.compress(one + two), "queue_log": three})
    (project.landing("pbx") / "queue_log.1").unlink()
    refresh(project)
    assert differing(fingerprint(project), expected) == []


def test_overlapping_files_and_one_made_of_two(files, expected, tmp_path):
    one, two, three = cut(files["queue_log"], 200, 450)
    project = make_project(tmp_path / "p", {**others(files), "queue_log.a": one + two})
    refresh(project)
    land(project, {"queue_log.b": two + three})
    refresh(project)
    land(project, {"queue_log.c.gz": gzip.compress(one) + gzip.compress(two + three)})
    refresh(project)
    assert differing(fingerprint(project), expected) == []
