"""How the metrics count each fact: which column says what scope a row is in."""

from dataclasses import dataclass

NONE = "cast(null as varchar)"


@dataclass(frozen=True)
class Source:
    """A fact as the metrics count it: which column says which scope a row is in."""

    name: str
    """What its rows are called in the SQL."""
    relation: str
    queue: str = NONE
    group: str = NONE
    channel: str = NONE
    direction: str = NONE
    site: str = NONE
    agent: str | None = None
    joins: str = ""
    still_open: str | None = None
    """Which rows are not over: their numbers will change."""


_TRANSFER = "case when f.n_transfers > 0 then f.transfer_{0} else f.{1}_{0} end"


def _by_key(queue: str | None, agent: str | None = None) -> str:
    """Join the versions that the fact's keys name."""
    joins = []
    if queue:
        joins.append(f"left join core.dim_queue as q on q.queue_key = f.{queue}")
    if agent:
        joins.append(f"left join core.dim_agent as a on a.agent_key = f.{agent}")
    return "\n".join(joins)


def _by_day(queue: str, agent: str) -> str:
    """Join the versions of the fact's day."""
    return "\n".join(
        f"left join core.dim_{name} as {alias}\n    on {alias}.{name}_id = {column}\n"
        f"    and f.local_date >= {alias}.valid_from and f.local_date < {alias}.valid_to"
        for name, alias, column in (("queue", "q", queue), ("agent", "a", agent))
    )


SOURCES: dict[str, Source] = {
    "fact_queue_visit": Source(
        "visit", "core.fact_queue_visit", "f.queue_id", "q.queue_group", "f.channel",
        "f.direction", "f.site",
        joins=_by_key("queue_key"), still_open="outcome = 'open'",
    ),
    "fact_queue_refusal": Source(
        "refusal", "core.fact_queue_refusal", "f.queue_id", "q.queue_group", "f.channel",
        "f.direction", "f.site",
        joins=_by_key("queue_key"),
    ),
    "fact_agent_offer": Source(
        "offer", "core.fact_agent_offer", "f.queue_id", "q.queue_group",
        site="a.site", agent="f.agent_id",
        joins=_by_key("queue_key", "agent_key"),
    ),
    "fact_handle_segment": Source(
        "leg", "core.fact_handle_segment", "f.queue_id", "q.queue_group", "f.channel",
        "f.direction", "coalesce(f.site, a.site)", "f.agent_id",
        joins=_by_key("queue_key", "agent_key"),
        still_open="is_open",
    ),
    "fact_contact": Source(
        "contact", "core.fact_contact", "f.credited_queue_id", "q.queue_group", "f.channel",
        "f.direction", "coalesce(f.site, a.site)", "f.last_agent_id",
        joins=_by_day("f.credited_queue_id", "f.last_agent_id"),
        still_open="is_open",
    ),
    "fact_contact_transfer": Source(
        "passed_contact", "core.fact_contact",
        _TRANSFER.format("queue_id", "credited"), "q.queue_group", "f.channel", "f.direction",
        "coalesce(f.site, a.site)", _TRANSFER.format("agent_id", "last"),
        joins=_by_day(
            _TRANSFER.format("queue_id", "credited"), _TRANSFER.format("agent_id", "last")
        ),
        still_open="is_open",
    ),
    "fact_agent_state_interval": Source(
        "agent_time", "core.fact_agent_state_interval", site="a.site", agent="f.agent_id",
        joins=_by_key(None, "agent_key"),
    ),
}  # fmt: skip
