"""A small sound centre: two days, two queues, three agents; staging, raw lines, core and marts.

Everything is consistent, so that all checks hold; tests break one thing and see who notices.
"""

import shutil
from datetime import datetime
from pathlib import Path

import duckdb

from pipelines.sql_models import load_contracts
from pipelines.sql_models.empty import empty_inputs
from pipelines.storage.duck import connect
from tests.models.warehouse import MODELS, build_plainly
from tests.quality_checks import feedback, records
from tests.quality_checks.centre_ops import fill_ops

# 48 calls a day, one every 15 minutes: 36 answered after 10 s and 40 s of talk, 12 abandoned;
# every eighth rings another agent before; two tries a day are refused.
_CALLS = """
create temp table call as
select
    'c' || d || '-' || i as contact_id,
    i as call_no,
    timestamp '2026-03-02 08:00' + d * interval 1 day + i * interval 12 minute as entered_at,
    case i % 2 when 0 then 'sales' else 'support' end as queue,
    ['Ann', 'Bob', 'Cid'][1 + i % 3] as agent,
    i % 4 <> 3 as is_answered,
    i % 8 = 0 as is_rung_before,
    i % 24 = 5 as is_refused_before,
    'f1' as file_id,
    (d * 1000 + i) * 10 + 1 as line_no
from range(2) as days(d), range(48) as calls(i)
"""

_STAGING = {
    "contact": """
        select contact_id, contact_id as root_contact_id, 'customer' as kind, 'voice' as channel,
            'inbound' as direction, 'c_' || substr(md5(contact_id), 1, 16) as customer_ref,
            entered_at as started_at, entered_at + interval 50 second as ended_at,
            'invoice' as reason, 'billing' as reason_group, false as is_open,
            true as is_in_queue_log, false as is_in_cdr, file_id, line_no
        from call
        """,
    "queue_visit": """
        select contact_id, 1 as visit_ordinal, queue, entered_at, 1 as entry_repeat,
            entered_at + interval 10 second as left_at, 10000 as wait_ms,
            case when is_answered then 'answered' else 'abandoned' end as outcome,
            'none' as next_step, 1 as position_in, false as is_consult, file_id, line_no
        from call
        """,
    "queue_refusal": """
        select contact_id, queue, entered_at - interval 1 second as refused_at,
            1 as refusal_ordinal, 'full' as cause, file_id, line_no
        from call where is_refused_before
        """,
    "agent_offer": """
        select contact_id, 1 as visit_ordinal, queue, entered_at, 1 as entry_repeat,
            2 as offer_ordinal, agent, entered_at + interval 6 second as offered_at,
            4000 as ring_ms, 'answered' as outcome, file_id, line_no
        from call where is_answered
        union all
        select contact_id, 1, queue, entered_at, 1, 1, 'Bob', entered_at + interval 1 second,
            5000, 'declined', file_id, line_no
        from call where is_rung_before
        """,
    "handle_segment": """
        select contact_id, 1 as visit_ordinal, 1 as segment_ordinal, 1 as segment_repeat, queue,
            entered_at, 1 as entry_repeat,
            case when line_no % 80 = 1 then 'chat' else 'voice' end as channel, agent,
            'customer' as role, entered_at + interval 10 second as connected_at,
            entered_at + interval 50 second as ended_at, 40000 as talk_ms,
            true as talk_includes_hold, false as is_talk_unreliable, false as is_open,
            false as is_cut, file_id, line_no
        from call where is_answered
        """,
    "anomaly": """
        select contact_id, queue, entered_at + interval 50 second as occurred_at,
            'surplus_terminal' as rule, 'COMPLETEAGENT' as event, 1 as anomaly_ordinal, file_id,
            line_no
        from call where contact_id = 'c0-0'
        """,
    "agent_event": """
        select agent, queue, event_at, 1 as event_rank, 1 as event_repeat, event,
            false as is_inferred, is_carried, 'f1' as file_id, 5 as line_no
        from (values ('Ann'), ('Bob'), ('Cid')) as a(agent),
            (values ('sales'), ('support')) as q(queue),
            (values
                (timestamp '2026-03-02 07:55', 'join', false),
                (timestamp '2026-03-02 12:01', 'pause', false),
                (timestamp '2026-03-02 12:09', 'unpause', false),
                (timestamp '2026-03-03 00:00', 'join', true)
            ) as e(event_at, event, is_carried)
        """,
    "queue_config": """
        select queue, 'front' as queue_group, 'voice' as channel, 20 as service_level_s,
            5 as short_abandon_s, 15 as ring_timeout_s, false as is_threshold_assumed,
            'office' as calendar,
            'f1' as file_id, 1 as line_no
        from (values ('sales'), ('support')) as t(queue)
        """,
    "goal": """
        select 'service_level' as metric_id, 'queue' as scope_kind, 'sales' as scope_id,
            75 as goal, 'f1' as file_id, 2 as line_no
        union all
        select 'abandonment_rate', 'all', 'all', 4, 'f1', 3
        """,
    "roster": """
        select agent, agent as name, timestamp '2026-03-02 07:55' as first_seen_at,
            timestamp '2026-03-03 17:30' as last_seen_at, true as is_inferred, 'f1' as file_id,
            1 as line_no
        from (values ('Ann'), ('Bob'), ('Cid')) as t(agent)
        """,
    "agent_queue": """
        select agent, queue, true as is_member, queue = 'sales' as is_primary, 'f1' as file_id,
            1 as line_no
        from (values ('Ann'), ('Bob'), ('Cid')) as a(agent),
            (values ('sales'), ('support')) as q(queue)
        """,
    "schedule": """
        select agent, activity, day + starts as starts_at, day + ends as ends_at,
            true as is_paid, 'planned' as kind, timestamp '2026-02-20 09:00' as version_at,
            timestamp '2026-02-20 10:00' as approved_at, 'f1' as file_id, 1 as line_no
        from (values ('Ann'), ('Bob'), ('Cid')) as a(agent),
            (values (timestamp '2026-03-02'), (timestamp '2026-03-03')) as d(day),
            (values
                ('work', interval '8 hours', interval '12 hours'),
                ('break', interval '12 hours', interval '12 hours 10 minutes'),
                ('work', interval '12 hours 10 minutes', interval '17 hours')
            ) as s(activity, starts, ends)
        """,
    "activity_map": """
        select activity, activity as activity_class, 'f1' as file_id, 1 as line_no
        from (values ('work'), ('break'), ('absence')) as t(activity)
        """,
    "state_map": """
        select reason, state, state as state_class, 'f1' as file_id, 1 as line_no
        from (values ('Lunch', 'break'), ('Wrap-up', 'wrap')) as t(reason, state)
        """,
    "forecast": """
        select queue, timestamp '2026-03-02' + i * interval 30 minute as interval_start,
            1800000 as interval_ms, made_at, 4 as volume, 40000 as aht_ms, 'f1' as file_id,
            1 as line_no
        from (values ('sales'), ('support')) as q(queue), range(96) as s(i),
            (values (timestamp '2026-02-16'), (timestamp '2026-02-27')) as v(made_at)
        """,
}

