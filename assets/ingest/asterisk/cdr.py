"""Call detail records: Master.csv of cdr_csv, and the usual mappings of cdr_custom."""

import re
from typing import Any

import polars as pl

from assets.ingest import instants
from assets.ingest.adapter import ParseContext, Parsed
from assets.ingest.asterisk import masking, times
from assets.ingest.asterisk.csv_lines import split_lines
from assets.ingest.asterisk.options import read_options
from assets.ingest.asterisk.zone_hint import zone_notes

COLUMNS: dict[str, str] = {
    "uniqueid": "VARCHAR",
    "linkedid": "VARCHAR",
    "src": "VARCHAR",
    "dst": "VARCHAR",
    "dcontext": "VARCHAR",
    "staff_name": "VARCHAR",
    "channel": "VARCHAR",
    "dstchannel": "VARCHAR",
    "lastapp": "VARCHAR",
    "lastdata": "VARCHAR",
    "answer_at": "TIMESTAMP",
    "end_at": "TIMESTAMP",
    "talk_ms": "BIGINT",
    "disposition": "VARCHAR",
    "accountcode": "VARCHAR",
    "userfield": "VARCHAR",
}
"""Columns after the standard ones; `line_at` is the start. `staff_name` is the caller's name
where the caller is one of the centre's own phones; other names are left out."""

_BASE = (
    "accountcode", "src", "dst", "dcontext", "clid", "channel", "dstchannel", "lastapp",
    "lastdata", "start", "answer", "end", "duration", "billsec", "disposition", "amaflags",
)  # fmt: skip
_NEW = ("peeraccount", "linkedid", "sequence")
_CUSTOM_19 = (
    "clid", "src", "dst", "dcontext", "channel", "dstchannel", "lastapp", "lastdata", "start",
    "answer", "end", "duration", "billsec", "disposition", "amaflags", "accountcode", "uniqueid",
    "userfield", "sequence",
)  # fmt: skip
_CUSTOM_20 = (*_CUSTOM_19[:17], "linkedid", "sequence", "userfield")
_TEXTS = tuple(dict.fromkeys((*_BASE, "uniqueid", "userfield", "linkedid")))
_OURS = ("chunk_no", "line_no", "line_id")
_CLID = r'^\s*"?(.*?)"?\s*<([^>]*)>\s*$'
_LIKE_UNIQUEID = r"^.*[0-9]+\.[0-9]+$"
_MAX_TALK_S = 10_000_000

_TIME = (
    "start or end is no time: expected YYYY-MM-DD HH:MM:SS or epoch seconds; see cdr.conf, or "
    "cdr_custom.conf for the order of columns"
)
_GAP = (
    "this local time does not exist (clocks went forward): is the source's timezone the one the "
    "switch writes in? With usegmtime=yes set the option cdr_utc"
)
_RANGE = "the start is before the year 2000 or more than a day ahead: are both clocks right?"


def parse_cdr(lines: pl.DataFrame, context: ParseContext) -> Parsed:
    """Take lines of Master.csv apart (16 to 21 columns)."""
    fields = split_lines(lines, frozenset(range(16, 22)), "16 to 21, as cdr_csv writes")
    option = read_options(context.settings.options).cdr_column_17
    rows = [_named(row, option) for row in fields.rows]
    return _parse(fields.good, fields.bad, rows, context)


def parse_cdr_custom(lines: pl.DataFrame, context: ParseContext) -> Parsed:
    """Take lines of cdr_custom apart: the sample mapping, with or without linkedid."""
    expected = "19 (the sample mapping) or 20 (with linkedid before sequence and userfield)"
    fields = split_lines(lines, frozenset({19, 20}), expected)
    rows = [
        dict(zip(_CUSTOM_20 if len(row) == len(_CUSTOM_20) else _CUSTOM_19, row, strict=True))
        for row in fields.rows
    ]
    return _parse(fields.good, fields.bad, rows, context)


def _named(row: list[str], column_17: str) -> dict[str, str]:
    """Name the columns of Master.csv; which there are depends on cdr.conf alone."""
    named = dict(zip(_BASE, row, strict=False))
    rest = row[16:]
    if len(rest) >= len(_NEW):
        named |= dict(zip(_NEW, rest[-3:], strict=True))
        rest = rest[:-3]
    if len(rest) == 2:  # noqa: PLR2004  uniqueid and userfield
        named["uniqueid"], named["userfield"] = rest
    elif rest:
        guess = "uniqueid" if re.match(_LIKE_UNIQUEID, rest[0]) else "userfield"
        named[guess if column_17 == "auto" else column_17] = rest[0]
    return named


