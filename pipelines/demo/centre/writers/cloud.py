"""The cloud telephone platform of Manila and Bogota: contact, alert and agent state exports.

Manila exports ISO times with offset and seconds with one decimal; Bogota local day-first times and
durations as hh:mm:ss, with semicolons. An agent is a login in one column and an e-mail in another.
"""

from pathlib import Path

import polars as pl

from pipelines.demo.centre.world import QUEUES
from pipelines.demo.centre.writers.output import Dirt, Family, Output, export, local, read, zone_of

_CODES = {
    "answered": "HANDLED", "abandoned": "CUSTOMER_ABANDON", "timeout": "QUEUE_TIMEOUT",
    "exit_key": "KEY_EXIT", "cut": "SYSTEM_ERROR", "open": "",
}  # fmt: skip
_STATES = {
    "available": "AVAILABLE", "ringing": "ALERTING", "handling": "ON_CONTACT", "wrap": "ACW",
}  # fmt: skip
_AUX = {
    "break": "Break", "lunch": "Meal", "coaching": "Coaching", "meeting": "Meeting",
    "training": "Training", "not responding": "Missed - System",
}  # fmt: skip
_CALLBACK = "CALLBACK_HANDLED"


def style(site: str) -> tuple[str, str]:
    """The separator and the time pattern of a site's exports."""
    return (";", "%d/%m/%Y %H:%M:%S") if site == "Bogota" else (",", "%Y-%m-%dT%H:%M:%S%:z")


def moment(column: str, site: str) -> pl.Expr:
    """An instant as this site's exports write it."""
    return local(column, zone_of(site)).dt.strftime(style(site)[1]).alias(column)


