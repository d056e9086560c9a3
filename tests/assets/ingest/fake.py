"""A source system of our own, small enough to see through: `epoch|contact|agent|event|value`.

Events: START (value = caller), ANSWER, END, ODD (repeated as often as logged), LOGIN, LOGOFF,
RESTART (cuts open contacts, logs everybody off). Contacts wait in the one queue `main`.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, ClassVar

import duckdb
import polars as pl

from assets.ingest.adapter import (
    STANDARD_COLUMNS,
    Chunks,
    DeriveContext,
    ParseContext,
    Parsed,
)
from assets.ingest.content import open_unpacked
from assets.ingest.engine import Ingested, ingest_source
from assets.ingest.pseudonyms import create_key
from pipelines.settings import Project, Settings
from pipelines.sql_models.contracts import load_contracts
from pipelines.storage.lake import attach_staging
from pipelines.storage.ops import create_ops

NOW = datetime(2026, 6, 30)  # noqa: DTZ001
SOURCE = "phone"

_CONTACTS = """
create or replace temp table out_contact as
with ends as (
    select contact_id, min(line_at) as ended_at from raw_log where event = 'END' group by 1
),
begins as (
    select contact_id, min(line_at) as started_at,
        arg_min(file_id, (line_at, file_id, line_no)) as file_id,
        arg_min(line_no, (line_at, file_id, line_no)) as line_no,
        max(value) filter (event = 'START') as customer_ref
    from raw_log group by 1
)
select b.contact_id, b.contact_id as root_contact_id, null as related_contact_id,
    'customer' as kind, 'voice' as channel, 'inbound' as direction, b.customer_ref,
    null as caller_extension, b.started_at, e.ended_at, null as entry_point, null as site,
    null as reason, null as reason_group, null as disposition, null as language,
    null as recording_ref,
    e.ended_at is null
        and not exists (from work_restart r where r.restart_at >= b.started_at) as is_open,
    true as is_in_queue_log, false as is_in_cdr, b.file_id, b.line_no
from begins b left join ends e using (contact_id)
"""
_VISITS = """
create or replace temp table out_queue_visit as
with answers as (
    select contact_id, min(line_at) as answered_at from raw_log where event = 'ANSWER' group by 1
)
select s.contact_id,
    row_number() over (partition by s.contact_id order by s.line_at)::int as visit_ordinal,
    'main' as queue, s.line_at as entered_at,
    row_number() over (partition by s.contact_id, s.line_at)::int as entry_repeat,
    a.answered_at as left_at, null as wait_ms,
    case when answered_at is not null then 'answered' when c.ended_at is not null then 'abandoned'
        when c.is_open then 'open' else 'cut' end as outcome,
    'none' as next_step, null as next_queue, null as position_in, null as position_out,
    false as is_consult, min(s.file_id) over (partition by s.contact_id) as file_id,
    min(s.line_no) over (partition by s.contact_id) as line_no
from raw_log s join out_contact c using (contact_id) left join answers a using (contact_id)
where s.event = 'START'
"""
_SEGMENTS = """
create or replace temp table out_handle_segment as
select a.contact_id, 1 as visit_ordinal, 1 as segment_ordinal,
    row_number() over (partition by a.contact_id, a.agent, a.line_at)::int as segment_repeat,
    'main' as queue, null as entered_at, null as entry_repeat, 'voice' as channel, a.agent,
    'customer' as role, a.line_at as connected_at, c.ended_at,
    date_diff('ms', a.line_at, c.ended_at) as talk_ms, null as hold_ms, null as wrap_ms,
    true as talk_includes_hold, false as is_talk_unreliable, c.is_open,
    c.ended_at is null and not c.is_open as is_cut, null as transfer_type, null as transfer_to,
    a.file_id, a.line_no
from raw_log a join out_contact c using (contact_id) where a.event = 'ANSWER'
"""
_ANOMALIES = """
create or replace temp table out_anomaly as
select contact_id, 'main' as queue, line_at as occurred_at, 'surplus_terminal' as rule, event,
    row_number() over (partition by contact_id, line_at)::int as anomaly_ordinal,
    min(file_id) over (partition by contact_id, line_at) as file_id,
    min(line_no) over (partition by contact_id, line_at) as line_no
