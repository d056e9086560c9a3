"""Columns followed through the SQL."""

from pipelines.sql_models.lineage import column_lineage
from tests.pipelines.sql_models.texts import model

COLUMNS = {
    "core.t": {"a": "BIGINT", "b": "BIGINT", "k": "BIGINT"},
    "core.u": {"k": "BIGINT", "c": "VARCHAR"},
}


def test_through_expressions_joins_and_stars():
    one = model(
        "marts.x",
        "with s as (select * from core.t) "
        "select s.a + s.b as n, u.c, count(*) as m from s join core.u as u using (k) group by 1, 2",
    )
    assert column_lineage([one], COLUMNS) == {
        "marts.x": {"n": [("core.t", "a"), ("core.t", "b")], "c": [("core.u", "c")], "m": []}
    }


def test_what_cannot_be_followed_is_left_out():
    lost = model("marts.y", "pivot core.t on a using sum(b)")
    fine = model("marts.z", "select a from core.t")
    assert column_lineage([lost, fine], COLUMNS)["marts.z"] == {"a": [("core.t", "a")]}


def test_through_unions_by_place_and_through_subqueries():
    one = model(
        "marts.x",
        "with r as (select a as n from core.t union all select b from core.t where k = 1) "
        "select n, (select max(u.c) from core.u as u where u.k = n) as c from r",
    )
    assert column_lineage([one], COLUMNS)["marts.x"] == {
        "n": [("core.t", "a"), ("core.t", "b")],
        "c": [("core.u", "c")],
    }
