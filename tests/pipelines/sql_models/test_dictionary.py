"""The data dictionary says everything that the warehouse holds."""

from pathlib import Path

import pytest

from pipelines.sql_models import load_contracts, load_models
from pipelines.sql_models.dictionary import data_dictionary
from pipelines.sql_models.macros import MACROS
from pipelines.sql_models.metrics import metric_definitions
from pipelines.storage.ops import table_columns
from tests.pipelines.sql_models.texts import text_of


@pytest.fixture(scope="module")
def text() -> str:
    return data_dictionary()


def test_every_relation_macro_and_metric_has_its_place(text: str):
    headings = {line.removeprefix("### ") for line in text.splitlines() if line.startswith("### ")}
    assert {contract.relation for contract in load_contracts().values()} <= headings
    assert {model.relation for model in load_models()} <= headings
    assert {"ops.publication", "ops.load_file"} <= headings
    assert {row["metric_id"] for row in metric_definitions()} <= headings
    assert all(f"| {name}(" in text for name in MACROS)


def test_columns_come_with_type_words_and_rules(text: str):
    visit = text.split("### staging.queue_visit")[1].split("###", maxsplit=1)[0]
    assert "| wait_ms | BIGINT | Wait as the source counts it" in visit
    assert "| at least 0 |" in visit
    assert "never empty; one of answered, abandoned" in visit
    publication = text.split("### ops.publication")[1].split("### ", maxsplit=1)[0]
    wanted = [f"| {name} | {kind} |" for name, kind in table_columns("publication").items()]
    assert not [cells for cells in wanted if cells not in publication]


def test_every_table_is_well_formed(text: str):
    rows = [line.replace("\\|", "") for line in text.splitlines() if line.startswith("|")]
    assert {row.count("|") for row in rows} == {4, 5}
    assert not [row for row in rows if "|  |" in row[:-4]], "only rules may be empty"


@pytest.mark.soak
def test_a_project_s_additions_are_in_it(tmp_path: Path):
    folder = tmp_path / "models" / "core"
    folder.mkdir(parents=True)
    words = "{a: Whoever | whatever.}"
    (folder / "our_people.sql").write_text(
        text_of("select agent as a from staging.roster", columns=words)
    )
    text = data_dictionary(tmp_path)
    assert "### core.our_people" in text
    assert "| a | VARCHAR | Whoever \\| whatever. |" in text