from raw_log where event = 'ODD'
"""
# With contradictions at one instant the log-off wins; a restart logs off who is logged in, also
# who came at its instant.
_AGENTS = """
create or replace temp table out_agent_event as
with logged as (
    select agent, line_at as event_at, event, any_value(file_id) as file_id,
        min(line_no) as line_no
    from raw_log where event in ('LOGIN', 'LOGOFF') and line_at >= $from_at
    group by all
),
before as (
    select agent, event_at, event from logged
    union all select agent, $from_at - interval 1 microsecond, 'LOGIN' from work_standing
),
latest_before as (
    select b.agent, r.restart_at, max(b.event_at) as since,
        arg_max(b.event, (b.event_at, b.event)) as event
    from work_restart r join before b on b.event_at <= r.restart_at
    where r.restart_at >= $from_at and r.restart_at < $until_at
    group by b.agent, r.restart_at
),
restarts as (
    select l.agent, l.restart_at as event_at, 'LOGOFF' as event, 'restart' as file_id,
        1 as line_no
    from latest_before l
    where l.event = 'LOGIN' and not exists (
        from work_restart r where r.restart_at >= l.since and r.restart_at < l.restart_at
    )
),
changes as (
    select agent, event_at, event, file_id, line_no, false as is_inferred from logged
    union all select *, true from restarts
),
states as (
    select agent, event_at, event from changes
    union all select agent, $from_at, 'LOGIN' from work_standing
),
midnights as (
    select day_at from midnight
    where day_at > $from_at and day_at <= $until_at and day_at <= $watermark
),
latest as (
    select m.day_at, s.agent, arg_max(s.event, (s.event_at, s.event)) as event
    from midnights m join states s on s.event_at < m.day_at group by all
),
rows as (
    select agent, event_at, case event when 'LOGIN' then 'login' else 'logout' end as event,
        is_inferred, false as is_carried, file_id, line_no
    from changes
    union all
    select agent, day_at, 'login', false, true, 'carried', 1 from latest where event = 'LOGIN'
    union all
    select agent, $from_at, 'login', false, true, 'carried', 1 from work_standing
)
select agent, null as queue, event_at, 1 as event_rank, 1 as event_repeat, event, null as state,
    null as reason, is_inferred, is_carried, file_id, line_no
