"""What a select reads and gives, as DuckDB's parser says it."""

import pytest

from pipelines.sql_models.model_files import shipped_files
from pipelines.sql_models.syntax import SyntaxFault, _walked, canonical, columns_of, tables_of


def test_tables_are_those_named_but_for_its_own_expressions():
    sql = """
        with a as (select * from core.x), b as (select 1 from a)
        select * from b, core.y as "odd "" name", z where exists (select 1 from a.b)
    """
    assert tables_of(sql) == {"core.x", "core.y", "z", "a.b"}
    assert tables_of("select 'from core.x'") == frozenset()
    assert tables_of("select * from core.x tablesample 10 rows") == {"core.x"}


# To make a tree of each takes seconds.
@pytest.mark.parametrize("each", [4, pytest.param(1, marks=pytest.mark.soak)])
def test_of_every_written_model_text_and_tree_say_the_same(each: int):
    for model in shipped_files()[::each]:
        tables, ctes = _walked(canonical(model.sql))
        named = {f"{s}.{t}" if s else t for s, t in tables if s or t not in ctes}
        assert model.reads == named, model.relation
        assert model.names == set(model.query.named_selects) - {"*"}, model.relation


@pytest.mark.parametrize("sql", ["", "select 1; select 2", "selec 1", "drop table x"])
def test_anything_but_one_select_is_refused(sql):
    with pytest.raises(SyntaxFault):
        tables_of(sql)


def test_columns_are_called_as_the_outermost_select_says():
    sql = "select a, b as c, f.d, *, sum(x) as y from t as f union all select 1, 2, 3, 4, 5"
    assert columns_of(sql) == {"a", "c", "d", "y"}
