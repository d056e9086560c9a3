"""Small worlds of contacts, and of what was asked and judged about them afterwards."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

Row = dict[str, Any]

START = datetime.fromisoformat("2026-03-01 08:00:00")
ZONES = {"pbx": "Europe/Berlin", "chat": "Etc/UTC"}
AGENTS = ("anna", "bert")
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
SCALES = ((1, 5), (0, 10), (1, 10), (1, 7), (0, 1), (1, 3), (0, 100), (3, 3), (None, None))


@dataclass
class World:
    """Rows of staging by table, and how far each source was read."""

    random: Random
    tables: dict[str, list[Row]] = field(default_factory=dict)
    watermarks: dict[str, datetime] = field(default_factory=dict)

    def add(self, table: str, source: str, at: datetime | None, **columns: Any) -> Row:
        """One row with the local day of its instant."""
        zone = ZONES[source]
        day = at.replace(tzinfo=UTC).astimezone(ZoneInfo(zone)).date() if at else None
        row = {"source": source, "zone": zone, "local_date": day} | columns
        self.tables.setdefault(table, []).append(row)
        return row

    def one_of(self, *choices: Any) -> Any:
        """One of the choices."""
        return self.random.choice(choices)

    def later(self, at: datetime, days: float) -> datetime:
        """An instant in whole minutes up to so many days later."""
        return at + timedelta(minutes=self.random.randint(0, round(days * 1440)))


def _contact(world: World, name: str, before: list[Row]) -> None:
    source = world.one_of(*ZONES)
    # Many at the very distances that decide.
    at, ref = world.later(START, 45), world.one_of("h1", "h2", "h3", "h4", None)
    if before and world.random.random() < 0.6:
        other = world.one_of(*before[-3:])
        since = world.one_of(other["started_at"], other["ended_at"] or other["started_at"])
        at, ref = since + world.one_of(1, 3, 7, 7, 30) * DAY, other["customer_ref"]
    own = [row for row in before if row["source"] == source]
    root = world.one_of(name, name, *(row["root_contact_id"] for row in own[-1:]))
    ended = world.one_of(at + HOUR, at, at, world.later(at, 20), None)
    row = world.add(
        "contact", source, at, contact_id=name, root_contact_id=root,
        kind=world.one_of("customer", "customer", "customer", "consult"), channel="voice",
        direction=world.one_of("inbound", "inbound", "inbound", "outbound", "callback"),
        customer_ref=ref, started_at=at, ended_at=ended,
        site=None, reason=world.one_of(None, "bill", " Bill", "price", "line"),
        reason_group=world.one_of(None, None, None, "Money", "money "), disposition=None,
        language=None, recording_ref=None, is_open=ended is None, is_in_queue_log=True,
        is_in_cdr=False,
    )  # fmt: skip
    before.append(row)
    for ordinal in range(1, world.one_of(0, 1, 1, 1, 2) + 1):
        world.add(
            "handle_segment", source, at + ordinal * HOUR, contact_id=name, visit_ordinal=None,
            segment_ordinal=ordinal, segment_repeat=1, queue=world.one_of("sales", "support"),
            entered_at=None, entry_repeat=None, channel="voice", agent=world.one_of(*AGENTS),
            role=world.one_of("customer", "customer", "consult"),
            connected_at=at + ordinal * HOUR, ended_at=at + ordinal * HOUR, talk_ms=0,
            talk_includes_hold=True, is_talk_unreliable=False, is_open=False, is_cut=False,
        )  # fmt: skip


def _about(world: World, contacts: list[Row]) -> tuple[str, datetime, Row]:
    """Source and instant of a record about a contact, and how it names the contact."""
    source = world.one_of(*ZONES)
    near = world.one_of(*contacts)
    at = world.one_of(world.later(near["started_at"], 60), near["started_at"] - 3 * DAY,
                      near["started_at"] + world.one_of(399, 400, 401) * DAY)  # fmt: skip
    named = {"contact_id": near["contact_id"], "contact_source": near["source"]}
    nothing = {"contact_id": None, "contact_source": None}
    return source, at, world.one_of(named, named, named, nothing, named | {"contact_id": "gone"})


def _survey(world: World, name: str, contacts: list[Row]) -> None:
    source, at, about = _about(world, contacts)
    if world.one_of(True, True, True, False):
        world.add(
            "survey_invite", source, at, invite_id=name, sent_at=at,
            answered_at=world.one_of(None, None, world.later(at, 9)),
            is_delivered=world.one_of(True, False, None), **about,
        )  # fmt: skip
    for question in range(world.one_of(0, 1, 3)):
        kind = world.one_of("csat", "nps", "ces", "fcr")
        low, high = world.one_of(*SCALES, *([(0, 10), (1, 10)] * 5 if kind == "nps" else []))
        answered = world.later(at, world.one_of(1, 30))
        world.add(
            "survey_answer", source, answered, invite_id=name, question=f"q{question}", kind=kind,
            answered_at=answered, scale_min=low, scale_max=high,
            is_higher_better=world.one_of(True, True, False, None),
            score=world.one_of(None, 0, 1, 8, high or 1, world.random.randint(-1, (high or 5) + 1)),
        )  # fmt: skip


def _evaluation(world: World, name: str, contacts: list[Row]) -> None:
    source, at, about = _about(world, contacts)
    world.add(
        "qa_evaluation", source, at, evaluation_id=name, agent=world.one_of(*AGENTS), form="calls",
        evaluator="eva", form_version=world.one_of("v1", None), evaluated_at=at,
        status=world.one_of("completed", "completed", "completed", "draft"),
        calibration_id=world.one_of(None, "k1"), **about,
    )  # fmt: skip
    for number in range(world.one_of(0, 1, 2, 4)):
        most = world.one_of(0, 1, 4)
        world.add(
            "qa_item", source, at, evaluation_id=name, item=f"i{number}", evaluated_at=at,
            topic="script", weight=world.one_of(0, 1, 3, 10), max_points=most,
            points=world.one_of(None, 0, most, most, world.random.randint(0, most)),
            is_applicable=world.one_of(True, True, False),
            criticality=world.one_of(None, "none", "customer", "business", "compliance"),
            is_fatal=world.one_of(False, False, False, True),
        )  # fmt: skip


def make(random: Random) -> World:
    """A world of a few dozen contacts."""
    world = World(random)
    contacts: list[Row] = []
    for number in range(random.randint(1, 40)):
        _contact(world, f"c{number}", contacts)
    for number in range(12):
        _survey(world, f"s{number}", contacts)
    # Few contacts, so that calibrations meet.
    for number in range(16):
        _evaluation(world, f"e{number}", contacts[:3])
    for address, customer, source in (
        ("h1", "anna", "pbx"), ("h2", "anna", "pbx"), ("h3", "bert", "pbx"), ("h3", "b1", "chat"),
        ("h4", "cleo", world.one_of("pbx", "chat")), ("h4", "dora", "pbx"),
    ):  # fmt: skip
        if random.random() < 0.8:
            world.add("customer_alias", source, None, customer_ref=customer, kind="phone",
                      address_hash=address)  # fmt: skip
    for source in ZONES:
        last = world.one_of(*contacts)["started_at"] + 7 * DAY
        world.watermarks[source] = world.one_of(world.later(START + 20 * DAY, 60), last)
    return world


def worlds() -> st.SearchStrategy[World]:
    """Made worlds."""
    return st.integers(0, 2**32).map(lambda seed: make(Random(seed)))  # noqa: S311  not a secret