from rows
"""


class FakeAdapter:
    """The adapter of the format above."""

    kind = "asterisk"
    derive_version = "1"
    memory_tables: ClassVar = {"restart": {"restart_at": "TIMESTAMP"}}
    standing_tables = frozenset()
    config_feeds = frozenset({"setup"})
    agent_feeds = frozenset({"log"})
    contact_feeds = frozenset({"log"})
    untimed_feeds = frozenset()
    agent_names: ClassVar = {"log": ("agent",)}
    tables = frozenset(
        {
            "contact",
            "queue_visit",
            "queue_refusal",
            "agent_offer",
            "handle_segment",
            "anomaly",
            "agent_event",
            "roster",
            "queue_config",
        }
    )
    parse_options = frozenset({"shift"})

    def __init__(self, version: str = "1") -> None:
        self.version = version
        self.n_parsed = 0
        self.raw_tables = {
            "log": {**STANDARD_COLUMNS, "event": "VARCHAR", "value": "VARCHAR"},
        }

    def check_options(self, options: Mapping[str, Any]) -> None:
        """All are fine."""

    def opener_of(self, name):
        del name
        return open_unpacked

    def feed_of(self, name: str, head: bytes) -> str | None:
        """By name."""
        if name.startswith("setup"):
            return "setup"
        return "log" if name.startswith("log") else None

    def parse(self, chunks: Chunks, feed: str, context: ParseContext) -> Parsed:
        """One line, one row; comments are skipped, short lines and bad times refused."""
        self.n_parsed += chunks.lines.height
        parts = pl.col("line").str.splitn("|", 5).struct
        lines = chunks.lines.with_columns(
            *(parts.field(f"field_{i}").alias(f"p{i}") for i in range(5)),
        )
        comment = pl.col("line").str.starts_with("#")
        lines, skipped = lines.filter(~comment), lines.filter(comment)
        second = pl.col("p0").str.to_integer(strict=False)
        good = second.is_not_null() & pl.col("p4").is_not_null()
        rows = lines.filter(good).select(
            "chunk_no",
            "line_no",
            "line_id",
            line_at=pl.from_epoch(second, "s").cast(pl.Datetime("us")),
            contact_id=pl.when(pl.col("p1") != "").then("p1"),
            agent=pl.when(pl.col("p2") != "").then("p2"),
            event="p3",
            value="p4",
        )
        rows = rows.with_columns(value=context.pseudonyms.protect_all(rows["value"]))
        unknown = rows.filter(event="HUH").group_by("chunk_no").len().rows()
        return Parsed(
            rows,
            lines.filter(~good).select(
                "chunk_no", "line_no", reason=pl.lit("not five fields: see the format")
            ),
            skipped.select("chunk_no", rule=pl.lit("comment")),
            {chunk_no: {"unknown event": n} for chunk_no, n in unknown},
        )

    def derive_reference(self, con: duckdb.DuckDBPyConnection, ctx: DeriveContext) -> None:
        """Restarts, agents, the one queue."""
        con.execute(
            """
            create or replace temp table out_restart as
            select restart_at from work_restart
            union select line_at from raw_log where event = 'RESTART'
            """
        )
        _empty(con, "roster")
        con.execute(
            """
            insert into out_roster by name
            with seen as (
                select agent, first_seen_at as seen_at from work_roster
                union all select agent, last_seen_at from work_roster
                union all select agent, line_at from raw_log where agent is not null
            )
            select agent, min(seen_at) as first_seen_at, max(seen_at) as last_seen_at,
                true as is_inferred, 'roster' as file_id, 1 as line_no
            from seen group by agent
            """
        )
        _empty(con, "queue_config")
        t = ctx.queues["main"].service_level_s if "main" in ctx.queues else 20
        con.execute(
            """
            insert into out_queue_config by name
            select 'main' as queue, 'voice' as channel, $t as service_level_s,
                5 as short_abandon_s, true as is_threshold_assumed, 's' as file_id, 1 as line_no
            """,
            {"t": t},
        )

    def derive_contacts(self, con: duckdb.DuckDBPyConnection, ctx: DeriveContext) -> None:
        """Contacts, visits, segments."""
        for sql in (_CONTACTS, _VISITS, _SEGMENTS, _ANOMALIES):
            con.execute(sql)
        _empty(con, "queue_refusal")
        _empty(con, "agent_offer")

    def derive_agents(self, con: duckdb.DuckDBPyConnection, ctx: DeriveContext) -> None:
        """Log-ins, carried over midnights of UTC."""
        assert ctx.zone == "Etc/UTC"
        assert ctx.from_at is not None
        assert ctx.until_at is not None
        con.execute(
            "create or replace temp table midnight as "
            "select unnest(generate_series(?, ?, interval 1 day)) as day_at",
            [ctx.from_at, ctx.until_at],
        )
        con.execute(
            _AGENTS,
            {"from_at": ctx.from_at, "until_at": ctx.until_at, "watermark": ctx.watermark_at},
        )

    def extra_touched_sql(self) -> str | None:
        """None but open ones."""
        return None


def _empty(con: duckdb.DuckDBPyConnection, table: str) -> None:
    own = load_contracts()[table].own_columns
    columns = ", ".join(f"{name} {spec.type}" for name, spec in own.items())
    con.execute(
        f"create or replace temp table out_{table} ({columns}, file_id varchar, line_no bigint)"
    )


class Centre:
    """A project folder with one source of the fake kind, and its warehouse copy in memory."""

    def __init__(self, root: Path, *, chunk_bytes: int = 1 << 20, **settings: Any) -> None:
        self.root = root
        self.chunk_bytes = chunk_bytes
        self.adapter = FakeAdapter()
        self.con = duckdb.connect(config={"threads": 1})
        create_ops(self.con)
        self.set(**settings)
        create_key(self.project.key_file)
        self.project.key_file.write_bytes(b"k" * 32)
        self.landing.mkdir(parents=True, exist_ok=True)

    def set(self, **settings: Any) -> None:
        """Change the project file."""
        self.project = Project(
            self.root,
            Settings.model_validate({"sources": {SOURCE: {"kind": "asterisk"}}, **settings}),
        )

    @property
    def landing(self) -> Path:
        """Where the files land."""
        return self.project.landing(SOURCE)

    def put(self, name: str, data: bytes | str) -> Path:
        """Write a landing file."""
        path = self.landing / name
        path.write_bytes(data.encode() if isinstance(data, str) else data)
        return path

    def run(self, *, full: bool = False, now: datetime = NOW, **more: Any) -> Ingested:
        """Ingest what is there."""
        return ingest_source(
            self.con,
            self.project,
            SOURCE,
            now=now,
            full=full,
            adapters=lambda *_: self.adapter,
            chunk_bytes=self.chunk_bytes,
            **more,
        )

    def staging(self) -> dict[str, list[tuple]]:
        """All rows of all staging tables without lineage, sorted."""
        attach_staging(self.con, self.project)
        return {
            table: self.con.execute(
                f"select * exclude (file_id, line_no) from staging.{table} order by all"
            ).fetchall()
            for table in load_contracts()
        }

    def query(self, sql: str) -> list[tuple]:
        """Rows of the warehouse copy."""
        return self.con.execute(sql).fetchall()

    def check_balance(self) -> None:
        """Every line read became a row, is in quarantine or was skipped by a rule."""
        assert not self.query(
            "select * from ops.load_file where n_read <> n_loaded + n_quarantined + n_skipped"
        )
        loaded, refused = self.query(
            "select coalesce(sum(n_loaded), 0), coalesce(sum(n_quarantined), 0) from ops.load_file"
        )[0]
        manifest = self.query("select sum(n_rows) from ops.lake_manifest where layer = 'raw'")
        assert (manifest[0][0] or 0) == loaded
        assert self.query("select count(*) from ops.quarantine") == [(refused,)]


def at(day: int, hour: int = 9, minute: int = 0, second: int = 0) -> int:
    """Epoch second of a time in June 2026, UTC."""
    return int(datetime(2026, 6, day, hour, minute, second, tzinfo=UTC).timestamp())
