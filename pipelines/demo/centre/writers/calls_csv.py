"""Dublin's call detail records: Master.csv with 18 columns, local times without a zone.

One row per phone that talked, one per phone that rang in vain, one for calls with neither; calls
cut by a restart are missing. No order between rows but the end of the call leg.
"""

from pathlib import Path

import polars as pl

from pipelines.demo.centre.world import QUEUES
from pipelines.demo.centre.writers.asterisk import SITE, rotate
from pipelines.demo.centre.writers.output import Output, read, text, zone_of

_EXTENSION = {queue.name: queue.extension for queue in QUEUES.values()}
_ODD_NAMES = ("Café Ñandú, S.L.", "WIRELESS CALLER", 'Bob "B" Smith', "", "=SUM(A1)")
_NAME_EVERY, _ODD_EVERY = 3, 41


def write(out: Output, truth: Path, _site: str) -> None:
    """All Master.csv files."""
    contacts = _contacts(truth)
    phones = read(truth, "people", SITE).select("agent_id", "extension")
    frames = [_talked(truth, contacts, phones), _rang(truth, contacts, phones), _alone(contacts)]
    rows = pl.concat(frames).sort("end", "uniqueid", "start")
    lines = rows.select(at="end", line=_row())
    rotate(out, lines, "Master.csv", truncated=False)


def _contacts(truth: Path) -> pl.DataFrame:
    contacts = read(truth, "contacts", SITE).filter(
        (pl.col("channel") == "voice") & (pl.col("disposition") != "cut")
    )
    names = read(truth, "customers", SITE).select("customer_ref", "name")
    odd = pl.col("number") // 8 % len(_ODD_NAMES)
    odd_name = odd.replace_strict(dict(enumerate(_ODD_NAMES)), return_dtype=pl.String)
    return (
        contacts.join(names, on="customer_ref", how="left", maintain_order="left")
        .with_columns(number=pl.col("contact_id").str.split(".").list.get(1).cast(pl.Int64))
        .with_columns(
            shown=pl.when(pl.col("number") % _ODD_EVERY == 0)
            .then(odd_name)
            .when(pl.col("number") % _NAME_EVERY == 0)
            .then(pl.lit("WIRELESS CALLER"))
            .otherwise("name")
        )
        .select(
            "contact_id", "direction", "phone", "started_at", "ended_at", "entry_point", "shown",
            "number", "last_agent", "first_queue", "disposition",
        )
    )  # fmt: skip


def _trunk() -> pl.Expr:
    return pl.concat_str(
        pl.lit("PJSIP/trunk-"), (pl.col("number") % 10**8).cast(pl.String).str.zfill(8)
    )


def _agent_channel() -> pl.Expr:
    tail = ((pl.col("number") + 1) % 10**8).cast(pl.String).str.zfill(8)
    return pl.concat_str(pl.lit("PJSIP/"), "extension", pl.lit("-"), tail)


def _queue_row(
    frame: pl.DataFrame, start: str, end: str, disposition: str, agent: pl.Expr
) -> pl.DataFrame:
    return frame.select(
        src="phone", dst=pl.col("queue").replace_strict(_EXTENSION), context=pl.lit("queues"),
        shown="shown", shown_number="phone", channel=_trunk(), other=agent, app=pl.lit("Queue"),
        data=pl.concat_str("queue", pl.lit(",c,,,900")), start=start, end=end,
        disposition=pl.lit(disposition), uniqueid="contact_id",
    )  # fmt: skip


