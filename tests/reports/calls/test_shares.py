"""What a row adds to a part of a metric."""

import pytest

from reports.calls.shares import share_of


@pytest.mark.parametrize(
    ("sql", "kind", "factor"),
    [
        ("count(*) filter (where is_answered)", "count", 1),
        ("count(is_top_box)", "count", 1),
        ("3600 * count(*)", "count", 3600),
        ("count(*) filter (where a = 'x') - count(*) filter (where a = 'y')", "count", 1),
        ("ms_to_s(sum(wait_ms) filter (where is_answered))", "sum", 1),
        ("24 * sum(n_leavers)", "sum", 1),
        ("sum(n_opening + n_closing) filter (where is_counted)", "sum", 1),
        ("percentile(case when is_answered then ratio(wait_ms, 1000) end, 0.9)", "value", 1),
        ("ms_to_s(max(wait_ms))", "value", 1),
        ("case when count(*) > 0 then sum(amount) end", "enters", 1),
        ("count(*) * ratio(count(a), count(b))", "enters", 1),
        ("count(distinct interval_start)", "enters", 1),
    ],
)
def test_kinds_of_parts(sql, kind, factor):
    assert (share_of(sql).kind, share_of(sql).factor) == (kind, factor)


def test_shares_of_rows_add_up_to_the_part():
    import duckdb

    parts = (
        "count(*) filter (where a = 'x') - count(*) filter (where a = 'y')",
        "sum(n + 1) filter (where a <> 'y')",
        "count(n)",
        "24 * sum(n)",
    )
    with duckdb.connect() as con:
        con.execute(
            "create table t as from (values ('x', 1), ('y', 2), ('x', null), (null, 4)) t(a, n)"
        )
        for part in parts:
            whole = con.execute(f"select {part} from t").fetchall()
            assert con.execute(f"select sum({share_of(part).value}) from t").fetchall() == whole


def test_unknown_conditions_enter_nothing():
    import duckdb

    share = share_of("count(*) filter (where a = 'x')")
    with duckdb.connect() as con:
        rows = con.execute(f"select case when {share.member} then 1 else 0 end"
                           " from (values (null), ('x')) t(a)").fetchall()  # fmt: skip
    assert rows == [(0,), (1,)]
