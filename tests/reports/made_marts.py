"""Marts and ops of a made-up centre, by the shortest SQL that says what each number is."""

from datetime import timedelta

import duckdb

METRICS = [
    # id, name, unit, direction, goal, min_n, method, formula, fact, numerator, denominator, scopes
    (
        "offered",
        "Calls offered",
        "count",
        "neutral",
        None,
        1,
        "none",
        "visits to a queue",
        "visit",
        "count(*)",
        None,
        "all;queue",
    ),
    (
        "service_level",
        "Service level",
        "percent",
        "higher",
        80,
        20,
        "wilson",
        "answered within T / (answered + abandoned - abandoned within t)",
        "visit",
        "count_if(is_answered and is_within_threshold)",
        "count_if(is_answered or outcome = 'abandoned' and not is_short_abandon)",
        "all;queue",
    ),
    (
        "service_level_lost",
        "Service level, every lost call against it",
        "percent",
        "higher",
        None,
        20,
        "wilson",
        "answered within T / (answered + lost - abandoned within t)",
        "visit",
        "count_if(is_answered and is_within_threshold)",
        "count_if(outcome <> 'exit_key' and not is_short_abandon)",
        "all;queue",
    ),
    (
        "abandonment_rate",
        "Abandoned",
        "percent",
        "lower",
        5,
        20,
        "wilson",
        "(abandoned - short) / (offered - short)",
        "visit",
        "count_if(outcome = 'abandoned' and not is_short_abandon)",
        "count_if(not is_short_abandon)",
        "all;queue",
    ),
    (
        "average_speed_of_answer",
        "Speed of answer",
        "seconds",
        "lower",
        20,
        20,
        "t",
        "wait of answered calls / answered calls",
        "visit",
        "sum(wait_ms) filter (where is_answered) / 1000",
        "count_if(is_answered)",
        "all;queue",
    ),
    (
        "average_handle_time",
        "Handle time",
        "seconds",
        "neutral",
        None,
        20,
        "t",
        "talk + hold + wrap / handled contacts",
        "segment",
        "sum(talk_ms + coalesce(wrap_ms, 0)) / 1000",
        "count(*)",
        "all;queue;agent",
    ),
    (
        "transfer_rate",
        "Transferred",
        "percent",
        "lower",
        10,
        20,
        "wilson",
        "handled contacts with a transfer / handled contacts",
        "segment",
        "count_if(is_transfer)",
        "count(*)",
        "all;queue;agent",
    ),
    (
        "ring_no_answer_rate",
        "Rings not answered",
        "percent",
        "lower",
        None,
        20,
        "wilson",
        "rings no one took / (answered + no answer + declined + dumped)",
        "offer",
        "count_if(outcome = 'no_answer')",
        "count_if(outcome in ('answered', 'no_answer', 'declined', 'dumped'))",
        "all;queue;agent",
    ),
    (
        "declined_rate",
        "Rings declined",
        "percent",
        "lower",
        None,
        20,
        "wilson",
        "rings declined / (answered + no answer + declined + dumped)",
        "offer",
        "count_if(outcome = 'declined')",
        "count_if(outcome in ('answered', 'no_answer', 'declined', 'dumped'))",
        "all;queue;agent",
    ),
    (
        "occupancy",
        "Occupancy",
        "percent",
        "neutral",
        85,
        1,
        "none",
        "(handling + wrap) / (handling + wrap + ringing + available)",
        "state",
        "sum(state_ms) filter (where state in ('handling', 'wrap')) / 1000",
        "sum(state_ms) filter (where state <> 'paused') / 1000",
        "all;agent",
    ),
]


_FACT_OF = {
    "visit": "core.fact_queue_visit where not is_consult",
    "segment": "core.fact_handle_segment where role = 'customer'",
    "offer": "core.fact_agent_offer where true",
    "state": "core.fact_agent_state where true",
}

_KPI_VIEW = """
create view marts.v_{table} as
with shares as (
    select
        k.*, m.metric_name, m.unit, m.goal, m.direction,
        k.numerator / nullif(k.denominator, 0) as share,
        coalesce(k.n < m.min_n, false) as is_small,
        m.interval_method
    from marts.{table} k join ops.metric_definition m using (metric_id, metric_version)
)
select
    *,
    case
        when denominator is null then numerator
        when unit = 'percent' then 100 * share else share
    end::double as value,
    case when interval_method = 'wilson' then 100 * (share + 1.96 ** 2 / 2 / n
        - 1.96 * sqrt(share * (1 - share) / n + 1.96 ** 2 / 4 / n ** 2)) / (1 + 1.96 ** 2 / n)
    end::double as ci_low,
    case when interval_method = 'wilson' then 100 * (share + 1.96 ** 2 / 2 / n
        + 1.96 * sqrt(share * (1 - share) / n + 1.96 ** 2 / 4 / n ** 2)) / (1 + 1.96 ** 2 / n)
    end::double as ci_high,
    case
        when goal is null or direction = 'neutral' then 'none'
        when (direction = 'higher') = (100 * share >= goal) then 'met' else 'missed'
    end as status
from shares
"""


