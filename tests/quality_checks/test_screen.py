"""Several expectations asked as one."""

import duckdb
import pytest

from quality_checks.screen import screen, screened
from quality_checks.suite import Rule

SIMPLE = "select id, size from {batch} where size < 0 or size is null;"
NAMED = "select id\nfrom {batch}\nwhere colour in ('red', 'blue') -- a remark"
DOUBLED = "select id, count(*) as n from {batch} where id > 0 group by id having count(*) > 1"
JOINED = (
    "with things as (select * from {batch}) select t.id from things as t "
    "left join owner as o on o.id = t.owner where o.id is null"
)
AGGREGATE = "select count(*) as n from {batch} where colour = 'none' having count(*) <> 1"
QUERIES = (SIMPLE, NAMED, DOUBLED, JOINED, AGGREGATE)


def rule(query: str, kind: str = "unexpected_rows_expectation"):
    kwargs = {"unexpected_rows_query": query}
    return Rule(id="a", type=kind, severity="critical", description="x", kwargs=kwargs)


RULES = [rule(query) for query in QUERIES]


@pytest.fixture
def con():
    with duckdb.connect() as con:
        con.execute("create table owner as select 1 as id")
        con.execute(
            "create table thing as select * from (values (1, 1, 'green', 1), (2, 2, 'none', 1)) "
            "as t(id, size, colour, owner)"
        )
        yield con


def found(con, rules):
    query = screen(rules).kwargs["unexpected_rows_query"]
    return con.execute(query.format(batch="(select * from thing)")).fetchall()


def test_it_finds_nothing_in_sound_rows(con):
    assert found(con, RULES) == []


@pytest.mark.parametrize(
    ("n", "change"),
    [
        (0, "update thing set size = null where id = 1"),
        (1, "update thing set colour = 'red' where id = 1"),
        (2, "insert into thing values (1, 1, 'green', 1)"),
        (3, "update thing set owner = 7 where id = 1"),
        (4, "update thing set colour = 'green'"),
    ],
)
def test_one_broken_rule_is_enough(con, n, change):
    con.execute(change)
    assert found(con, RULES)
    assert found(con, RULES[n : n + 1])
    assert not found(con, RULES[:n] + RULES[n + 1 :])


def test_conditions_on_one_row_share_a_scan():
    together = screen([rule(SIMPLE), rule(SIMPLE), rule(DOUBLED)])
    assert together.kwargs["unexpected_rows_query"].count("{batch}") == 2


def test_only_several_queries_are_asked_as_one():
    other = rule("", "expect_column_values_to_not_be_null")
    assert screened([other, RULES[0], other]) == []
    assert screened([other, *RULES]) == RULES
