"""What a project can have rows in follows from what its sources deliver."""

from assets.active import active_relations, project_models
from pipelines.sql_models import load_contracts, load_models
from pipelines.sql_models.model import parse_model
from tests.harness import make_project


def test_of_no_project_everything_is(tmp_path):
    models = load_models()
    every = {m.relation for m in models} | {c.relation for c in load_contracts().values()}
    assert active_relations(None, models) == every


def test_a_switch_alone_tells_of_calls_and_agents_and_of_nothing_else(tmp_path):
    active = active_relations(make_project(tmp_path / "p", {}), load_models())
    assert active >= {
        "staging.contact",
        "core.fact_contact",
        "core.fact_agent_state",
        "core.dim_date",
        "marts.kpi_day",
        "marts.v_queue_day",
    }
    assert not active & {
        "staging.survey_answer",
        "core.fact_survey_answer",
        "core.fact_qa_item",
        "core.fact_sale",
        "core.dim_campaign",
    }


def test_what_is_made_of_facts_is_active_with_any_of_them(tmp_path):
    header = "/*---\ndescription: x\nowner: team:x\ngrain: [a]\n---*/\nselect a from "
    models = [
        parse_model("core.fact_sale", header + "staging.sale join core.fact_contact using (b)"),
        parse_model("core.fact_call", header + "staging.contact"),
        parse_model("core.dim_name", header + "ops.centre"),
        parse_model("marts.of_sales", header + "core.fact_sale join core.dim_name using (b)"),
        parse_model("marts.of_both", header + "core.fact_sale join core.fact_call using (b)"),
        parse_model("marts.of_names", header + "core.dim_name"),
    ]
    active = active_relations(make_project(tmp_path / "p", {}), models)
    made = {name for name in active if not name.startswith("staging.")}
    assert made == {"core.fact_call", "core.dim_name", "marts.of_both", "marts.of_names"}


def test_kpi_marts_hold_the_metrics_of_active_facts(tmp_path):
    models, _ = project_models(make_project(tmp_path / "p", {}))
    marts = {model.name: model.sql for model in models}
    assert "'service_level' as metric_id" in marts["kpi_day"]
    assert "'csat' as metric_id" not in marts["kpi_day"]
    assert "fact_survey_answer" not in marts["kpi_day_parts"]
    assert "'csat' as metric_id" in {m.name: m.sql for m in project_models(None)[0]}["kpi_day"]
