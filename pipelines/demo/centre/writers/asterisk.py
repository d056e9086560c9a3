"""Dublin's telephone switch: queue_log and Master.csv of an Asterisk 22, rotated every local day.

Seconds only; wraps under a minute leave no trace; calls cut by a restart have no end line and no
call record. The newest files have no date and the newest queue_log ends within a line.
"""

from pathlib import Path

import polars as pl

from pipelines.demo.centre.world import QUEUES
from pipelines.demo.centre.writers.output import Output, local, read, zone_of

SITE = "Dublin"
LOGGED_WRAP_MS = 60_000
_TRUNCATED = 17
_REASONS = {
    "break": "Break", "lunch": "Lunch", "coaching": "Coaching, 1:1", "meeting": "Team meeting",
    "training": "Training", "not responding": "Auto-Pause", "wrap": "Wrap-up",
}  # fmt: skip


def write(out: Output, truth: Path, _site: str) -> None:
    """All files of the switch."""
    agents = _agents(truth)
    offers = read(truth, "offers", SITE)
    restarts = read(truth, "restarts", SITE)["at"]
    lines = pl.concat(
        [
            _entries(truth),
            _rings(offers, restarts, agents),
            _connects(truth, offers, agents),
            _ends(truth),
            _leg_ends(truth, agents),
            _members(truth, agents),
            _pauses(truth, agents),
            pl.DataFrame({"at": restarts}).select(
                "at", rank=pl.lit(0), n=pl.lit(0, pl.Int64),
                tail=pl.lit("NONE|NONE|NONE|QUEUESTART|"),
            ),
        ]
    )  # fmt: skip
    lines = lines.sort("at", "rank", "n", "tail").select(
        "at", line=pl.concat_str(pl.col("at").dt.epoch("s").cast(pl.String), pl.lit("|"), "tail")
    )
    rotate(out, lines, "queue_log", truncated=True)


