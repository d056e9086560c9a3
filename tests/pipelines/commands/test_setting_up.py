"""`callmart init`: the project file it writes, with and without an Asterisk."""

import re

import pytest

from pipelines.commands.setting_up import init
from pipelines.settings import PROJECT_FILE, load_project, parse_settings


@pytest.mark.parametrize(
    ("tabular", "source", "kind"), [(False, "pbx", "asterisk"), (True, "files", "tabular")]
)
def test_a_new_project_has_one_source_with_its_folder(tmp_path, capsys, tabular, source, kind):
    init(tmp_path / "p", timezone="Europe/Berlin", name="Mine", tabular=tabular)
    project = load_project(tmp_path / "p")
    assert {name: of.kind for name, of in project.settings.sources.items()} == {source: kind}
    assert project.landing(source).is_dir()
    assert str(project.landing(source)) in capsys.readouterr().out
    # What it only suggests holds as well.
    text = (project.root / PROJECT_FILE).read_text(encoding="utf-8")
    suggested = parse_settings(re.sub(r"^# (?=\[|.* = )", "", text, flags=re.MULTILINE))
    assert suggested.goals == {"service_level": 80}
    assert suggested.sources[source].timezone == "Europe/London"
