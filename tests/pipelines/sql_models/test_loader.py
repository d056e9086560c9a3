"""Order, code versions and additions of a project."""

from pathlib import Path

import pytest

from pipelines.sql_models import ModelError, load_glossary, load_models
from pipelines.sql_models.loader import in_order, with_versions
from tests.pipelines.sql_models.texts import model, text_of, versioned


def test_what_is_read_comes_first_whatever_the_order_given():
    a = model("core.a", "select agent as a from staging.roster")
    b = model("core.b", "select a from core.a")
    c = model("marts.a", "select a from core.b join core.a using (a)")
    assert in_order([c, b, a]) == in_order([a, b, c]) == [a, b, c]


def test_circles_and_doubles_are_refused():
    a, b = model("core.a", "select a from core.b"), model("core.b", "select a from core.a")
    with pytest.raises(ModelError, match=r"circle: core\.[ab] -> core\.[ab]"):
        in_order([a, b])
    with pytest.raises(ModelError, match=r"core\.a exists already"):
        in_order([a, a])


@pytest.mark.parametrize("relation", ["core.nothing", "staging.nothing", "ops.nothing", "nothing"])
def test_reading_what_nobody_makes_is_refused(relation: str):
    with pytest.raises(ModelError, match=f"core.a.*reads {relation}"):
        with_versions([model("core.a", f"select a from {relation}")])


def test_a_change_reaches_all_descendants_and_nothing_else():
    def versions(sql: str) -> dict[str, str]:
        models = versioned(
            model("core.a", sql),
            model("core.b", "select agent as a from staging.roster"),
            model("marts.a", "select a from core.a"),
            model("marts.b", "select a from marts.a"),
        )
        return {m.relation: m.code_version for m in models}

    before = versions("select agent as a from staging.roster")
    after = versions("select name as a from staging.roster")
    assert {name for name in before if before[name] != after[name]} == {
        "core.a",
        "marts.a",
        "marts.b",
    }


def test_a_change_of_a_macro_reaches_all(monkeypatch: pytest.MonkeyPatch):
    one = model("core.a", "select agent as a from staging.roster")
    before = versioned(one)[0].code_version
    monkeypatch.setattr("pipelines.sql_models.loader.macros_version", lambda: "other")
    assert versioned(one)[0].code_version != before


def test_a_project_adds_models_and_words(tmp_path: Path):
    folder = tmp_path / "models" / "marts"
    folder.mkdir(parents=True)
    (tmp_path / "models" / "core").mkdir()
    below = text_of("select agent as a from staging.roster")
    (tmp_path / "models" / "core" / "our_people.sql").write_text(below)
    (folder / "ours.sql").write_text(text_of("select a from core.our_people"))
    (folder / "notes.txt").write_text("not a model")
    (tmp_path / "models" / "_glossary.yml").write_text("a: Our own letter.\n")
    found = {m.relation: m for m in load_models(tmp_path)}
    assert found.keys() - {m.relation for m in load_models()} == {"core.our_people", "marts.ours"}
    assert found["marts.ours"].path == folder / "ours.sql"
    assert load_glossary(tmp_path)["a"] == "Our own letter."
    assert "a" not in load_glossary()


def test_an_addition_is_held_to_the_rules(tmp_path: Path):
    file = tmp_path / "models" / "marts" / "ours.sql"
    file.parent.mkdir(parents=True)
    file.write_text(text_of("select agent as a,\n  now() as b from staging.roster"))
    with pytest.raises(ModelError) as error:
        load_models(tmp_path)
    assert f"{file}:9: `NOW()`" in str(error.value)
    assert "a model of marts reads core, marts, ops and nothing else" in str(error.value)


def test_a_project_without_additions_has_the_shipped_models(tmp_path: Path):
    assert load_models(tmp_path) == load_models()


def test_the_order_is_the_same_each_time():
    assert [m.relation for m in load_models()] == [m.relation for m in load_models()]


def test_a_glossary_maps_names_to_texts(tmp_path: Path):
    (tmp_path / "models").mkdir()
    (tmp_path / "models" / "_glossary.yml").write_text("a: {b: c}\n")
    with pytest.raises(ModelError, match="one text"):
        load_glossary(tmp_path)
