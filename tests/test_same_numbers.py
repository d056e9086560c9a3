"""The same lines give the same core and marts, byte for byte, however they arrive."""

import gzip
import itertools
from shutil import copy

import duckdb
import pytest

from assets.warehouse import Options, refresh
from pipelines.settings import PROJECT_FILE, Project, load_project
from tests.harness import differing, fingerprint, land, make_project

pytestmark = pytest.mark.slow

LINES = 600
"""Lines of the sample's queue_log used here: with re-entries and transfers."""


@pytest.fixture(scope="module", autouse=True)
def _without_checks():
    """Checks change nothing in core and marts, and these tests publish many times."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("quality_checks.runner.run_checks", lambda *_, **__: [])
        yield


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
def at_once(files, tmp_path_factory) -> Project:
    """A project that read all files in its first run."""
    project = make_project(tmp_path_factory.mktemp("whole") / "p", files)
    refresh(project)
    return project


@pytest.fixture(scope="module")
def expected(at_once) -> dict[str, str]:
    found = fingerprint(at_once)
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


@pytest.mark.soak
def test_the_same_again(files, expected, at_once):
    land(at_once, {"queue_log.old": files["queue_log"]})
    refresh(at_once)
    assert differing(fingerprint(at_once), expected) == []


@pytest.mark.soak
def test_all_of_it_again(expected, at_once):
    refresh(at_once, Options(full=True))
    assert differing(fingerprint(at_once), expected) == []
    with duckdb.connect(str(at_once.warehouse.resolve()), read_only=True) as con:
        assert con.execute("select count(*) from ops.restatement").fetchone() == (0,)


def test_what_came_before_comes_later_grown_rotated_compressed_and_joined(demo, tmp_path):
    """The whole sample, against what the demo read of it at once."""
    whole = load_project(demo[0])
    expected = fingerprint(whole)
    assert len(expected) > 20
    files = {path.name: path.read_bytes() for path in whole.landing("pbx").iterdir()}
    project = make_project(tmp_path / "p", {}, key=whole.key_file.read_bytes())
    copy(whole.root / PROJECT_FILE, project.root)
    project = load_project(project.root)
    one, two, three = cut(files["queue_log"], 3000, 7000)
    # The end of the log, rotated, and the first lines of its beginning, the last half written.
    land(project, {"queue_log.1": three, "queue_log": one[:-40]})
    refresh(project)
    (project.landing("pbx") / "queue_log.1").unlink()
    land(project, {"queue_log.2.gz": gzip.compress(one + two), "queue_log.3": three})
    land(project, {"queue_log": one + two + three, "queue_log.b": two + three})
    land(project, {"queue_log.c.gz": gzip.compress(one) + gzip.compress(two + three)})
    land(project, {name: data for name, data in files.items() if name != "queue_log"})
    refresh(project)
    assert differing(fingerprint(project), expected) == []
    assert not refresh(project).is_new


@pytest.mark.soak
def test_pieces_in_another_order_and_one_log_after_the_other(files, expected, tmp_path):
    one, two, three = cut(files["queue_log"], 150, 400)
    project = make_project(tmp_path / "p", {"queue_log.1": three})
    refresh(project)
    land(project, {"queue_log.3": one, "Master.csv": files["Master.csv"]})
    refresh(project)
    land(project, {"queue_log.2": two, "queues.conf": files["queues.conf"]})
    refresh(project)
    assert differing(fingerprint(project), expected) == []


@pytest.mark.soak
def test_growing_rotated_compressed_overlapping_and_joined(files, expected, tmp_path):
    one, two, three = cut(files["queue_log"], 200, 350)
    calls = {name: data for name, data in files.items() if name != "queue_log"}
    project = make_project(tmp_path / "p", {**calls, "queue_log": one})
    refresh(project)
    # A few lines more, the last of them half written.
    land(project, {"queue_log": one + two[:300]})
    refresh(project)
    land(project, {"queue_log.1": one + two, "queue_log": three[: len(three) // 3]})
    refresh(project)
    land(project, {"queue_log.2.gz": gzip.compress(one + two), "queue_log": three})
    (project.landing("pbx") / "queue_log.1").unlink()
    land(project, {"queue_log.b": two + three})
    land(project, {"queue_log.c.gz": gzip.compress(one) + gzip.compress(two + three)})
    refresh(project)
    assert differing(fingerprint(project), expected) == []


def test_sources_and_models_side_by_side(files, tmp_path):
    """As many at a time as there are threads: the numbers are those of one after the other."""
    told = []
    for n_threads in (1, 4):
        names = ("north", "south", "east")
        extra = "".join(
            f'[sources.{name}]\nkind = "asterisk"\nqueue_prefix = "{name}_"\n' for name in names
        )
        made = make_project(tmp_path / str(n_threads), files, extra=extra)
        path = made.root / PROJECT_FILE
        path.write_text(path.read_text().replace("threads = 1", f"threads = {n_threads}"))
        for name in names:
            made.landing(name).mkdir(parents=True)
            (made.landing(name) / "queue_log").write_bytes(files["queue_log"])
        project = load_project(made.root)
        assert project.settings.storage.n_threads == n_threads
        refresh(project)
        told.append(fingerprint(project))
    assert not differing(*told)
