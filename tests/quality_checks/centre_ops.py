"""The account of the small centre's loads: raw lines in a lake, ledger, manifest, calendar."""

from pathlib import Path

import duckdb

from pipelines.sql_models import load_contracts
from pipelines.sql_models.metrics import metric_definitions

# Each part of the log once; the second file holds the first again, as rotation does.
_LINES = """
create temp table line as
with logged as (
    select contact_id, queue, entered_at as line_at, 'ENTERQUEUE' as event from call
    union all
    select contact_id, queue, entered_at + interval 10 second, 'CONNECT' from call
    where is_answered
    union all
    select contact_id, queue, entered_at + interval 50 second, 'COMPLETECALLER' from call
    where is_answered
    union all
    select contact_id, queue, entered_at + interval 50 second, 'COMPLETEAGENT' from call
    where contact_id = 'c0-0'
    union all
    select contact_id, queue, entered_at + interval 10 second, 'ABANDON' from call
    where not is_answered
    union all
    select contact_id, queue, entered_at + interval 6 second, 'RINGNOANSWER' from call
    where is_rung_before
    union all
    select contact_id, queue, entered_at - interval 1 second, 'FULL' from call
    where is_refused_before
)

select
    'pbx' as source, 'f1' as file_id,
    row_number() over (order by line_at, contact_id, event) as line_no,
    substr(md5(contact_id || event), 1, 16) as line_id,
    line_at, contact_id, null::varchar as agent, queue, event
from logged
"""


def fill_ops(con: duckdb.DuckDBPyConnection, lake: Path) -> None:
    """Fill `ops` as a run would have, and write the raw lines."""
    con.execute(_LINES)
    lake.mkdir(parents=True, exist_ok=True)
    con.execute(f"copy line to '{lake}/l1.parquet'")
    con.execute(f"copy (select * replace ('f2' as file_id) from line) to '{lake}/l2.parquet'")
    for n in (1, 2):
        con.execute(
            """
            insert into ops.load_file by name
            select 'l' || $n as load_id, 'f' || $n as file_id, 'pbx' as source,
                'queue_log' as feed, 'landing/pbx/queue_log.' || $n as path,
                count(*) + 3 as n_read, count(*) as n_loaded, 1 as n_quarantined, 2 as n_skipped,
                '{"blank_line": 2}' as skipped_by_rule, 'loaded' as status
            from line
            """,
            {"n": str(n)},
        )
        con.execute(
            "insert into ops.quarantine by name select 'pbx' as source, 'l' || $n as load_id",
            {"n": str(n)},
        )
        con.execute(
            """
            insert into ops.lake_manifest by name
            select 'raw' as layer, 'queue_log' as table_name, 'pbx' as source,
                'l' || $n || '.parquet' as path, 'l' || $n as load_id, count(*) as n_rows
            from line
            """,
            {"n": str(n)},
        )
    for table in load_contracts():
        con.execute(
            f"""
            insert into ops.lake_manifest by name
            select 'staging' as layer, '{table}' as table_name, source, local_date,
                'x.parquet' as path, 'l1' as load_id, count(*) as n_rows
            from staging.{table} group by source, local_date
            """
        )
    for row in metric_definitions({}):
        names, marks = ", ".join(row), ", ".join("?" for _ in row)
        con.execute(
            f"insert into ops.metric_definition ({names}) values ({marks})", list(row.values())
        )
    con.execute("insert into ops.centre values ('Centre', 'Etc/UTC', 'EUR')")
    con.execute(
        "insert into ops.feed_watermark "
        "values ('pbx', 'queue_log', '2026-03-03 17:30', 26, true, true, false)"
    )
    con.execute(
        """
        insert into ops.calendar_interval
        select 'Etc/UTC', t, t::date, strftime(t, '%H:%M'), 0, false
        from range(timestamp '2026-02-01', timestamp '2026-04-01', interval 15 minute) as r(t)
        """
    )
