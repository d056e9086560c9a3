"""Whatever a `kill -9` leaves, readers see a whole publication and the next run is right."""

import random
from pathlib import Path

import pytest

from pipelines.storage.errors import PublicationError
from pipelines.storage.publication import Store, connect_published
from tests.pipelines.storage.builder import Builder
from tests.pipelines.storage.centre import number_seen, project_in


def seen(folder: Path) -> int:
    """The number a new reader sees, after all proofs; 0 when nothing is published."""
    try:
        con = connect_published(project_in(folder))
    except PublicationError:
        return 0
    with con:
        return number_seen(con)


def lineage(folder: Path) -> list[int]:
    """The publications that the published one descends from, itself included."""
    with connect_published(project_in(folder)) as con:
        rows = con.execute("select publication_id from ops.publication order by rowid").fetchall()
    return [number for (number,) in rows]


def is_tidy(folder: Path, *, keep: int = 3) -> bool:
    """Whether a run left nothing but what belongs there."""
    names = {path.name for path in (folder / "var").iterdir()}
    versions = {name for name in names if name.startswith("warehouse-")}
    here = {path.name for path in folder.iterdir()}
    return (
        names - versions == {"publications.json", "run.lock"}
        and len(versions) <= keep
        and here == {"var", "warehouse.duckdb"}
        and not Store(project_in(folder)).faults(deep=True)
    )


def kill_points(points: list[str]) -> list[tuple[str, int]]:
    """Where to kill: each named step, and each change not already covered by the step before.

    By name and time of reaching it, since leftovers of the run before add points of their own.
    """
    return [
        (point, points[: n + 1].count(point))
        for n, point in enumerate(points)
        if is_step(point) or n == 0 or not is_step(points[n - 1])
    ]


def is_step(point: str) -> bool:
    return " " not in point


def whole_points(builder: Builder, folder: Path) -> list[tuple[str, int]]:
    """Where a run can be killed that finds as many publications as are ever kept."""
    for _ in range(4):
        whole = builder.do("run", folder)
        assert whole.error is None
    points = kill_points(whole.points)
    assert len(points) > 20
    return points


def kill_in_turn(
    builder: Builder, tmp_path: Path, points: list[tuple[str, int]]
) -> tuple[int, int]:
    """Kill one run at each point; how many left the old publication, how many the new one."""
    before, old, new = seen(tmp_path), 0, 0
    for turn, kill_at in enumerate(points):
        outcome = builder.do("run", tmp_path, kill_at=kill_at)
        assert outcome.is_killed, outcome
        number = seen(tmp_path)
        assert number in (before, before + 1), outcome.points[-1]
        has_flipped = "publish.flipped" in outcome.points
        assert (number == before + 1) or not has_flipped, outcome.points[-1]
        old, new, before = old + (number == before), new + (number > before), number
        if turn % 6 == 5 or kill_at == points[-1]:
            assert builder.do("run", tmp_path).error is None
            assert seen(tmp_path) == before + 1
            assert is_tidy(tmp_path)
            before += 1
    assert lineage(tmp_path) == list(range(1, before + 1)), "each was built on the one before"
    return old, new


def test_kill_at_each_kind_of_point(builder: Builder, tmp_path: Path) -> None:
    """Each run finds what the one before it left; all around the flip, every fifth elsewhere."""
    points = whole_points(builder, tmp_path)
    flip = next(n for n, (point, _) in enumerate(points) if point == "publish.flipped")
    chosen = [p for n, p in enumerate(points) if abs(n - flip) <= 2 or n % 5 == 0]
    old, new = kill_in_turn(builder, tmp_path, chosen)
    assert old > 3
    assert new > 2


@pytest.mark.soak
def test_kill_at_every_point(builder: Builder, tmp_path: Path) -> None:
    """Each run finds what the one before it left, gets one point further, and dies."""
    old, new = kill_in_turn(builder, tmp_path, whole_points(builder, tmp_path))
    assert old > 10
    assert new > 5


@pytest.mark.soak
def test_kill_at_every_point_of_the_first_run(builder: Builder, tmp_path: Path) -> None:
    """Without a published file there is nothing, or number 1; then the rerun is right."""
    points = kill_points(builder.do("run", tmp_path / "whole").points)
    found = set()
    for turn, kill_at in enumerate(points[1::4]):
        folder = tmp_path / f"{turn}"
        assert builder.do("run", folder, kill_at=kill_at).is_killed
        found.add(number := seen(folder))
        assert builder.do("run", folder).error is None
        assert seen(folder) == number + 1
        assert is_tidy(folder)
    assert found == {0, 1}


@pytest.mark.soak
def test_kill_at_every_point_of_a_restore(builder: Builder, tmp_path: Path) -> None:
    for _ in range(3):
        builder.do("run", tmp_path)
    points = kill_points(builder.do("restore", tmp_path).points)
    assert seen(tmp_path) == 2
    builder.do("run", tmp_path)
    for kill_at in points:
        before = seen(tmp_path)
        outcome = builder.do("restore", tmp_path, kill_at=kill_at)
        assert outcome.is_killed
        after = seen(tmp_path)
        assert after < before if "restore.flipped" in outcome.points else after <= before
        if after < before:
            assert builder.do("run", tmp_path).error is None
            assert seen(tmp_path) > before
            assert is_tidy(tmp_path)


@pytest.mark.soak
def test_kill_at_any_instant(builder: Builder, tmp_path: Path) -> None:
    """Not at our points but whenever: inside DuckDB, inside the copying child, anywhere."""
    builder.do("run", tmp_path)
    luck = random.Random(20261121)  # noqa: S311
    before, n_killed = seen(tmp_path), 0
    for _ in range(10):
        outcome = builder.do("run", tmp_path, kill_after_s=luck.uniform(0.0, 0.25))
        n_killed += outcome.is_killed
        number = seen(tmp_path)
        assert number in (before, before + 1)
        before = number
    assert n_killed > 3
    assert builder.do("run", tmp_path).error is None
    assert seen(tmp_path) == before + 1
    assert is_tidy(tmp_path)


def test_two_runs_at_once(builder: Builder, tmp_path: Path) -> None:
    """The second waits and builds on what the first published: no run is lost."""
    for _ in range(2):
        outcome = builder.do("two runs", tmp_path)
        assert outcome.error is None
        assert outcome.points.count("publish.flipped") == 2
        first_end = outcome.points.index("session.ended")
        assert outcome.points[:first_end].count("session.copied") == 1, "both were at work"
    assert seen(tmp_path) == 4
    assert lineage(tmp_path) == [1, 2, 3, 4]
    assert is_tidy(tmp_path)


@pytest.mark.parametrize(("room", "instant"), [(-100_000, "was copied"), (1_000, "the run")])
def test_full_disk(builder: Builder, tmp_path: Path, room: int, instant: str) -> None:
    """A disk that fills up on the way is a clear refusal, and the next run is right."""
    builder.do("run", tmp_path)
    size = (tmp_path / "warehouse.duckdb").stat().st_size
    outcome = builder.do("run", tmp_path, bytes_free=size + room)
    assert outcome.error is not None
    assert outcome.error.startswith("DiskSpaceError: "), outcome.error
    assert "became full" in outcome.error
    assert instant in outcome.error
    assert seen(tmp_path) == 1
    assert is_tidy(tmp_path)
    assert builder.do("run", tmp_path).error is None
    assert seen(tmp_path) == 2
