"""Lines of a queue_log: `time|call|queue|agent|event|parameters...`."""

import polars as pl

from assets.ingest import instants
from assets.ingest.adapter import ParseContext, Parsed
from assets.ingest.asterisk import masking, times
from assets.ingest.asterisk.events import CALL_EVENTS, EVENTS, LOGIN_EVENTS
from assets.ingest.asterisk.options import read_options
from assets.ingest.pseudonyms import Pseudonyms

COLUMNS: dict[str, str] = {
    "queue": "VARCHAR",
    "event": "VARCHAR",
    "params": "VARCHAR",
    "caller": "VARCHAR",
}
"""Columns after the standard ones: `params` with `|` between, masked, caller names left out."""

_FIELDS = ("time", "callid", "queue", "agent", "event", "params")
_NOBODY = ("", "NONE", "none")
_NO_CALL = ("", "NONE", "none", "MANAGER", "CLI", "REALTIME")
_UNIQUEID = r"(?:^|-)[0-9]{9,11}\.[0-9]+$"
# Numbers of Asterisk's own making: seconds, positions, milliseconds, unique ids.
_OWN_FIELD = r"(?:[^|]{0,6}|(?:[^|]*-)?[0-9]{9,11}\.[0-9]+)"
_OWN_PARAMS = rf"^(?:{_OWN_FIELD}(?:\|{_OWN_FIELD})*|[0-9]{{1,9}})$"
_INTERFACE = r"^[A-Za-z][A-Za-z0-9]*/"
_MAX_NOTES = 20

REASONS = {
    "few": "fewer than 5 fields: a queue_log line is time|call|queue|agent|event|...; "
    "was the file cut or is it another kind of log?",
    "time": "the time is neither epoch seconds nor YYYY-MM-DD HH:MM:SS: see logger.conf",
    "gap": "this local time does not exist (clocks went forward): "
    "is the source's timezone the one the switch writes in?",
    "old": "the time is before the year 2000: was the switch's clock right?",
    "ahead": "the time is more than a day ahead of now: are both clocks right?",
    "event": "the event is empty: was the line cut?",
    "callid": "a call event that names no call: it cannot be counted",
    "queue": "a call event that names no queue: it cannot be counted",
}


def parse_queue_log(lines: pl.DataFrame, context: ParseContext) -> Parsed:
    """Take queue_log lines apart; see `REASONS` for what is refused."""
    frame = _instants(_split(lines), context).with_columns(_reason(context))
    bad = frame.filter(pl.col("reason").is_not_null()).select(
        "chunk_no",
        "line_no",
        reason=pl.col("reason").replace_strict(REASONS, return_dtype=pl.String),
    )
    good = frame.filter(pl.col("reason").is_null())
    rows = _protect(good, context).select(
        "chunk_no", "line_no", "line_id", "line_at", "contact_id", "agent", *COLUMNS
    )
    return Parsed(rows=rows, bad=bad, notes=_notes(rows, context))


def _split(lines: pl.DataFrame) -> pl.DataFrame:
    text = pl.col("line").str.strip_prefix("\ufeff").str.strip_chars_end("\r\n")
    fields = text.str.splitn("|", len(_FIELDS)).struct.rename_fields(list(_FIELDS))
    return (
        lines.with_columns(fields=fields)
        .unnest("fields")
        .with_columns(
            pl.col("callid", "queue", "agent", "event").str.strip_chars(),
            # Columns of a database table that were empty come as trailing bars.
            params=pl.col("params").fill_null("").str.strip_chars_end("|"),
        )
    )


def _instants(frame: pl.DataFrame, context: ParseContext) -> pl.DataFrame:
    frame = frame.with_columns(
        epoch_at=times.epoch_instant("time"),
        local_at=times.text_instant("time"),
        near_at=times.uniqueid_instant("callid"),
    )
    if frame["local_at"].null_count() == frame.height:
        utc = frame["local_at"]
    else:
        utc = instants.local_to_utc(frame["local_at"], frame["near_at"], context.offsets)
    return frame.with_columns(line_at=pl.coalesce("epoch_at", utc))


def _reason(context: ParseContext) -> pl.Expr:
    is_call = pl.col("event").is_in(CALL_EVENTS)
    return (
        pl.when(pl.col("event").is_null())
        .then(pl.lit("few"))
        .when(pl.col("line_at").is_null() & pl.col("local_at").is_not_null())
        .then(pl.lit("gap"))
        .when(pl.col("line_at").is_null())
        .then(pl.lit("time"))
        .when(pl.col("line_at") < instants.EARLIEST)
        .then(pl.lit("old"))
        .when(~instants.is_sane("line_at", context.now))
        .then(pl.lit("ahead"))
        .when(pl.col("event") == "")
        .then(pl.lit("event"))
        .when(is_call & pl.col("callid").is_in(_NO_CALL))
        .then(pl.lit("callid"))
        .when(is_call & pl.col("queue").is_in(_NOBODY))
        .then(pl.lit("queue"))
        .alias("reason")
    )