def _parse(
    lines: pl.DataFrame, refused: pl.DataFrame, rows: list[dict[str, str]], context: ParseContext
) -> Parsed:
    texts = {name: _column(rows, name) for name in _TEXTS}
    frame = _instants(lines.select(_OURS).with_columns(**texts), context)
    frame = frame.with_columns(_reason(context))
    bad = frame.filter(pl.col("reason").is_not_null()).select("chunk_no", "line_no", "reason")
    good = _protect(frame.filter(pl.col("reason").is_null()), context)
    notes = zone_notes(good.select("chunk_no", at="line_at", near="near_at"), context)
    columns = [*_OURS, "line_at", "contact_id", "agent", *COLUMNS]
    return Parsed(rows=good.select(columns), bad=pl.concat([refused, bad]), notes=notes)


def _column(rows: list[dict[str, str]], name: str) -> pl.Series:
    return pl.Series(name, [row.get(name) or None for row in rows], dtype=pl.String)


def _instants(frame: pl.DataFrame, context: ParseContext) -> pl.DataFrame:
    frame = frame.with_columns(
        near_at=times.uniqueid_instant("uniqueid"),
        duration_s=_seconds("duration"),
        talk_s=_seconds("billsec"),
    )
    frame = frame.with_columns(
        line_at=_utc(frame, "start", frame["near_at"], context),
        has_start=times.text_instant("start").is_not_null(),
    )
    # Records after the start lie where the durations say, also in the hour that comes twice.
    length = pl.duration(milliseconds=(pl.col("duration_s") * 1000).cast(pl.Int64))
    talk = pl.duration(milliseconds=(pl.col("talk_s") * 1000).cast(pl.Int64))
    near_end = frame.select(pl.col("line_at") + length).to_series()
    frame = frame.with_columns(end_at=_utc(frame, "end", near_end, context))
    near_answer = frame.select(pl.col("end_at") - talk).to_series()
    return frame.with_columns(
        answer_at=_utc(frame, "answer", near_answer, context),
        talk_ms=(pl.col("talk_s") * 1000).round(0).cast(pl.Int64),
    )


def _seconds(column: str) -> pl.Expr:
    number = pl.col(column).cast(pl.Float64, strict=False)
    return pl.when(number.is_between(0, _MAX_TALK_S)).then(number)


def _utc(frame: pl.DataFrame, column: str, near: pl.Series, context: ParseContext) -> pl.Series:
    parsed = frame.select(
        epoch=times.epoch_instant(column).fill_null(_epoch_zero()), text=times.text_instant(column)
    )
    utc = parsed["text"]
    if not read_options(context.settings.options).cdr_utc and utc.null_count() < len(utc):
        utc = instants.local_to_utc(utc, near, context.offsets)
    epoch = parsed["epoch"]
    return epoch.zip_with(epoch.is_not_null(), utc)


def _epoch_zero() -> pl.Expr:
    return pl.lit(None, dtype=pl.Datetime("us"))


def _reason(context: ParseContext) -> pl.Expr:
    return (
        pl.when(pl.col("line_at").is_null() & pl.col("has_start"))
        .then(pl.lit(_GAP))
        .when(pl.col("line_at").is_null() | pl.col("end_at").is_null())
        .then(pl.lit(_TIME))
        .when(~instants.is_sane("line_at", context.now))
        .then(pl.lit(_RANGE))
        .alias("reason")
    )


def _protect(frame: pl.DataFrame, context: ParseContext) -> pl.DataFrame:
    p = context.pseudonyms
    known = frozenset(context.settings.aliases)
    frame = frame.with_columns(
        peer=masking.peer_extension("channel"),
        clid_name=pl.col("clid").str.extract(_CLID, 1).str.strip_chars(),
        clid_number=pl.col("clid").str.extract(_CLID, 2),
        contact_id=pl.coalesce("uniqueid", "cdr-" + pl.col("line_id")),
        agent=pl.lit(None, dtype=pl.String),
    )
    inside = pl.col("src").str.contains(masking.EXTENSION) | pl.col("peer").is_not_null()
    own_phone = pl.col("clid_number") == pl.col("peer")
    dialled = frame.select(_without_prefix(inside, context)).to_series()
    masked: dict[str, Any] = {
        name: p.mask_texts(frame[name])
        for name in ("dcontext", "lastdata", "accountcode", "userfield")
    }
    return frame.with_columns(
        src=masking.caller(frame["src"], p, known),
        dst=p.mask_texts(p.protect_all(dialled)),
        channel=masking.channel(frame["channel"], p),
        dstchannel=masking.channel(frame["dstchannel"], p),
        staff_name=pl.when(own_phone & (pl.col("clid_name") != "")).then(pl.col("clid_name")),
        **masked,
    )


def _without_prefix(inside: pl.Expr, context: ParseContext) -> pl.Expr:
    """What an extension dialled, without the digits that only fetch an outside line."""
    prefixes = read_options(context.settings.options).dial_prefixes
    if not prefixes:
        return pl.col("dst")
    shorter = pl.col("dst").str.replace(rf"^(?:{'|'.join(map(re.escape, prefixes))})", "")
    is_outside = shorter.str.contains(r"^\+?[0-9]{7,}$").fill_null(False)
    return pl.when(inside & is_outside).then(shorter).otherwise(pl.col("dst"))
