"""A source that has been retired is not waited for, and what waited is built again."""

from datetime import UTC, datetime, timedelta
from functools import partial

import duckdb
import pytest

from assets.warehouse import Options, refresh
from pipelines.commands.looking import status
from pipelines.settings import PROJECT_FILE, Project, load_project
from tests.harness import make_project
from tests.models.warehouse import exported, project_models_for

REPEAT = "core.fact_contact_repeat"
START = datetime(2026, 3, 2, 9, tzinfo=UTC)
OLD = '[sources.old]\nkind = "asterisk"\nqueue_prefix = "old_"\n'


def log(*days: int) -> bytes:
    """One answered call a day, each of a customer of its own."""
    lines = []
    for day in days:
        at = int((START + timedelta(days=day)).timestamp())
        call = f"{at}.1|desk|"
        lines += [
            f"{at}|{call}NONE|ENTERQUEUE||030 555 {day:04}|1",
            f"{at + 5}|{call}SIP/7|CONNECT|5|{at}.2|3",
            f"{at + 65}|{call}SIP/7|COMPLETECALLER|5|60|1",
        ]
    return ("\n".join(lines) + "\n").encode()


@pytest.fixture
def project(tmp_path, monkeypatch) -> Project:
    """`pbx` was read for 60 days, `old` ended after 20 of them."""
    monkeypatch.setattr("quality_checks.runner.run_checks", lambda *_, **__: [])
    few = partial(project_models_for, wanted=(REPEAT,))
    monkeypatch.setattr("assets.warehouse.project_models", few)
    made = make_project(tmp_path / "p", {"queue_log": log(*range(60))}, extra=OLD)
    made.landing("old").mkdir(parents=True)
    (made.landing("old") / "queue_log").write_bytes(log(*range(20)))
    return made


def judged(project: Project) -> int:
    """Contacts of which it is known whether their customer came back within a week."""
    with duckdb.connect(str(project.warehouse.resolve()), read_only=True) as con:
        rows = con.execute(f"select count(*) from {REPEAT} where not is_provisional").fetchall()
    return rows[0][0]


def told(project: Project) -> list[tuple]:
    with duckdb.connect(str(project.warehouse.resolve()), read_only=True) as con:
        return exported(con, REPEAT)


def with_old(project: Project, line: str) -> Project:
    path = project.root / PROJECT_FILE
    path.write_text(path.read_text().replace(OLD, OLD + line))
    return load_project(project.root)


def said(project: Project, capsys: pytest.CaptureFixture[str]) -> list[str]:
    """What `callmart status` says of feeds."""
    capsys.readouterr()
    status(project.root)
    lines = capsys.readouterr().out.splitlines()
    return [line.strip() for line in lines if "old.queue_log" in line or "retired = true" in line]


def test_what_waited_for_a_retired_source_is_built_again(project, capsys):
    refresh(project)
    assert judged(project) == 2 * 13
    late, advice = said(project, capsys)
    assert "LATE    old.queue_log" in late
    assert "write `retired = true` under [sources.old]" in advice
    retired = with_old(project, "retired = true\n")
    refresh(retired)
    assert judged(retired) == 20 + 53
    (line,) = said(retired, capsys)
    assert "retired old.queue_log" in line
    assert "late after" not in line
    after = told(retired)
    refresh(retired, Options(full=True))
    assert told(retired) == after
    back = load_project(project.root)
    path = back.root / PROJECT_FILE
    path.write_text(path.read_text().replace("retired = true\n", ""))
    refresh(load_project(back.root))
    assert judged(back) == 2 * 13