def length(column: str, site: str) -> pl.Expr:
    """A duration as this site's exports write it."""
    if site != "Bogota":
        return (pl.col(column) / 1000).round(1).cast(pl.String)
    whole = pl.col(column) // 1000
    parts = [whole // 3600, whole // 60 % 60, whole % 60]
    texts = [part.cast(pl.String).str.zfill(2) for part in parts]
    return pl.when(pl.col(column).is_not_null()).then(pl.concat_str(texts, separator=":"))


def write(out: Output, truth: Path, site: str) -> None:
    """All files of the platform for one site."""
    _contacts(out, truth, site)
    _alerts(out, truth, site)
    agent_states(out, truth, site, "voice", f"cloud_{site.lower()}")


def _logins(truth: Path, site: str) -> pl.DataFrame:
    return read(truth, "people", site).select("agent_id", "login", "email", "kind")


def _contacts(out: Output, truth: Path, site: str) -> None:
    """One row per queue visit, with the agent leg that ended it; promised callbacks too."""
    key = ["contact_id", "visit_ordinal"]
    visits = read(truth, "visits", site).filter(pl.col("queue").is_in(list(QUEUES)))
    legs = read(truth, "legs", site).filter(
        (pl.col("channel") == "voice") & pl.col("queue").is_not_null()
    )
    taken = ("agent_id", "connected_at", "ended_at", "talk_ms", "hold_ms", "wrap_ms", "ended_by",
             "transfer_type", "transfer_to", "disposition")  # fmt: skip
    seen = visits.drop("agent_id").join(
        legs.select(*key, *taken), on=key, how="left", maintain_order="left"
    )
    back = legs.filter(pl.col("visit_ordinal") == 0).select(*key, "site", "queue", *taken)
    rings = read(truth, "offers", site).filter(pl.col("outcome") == "answered")
    contacts = read(truth, "contacts", site).select(
        "contact_id", "direction", "phone", "entry_point", "reason", "related_id", "customer_ref",
        "language", "is_recorded", "started_at",
    )  # fmt: skip
    frame = (
        pl.concat([seen, back], how="diagonal")
        .join(contacts, on="contact_id", how="left", maintain_order="left")
        .join(rings.select(*key, "ring_ms"), on=key, how="left", maintain_order="left")
        .join(_logins(truth, site), on="agent_id", how="left", maintain_order="left")
        .with_columns(
            end=pl.coalesce("ended_at", "left_at"),
            begin=pl.coalesce("entered_at", "connected_at"),
        )
        .sort("end", "contact_id", "visit_ordinal")
    )  # fmt: skip
    outcome = pl.col("outcome").replace_strict(_CODES, default=None).fill_null(_CALLBACK)
    recorded = pl.concat_str(pl.lit("REC-"), "contact_id")
    shown = frame.select(
        _day=local("end", zone_of(site)).dt.date(),
        ContactId="contact_id", VisitNumber="visit_ordinal",
        Direction=pl.col("direction").str.to_uppercase(),
        Queue="queue", ANI="phone", DNIS="entry_point", ContactStart=moment("started_at", site),
        Enqueued=moment("begin", site), Connected=moment("connected_at", site),
        Ended=moment("end", site),
        Outcome=outcome, NextStep="next_step", WaitTime=length("wait_ms", site),
        RingTime=length("ring_ms", site),
        TalkTime=length("talk_ms", site), HoldTime=length("hold_ms", site),
        WrapTime=length("wrap_ms", site),
        Agent="login", DisconnectedBy=pl.col("ended_by").str.to_uppercase(),
        TransferType="transfer_type",
        TransferTo="transfer_to", WrapCode="disposition", Reason="reason",
        CustomerId="customer_ref",
        Language="language", QueuePosition="position_in", RelatedContactId="related_id",
        Recording=pl.when(pl.col("is_recorded") & pl.col("agent_id").is_not_null()).then(recorded),
    )  # fmt: skip
    dirt = Dirt(time="Enqueued", key="ContactId", corrected=("WrapCode", "pending"))
    family = Family(f"cloud_{site.lower()}/contacts-%Y%m%d.csv", dirt, style(site)[0], bom_in=3)
    export(out, family, shown, "_day")


def _alerts(out: Output, truth: Path, site: str) -> None:
    offers = read(truth, "offers", site).sort("offered_at", "contact_id", "offer_ordinal")
    frame = offers.join(_logins(truth, site), on="agent_id", how="left", maintain_order="left")
    shown = frame.select(
        _day=local("offered_at", zone_of(site)).dt.date(),
        ContactId="contact_id", VisitNumber="visit_ordinal", Queue="queue", AgentEmail="email",
        AlertedAt=moment("offered_at", site), RingMs="ring_ms",
        Result=pl.col("outcome").str.to_uppercase(),
    )  # fmt: skip
    dirt = Dirt(time="AlertedAt", key="ContactId")
    family = Family(f"cloud_{site.lower()}/alerts-%Y%m%d.csv", dirt, style(site)[0])
    export(out, family, shown, "_day")


def agent_states(out: Output, truth: Path, site: str, kind: str, folder: str) -> None:
    """Each change of state as it was logged, OFFLINE at log-off."""
    people = _logins(truth, site).filter(pl.col("kind") == kind)
    states = read(truth, "states", site).join(people, on="agent_id", maintain_order="left")
    states = states.sort("agent_id", "from_at")
    follows = (pl.col("from_at").shift(-1) == pl.col("to_at")) & (
        pl.col("agent_id").shift(-1) == pl.col("agent_id")
    )
    ends = states.filter(~follows.fill_null(value=False)).select(
        "agent_id", "login", "email", at="to_at", State=pl.lit("OFFLINE"), Aux=pl.lit(""),
    )  # fmt: skip
    name = pl.col("state").replace_strict(_STATES, default="AUX")
    begins = states.select(
        "agent_id", "login", "email", at="from_at", State=name,
        Aux=pl.col("reason").replace_strict(_AUX, default=""),
    )  # fmt: skip
    frame = pl.concat([begins, ends]).sort("at", "agent_id", "State")
    # The platform writes the login in capitals on Mondays, after its weekly update.
    monday = local("at", zone_of(site)).dt.weekday() == 1
    shown = frame.select(
        _day=local("at", zone_of(site)).dt.date(),
        AgentLogin=pl.when(monday).then(pl.col("login").str.to_uppercase()).otherwise("login"),
        AgentEmail="email", ChangedAt=moment("at", site), State="State", AuxReason="Aux",
    )  # fmt: skip
    dirt = Dirt(time="ChangedAt", key="AgentLogin", late=0.0003)
    export(out, Family(f"{folder}/agent_states-%Y%m%d.csv", dirt, style(site)[0]), shown, "_day")