_MARTS = (
    "marts.agent_day", "marts.case_backlog_day", "marts.kpi_day", "marts.kpi_interval",
    "marts.queue_day", "marts.queue_interval",
)  # fmt: skip
"""The marts that tests break and read; to make the others takes seconds."""

NOW = datetime(2026, 3, 3, 18)  # noqa: DTZ001  instants are naive UTC everywhere


def make_centre(folder: Path) -> None:
    """Write the centre into a folder: `warehouse.duckdb`, `staging.duckdb` and `lake`."""
    with empty_inputs() as con:
        con.execute(_CALLS)
        contracts = load_contracts()
        for table, rows in (_STAGING | feedback.STAGING | records.STAGING).items():
            contract = contracts[table]
            day = f"{contract.date_column}::date" if contract.date_column else "null::date"
            con.execute(
                f"""
                insert into staging.{table} by name
                select 'pbx' as source, 'Etc/UTC' as zone, {day} as local_date, rows.*
                from ({rows}) as rows
                """
            )
        fill_ops(con, folder / "lake")
        facts = (m.relation for m in MODELS if m.relation.startswith("core."))
        build_plainly(con, *facts, *_MARTS)
        for catalog, name in (("memory", "warehouse"), ("staging", "staging")):
            con.execute(f"attach '{folder}/{name}.duckdb' as kept")
            con.execute(f"copy from database {catalog} to kept")
            con.execute("detach kept")


def open_centre(folder: Path, copy: Path) -> duckdb.DuckDBPyConnection:
    """Open a copy of the centre, free to be broken."""
    for name in ("warehouse.duckdb", "staging.duckdb"):
        shutil.copyfile(folder / name, copy / name)
    con = connect(copy / "warehouse.duckdb", threads=1)
    con.execute(f"attach '{copy}/staging.duckdb' as staging")
    return con
