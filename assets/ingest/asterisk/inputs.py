"""Settings as small tables for the SQL: nothing is put into SQL text."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

import duckdb

from assets.ingest.adapter import DeriveContext
from assets.ingest.asterisk.events import EVENTS
from assets.ingest.asterisk.options import read_options
from assets.ingest.asterisk.queues_conf import QueuesConf, read_queues_conf
from assets.ingest.asterisk.sql import Step
from assets.ingest.calendar import local_day, local_midnight, midnights_after
from pipelines.storage.duck import columns_sql, insert_rows

_TABLES: dict[str, dict[str, str]] = {
    "opt": {
        "queue_prefix": "varchar",
        "site": "varchar",
        "watermark_at": "timestamp",
        "has_queue_log": "boolean",
        "from_at": "timestamp",
        "until_at": "timestamp",
    },
    "opt_event": {"event": "varchar", "class": "varchar", "event_order": "integer"},
    "opt_exit_key": {"exit_key": "varchar", "next_step": "varchar"},
    "opt_next_event": {"event": "varchar", "next_step": "varchar", "step_order": "integer"},
    "opt_day": {"day_no": "integer", "start_at": "timestamp"},
    "opt_member": {"agent": "varchar", "alias": "varchar"},
    "opt_default": {"service_level_s": "integer", "short_abandon_s": "integer"},
    "opt_queue_setting": {
        "queue": "varchar",
        "queue_group": "varchar",
        "service_level_s": "integer",
        "short_abandon_s": "integer",
        "site": "varchar",
    },
    "opt_queue_conf": {
        "queue": "varchar",
        "service_level_s": "integer",
        "ring_timeout_s": "integer",
        "wrap_limit_s": "integer",
    },
    "opt_alias": {"alias": "varchar", "agent": "varchar", "is_set": "boolean"},
}


def create_inputs(con: duckdb.DuckDBPyConnection, ctx: DeriveContext) -> None:
    """Make the `opt_` tables from settings and configuration files."""
    options = read_options(ctx.options)
    conf = read_queues_conf(c.text for c in ctx.config if c.feed == "queues_conf")
    aliases = agent_aliases(ctx.settings.aliases, conf)
    people = {name: agent for name, agent in ctx.people.items() if name not in aliases}
    own = {alias: ctx.people.get(agent, agent) for alias, agent in aliases.items()}
    from_at = _from_at(con, ctx)
    rows: dict[str, Iterable[tuple[Any, ...]]] = {
        "opt": [
            (
                ctx.settings.queue_prefix,
                ctx.settings.site,
                ctx.watermark_at,
                "queue_log" in ctx.watermarks,
                from_at,
                ctx.until_at,
            )
        ],
        "opt_event": [(event, kind, order) for event, (kind, order) in EVENTS.items()],
        "opt_exit_key": list(options.exit_keys.items()),
        "opt_next_event": [
            *((event, "callback", 1) for event in options.callback_events),
            *((event, "voicemail", 2) for event in options.voicemail_events),
        ],
        "opt_day": list(enumerate(_midnights(ctx, from_at))),
        "opt_member": [(agent, alias) for alias, agent in own.items()],
        "opt_default": [(ctx.defaults.service_level_s, ctx.defaults.short_abandon_s)],
        "opt_queue_setting": [
            (queue, t.group, t.service_level_s, t.short_abandon_s, t.site)
            for queue, t in ctx.queues.items()
        ],
        "opt_queue_conf": [
            (ctx.settings.queue_prefix + name, q.service_level_s, q.ring_timeout_s, q.wrap_limit_s)
            for name, q in conf.queues.items()
        ],
        "opt_alias": [
            (alias, agent, alias in ctx.settings.aliases) for alias, agent in (own | people).items()
        ],
    }
    # Together: each statement alone costs more than what it does.
    con.execute(
        ";".join(
            f"create or replace temp table {table} ({columns_sql(columns)})"
            for table, columns in _TABLES.items()
        )
    )
    for table, columns in _TABLES.items():
        insert_rows(con, table, list(rows[table]), types=columns.values())


def drop_inputs(con: duckdb.DuckDBPyConnection, run: tuple[Step, ...]) -> None:
    """Drop the `opt_` tables and the steps that are no results."""
    names = [*_TABLES, *(step.table for step in run)]
    con.execute(
        ";".join(
            f"drop table if exists temp.{name}" for name in names if not name.startswith("out_")
        )
    )


def agent_aliases(settings: dict[str, str], conf: QueuesConf) -> dict[str, str]:
    """Every other name of an agent -> the name to count under.

    The project file wins over the members of queues.conf; an agent that one of them names by a
    bare number N is known to calls as Agent/N too.
    """
    aliases = {
        member.interface: settings.get(member.name, member.name)
        for member in conf.members
        if member.name
    }
    aliases |= settings
    for number, agent in list(aliases.items()):
        if number.isdigit():
            aliases.setdefault(f"Agent/{number}", agent)
    return {alias: agent for alias, agent in aliases.items() if alias != agent}


def _from_at(con: duckdb.DuckDBPyConnection, ctx: DeriveContext) -> datetime:
    """The midnight at which the agents' days begin: with the first line, where nobody says."""
    if ctx.from_at is not None:
        return ctx.from_at
    row = con.execute("select min(line_at) from raw_queue_log").fetchone()
    first = row[0] if row and row[0] else ctx.watermark_at
    return local_midnight(ctx.zone, local_day(ctx.zone, first))


def _midnights(ctx: DeriveContext, from_at: datetime) -> list[datetime]:
    """Local midnights of the window, the first being its start."""
    end = min(ctx.until_at or ctx.watermark_at, ctx.watermark_at)
    return [from_at, *midnights_after(ctx.zone, from_at, end)]
