"""A changed calendar builds again the days whose hours changed, and gives what a full run does."""

from datetime import UTC, date, datetime, timedelta
from functools import partial

import duckdb
import pytest

from assets.warehouse import Options, refresh
from pipelines.settings import load_project
from tests.harness import make_project
from tests.models.warehouse import exported, project_models_for

VISIT = "core.fact_queue_visit"
FIRST = date(2026, 3, 2)
DAYS = [FIRST + timedelta(days=n) for n in range(60)]
INSTANTS = [datetime(d.year, d.month, d.day, h, 10, tzinfo=UTC) for d in DAYS for h in (9, 20)]
LOG = "".join(
    f"{int(at.timestamp())}|{int(at.timestamp())}.1|desk|NONE|{said}\n"
    for at in INSTANTS
    for said in ("ENTERQUEUE||x|1", "ABANDON|1|1|0")
)
OFFICE = """\
[sources.office]
kind = "tabular"
late_after_hours = 100000
"""
HEADER = "calendar,day_rule,valid_from,opens_local_time,closes_local_time\n"
WEEK = "".join(
    f"day,{name},,08:00,18:00\n" for name in ("monday", "tuesday", "wednesday", "thursday")
)
QUEUES = """\
description: Queues.
files: queues.csv
rows:
  - table: queue_config
    columns: {queue: queue, calendar: hours, is_out_of_hours_counted: counted}
"""
HOURS = """\
description: Opening hours.
files: calendar.csv
rows:
  - table: calendar
    columns: {calendar: calendar, day_rule: day_rule, valid_from: valid_from,
      opens_local_time: opens_local_time, closes_local_time: closes_local_time}
"""


@pytest.mark.soak
def test_a_changed_calendar_builds_its_days_again(tmp_path, monkeypatch):
    monkeypatch.setattr("quality_checks.runner.run_checks", lambda *_, **__: [])
    few = partial(project_models_for, wanted=(VISIT,))
    monkeypatch.setattr("assets.warehouse.project_models", few)
    notes: list[str] = []
    monkeypatch.setattr("assets.warehouse._note", notes.append)
    root = make_project(tmp_path / "p", {"queue_log": LOG.encode()}, extra=OFFICE).root
    project = load_project(root)
    office = project.landing("office")
    office.mkdir(parents=True)
    (root / "mappings").mkdir()
    (root / "mappings" / "queues.yml").write_text(QUEUES)
    (root / "mappings" / "hours.yml").write_text(HOURS)

    def after(calendar: str, counted: str = "no", *, full: bool = False) -> list[tuple]:
        (office / "calendar.csv").write_text(HEADER + calendar)
        (office / "queues.csv").write_text(f"queue,hours,counted\ndesk,day,{counted}\n")
        notes.clear()
        refresh(project, Options(full=full))
        with duckdb.connect(str(project.warehouse.resolve()), read_only=True) as con:
            return exported(con, VISIT)

    after(WEEK)
    holidays = WEEK + "day,special,2026-04-06,00:00,00:00\nday,special,2026-12-24,08:00,12:00\n"
    told = after(holidays)
    assert "a table of reference changed: 1 days are built again" in notes
    assert told == after(holidays, full=True)
    told = after(holidays, "yes")
    assert f"a table of reference changed: {len(DAYS)} days are built again" in notes
    assert told == after(holidays, "yes", full=True)
    with duckdb.connect(str(project.warehouse.resolve()), read_only=True) as con:
        inside = f"select count(*) from {VISIT} where is_in_hours"
        assert con.execute(inside).fetchone() == (
            sum(day.weekday() < 4 for day in DAYS) - 1,
        )  # fmt: skip
        assert con.execute(f"select bool_and(is_in_counted_hours) from {VISIT}").fetchone() == (
            True,
        )