def _talked(truth: Path, contacts: pl.DataFrame, phones: pl.DataFrame) -> pl.DataFrame:
    legs = read(truth, "legs", SITE).filter(pl.col("channel") == "voice")
    visits = read(truth, "visits", SITE).select("contact_id", "visit_ordinal", "entered_at")
    legs = (
        legs.join(contacts, on="contact_id", maintain_order="left", suffix="_call")
        .join(phones, on="agent_id", how="left", maintain_order="left")
        .join(visits, on=["contact_id", "visit_ordinal"], how="left", maintain_order="left")
    )
    first = pl.when(pl.col("visit_ordinal") == 1).then("started_at").otherwise("entered_at")
    inbound = legs.filter(pl.col("direction") == "inbound").with_columns(begun=first)
    back = legs.filter(pl.col("direction") == "callback")
    return pl.concat([
        _queue_row(inbound, "begun", "ended_at", "ANSWERED", _agent_channel()),
        back.select(
            src="extension", dst=pl.concat_str(pl.lit("9"), "phone"), context=pl.lit("internal"),
            shown=pl.lit(""), shown_number="extension", channel=_agent_channel(), other=_trunk(),
            app=pl.lit("Dial"), data=pl.concat_str(pl.lit("PJSIP/"), "phone", pl.lit("@trunk,30")),
            start="connected_at", end="ended_at", disposition=pl.lit("ANSWERED"),
            uniqueid="contact_id",
        ),
    ])  # fmt: skip


def _rang(truth: Path, contacts: pl.DataFrame, phones: pl.DataFrame) -> pl.DataFrame:
    offers = read(truth, "offers", SITE).filter(
        pl.col("outcome").is_in(["no_answer", "declined", "caller_left"])
    )
    frame = (
        offers.join(contacts, on="contact_id", maintain_order="left")
        .join(phones, on="agent_id", how="left", maintain_order="left")
        .with_columns(end=pl.col("offered_at") + pl.duration(milliseconds=pl.col("ring_ms")))
    )
    return _queue_row(frame, "offered_at", "end", "NO ANSWER", _agent_channel())


def _alone(contacts: pl.DataFrame) -> pl.DataFrame:
    """Calls that no agent took: left the queue, stayed in the menu, found it full."""
    frame = contacts.filter(pl.col("last_agent").is_null() & (pl.col("direction") == "inbound"))
    in_queue = frame.filter(pl.col("first_queue").is_not_null()).with_columns(queue="first_queue")
    in_menu = frame.filter(pl.col("first_queue").is_null())
    full = pl.col("disposition") == "refused"
    return pl.concat([
        _queue_row(in_queue, "started_at", "ended_at", "ANSWERED", pl.lit("")),
        in_menu.select(
            src="phone", dst=pl.when(full).then("entry_point").otherwise(pl.lit("s")),
            context=pl.lit("ivr"), shown="shown", shown_number="phone", channel=_trunk(),
            other=pl.lit(""),
            app=pl.when(full).then(pl.lit("Queue")).otherwise(pl.lit("BackGround")),
            data=pl.when(full).then(pl.lit("")).otherwise(pl.lit("main-menu")), start="started_at",
            end="ended_at", disposition=pl.lit("ANSWERED"), uniqueid="contact_id",
        ),
    ])  # fmt: skip


def _quoted(value: pl.Expr) -> pl.Expr:
    escaped = value.fill_null("").str.replace_all('"', '""', literal=True)
    return pl.concat_str(pl.lit('"'), escaped, pl.lit('"'))


def _row() -> pl.Expr:
    """The 18 columns as Asterisk quotes them: all texts, not the numbers."""
    zone = zone_of(SITE)
    start, end = text("start", zone), text("end", zone)
    lasted = ((pl.col("end") - pl.col("start")).dt.total_milliseconds() // 1000).cast(pl.String)
    caller = pl.concat_str(pl.lit('"'), "shown", pl.lit('" <'), "shown_number", pl.lit(">"))
    col = pl.col
    parts = [
        _quoted(pl.lit("")), _quoted(col("src")), _quoted(col("dst")), _quoted(col("context")),
        _quoted(caller), _quoted(col("channel")), _quoted(col("other")), _quoted(col("app")),
        _quoted(col("data")), _quoted(start), _quoted(start), _quoted(end), lasted, lasted,
        _quoted(col("disposition")), _quoted(pl.lit("DOCUMENTATION")), _quoted(col("uniqueid")),
        _quoted(pl.lit("")),
    ]  # fmt: skip
    return pl.concat_str(parts, separator=",")
