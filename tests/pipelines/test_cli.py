"""The command as a stranger meets it: quick help, plain errors, exit codes, what it prints."""

import json
import os
import re
import shlex
import stat
import subprocess
import sys
from collections.abc import Callable

import pytest

from pipelines.cli import main
from tests.conftest import CALLMART, callmart

COMMANDS = (
    "init demo run backfill check report deliver query explain calls docs status doctor restore "
    "mapping ui version"
)


def test_help_names_every_command_and_is_quick():
    used = []
    for _ in range(3):
        before = os.times().children_user
        done = callmart("--help")
        used.append(os.times().children_user - before)
    for name in COMMANDS.split():
        assert f" {name} " in done.stdout
    # Half a second on the clock of an idle machine; the suite shares its two cores.
    assert min(used) < 1.0


def test_no_project_is_a_sentence_with_a_remedy(tmp_path):
    done = callmart("status", cwd=tmp_path)
    assert done.returncode == 2
    assert "callmart init" in done.stderr
    assert "Traceback" not in done.stderr


def test_init_makes_a_project_that_only_its_owner_can_unmask(tmp_path):
    done = callmart(
        "init", "mine", "--timezone", "Europe/Berlin", "--name", 'The "Best"', cwd=tmp_path
    )
    assert done.returncode == 0, done.stderr
    key = tmp_path / "mine" / "var" / "key"
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    assert len(key.read_bytes()) >= 32
    again = callmart("init", "mine", cwd=tmp_path)
    assert again.returncode == 2
    assert "nothing was changed" in again.stderr


def test_init_refuses_an_unknown_zone(tmp_path):
    done = callmart("init", "mine", "--timezone", "Europe/Berlim", cwd=tmp_path)
    assert done.returncode == 2
    assert "did you mean 'Europe/Berlin'" in done.stderr
    assert not (tmp_path / "mine").exists()


@pytest.fixture
def said(demo, monkeypatch, capsys) -> Callable[..., tuple[int, str, str]]:
    """Runs the command on the demo in this process: a new one takes a second to start."""

    def run(*arguments: object) -> tuple[int, str, str]:
        words = ["callmart", "--project", str(demo[0]), *map(str, arguments)]
        monkeypatch.setattr(sys, "argv", words)
        with pytest.raises(SystemExit) as left:
            main()
        told = capsys.readouterr()
        return int(left.value.code or 0), told.out, told.err

    return run


@pytest.mark.slow
def test_demo_ends_with_the_report_and_what_to_try(demo, said):
    folder, told = demo
    assert f"{folder / 'reports' / 'index.html'}" in told
    assert "Publication 1 is current" in told
    assert (folder / "reports" / "index.html").exists()
    first, *others = told.split("Try next:")[1].strip().splitlines()
    done = subprocess.run(  # noqa: S602  typed into a shell, as a person would
        re.sub(r"^\S*callmart ", f"{CALLMART} ", first.strip()),
        shell=True,
        cwd=folder.parent,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, first + done.stderr
    assert "sales" in done.stdout
    for line in others:
        _, option, project, *words = shlex.split(line)
        assert (option, (folder.parent / project).resolve()) == ("--project", folder.resolve())
        code, out, error = said(*words)
        assert code == 0, line + error
        assert "sales" in out or "vip" in out


@pytest.mark.soak
def test_nothing_new_publishes_nothing(said):
    code, out, _ = said("run")
    assert code == 0
    assert "nothing new" in out
    assert "Publication 1 is current" in out


@pytest.mark.slow
def test_query_gives_tables_csv_and_json(demo, said, tmp_path):
    sql = "select queue_name, n_offered from marts.queue_day order by queue_name"
    assert "billing" in said("query", sql)[1]
    csv = callmart("query", sql, "--format", "csv", CALLMART_PROJECT=str(demo[0])).stdout
    assert csv.splitlines()[0] == "queue_name,n_offered"
    rows = json.loads(said("query", sql, "-f", "json")[1])
    assert {r["queue_name"] for r in rows} == {"billing", "sales", "support", "vip"}
    out = tmp_path / "rows.parquet"
    said("query", sql, "-f", "parquet", "--out", out)
    assert out.stat().st_size > 0
    staging = said("query", "select count(*) as n from staging.queue_visit", "--staging")[1]
    assert "1,726" in staging or "1726" in staging


@pytest.mark.slow
@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["query", "select * from nowhere"], "nowhere"),
        (["query", "delete from marts.queue_day"], "read-only"),
        (["explain", "servicelevel"], "service_level"),
        (["calls", "--scope", "sales"], "KIND=ID"),
        (["calls", "--outcome", "lost"], "abandoned"),
        (["backfill", "--from", "yesterday", "--to", "2026-01-01"], "2026-01-31"),
        (["run", "--accept", "core.fact_contact.x"], "--reason"),
        (["restore", "99"], "99"),
    ],
)
def test_wrong_use_is_told_in_a_sentence(said, arguments, sentence):
    code, out, told = said(*arguments)
    assert code == 2, out
    assert sentence in told


@pytest.mark.slow
def test_status_and_explain_answer_a_manager(said):
    status = said("status")[1]
    assert "pbx.queue_log" in status
    assert "10,751 lines" in status
    explained = said("explain", "service_level", "--scope", "queue=sales")[1]
    assert "service_level@1" in explained
    assert "landing/pbx/queue_log:" in explained
    assert said("doctor")[0] == 0
