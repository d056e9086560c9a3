"""The shipped models, built on empty contracts: they bind, are described, portable and typed."""

import re
import time
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from pipelines.sql_models import (
    SqlModel,
    build_model,
    column_lineage,
    lint,
    load_glossary,
    load_models,
    to_spark,
    warehouse_columns,
)
from pipelines.sql_models.build import describe
from pipelines.sql_models.empty import empty_warehouse
from pipelines.sql_models.kpi_sql import generated_models
from pipelines.sql_models.metrics import load_metrics
from pipelines.sql_models.model import Header
from tests.conftest import ROOT

MODELS = load_models()
GLOSSARY = ROOT / "models" / "_glossary.yml"
PLAIN = re.compile(r"VARCHAR|BIGINT|INTEGER|BOOLEAN|DATE|TIMESTAMP|DOUBLE|DECIMAL\(\d+,\d+\)")

OF_FEW_FACTS = generated_models(
    facts=("fact_agent_offer", "fact_agent_state_interval", "fact_case_backlog")
)
HEADER = Header(description="Parts of metrics.", owner="team:analytics", grain=())

every_model = pytest.mark.parametrize("model", MODELS, ids=lambda m: m.relation)


@pytest.fixture(scope="module")
def con() -> Iterator[duckdb.DuckDBPyConnection]:
    """All models, bound."""
    with empty_warehouse(MODELS) as con:
        yield con


@pytest.fixture(scope="module")
def columns(con) -> dict[str, dict[str, str]]:
    return warehouse_columns(con)


# To plan the KPI marts of all facts takes seconds: that they bind is known by then.
@pytest.mark.parametrize(
    "models",
    [
        [m for m in MODELS if m.path is not None and not any("kpi_" in name for name in m.reads)],
        pytest.param(MODELS, marks=pytest.mark.soak),
    ],
    ids=["of core", "all"],
)
def test_models_build_on_nothing_in_no_time(con, models: list[SqlModel]):
    started = time.process_time()
    for model in models:
        build_model(con, model)
    assert (time.process_time() - started) / len(models) < 0.2


# The KPI marts are long texts of one kind, which take seconds to follow: what they say of days and
# of three facts is all that they ever say, but for the expressions of metrics.
@pytest.mark.parametrize(
    "model",
    [
        *(m for m in MODELS if m.path is not None),
        *(m for m in OF_FEW_FACTS if not re.search(r"kpi_(change_)?(week|month|interval)", m.name)),
        *(pytest.param(m, marks=pytest.mark.soak) for m in MODELS if m.path is None),
    ],
    ids=lambda m: m.relation,
)
def test_it_is_portable(model: SqlModel, columns):
    assert lint(model, columns) == []
    assert to_spark(model.sql)


def test_what_metrics_count_is_portable(columns):
    said: dict[str, dict[str, None]] = {}
    for metric in load_metrics():
        for part in metric.parts:
            said.setdefault(part.fact, {})[part.sql] = None
    assert len(said) > 20
    for fact, parts in said.items():
        listed = ", ".join(f"{sql} as part_{n}" for n, sql in enumerate(parts))
        model = SqlModel("marts", fact, HEADER, f"select {listed} from core.{fact} as f")
        assert lint(model, columns) == [], fact


@pytest.mark.parametrize(
    "path", [m.path for m in MODELS if m.path is not None], ids=lambda path: path.stem
)
def test_its_file_runs_as_it_stands(path: Path, con):
    # That it binds: what it then does is asked of its SQL.
    assert con.sql(path.read_text(encoding="utf-8")).columns


@every_model
def test_its_types_are_ones_that_every_tool_reads(model: SqlModel, columns):
    """HUGEINT, INTERVAL and lists fail in Polars, Power BI or Excel: cast sums to BIGINT."""
    odd = {
        name: kind for name, kind in columns[model.relation].items() if not PLAIN.fullmatch(kind)
    }
    assert not odd


@every_model
def test_its_names_say_their_types(model: SqlModel, columns):
    wanted = {
        "_key": {"BIGINT", "INTEGER"},
        "_id": {"VARCHAR"},
        "_at": {"TIMESTAMP"},
        "_ms": {"BIGINT"},
        "local_date": {"DATE"},
    }
    wrong = []
    for name, kind in columns[model.relation].items():
        allowed = next((kinds for end, kinds in wanted.items() if name.endswith(end)), None)
        if name.startswith(("is_", "has_")):
            allowed = {"BOOLEAN"}
        if name.startswith("n_"):
            allowed = {"BIGINT", "INTEGER"}
        if allowed and kind not in allowed:
            wrong.append(f"{name} {kind}")
    assert not wrong


def test_every_column_and_relation_is_described(columns):
    """A build says of each what is said here, or fails."""
    for model in MODELS:
        assert model.header.description, model.relation
        names = columns[model.relation]
        assert describe(model, names, load_glossary()).keys() == names.keys()


def test_the_glossary_is_in_order_and_every_word_is_used(columns):
    lines = GLOSSARY.read_text(encoding="utf-8").splitlines()
    words = [line.split(":")[0] for line in lines if line and not line.startswith("#")]
    assert words == list(load_glossary())
    used = {name for model in MODELS for name in columns[model.relation]}
    assert words == sorted(words)
    assert not set(words) - used


@pytest.mark.parametrize("each", [4, pytest.param(1, marks=pytest.mark.soak)])
def test_columns_can_be_followed_in_nearly_every_model(columns, each: int):
    written = [model for model in MODELS if model.path is not None][::each]
    found = column_lineage(written, columns)
    assert len(found) >= 0.9 * len(written)
    assert any(origins for lineage in found.values() for origins in lineage.values()) or not MODELS
