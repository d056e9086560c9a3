"""The header of a model file, and what is read from its SQL."""

from pathlib import Path

import pytest

from pipelines.sql_models import ModelError, parse_model
from tests.pipelines.sql_models.texts import model, text_of


def test_what_it_reads_comes_from_its_sql():
    found = model(
        "marts.x", "with c as (select a from core.t) select a from c join ops.w using (a)"
    )
    assert found.reads == {"core.t", "ops.w"}
    assert found.relation == "marts.x"


def test_the_header_says_what_columns_mean_and_how_they_are_tested():
    columns = (
        "{a: In words, b: {description: More, tests: [not_null, {min: 0}, {allowed: [x, y]}]}}"
    )
    found = model("core.x", "select a, b from staging.t", columns=columns).header.columns
    assert found["a"].description == "In words"
    tests = [(t.kind, t.value) for t in found["b"].tests]
    assert tests == [("not_null", None), ("min", 0), ("allowed", ("x", "y"))]


def test_layout_and_comments_do_not_change_the_version():
    one = model("core.x", "select a from staging.t -- why")
    assert one.own_version == model("core.x", "SELECT\n  a\nFROM staging.t;").own_version
    assert one.own_version != model("core.x", "select b as a from staging.t").own_version
    assert one.own_version != model("core.x", "select a from staging.t", kind="view").own_version


def test_a_closing_semicolon_is_no_part_of_the_select():
    found = parse_model("core.x", text_of("\nselect a\nfrom staging.t;\n"))
    assert found.sql == "select a\nfrom staging.t"
    assert text_of("\nselect a").splitlines()[found.first_line - 1] == "select a"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("select 1 as a", "must begin with a header"),
        (text_of("select 1").replace("owner", "ownr"), "ownr: Extra inputs"),
        (text_of("select 1").replace("description: It's", "description: [It's"), "not YAML"),
        (text_of("select 1", columns="{a: {tests: [{min: x}]}}"), "min does not take the value"),
        (text_of("select 1", columns="{a: {tests: [not_nul]}}"), "columns.a"),
        (text_of("select 1", kind="incremental"), "materialization"),
    ],
)
def test_a_wrong_file_is_named_with_its_fault(text: str, words: str):
    with pytest.raises(ModelError, match=words) as error:
        parse_model("core.x", text, Path("models/core/x.sql"))
    assert str(error.value).startswith("models/core/x.sql")


@pytest.mark.parametrize("sql", ["select a from", "select 1; select 2", "drop table x"])
def test_it_holds_one_select(sql: str):
    with pytest.raises(ModelError, match=r"core\.x"):
        _ = model("core.x", sql).reads


@pytest.mark.parametrize("relation", ["x", "staging.x", "core.X", "core.x-y", "core.1"])
def test_names_are_a_schema_and_small_letters(relation: str):
    with pytest.raises(ModelError, match="not a model's name"):
        parse_model(relation, text_of("select 1 as a"))