def rotate(out: Output, lines: pl.DataFrame, name: str, *, truncated: bool) -> None:
    """Write lines (at, line) as one file per local day, or several; the last one has no date."""
    zone = zone_of(SITE)
    dated = lines.with_columns(day=local("at", zone).dt.date())
    dated = dated.with_columns(day=out.file_day(pl.col("day").clip(upper_bound=out.last)))
    last = out.file_day(pl.lit(out.last))
    dated = dated.with_columns(is_newest=pl.col("day") == last)
    keys = ["day", "is_newest"]
    for key, part in dated.partition_by(keys, as_dict=True, maintain_order=True).items():
        day, newest = key
        data = ("\n".join(part["line"].to_list()) + "\n").encode()
        if newest and truncated:
            data = data[:-_TRUNCATED]
        file = f"asterisk/{name}" if newest else f"asterisk/{name}-{day.strftime('%Y%m%d')}"
        path = out.write(file, data)
        if newest and truncated:
            out.note(path, "truncated_line", 1)
    doubled = dated.filter(~pl.col("is_newest"))
    if doubled.height:
        day = doubled["day"][doubled.height // 2]
        file = f"asterisk/{name}-{day.strftime('%Y%m%d')}"
        copy = out.write(f"{file}.1", (out.landing / file).read_bytes())
        out.note(copy, "copied_file", 1)


def _agents(truth: Path) -> pl.DataFrame:
    """Agents with the two names under which the log knows them."""
    people = read(truth, "people", SITE)
    return people.select(
        "agent_id", "name", "extension",
        has_two=pl.col("extension").cast(pl.Int64) % 9 == 0,
    )  # fmt: skip


def named(frame: pl.DataFrame, agents: pl.DataFrame, at: str) -> pl.DataFrame:
    """Add `agent`: the member's name, on every fifth day of some members their interface."""
    days = local(at, zone_of(SITE)).dt.date().dt.epoch("d")
    return frame.join(agents, on="agent_id", how="left").with_columns(
        agent=pl.when(pl.col("has_two") & (days % 5 == 0))
        .then(pl.concat_str(pl.lit("PJSIP/"), "extension"))
        .otherwise("name")
    )


def _line(frame: pl.DataFrame, at: str, rank: int, *parts: pl.Expr | str) -> pl.DataFrame:
    """(at, rank, n, tail): parts joined by pipes; names of columns, or expressions."""
    texts = [
        (pl.col(part) if isinstance(part, str) else part).cast(pl.String).fill_null("")
        for part in parts
    ]
    return frame.select(
        at=pl.col(at), rank=pl.lit(rank), n=pl.int_range(pl.len()),
        tail=pl.concat_str(texts, separator="|"),
    )  # fmt: skip


def _visits(truth: Path) -> pl.DataFrame:
    visits = read(truth, "visits", SITE).filter(pl.col("queue").is_in(list(QUEUES)))
    phones = read(truth, "contacts", SITE).select("contact_id", "phone", "entry_point")
    return visits.join(phones, on="contact_id", how="left", maintain_order="left")


def _entries(truth: Path) -> pl.DataFrame:
    visits = _visits(truth)
    none, blank = pl.lit("NONE"), pl.lit("")
    enters = _line(
        visits, "entered_at", 2, "contact_id", "queue", none, pl.lit("ENTERQUEUE"), blank, "phone",
        "position_in",
    )  # fmt: skip
    refused = read(truth, "refusals", SITE).join(
        read(truth, "contacts", SITE).select("contact_id", "entry_point"), on="contact_id"
    )
    parts = ("contact_id", "queue", none, pl.lit("DID"), "entry_point")
    did = _line(visits.filter(pl.col("visit_ordinal") == 1), "entered_at", 1, *parts)
    return pl.concat([did, enters, _line(refused, "refused_at", 1, *parts)])


def _rings(offers: pl.DataFrame, restarts: pl.Series, agents: pl.DataFrame) -> pl.DataFrame:
    ended = offers.with_columns(
        end=pl.col("offered_at") + pl.duration(milliseconds=pl.col("ring_ms"))
    ).filter(~pl.col("end").is_in(restarts.implode()))
    ended = named(ended, agents, "end")
    events = {
        "no_answer": "RINGNOANSWER", "declined": "RINGNOANSWER", "caller_left": "RINGCANCELED",
    }  # fmt: skip
    shown = ended.filter(pl.col("outcome").is_in(list(events)))
    event = pl.col("outcome").replace_strict(events)
    dumped = ended.filter(pl.col("outcome") == "dumped")
    return pl.concat([
        _line(shown, "end", 3, "contact_id", "queue", "agent", event, "ring_ms"),
        _line(dumped, "end", 3, "contact_id", "queue", "agent", pl.lit("AGENTDUMP"), pl.lit("")),
    ])  # fmt: skip


def whole_seconds(begin: str, end: str) -> pl.Expr:
    """Seconds between two instants as a clock of whole seconds sees them."""
    return pl.col(end).dt.epoch("s") - pl.col(begin).dt.epoch("s")


def phone_channel_id() -> pl.Expr:
    """The unique id of the agent's channel: ring start, call's number plus the try."""
    number = pl.col("contact_id").str.split(".").list.get(1).cast(pl.Int64)
    return pl.concat_str(
        pl.col("offered_at").dt.epoch("s").cast(pl.String), pl.lit("."),
        (number + pl.col("offer_ordinal")).cast(pl.String),
    )  # fmt: skip


def _connects(truth: Path, offers: pl.DataFrame, agents: pl.DataFrame) -> pl.DataFrame:
    answered = offers.filter(pl.col("outcome") == "answered").join(
        _visits(truth).select("contact_id", "visit_ordinal", "entered_at", "left_at"),
        on=["contact_id", "visit_ordinal"],
    )
    frame = named(answered, agents, "left_at")
    return _line(
        frame, "left_at", 4, "contact_id", "queue", "agent", pl.lit("CONNECT"),
        whole_seconds("entered_at", "left_at"), phone_channel_id(),
        whole_seconds("offered_at", "left_at"),
    )  # fmt: skip


def _ends(truth: Path) -> pl.DataFrame:
    """Visits that end without an agent."""
    visits = _visits(truth)
    wait, none = whole_seconds("entered_at", "left_at"), pl.lit("NONE")
    places = ("position_out", "position_in", wait)
    left = visits.filter(pl.col("outcome") == "abandoned")
    out = visits.filter(pl.col("outcome") == "timeout")
    keyed = visits.filter(pl.col("outcome") == "exit_key")
    asked = keyed.filter(pl.col("next_step") == "callback")
    head = ("contact_id", "queue", none)
    return pl.concat([
        _line(left, "left_at", 5, *head, pl.lit("ABANDON"), *places),
        _line(out, "left_at", 5, *head, pl.lit("EXITWITHTIMEOUT"), *places),
        _line(keyed, "left_at", 5, *head, pl.lit("EXITWITHKEY"), "exit_key", *places),
        _line(asked, "left_at", 6, *head, pl.lit("CALLBACKREQ"), "phone"),
    ])  # fmt: skip


def _leg_ends(truth: Path, agents: pl.DataFrame) -> pl.DataFrame:
    """Ends of conversations; attended transfers in the two layouts of newer versions."""
    legs = read(truth, "legs", SITE).filter(
        (pl.col("channel") == "voice") & (pl.col("visit_ordinal") > 0) & ~pl.col("is_cut")
    )
    visits = _visits(truth).select("contact_id", "visit_ordinal", "entered_at", "position_in")
    legs = named(legs.join(visits, on=["contact_id", "visit_ordinal"]), agents, "ended_at")
    extensions = {queue.name: queue.extension for queue in QUEUES.values()}
    legs = legs.with_columns(exten=pl.col("transfer_to").replace(extensions))
    hold, talk = (
        whole_seconds("entered_at", "connected_at"),
        whole_seconds("connected_at", "ended_at"),
    )
    head, tail = ("contact_id", "queue", "agent"), (hold, talk, "position_in")
    plain = legs.filter(pl.col("transfer_type").is_null())
    event = (
        pl.when(pl.col("ended_by") == "agent")
        .then(pl.lit("COMPLETEAGENT"))
        .otherwise(pl.lit("COMPLETECALLER"))
    )
    blind = legs.filter(pl.col("transfer_type") == "blind")
    attended = legs.filter(pl.col("transfer_type") == "attended")
    is_link = pl.col("connected_at").dt.epoch("s") % 3 == 0
    attend = pl.lit("ATTENDEDTRANSFER")
    number = pl.col("connected_at").dt.epoch("ms").cast(pl.String)
    bridge = pl.concat_str(
        number.str.slice(5, 8), pl.lit("-d98e-4d62-8fb3-"), number.str.slice(1, 12)
    )
    half = pl.concat_str(pl.lit("Local/_attended@transfer-"), number.str.slice(5, 8))
    ones, twos = (pl.concat_str(half, pl.lit(f";{side}")) for side in (1, 2))
    return pl.concat([
        _line(plain, "ended_at", 5, *head, event, *tail),
        _line(blind, "ended_at", 5, *head, pl.lit("BLINDTRANSFER"), "exten", pl.lit("internal"),
              *tail),
        _line(attended.filter(is_link), "ended_at", 5, *head, attend, pl.lit("LINK"), ones, twos,
              *tail),
        _line(attended.filter(~is_link), "ended_at", 5, *head, attend, pl.lit("BRIDGE"), bridge,
              *tail),
    ])  # fmt: skip


def queues_by_day(truth: Path, frame: pl.DataFrame, at: str) -> pl.DataFrame:
    """One row per queue of which the agent is a member at that time."""
    roster = read(truth, "roster", SITE).sort("valid_from").select(
        "agent_id", "valid_from", pl.col("queues").str.split(";")
    )  # fmt: skip
    dated = frame.with_columns(_day=local(at, zone_of(SITE)).dt.date()).sort("_day")
    joined = dated.join_asof(
        roster, left_on="_day", right_on="valid_from", by="agent_id", check_sortedness=False
    )
    voice = list(QUEUES)
    return joined.explode("queues").filter(pl.col("queues").is_in(voice)).sort(at, "agent_id")


def _members(truth: Path, agents: pl.DataFrame) -> pl.DataFrame:
    came = read(truth, "attendance", SITE).filter(pl.col("logged_in_at").is_not_null())
    parts = []
    ends = (("logged_in_at", 1, "ADDMEMBER"), ("logged_out_at", 11, "REMOVEMEMBER"))
    for at, rank, event in ends:
        frame = named(queues_by_day(truth, came, "logged_in_at"), agents, "logged_in_at")
        parts.append(
            _line(frame, at, rank, pl.lit("MANAGER"), "queues", "agent", pl.lit(event), pl.lit(""))
        )
    return pl.concat(parts)


def _pauses(truth: Path, agents: pl.DataFrame) -> pl.DataFrame:
    """PAUSEALL, then PAUSE of each queue; the same when it ends."""
    states = read(truth, "states", SITE)
    length = (pl.col("to_at") - pl.col("from_at")).dt.total_milliseconds()
    spans = states.filter(
        (pl.col("state") == "away") | ((pl.col("state") == "wrap") & (length >= LOGGED_WRAP_MS))
    ).with_columns(
        why=pl.when(pl.col("state") == "wrap").then(pl.lit("wrap")).otherwise("reason")
    ).with_columns(why=pl.col("why").replace_strict(_REASONS))  # fmt: skip
    came = (
        read(truth, "attendance", SITE)
        .select("agent_id", "logged_in_at", "logged_out_at")
        .drop_nulls()
        .sort("logged_in_at")
    )
    spans = spans.sort("from_at").join_asof(
        came, left_on="from_at", right_on="logged_in_at", by="agent_id", check_sortedness=False
    )
    frame = named(queues_by_day(truth, spans, "logged_in_at"), agents, "logged_in_at")
    once = frame.unique(["agent_id", "from_at"], keep="first", maintain_order=True)
    none = pl.lit("NONE")
    is_back = pl.col("to_at") < pl.col("logged_out_at")
    return pl.concat([
        # One pause may end as the next begins.
        _line(once, "from_at", 9, none, none, "agent", pl.lit("PAUSEALL"), "why"),
        _line(frame, "from_at", 10, none, "queues", "agent", pl.lit("PAUSE"), "why"),
        _line(once.filter(is_back), "to_at", 7, none, none, "agent", pl.lit("UNPAUSEALL"),
              pl.lit("")),
        _line(frame.filter(is_back), "to_at", 8, none, "queues", "agent", pl.lit("UNPAUSE"),
              pl.lit("")),
    ])  # fmt: skip
