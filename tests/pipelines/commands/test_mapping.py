"""`callmart mapping`: a guess is written once, and a try changes nothing."""

import json

import pytest

from pipelines.commands import mapping
from pipelines.commands.errors import UsageError
from pipelines.commands.setting_up import init

CALLS = (
    "Call ID;Start Time;Caller\n"
    "1;02.01.2026 09:30:00;07700900123\n"
    "2;13.01.2026 09:31:00;07700900124\n"
    "3;never;07700900125\n"
    "4;14.01.2026 09:32:00;07700900126\n"
)


@pytest.fixture
def project(tmp_path, capsys):
    init(tmp_path / "p", timezone="Europe/Berlin", name="Mine", tabular=True)
    capsys.readouterr()
    return tmp_path / "p"


def test_a_guess_is_written_once_and_tried(project, tmp_path, capsys):
    file = tmp_path / "calls.csv"
    file.write_text(CALLS.replace("never", "15.01.2026 09:00:00"))
    mapping.new(project, file, table="contact", name=None)
    assert (project / "mappings" / "calls.yml").is_file()
    with pytest.raises(UsageError, match="exists already"):
        mapping.new(project, file, table="contact", name=None)
    file.write_text(CALLS)
    capsys.readouterr()
    before = sorted(project.rglob("*"))
    assert mapping.test(project, "calls", file, limit=10) == 1
    said = capsys.readouterr().out
    assert "staging.contact: 3 rows" in said
    assert "2026-01-02 08:30:00" in said
    assert "07700900123" not in said
    assert "started_at: is no time in the form %d.%m.%Y %H:%M:%S" in said
    assert "lines 4" in said
    assert sorted(project.rglob("*")) == before


def test_a_file_of_another_name_is_told(project, tmp_path):
    file = tmp_path / "other.csv"
    file.write_text(CALLS)
    mapping.new(project, file, table="contact", name="calls")
    with pytest.raises(UsageError, match="does not fit"):
        mapping.test(project, "calls", file.rename(tmp_path / "more.csv"), limit=1)


def test_the_schema_knows_every_field(capsys):
    mapping.schema(None)
    schema = json.loads(capsys.readouterr().out)
    assert {"files", "rows", "leave_out", "version"} <= schema["properties"].keys()


def test_a_new_project_has_a_template_of_each_table(project):
    names = {path.name for path in (project / "mappings" / "templates").iterdir()}
    assert {"sale.csv", "sale.yml", "schedule.csv", "schedule.yml"} <= names
    # Templates are not read where they lie.
    assert not list((project / "mappings").glob("*.yml"))