def create_marts(con: duckdb.DuckDBPyConnection) -> None:
    """Metrics by day and quarter hour, from the facts."""
    con.execute("create schema marts")
    for table, interval in (("kpi_day", ""), ("kpi_interval", "interval_start,")):
        parts = []
        for metric, _, _, _, _, _, _, _, fact, numerator, denominator, scopes in METRICS:
            if interval and fact == "state":
                continue
            for scope in scopes.split(";"):
                who = "'all'" if scope == "all" else f"{scope}_id"
                group = f"{interval} local_date" + ("" if scope == "all" else f", {scope}_id")
                extra = "" if scope == "all" else f" and {scope}_id is not null"
                parts.append(
                    f"select '{metric}' as metric_id, 1 as metric_version, '{scope}' as scope_kind,"
                    f" {who} as scope_id, {interval} local_date, max(zone) as zone,"
                    f" ({numerator})::decimal(18,3) as numerator,"
                    f" ({denominator or 'null'})::decimal(18,3) as denominator,"
                    f" ({denominator or numerator})::bigint as n, null::decimal(38,6) as sum_sq,"
                    " null::bigint as n_pos, null::bigint as n_neg, null::double as value_stored,"
                    " false as is_provisional, null::double as coverage"
                    f" from {_FACT_OF[fact]}{extra} group by {group}"
                )
        con.execute(f"create table marts.{table} as " + " union all ".join(parts))
        con.execute(_KPI_VIEW.format(table=table))


def fill_ops(con: duckdb.DuckDBPyConnection, nasty: str) -> None:
    """Files, checks and feeds of which some are not well, named to break out of a page."""
    for m in METRICS:
        con.execute(
            "insert into ops.metric_definition values "
            "(?, 1, date '2020-01-01', ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'COPC')",
            [
                m[0],
                m[1],
                f"{m[1]}, in plain words.",
                m[7],
                m[2],
                m[3],
                m[9],
                m[10],
                "additive" if m[10] is None else "ratio",
                m[5],
                m[6],
                m[4],
                m[11],
            ],
        )
    last = con.execute("select max(entered_at) from core.fact_queue_visit").fetchone()
    con.execute(
        "insert into ops.load_file select 'l1', 'f1', 'pbx', 'queue_log', 'landing/pbx/queue_log',"
        " 0, 1000, 'ff', 1, 7920, 7917, 2, 1, '{\"blank_line\": 1}', min(entered_at),"
        " max(entered_at), 'loaded', null, ? from core.fact_queue_visit",
        last,
    )
    con.execute(
        "insert into ops.load_file values ('l2', 'f2', 'pbx', null, ?, 0, 10, 'ee', 1, 0, 0, 0, 0,"
        " '{}', null, null, 'unread', 'landing/pbx/notes.txt is not a log of Asterisk', ?)",
        [f"landing/pbx/{nasty}", last[0]],
    )
    for line in (17, 3012):
        con.execute(
            "insert into ops.quarantine values ('pbx', 'landing/pbx/queue_log', 'f1', 'l1', ?,"
            " 'fewer than 5 fields: restore the line in landing', ?, 'aa')",
            [line, nasty],
        )
    con.execute(
        "insert into ops.feed_watermark values ('pbx', 'queue_log', ?, 26), ('pbx', 'cdr', ?, 26),"
        " ('pbx', 'cel', null, 26)",
        [last[0], last[0] - timedelta(hours=40)],
    )
    con.execute(
        "insert into ops.check_result values "
        "('core.fact_queue_visit', 'visit_key_unique', 'critical', true, false, 0,"
        " 'every visit once', null, null, ?),"
        "('core.fact_queue_visit', 'wait_in_range', 'warning', false, false, 3,"
        " 'waits of 0 to 4 hours', ?, 'select 1 from t where a < 2 and b > 3', ?),"
        "('staging.queue_visit', 'balance', 'critical', false, true, 1, 'entries = visits',"
        " '1 missing', 'select 1', ?)",
        [last[0], nasty, last[0], last[0]],
    )
    con.execute(
        "insert into ops.waiver values ('staging.queue_visit', 'balance', null,"
        " 'the trunk was replaced', date '2026-12-31', ?)",
        last,
    )
    con.execute(
        "insert into ops.publication values (7, 'r-7', ?, '0.1.0', 'abcdef', ?, 3, 2)",
        [last[0] + timedelta(hours=3), f'{{"pbx/queue_log": "{last[0].isoformat()}"}}'],
    )
