"""What the SQL of a view says of its grain."""

import pytest

from pipelines.sql_models import parse_model
from quality_checks.grouped import is_grouped_by

GRAIN = ("team", "local_date")


def model(sql: str, kind: str = "view"):
    header = (
        f"description: x\nowner: team:analytics\ngrain: [team, local_date]\nmaterialization: {kind}"
    )
    return parse_model("marts.thing", f"/*---\n{header}\n---*/\n{sql}\n")


@pytest.mark.parametrize(
    "sql",
    [
        "select team, local_date, count(*) as n from core.t group by team, local_date",
        "select k.unit as team, k.local_date from core.t as k group by k.unit, k.local_date",
        "select team, max(d) as local_date from core.t group by team",
        "with a as (select 1 as team) select team, 1 as local_date from a group by team",
    ],
)
def test_a_grain_that_is_grouped_by_cannot_repeat(sql):
    assert is_grouped_by(model(sql), GRAIN)
    assert not is_grouped_by(model(sql, "table"), GRAIN)


@pytest.mark.parametrize(
    "sql",
    [
        "select team, local_date from core.t",
        "select team, local_date, source from core.t group by team, local_date, source",
        "select team, local_date from core.t group by team, local_date, source",
        "select lower(team) as team, local_date from core.t group by team, local_date",
        "select team, local_date from core.t group by rollup (team, local_date)",
        "select team, local_date from core.t group by all",
        "select team, local_date, unnest([1, 2]) as n from core.t group by team, local_date",
        "select team, local_date from core.t group by team, local_date "
        "union all select team, local_date from core.t group by team, local_date",
        "with a as (select team, local_date from core.t group by team, local_date) select * from a",
    ],
)
def test_of_anything_else_nothing_is_said(sql):
    assert not is_grouped_by(model(sql), GRAIN)
