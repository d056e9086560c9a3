"""Channel events (CEL): which channels belong to one call."""

import polars as pl

from assets.ingest import instants
from assets.ingest.adapter import ParseContext, Parsed
from assets.ingest.asterisk import times
from assets.ingest.asterisk.csv_lines import split_lines

COLUMNS: dict[str, str] = {"uniqueid": "VARCHAR", "linkedid": "VARCHAR", "event": "VARCHAR"}
"""Columns after the standard ones: a channel and the call it is a part of."""

EVENTS = frozenset(
    {
        "CHAN_START", "CHAN_END", "ANSWER", "HANGUP", "APP_START", "APP_END", "BRIDGE_ENTER",
        "BRIDGE_EXIT", "BLINDTRANSFER", "ATTENDEDTRANSFER", "LOCAL_OPTIMIZE", "LINKEDID_END",
        "PARK_START", "PARK_END", "PICKUP", "FORWARD", "USER_DEFINED", "STREAM_BEGIN",
        "STREAM_END", "DTMF", "LOCAL_OPTIMIZE_BEGIN",
    }
)  # fmt: skip
_LINKS = ("CHAN_START", "HANGUP")
_EVENT, _TIME, _UNIQUEID, _LINKEDID = 0, 1, 14, 15
_COLUMNS = frozenset(range(16, 31))
_BAD_TIME = (
    "the time is neither epoch seconds nor YYYY-MM-DD HH:MM:SS, or does not exist in the zone: "
    "see dateformat in cel.conf and the source's timezone"
)
_RANGE = "the time is before the year 2000 or more than a day ahead: are both clocks right?"


def parse_cel(lines: pl.DataFrame, context: ParseContext) -> Parsed:
    """Keep of each channel its start and end; everything else is skipped by name.

    The order of columns is that of the sample mapping of cel_custom and of cel_csv.
    """
    fields = split_lines(lines, _COLUMNS, "16 or more, as the sample mapping of CEL has")
    frame = fields.good.select("chunk_no", "line_no", "line_id").with_columns(
        event=_column(fields.rows, _EVENT),
        time=_column(fields.rows, _TIME),
        uniqueid=_column(fields.rows, _UNIQUEID),
        linkedid=_column(fields.rows, _LINKEDID),
    )
    # Another order of columns would give names and numbers in place of identifiers.
    is_link = pl.col("event").is_in(_LINKS) & pl.all_horizontal(
        pl.col("uniqueid", "linkedid").str.contains(times.UNIQUEID).fill_null(False)
    )
    links = _instants(frame.filter(is_link), context)
    bad = links.filter(pl.col("reason").is_not_null()).select("chunk_no", "line_no", "reason")
    rows = links.filter(pl.col("reason").is_null()).select(
        "chunk_no", "line_no", "line_id", "line_at", contact_id="uniqueid",
        agent=pl.lit(None, dtype=pl.String), uniqueid="uniqueid", linkedid="linkedid",
        event="event",
    )  # fmt: skip
    skipped = frame.filter(~is_link.fill_null(False)).select(
        "chunk_no", rule=pl.lit("cel_event_unused")
    )
    return Parsed(rows=rows, bad=pl.concat([fields.bad, bad]), skipped=skipped)


def _column(rows: list[list[str]], place: int) -> pl.Series:
    return pl.Series([row[place] or None for row in rows], dtype=pl.String)


def _instants(frame: pl.DataFrame, context: ParseContext) -> pl.DataFrame:
    local = frame.select(at=times.text_instant("time"), near=times.uniqueid_instant("uniqueid"))
    utc = instants.local_to_utc(local["at"], local["near"], context.offsets)
    frame = frame.with_columns(line_at=pl.coalesce(times.epoch_instant("time"), pl.lit(utc)))
    return frame.with_columns(
        reason=pl.when(pl.col("line_at").is_null())
        .then(pl.lit(_BAD_TIME))
        .when(~instants.is_sane("line_at", context.now))
        .then(pl.lit(_RANGE))
    )
