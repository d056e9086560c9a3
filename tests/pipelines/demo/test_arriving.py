"""A centre whose files come day by day: each morning is published, and no row is left waiting."""

import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest

from assets.warehouse import refresh
from pipelines.demo.centre import simulate
from pipelines.demo.centre_project import lay_down
from pipelines.settings import Project, load_project
from pipelines.storage.duck import connect_published
from tests.harness import differing, fingerprint
from tests.pipelines.demo.published import START

_DAY = re.compile(r"20\d{6}")
_DAYS = 4


def _project(root: Path) -> Project:
    """A project with the same key as any other, so that pseudonyms compare."""
    key = root / "var" / "key"
    key.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    key.write_bytes(bytes(range(32)))
    key.chmod(0o600)
    lay_down(root)
    return load_project(root)


def _mornings(landing: Path) -> Iterator[list[Path]]:
    """Files of a day come on the next; the telephone's newest log last, all others at once."""
    by_day: dict[str, list[Path]] = defaultdict(list)
    for path in landing.rglob("*"):
        if path.is_file():
            named = _DAY.search(path.name)
            is_newest = path.parent.name == "asterisk" and path.suffix != ".conf"
            by_day[named[0] if named else "9" if is_newest else "0"].append(path)
    for day in sorted(by_day):
        yield by_day[day]


def _n_waiting(project: Project) -> int:
    """Rows of the cloud platforms that wait for their contact."""
    with connect_published(project) as con:
        found = con.execute(
            """
            select coalesce(sum(n_rows), 0) from ops.lake_manifest
            where layer = 'staging' and table_name = 'anomaly' and source like 'cloud_%'
            """
        ).fetchone()
    return found[0] if found else 0


@pytest.mark.soak
def test_each_morning_is_published_and_the_last_tells_what_one_run_tells(tmp_path: Path) -> None:
    """Also rings and legs whose contact ends after midnight and is told of a day later."""
    simulate(tmp_path / "once", seed=3, days=_DAYS, start=START, size=0.1)
    once = _project(tmp_path / "once")
    daily = _project(tmp_path / "daily")
    waiting = []
    for number, files in enumerate(_mornings(once.root / "landing"), 1):
        for path in files:
            target = daily.root / path.relative_to(once.root)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(path.read_bytes())
        assert refresh(daily).number == number
        waiting.append(_n_waiting(daily))
    assert len(waiting) > _DAYS
    assert max(waiting) > waiting[-1] == 0
    assert refresh(once).number == 1
    assert differing(fingerprint(daily), fingerprint(once)) == []
