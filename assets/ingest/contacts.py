"""Deriving contacts: which ones new lines touch, their lines from all files, their new rows.

Records with a key of their own (surveys, sales, ...) go the same way: raw rows hold their unit
(`Contract.unit_sql`) in `contact_id`.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import partial

from assets.ingest.adapter import DeriveContext
from assets.ingest.calendar import local_day
from assets.ingest.replacing import (
    days_sql,
    differences_sql,
    differing_days,
    keep_memory,
    recall_sql,
    replace_days,
)
from assets.ingest.workspace import Workspace, days_overlap, overlaps
from pipelines.sql_models.contracts import Contract
from pipelines.storage.lake import LakeFile
from pipelines.storage.steps import reached

BATCH_LINES = 2_000_000
"""About how many lines are derived at once."""
REACH = timedelta(days=7)
"""How far from its known lines another line of a contact may lie."""
OPEN_CONTACT = "open_contact"
OPEN_COLUMNS = {"contact_id": "VARCHAR", "first_at": "TIMESTAMP", "last_at": "TIMESTAMP"}

Days = tuple[date, date]


@dataclass
class ContactChanges:
    """Days on which contacts' rows changed."""

    days: dict[str, set[date]] = field(default_factory=dict)
    """Table -> days."""
    agent_spans: set[tuple[date, date]] = field(default_factory=set)
    """Days over which an agent's state may differ because a segment does."""
    n_contacts: int = 0
    """Contacts derived."""
    n_rows: int = 0
    """Rows written."""

    def all_days(self, *tables: str) -> set[date]:
        """Days of some tables; of all when none is named."""
        return set().union(*(self.days.get(table, set()) for table in tables or self.days))


def derive_contacts(
    space: Workspace, ctx: DeriveContext, new_paths: dict[str, list[str]], *, full: bool
) -> ContactChanges:
    """Derive the contacts that new lines touch, those still open and those the adapter adds.

    Args:
        space: workspace with `work_*` of the reference tables.
        ctx: for the adapter.
        new_paths: feed -> raw files of this run; all raw files when `full`.
        full: derive everything; nothing is in staging.
    """
    changes = ContactChanges()
    contracts = (*space.of_unit("contact"), *space.of_unit("record"))
    if not contracts:
        return changes
    space.table(OPEN_CONTACT, recall_sql(space, OPEN_CONTACT, OPEN_COLUMNS))
    n_batches = _find_touched(space, new_paths, full=full)
    for batch in range(n_batches):
        is_all = full and n_batches == 1
        n_contacts = space.table("batch_contact", f"from touched where batch = {batch}")
        spans = _prepare_batch(space, timedelta(0) if full else REACH, is_all=is_all)
        days = [] if full else [(first.date(), last.date()) for first, last in spans]
        space.adapter.derive_contacts(space.work, ctx)
        sizes = space.sizes_out(contracts)
        for contract in contracts:
            n_rows = sizes[contract.table]
            _replace_contacts(space, ctx, contract, changes, spans=days, n_rows=n_rows)
        if "contact" in space.contracts:
            _remember_open(space)
        space.forget_out("contact", "record")
        changes.n_contacts += n_contacts
        reached("ingest.contacts")
    keep_memory(space, OPEN_CONTACT, f"from {OPEN_CONTACT}", OPEN_COLUMNS)
    return changes


def _find_touched(space: Workspace, new_paths: dict[str, list[str]], *, full: bool) -> int:
    """Put in `touched` (contact_id, first_at, last_at, batch); how many batches there are."""
    lines = " union all ".join(
        f"select contact_id, line_at from ({space.raw_sql(feed, paths)})"
        for feed, paths in sorted(new_paths.items())
    )
    space.table(
        "named_contact",
        f"""
        select contact_id, min(line_at) as first_at, max(line_at) as last_at, count(*) as n_lines
        from ({lines}) where contact_id is not null group by contact_id
        """,
    )
    if full:
        space.view("touched_contact", "from named_contact")
    else:
        _find_known(space)
    (n_lines,) = space.values("select coalesce(sum(n_lines), 0) from touched_contact")[0]
    if n_lines <= BATCH_LINES:
        space.view("touched", "select *, 0 as batch from touched_contact")
        return 1 if n_lines else 0
    space.table(
        "touched",
        f"""
        with day as (
            select first_at::date as day, sum(n_lines) as n_lines
            from touched_contact group by first_at::date
        ),
        step as (
            select day, (sum(n_lines) over (order by day) - n_lines) // {BATCH_LINES} as step
            from day
        ),
        numbered as (select day, dense_rank() over (order by step) - 1 as batch from step)
        select contact_id, first_at, last_at, batch
        from touched_contact join numbered on numbered.day = first_at::date
        """,
    )
    return space.values("select max(batch) + 1 from touched")[0][0]


