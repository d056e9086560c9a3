"""Every row case of every model: tests/models/README.md says how they are written."""

from decimal import Decimal
from pathlib import Path

import pytest

from tests.models.cases import A_MOMENT, FOLDER, Bench, Case, comparable, read_cases, read_file
from tests.models.warehouse import MODELS, shipped_columns


@pytest.fixture(scope="module")
def bench() -> Bench:
    return Bench(MODELS, shipped_columns())


@pytest.mark.parametrize("case", read_cases(), ids=lambda case: case.name)
def test_case(bench: Bench, case: Case):
    found = bench.run(case)
    names = sorted({name for row in case.expect for name in row})
    assert comparable(found, names) == comparable(case.expect, names), found
    assert len(found) == len(case.expect), found


def test_folders_are_models():
    known = {model.relation for model in MODELS}
    folders = {f"{f.parent.parent.name}.{f.parent.name}" for f in FOLDER.glob("*/*/*.yml")}
    assert folders <= known


def test_a_first_document_without_a_name_is_shared(tmp_path: Path):
    file = tmp_path / "core" / "dim_queue" / "x.yml"
    file.parent.mkdir(parents=True)
    file.write_text(
        "given: {staging.roster: [{agent: a}]}\n---\ncase: one\nexpect: []\n"
        "---\ncase: two\ngiven: {staging.roster: []}\nexpect: [{queue_id: q}]\n"
    )
    one, two = read_file(file)
    assert (one.given, one.expect) == ({"staging.roster": [{"agent": "a"}]}, [])
    assert (two.relation, two.given) == ("core.dim_queue", {"staging.roster": []})


def test_equal_values_compare_equal_however_written():
    left = {"a": Decimal("12.500"), "b": 3, "c": A_MOMENT, "d": A_MOMENT.date()}
    right = {"a": 12.5, "b": 3.0, "c": A_MOMENT, "d": A_MOMENT.date()}
    assert comparable([left], list(left)) == comparable([right], list(right))
    assert comparable([left], ["a"]) != comparable([{"a": 12.4}], ["a"])
    assert comparable([{"a": True}], ["a"]) != comparable([{"a": 1}], ["a"])
