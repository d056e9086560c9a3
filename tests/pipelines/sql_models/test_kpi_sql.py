"""The marts made from the registry: their shape, and what a project's own metric becomes."""

import duckdb
import pytest
import yaml

from pipelines.sql_models import load_models
from pipelines.sql_models.counting import INTERVAL_SCOPES
from pipelines.sql_models.kpi_sql import generated_models
from pipelines.sql_models.metrics import load_metrics
from pipelines.sql_models.registry import load_registry
from tests.models.warehouse import build_plainly

OWN = {
    "id": "vip_share",
    "name": "Share of vip",
    "description": "Share of visits to queue vip.",
    "formula": "visits to vip / visits",
    "unit": "percent",
    "direction": "neutral",
    "numerator": {
        "fact": "fact_queue_visit",
        "attribution": "queue entry",
        "sql": "count(*) filter (where queue_id = 'vip' and not is_consult)",
    },
    "denominator": {
        "fact": "fact_queue_visit",
        "attribution": "queue entry",
        "sql": "count(*) filter (where not is_consult)",
    },
    "scopes": ["all"],
    "additivity": "ratio",
    "source": "us",
}


def test_every_metric_is_said_at_its_grains():
    texts = {model.name: model.sql for model in generated_models()}
    for metric in load_metrics():
        for grain in ("interval", "day", "week", "month"):
            # Agents have no quarter hours here.
            said = grain in metric.grains and (
                grain != "interval" or bool(set(metric.scopes) & set(INTERVAL_SCOPES))
            )
            assert (f"'{metric.id}' as metric_id" in texts[f"kpi_{grain}"]) == said, metric.ref


def test_the_text_is_the_same_each_time():
    first, second = generated_models(), generated_models()
    assert [(m.relation, m.sql) for m in first] == [(m.relation, m.sql) for m in second]


def test_a_projects_own_metric_is_in_the_marts(tmp_path):
    folder = tmp_path / "metrics"
    folder.mkdir()
    (folder / "own.yml").write_text(yaml.safe_dump([OWN]))
    models = {model.relation: model for model in load_models(tmp_path)}
    assert "vip_share_numerator" in models["marts.kpi_interval_parts"].sql
    shipped = {model.relation: model for model in load_models()}
    changed = {name for name in models if models[name].code_version != shipped[name].code_version}
    assert changed >= {"marts.kpi_interval_parts", "marts.kpi_day", "marts.v_kpi_day"}
    assert not any(name.startswith("core.") for name in changed)


@pytest.fixture
def empty() -> duckdb.DuckDBPyConnection:
    from datetime import date

    from tests.models.warehouse import inputs

    con = inputs(["Etc/UTC"], date(2026, 1, 5), date(2026, 1, 5))
    build_plainly(con)
    return con


def test_what_is_summed_is_exact_and_only_values_are_doubles(empty):
    types = dict(
        empty.execute("select column_name, data_type from duckdb_columns() "
                      "where schema_name = 'marts' and table_name = 'kpi_day'").fetchall()
    )  # fmt: skip
    assert {name for name, kind in types.items() if kind == "DOUBLE"} == {
        "value_stored",
        "coverage",
    }
    assert types["numerator"] == types["denominator"] == "DECIMAL(18,6)"
    doubles = empty.execute(
        """
        select distinct column_name from duckdb_columns()
        where schema_name = 'marts' and table_name like '%_parts' and data_type = 'DOUBLE'
        """
    ).fetchall()
    stored = {a.name for a in load_registry().parts.all if a.fold == "rows"}
    assert {name for (name,) in doubles} <= stored


def test_no_rows_make_no_numbers(empty):
    assert empty.execute("select count(*) from marts.v_kpi_day").fetchone() == (0,)
    assert empty.execute("select count(*) from marts.v_kpi_interval").fetchone() == (0,)
