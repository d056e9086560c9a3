"""The one entry: simulate the business, write its ledger, then the files of its systems."""

import json
import shutil
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from pipelines.demo.centre import ledger, quirks
from pipelines.demo.centre.events import Event, planted
from pipelines.demo.centre.scenario import Scenario
from pipelines.demo.centre.world import SITES
from pipelines.processes import garbage_kept, process_pool

START = date(2025, 10, 1)
DAYS = 396
_CENTRE = "centre"
# The longest first, so that two processes end at about the same time.
_JOBS = (
    ("asterisk", "Dublin"), ("cloud", "Manila"), ("cloud", "Bogota"), ("calls_csv", "Dublin"),
    ("written", "Dublin"), ("written", "Manila"), ("written", "Bogota"), ("business", "Dublin"),
    ("workforce", "Dublin"), ("feedback", "Dublin"), ("business", "Manila"),
    ("workforce", "Manila"), ("feedback", "Manila"), ("business", "Bogota"),
    ("workforce", "Bogota"), ("feedback", "Bogota"), ("business", _CENTRE), ("workforce", _CENTRE),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Simulated:
    """Where a run is: source files, ledger, what was planted, and how many contacts there are."""

    root: Path
    landing: Path
    truth: Path
    events: tuple[Event, ...]
    contacts: int


def simulate(
    root: Path,
    *,
    seed: int = 1,
    days: int = DAYS,
    start: date = START,
    processes: int = 1,
    events: tuple[Event, ...] | None = None,
    size: float = 1.0,
    file_days: int = 1,
) -> Simulated:
    """Simulate the centre and write `<root>/truth` and then `<root>/landing`, both made anew.

    Args:
        root: The folder to write into.
        seed: The same seed gives the same bytes, whatever the number of processes.
        days: Local days simulated at every site.
        start: The first of them.
        processes: How many processes share the work; two are used fully.
        events: What is planted, instead of the default events.
        size: A share of the whole centre, above 0 and at most 1: of its customers and contacts,
            with the people they need, in the same teams, queues and kinds of files.
        file_days: How many days stand in a file that otherwise holds one.

    Raises:
        ValueError: the size is no such share, or a file would hold no day.
    """
    if not 0 < size <= 1:
        raise ValueError(f"size is a share of the whole centre, above 0 and at most 1: {size}")
    if file_days < 1:
        raise ValueError(f"a file holds at least one day: {file_days}")
    planned = planted(start) if events is None else events
    scenario = Scenario(seed, start, days, planned, size)
    landing, truth = root / "landing", root / "truth"
    for folder in (landing, truth):
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
    parts = truth / ".parts"
    with _Work(processes) as work:
        work.each(_play, [(scenario, name, parts) for name in (*SITES, _CENTRE)])
        work.each(ledger.merge, [(table, parts, truth) for table in ledger.TABLES])
        shutil.rmtree(parts)
        (truth / "hostile.json").write_text(_json(quirks.hostile()), encoding="utf-8")
        (truth / "events.json").write_text(_told(scenario), encoding="utf-8")
        dirt = work.each(_write, [(scenario, job, truth, landing, file_days) for job in _JOBS])
    _keep_dirt(truth, [row for rows in dirt for row in rows])
    return Simulated(root, landing, truth, planned, _count(truth))


class _Work:
    """Does tasks in this process, or in others that live as long as the `with` block."""

    def __init__(self, processes: int) -> None:
        self.pool = process_pool(processes) if processes > 1 else None

    def __enter__(self) -> "_Work":
        return self

    def __exit__(self, *_: object) -> None:
        if self.pool is not None:
            self.pool.shutdown(cancel_futures=True)

    def each(self, do: Callable[..., Any], tasks: list[tuple[Any, ...]]) -> list[Any]:
        """The results of all tasks, in the order of the tasks."""
        return [do(task) for task in tasks] if self.pool is None else list(self.pool.map(do, tasks))


def _play(task: tuple[Scenario, str, Path]) -> None:
    from pipelines.demo.centre import play

    scenario, name, parts = task
    with garbage_kept():
        made = ledger.Ledger(parts, name)
        if name == _CENTRE:
            play.play_centre(scenario, made)
        else:
            play.play_site(scenario, name, made)


def _write(
    task: tuple[Scenario, tuple[str, str], Path, Path, int],
) -> list[tuple[str, str, int]]:
    from pipelines.demo.centre.writers import (
        asterisk,
        business,
        calls_csv,
        cloud,
        feedback,
        workforce,
        written,
    )
    from pipelines.demo.centre.writers.output import Output

    scenario, (kind, site), truth, landing, file_days = task
    last = scenario.end - timedelta(days=1)
    out = Output(landing, scenario.seed, scenario.start, last, file_days)
    modules = {
        "asterisk": asterisk, "business": business, "calls_csv": calls_csv, "cloud": cloud,
        "feedback": feedback, "workforce": workforce, "written": written,
    }  # fmt: skip
    if site != _CENTRE:
        modules[kind].write(out, truth, site)
    elif kind == "business":
        business.write_centre(out, truth)
    else:
        workforce.write_centre(out, truth)
    return out.dirt


def _told(scenario: Scenario) -> str:
    """The planted events as JSON; those that begin after the last day are left out."""
    last = scenario.end.isoformat()
    rows: Iterable[dict[str, Any]] = (
        {
            "name": event.name,
            "site": event.site,
            "from": event.dates[0],
            "to": min(event.dates[1], last),
            "begins_ms": event.begins,
            "ends_ms": event.ends,
            "fades": event.fades,
            "effects": [
                {"what": what, "scope": scope, "factor": factor}
                for what, scope, factor in event.effects
            ],
            "expected": event.expected,
        }
        for event in scenario.events
        if event.dates[0] < last
    )
    return _json(list(rows))


def _json(rows: list[Any]) -> str:
    return json.dumps(rows, indent=2, ensure_ascii=False) + "\n"


def _keep_dirt(truth: Path, rows: list[tuple[str, str, int]]) -> None:
    ledger.write_table("dirt", sorted(rows), truth / "dirt.parquet")


def _count(truth: Path) -> int:
    import polars as pl

    return pl.scan_parquet(truth / "contacts.parquet").select(pl.len()).collect().item()