def _protect(frame: pl.DataFrame, context: ParseContext) -> pl.DataFrame:
    p = context.pseudonyms
    known = frozenset(context.settings.aliases)
    entered = pl.col("event") == "ENTERQUEUE"
    number = pl.when(entered).then(pl.col("params").str.split("|").list.get(1, null_on_oob=True))
    frame = frame.with_columns(
        caller=number.fill_null(""),
        agent=_none_as_null("agent", _NOBODY),
        queue=_none_as_null("queue", _NOBODY),
        contact_id=_none_as_null("callid", _NO_CALL),
    )
    frame = frame.with_columns(
        caller=masking.caller(frame["caller"], p, known),
        contact_id=_masked_unless(frame["contact_id"], _UNIQUEID, p),
        event=p.mask_texts(frame["event"].str.slice(0, 80)),
        agent=_agent(frame, p),
    )
    return frame.with_columns(params=_params(frame, p))


def _none_as_null(column: str, nobody: tuple[str, ...]) -> pl.Expr:
    return pl.when(pl.col(column).is_in(nobody)).then(None).otherwise(pl.col(column))


def _masked_unless(values: pl.Series, harmless: str, pseudonyms: Pseudonyms) -> pl.Series:
    risky = values.is_not_null() & ~values.str.contains(harmless).fill_null(True)
    if not risky.any():
        return values
    masked = pseudonyms.mask_texts(values.filter(risky))
    return values.scatter(risky.arg_true(), masked)


def _agent(frame: pl.DataFrame, pseudonyms: Pseudonyms) -> pl.Series:
    """Agents as logged; at a log-in a bare number N is the agent that calls know as Agent/N.

    A name or an interface stays, also one with the number of somebody who works from home. A
    dialplan's own events may have put a caller's number in this place.
    """
    bare = pl.col("event").is_in(LOGIN_EVENTS) & pl.col("agent").str.contains("^[0-9]+$")
    named = pl.when(bare).then("Agent/" + pl.col("agent")).otherwise(pl.col("agent"))
    return _masked_unless(frame.select(named).to_series(), _INTERFACE, pseudonyms)


def _params(frame: pl.DataFrame, pseudonyms: Pseudonyms) -> pl.Series:
    masked = _masked_params(frame, pseudonyms).str.split("|")
    first = pl.lit(masked.list.get(0, null_on_oob=True)).fill_null("")
    third = pl.lit(masked.list.get(2, null_on_oob=True)).fill_null("")
    # Of an entry the caller's name, the fourth, is left out; of a DID line all but the number.
    entered = pl.concat_str(first, pl.col("caller").fill_null(""), third, separator="|")
    return frame.select(
        pl.when(pl.col("event") == "ENTERQUEUE")
        .then(entered)
        .when(pl.col("event") == "DID")
        .then(first)
        .otherwise(pl.lit(masked.list.join("|")))
        .alias("params")
    ).to_series()


def _masked_params(frame: pl.DataFrame, pseudonyms: Pseudonyms) -> pl.Series:
    params, event = frame["params"], frame["event"]
    known = event.is_in([e for e, (kind, _) in EVENTS.items() if kind != "other"])
    # The number that a DID line names is the centre's own.
    is_safe = (params.str.contains(_OWN_PARAMS) & known) | (event == "DID")
    is_channel = event.is_in(LOGIN_EVENTS)
    for rows, mask in (
        (is_channel, lambda values: masking.channel_first(values, pseudonyms)),
        (~is_safe & ~is_channel, pseudonyms.mask_texts),
    ):
        if rows.any():
            params = params.scatter(rows.arg_true(), mask(params.filter(rows)))
    return params


def _notes(rows: pl.DataFrame, context: ParseContext) -> dict[int, dict[str, int]]:
    """The events that are not Asterisk's own, by chunk."""
    options = read_options(context.settings.options)
    known = {*EVENTS, *options.callback_events, *options.voicemail_events}
    custom = rows.filter(~pl.col("event").is_in(list(known))).group_by("chunk_no", "event").len()
    notes: dict[int, dict[str, int]] = {}
    for chunk_no, name, n in custom.sort("len", "event", descending=[True, False]).rows():
        of_chunk = notes.setdefault(chunk_no, {})
        # A damaged file must not fill a message with thousands of names.
        is_named = len(of_chunk) < _MAX_NOTES
        who = f"event {name[:40]!r} is not Asterisk's own" if is_named else "more custom events"
        text = f"{who}: kept, counted nowhere"
        of_chunk[text] = of_chunk.get(text, 0) + n
    return notes