def _find_known(space: Workspace) -> None:
    """Put in `touched_contact`: those named, open or added by the adapter, with all their time."""
    # Contacts that ended long before are none of the new lines': whole row groups are passed.
    bound = "is_open or ended_at >= (select min(first_at) - interval 7 day from named_contact)"
    named = "select contact_id from named_contact"
    if _find_extra(space):
        bound, named = "true", f"{named} union select contact_id from extra_contact"
    known = [
        f"select {contract.unit_sql()} as contact_id, {contract.date_column} as first_at, "
        f"{contract.date_column} as last_at from ({space.staging_sql(contract.table)})"
        for contract in space.of_unit("record")
    ]
    if "contact" in space.contracts:
        known.append(
            f"""
            select contact_id, started_at as first_at, coalesce(ended_at, started_at) as last_at
            from ({space.staging_sql("contact")}) where {bound}
            """
        )
    space.table(
        "touched_contact",
        f"""
        with named as ({named}),
        known as (from ({" union all ".join(known)}) semi join named using (contact_id)),
        times as (
            select contact_id, first_at, last_at, n_lines from named_contact
            union all select contact_id, first_at, last_at, 1 from known
            union all select contact_id, first_at, last_at, 1 from {OPEN_CONTACT}
        )
        select contact_id, min(first_at) as first_at, max(last_at) as last_at,
            sum(n_lines)::bigint as n_lines
        from times group by contact_id
        """,
    )


def _find_extra(space: Workspace) -> int:
    """Put in `extra_contact`, those that the adapter adds; how many there are."""
    sql = space.adapter.extra_touched_sql()
    return space.table("extra_contact", sql) if sql else 0


def _spans(space: Workspace) -> list[tuple[datetime, datetime]]:
    """Times of the batch's contacts, by pairs of days, merged."""
    rows = space.values(
        """
        select distinct date_trunc('day', first_at)::timestamp as a,
            date_trunc('day', last_at)::timestamp + interval 1 day as b
        from batch_contact order by a, b
        """
    )
    merged: list[tuple[datetime, datetime]] = []
    for first, last in rows:
        if merged and first <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(last, merged[-1][1]))
        else:
            merged.append((first, last))
    return merged


def _prepare_batch(
    space: Workspace, reach: timedelta, *, is_all: bool
) -> list[tuple[datetime, datetime]]:
    """Put in `raw_<feed>` with all lines of the contacts of `batch_contact`; their times."""
    chosen = "where contact_id is not null"
    if not is_all:
        chosen = "semi join batch_contact using (contact_id) where line_at between $first and $last"
    spans = [(first - reach, last + reach) for first, last in _spans(space)]
    for feed in space.adapter.raw_tables:
        paths = space.raw_files(feed, lambda file: overlaps(file, spans))
        space.distinct_lines(
            feed,
            paths,
            chosen,
            {} if is_all else {"first": spans[0][0], "last": max(last for _, last in spans)},
        )
    return spans


def _replace_contacts(
    space: Workspace,
    ctx: DeriveContext,
    contract: Contract,
    changes: ContactChanges,
    *,
    spans: list[Days],
    n_rows: int,
) -> None:
    """Replace the days of a table on which the batch's rows differ from those of these spans.

    Args:
        space: where they are.
        ctx: for the adapter.
        contract: of the table.
        changes: what is added to.
        spans: days on which rows of the batch's contacts may stand.
        n_rows: how many rows the adapter left.
    """
    table = contract.table
    is_near = partial(_is_within, spans)
    stale = "stale_rows" if space.standing(table, is_near) else None
    if not n_rows and not stale:
        return
    space.stamp(contract, "fresh_rows", ctx.zone)
    touched = f"{contract.unit_sql()} in (select b.contact_id from batch_contact as b)"
    if stale:
        space.table(stale, f"from ({space.staging_sql(table, is_near)}) where {touched}")
    days = differing_days(space, contract, "fresh_rows", stale)
    if not days:
        return
    if table == "handle_segment":
        changes.agent_spans |= _segment_spans(space, ctx, contract, stale)
    rows = f"select * from fresh_rows where {days_sql(days)}"
    if space.standing(table, lambda file: file.local_date in days):
        others = space.staging_sql(table, lambda file: file.local_date in days)
        rows = f"select * from ({others}) where not {touched} union all by name {rows}"
    changes.n_rows += replace_days(space, contract, days, rows)
    changes.days.setdefault(table, set()).update(days)


def _is_within(spans: list[Days], file: LakeFile) -> bool:
    return days_overlap(file.local_date, spans)


def _segment_spans(
    space: Workspace, ctx: DeriveContext, contract: Contract, stale: str | None
) -> set[Days]:
    """Days from connection to end, or to the watermark, of segments that differ."""
    sql = differences_sql(
        contract,
        "fresh_rows",
        stale,
        "distinct local_date, least(coalesce(ended_at, $until), $until)::date + 1",
    )
    rows = space.work.execute(sql, {"until": ctx.watermark_at}).fetchall()
    newest = local_day(ctx.zone, ctx.watermark_at)
    return {(first, max(first, min(last, newest))) for first, last in rows}


def _remember_open(space: Workspace) -> None:
    """Keep the time of the lines of contacts that are open, in `open_contact`."""
    lines = " union all by name ".join(
        f"select contact_id, line_at from raw_{feed}" for feed in sorted(space.adapter.raw_tables)
    )
    space.table(
        "open_now",
        f"""
        select contact_id, min(line_at) as first_at, max(line_at) as last_at
        from ({lines})
        where contact_id in (select contact_id from out_contact where is_open)
        group by contact_id
        union all
        select * from {OPEN_CONTACT} anti join batch_contact using (contact_id)
        """,
    )
    space.rename("open_now", OPEN_CONTACT)


def span_days(spans: Iterable[Days]) -> set[date]:
    """Every day of some spans of days, ends included."""
    return {
        first + timedelta(days=step)
        for first, last in spans
        for step in range((last - first).days + 1)
    }
