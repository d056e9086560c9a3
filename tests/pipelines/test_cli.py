"""The command as a stranger meets it: quick help, plain errors, exit codes, what it prints."""

import json
import os
import re
import stat
import subprocess
import sys

import pytest

from pipelines.cli import main
from tests.conftest import CALLMART, callmart

COMMANDS = (
    "init demo run backfill check report query explain calls docs status doctor restore mapping "
    "ui version"
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


@pytest.mark.slow
def test_demo_ends_with_the_report_and_what_to_try(demo):
    folder, said = demo
    assert f"{folder / 'reports' / 'index.html'}" in said
    assert "Publication 1 is current" in said
    assert (folder / "reports" / "index.html").exists()
    for line in said.split("Try next:")[1].strip().splitlines():
        done = subprocess.run(  # noqa: S602  typed into a shell, as a person would
            re.sub(r"^\S*callmart ", f"{CALLMART} ", line.strip()),
            shell=True,
            cwd=folder.parent,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, line + done.stderr
        assert "sales" in done.stdout or "vip" in done.stdout


@pytest.mark.slow
def test_nothing_new_publishes_nothing(demo):
    folder, _ = demo
    done = callmart("--project", folder, "run")
    assert done.returncode == 0
    assert "nothing new" in done.stdout
    assert "Publication 1 is current" in done.stdout


@pytest.mark.slow
def test_query_gives_tables_csv_and_json(demo, tmp_path):
    folder, _ = demo
    sql = "select queue_name, n_offered from marts.queue_day order by queue_name"
    assert "billing" in callmart("--project", folder, "query", sql).stdout
    csv = callmart("query", sql, "--format", "csv", CALLMART_PROJECT=str(folder)).stdout
    assert csv.splitlines()[0] == "queue_name,n_offered"
    rows = json.loads(callmart("--project", folder, "query", sql, "-f", "json").stdout)
    assert {r["queue_name"] for r in rows} == {"billing", "sales", "support", "vip"}
    out = tmp_path / "rows.parquet"
    callmart("--project", folder, "query", sql, "-f", "parquet", "--out", out)
    assert out.stat().st_size > 0
    staging = callmart(
        "--project", folder, "query", "select count(*) as n from staging.queue_visit", "--staging"
    )
    assert "1,726" in staging.stdout or "1726" in staging.stdout


@pytest.mark.slow
@pytest.mark.parametrize(
    ("arguments", "said"),
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
def test_wrong_use_is_told_in_a_sentence(demo, arguments, said, monkeypatch, capsys):
    """In this process: a new one takes a second to start."""
    monkeypatch.setattr(sys, "argv", ["callmart", "--project", str(demo[0]), *arguments])
    with pytest.raises(SystemExit) as left:
        main()
    told = capsys.readouterr()
    assert left.value.code == 2, told.out
    assert said in told.err


@pytest.mark.slow
def test_status_and_explain_answer_a_manager(demo):
    folder, _ = demo
    status = callmart("--project", folder, "status").stdout
    assert "pbx.queue_log" in status
    assert "10,751 lines" in status
    explained = callmart("--project", folder, "explain", "service_level", "--scope", "queue=sales")
    assert "service_level@1" in explained.stdout
    assert "landing/pbx/queue_log:" in explained.stdout
    assert callmart("--project", folder, "doctor").returncode == 0
