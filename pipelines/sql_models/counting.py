"""How the metrics count a fact: what its header says under `metrics:`."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, model_validator

ScopeKind = Literal[
    "all", "site", "team", "supervisor", "agent", "queue", "queue_group", "channel", "direction",
    "staffing_group", "reason", "campaign", "sourcing", "level", "language",
]  # fmt: skip
Grain = Literal["interval", "day", "week", "month"]
Period = Literal["day", "week", "month"]
PERIODS: tuple[Period, ...] = ("day", "week", "month")
GRAINS: tuple[Grain, ...] = ("interval", *PERIODS)
"""What numbers are given for, the shortest first."""

INTERVAL_SCOPES: tuple[ScopeKind, ...] = (
    "all", "queue", "queue_group", "channel", "direction", "site", "staffing_group",
)  # fmt: skip
"""Scopes that have numbers for each quarter hour."""
DAY_SCOPES: tuple[ScopeKind, ...] = (
    "agent", "team", "supervisor", "level", "sourcing", "reason", "campaign", "language",
)  # fmt: skip
"""Scopes that have numbers for days and longer alone."""

_OF_AGENT: tuple[ScopeKind, ...] = ("team", "supervisor", "level", "sourcing")


class Counting(BaseModel):
    """Which column or expression says what scope a row is in.

    In expressions, `f` is the fact, `q` the version of `queue` and `a` the version of `agent`.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)
    row: str
    """What a row is called in the SQL."""
    attribution: str
    """Which instant of a row decides its period, in words."""
    finest: Literal["interval", "day", "month"] = "interval"
    """Shortest period its rows can be told apart by; interval needs `interval_start`."""
    credit: str = "last"
    """Whose queue and agent a row counts for, where a fact can be counted in several ways."""
    queue: str | None = None
    queue_version: str | None = None
    """Key of the queue's version; left out, it is the version of the row's day."""
    agent: str | None = None
    agent_version: str | None = None
    """Key of the agent's version; left out, it is the version of the row's day."""
    channel: str | None = None
    direction: str | None = None
    site: str | None = None
    """Left out, it is the agent's."""
    staffing_group: str | None = None
    team: str | None = None
    """Left out, it is the agent's."""
    reason: str | None = None
    campaign: str | None = None
    sourcing: str | None = None
    """Left out, it is the agent's."""
    language: str | None = None
    known_with: str | None = None
    """Fact of which any row says that none of these is a true zero; left out, the fact itself."""
    unfinished: str | None = None
    """Which rows are not over: their numbers will change."""

    @model_validator(mode="after")
    def _versions_belong_to_something(self) -> "Counting":
        for name in ("queue", "agent"):
            if getattr(self, f"{name}_version") and not getattr(self, name):
                raise ValueError(f"{name}_version needs {name}")
        return self

    @property
    def scopes(self) -> dict[str, str]:
        """Scope kind -> expression that gives its id, for all kinds but `all`."""
        found: dict[str, str | None] = {}
        if self.agent:
            found = {kind: f"a.{kind}" for kind in (*_OF_AGENT, "site")} | {"agent": self.agent}
        if self.queue:
            found |= {"queue": self.queue, "queue_group": "q.queue_group"}
        own = (
            *("channel", "direction", "site", "team", "reason", "campaign", "sourcing", "language"),
            "staffing_group",
        )
        found |= {kind: getattr(self, kind) for kind in own if getattr(self, kind)}
        return {kind: text for kind, text in found.items() if text}

    @property
    def joins(self) -> str:
        """Joins of the versions of its queue and agent."""
        return "\n".join(
            join
            for name, alias in (("queue", "q"), ("agent", "a"))
            if (join := self._join(name, alias))
        )

    def _join(self, name: str, alias: str) -> str:
        column, version = getattr(self, name), getattr(self, f"{name}_version")
        if not column:
            return ""
        if version:
            return f"left join core.dim_{name} as {alias} on {alias}.{name}_key = {version}"
        return (
            f"left join core.dim_{name} as {alias}\n    on {alias}.{name}_id = {column}\n"
            f"    and f.local_date >= {alias}.valid_from and f.local_date < {alias}.valid_to"
        )
