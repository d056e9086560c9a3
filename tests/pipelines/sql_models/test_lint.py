"""What the linter refuses, and that it lets the portable part pass."""

import pytest

from pipelines.sql_models.lint import lint
from tests.pipelines.sql_models.texts import model

COLUMNS = {
    "core.t": {
        "a": "BIGINT",
        "d": "DATE",
        "x": "DOUBLE",
        "m": "DECIMAL(18,3)",
        "s": "VARCHAR",
        "ts": "TIMESTAMP",
        "is_b": "BOOLEAN",
    }
}


def findings(sql: str, relation: str = "marts.x") -> str:
    return "\n".join(lint(model(relation, sql), COLUMNS))


@pytest.mark.parametrize(
    "expression",
    [
        "cast(sum(a) as bigint)",
        "cast(round(x) as integer)",
        "cast(ms_between(ts, ts) as bigint)",
        "cast(count(*) filter (where is_b) as integer)",
        "cast(sum(case when is_b then 1 else 0 end) as bigint)",
        "sum(ms_to_s(a))",
        "ratio(sum(a), count(*))",
        "a // 1000",
        "cast(date_trunc('week', d) as date)",
        "extract(hour from ts)",
        "substr(s, 1, 2)",
        "strftime(ts, '%H:%M')",
        "row_number() over (partition by s order by ts, a)",
        "string_agg(s, '>' order by ts, a)",
        "md5_key(s || '|' || cast(ts as varchar))",
        "ts + interval 15 minute",
        "max(ts) filter (where a between 1 and 2 and s in ('x'))",
    ],
)
def test_passes(expression: str):
    assert findings(f"select {expression} as z from core.t") == ""


@pytest.mark.parametrize(
    ("expression", "words"),
    [
        ("ts at time zone 'UTC'", "inverted on Spark"),
        ("date_diff('day', d, d)", "ms_between"),
        ("list(a)", "lists lose"),
        ("array_agg(a order by a)", "lists lose"),
        ("quantile_cont(a, 0.5)", "percentile"),
        ("percentile_cont(0.5) within group (order by a)", "percentile"),
        ("median(a)", "percentile"),
        ("dayofweek(d)", "iso_dow"),
        ("isodow(d)", "iso_dow"),
        ("dayname(d)", "not known"),
        ("week(d)", "iso_week"),
        ("time_bucket(interval 15 minute, ts)", "bucket15"),
        ("regexp_replace(s, 'a', 'b')", "not known"),
        ("regexp_matches(s, 'a')", "regular expressions"),
        ("hash(s)", "md5_key"),
        ("now()", "tomorrow"),
        ("current_timestamp", "tomorrow"),
        ("current_date", "tomorrow"),
        ("random()", "not known"),
        ("epoch(ts)", "ms_between"),
        ("log(a)", "not known"),
        ("avg(a)", "ratio"),
        ("arg_max(a, ts)", "row_number"),
        ("any_value(a)", "not known"),
        ("concat(s, s)", "treats NULLs differently"),
        ("a / 2", "use ratio"),
        ("a // a", "by zero"),
        ("a % 2", "remainder"),
        ("substr(s, 0, 2)", "from 1"),
        ("substr(s, -1)", "from 1"),
        ("strftime(ts, '%A')", "only %Y"),
        ("date_trunc('week', d)", "inside cast"),
        ("extract(isoyear from ts)", "only day"),
        ("extract(epoch from ts)", "only day"),
        ("row_number() over (partition by s)", "without an order"),
        ("last_value(a) over (partition by s)", "without an order"),
        ("string_agg(s, ',')", "without an order"),
        ("cast(a as hugeint)", "Spark does not have"),
        ("[a]", "nested"),
        ("{'a': a}", "nested"),
        ("s ->> 'x'", "JSON"),
        ("my_own(a)", "not known"),
        ("cast(x as integer)", "rounds here"),
        ("cast(sum(m) as bigint)", "rounds here"),
        ("cast(ratio(a, a) as integer)", "rounds here"),
        ("sum(x)", "sum of DOUBLE"),
        ("sum(ratio(a, a))", "sum of DOUBLE"),
        ("d - d", "days apart"),
        ("ts - ts", "interval"),
        ("cast(x as varchar)", "cast to decimal"),
    ],
)
def test_is_refused(expression: str, words: str):
    assert words in findings(f"select {expression} as z from core.t")


@pytest.mark.parametrize(
    ("sql", "words"),
    [
        ("select a from core.t limit 1", "chance"),
        ("select a from core.t offset 1", "chance"),
        ("select a from core.t using sample 5", "chance"),
        ("select distinct on (a) a from core.t", "chance"),
        ("with recursive c as (select 1 as a) select a from c", "recursion"),
        ("select t.a from core.t as t asof join core.t as u on t.ts >= u.ts", "asof"),
        ("select t.a from core.t as t natural join core.t as u", "name the columns"),
        ("select a from core.t union by name select a from core.t", "by name"),
        ("select columns('a') from core.t", "name them"),
        ("select a from generate_series(1, 2) as g(a)", "core.dim_interval"),
        ("select a from read_csv('x.csv')", "hide what is read"),
        ("select a from query_table('x')", "hide what is read"),
        ("select a from 'x.csv'", "write schema.table"),
        ("select a from t", "write schema.table"),
        ("select a from w.core.t", "without a catalog"),
        ("select queue as a from staging.roster", "a model of marts reads core, marts, ops"),
        ("select path as a from ops.load_file", "of ops, models read build_window"),
        ("select file_id as a from core.t", "keep it out"),
    ],
)
def test_construct_is_refused(sql: str, words: str):
    assert words in "\n".join(lint(model("marts.x", sql)))


def test_layers_point_one_way():
    assert "a model of core reads" in "\n".join(lint(model("core.x", "select a from marts.t")))
    assert lint(model("core.x", "select agent as a from staging.roster")) == []


def test_daily_models_and_no_others_keep_to_the_window():
    narrow = "select a from core.t inner join ops.build_window as w on t.d >= w.from_date"
    assert "only a daily model" in "\n".join(lint(model("marts.x", narrow)))
    wide = model("marts.x", "select a from core.t", kind="daily")
    assert "must keep to the days" in "\n".join(lint(wide))
    assert lint(model("marts.x", narrow, kind="daily")) == []


def test_a_finding_names_file_line_and_place():
    sql = "select\n    a,\n    now() as b\nfrom core.t"
    (found,) = lint(model("marts.x", sql), COLUMNS)
    assert found.startswith("marts.x (generated):10: `NOW()`: ")
