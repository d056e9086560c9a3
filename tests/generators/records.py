"""Small worlds of menus, dials, sales, people and customers, some of them about a contact."""

from datetime import date, datetime, timedelta
from random import Random
from typing import Any

from tests.generators.feedback import DAY, HOUR, START, ZONES, Row, World

AGENTS = {"anna": ("red", "Dublin"), "bert": ("blue", "Manila"), "carl": ("red", "Dublin"),
          "dora": ("green", None)}  # fmt: skip
RESULTS = (
    "no_answer", "busy", "invalid_number", "failed", "cancelled", "machine", "fax", "dropped",
    "hung_up", "wrong_number", "third_party", "callback", "refused", "do_not_call", "promise",
    "sale", "right_party", "unknown",
)  # fmt: skip
MONTHS = [date(2026, month, 1) for month in (2, 3, 4)]
MINUTE = timedelta(minutes=1)


def _contacts(world: World) -> list[Row]:
    found = []
    for number in range(70):
        name, source = f"c{number}", world.one_of(*ZONES)
        at = world.later(START, 12)
        own = [row["root_contact_id"] for row in found[-5:] if row["source"] == source]
        row = world.add(
            "contact", source, at, contact_id=name, root_contact_id=world.one_of(name, name, *own),
            kind=world.one_of("customer", "customer", "customer", "consult"),
            channel=world.one_of("voice", "voice", "chat"),
            direction=world.one_of("inbound", "inbound", "inbound", "outbound", "callback"),
            customer_ref=world.one_of("h1", "h2", "h3", "h4", "h5", None), started_at=at,
            ended_at=at + HOUR, site=world.one_of(None, None, "Manila"), is_open=False,
            is_in_queue_log=True, is_in_cdr=False,
        )  # fmt: skip
        found.append(row)
        for ordinal in range(1, world.one_of(0, 1, 1, 2) + 1):
            world.add(
                "handle_segment", source, at + MINUTE, contact_id=name, segment_ordinal=ordinal,
                segment_repeat=ordinal, queue=world.one_of("sales", "support", None),
                channel="voice", agent=world.one_of(*AGENTS),
                role=world.one_of("customer", "customer", "consult"),
                connected_at=at + MINUTE, ended_at=at + HOUR, talk_ms=1, talk_includes_hold=True,
                is_talk_unreliable=False, is_open=False, is_cut=False,
            )  # fmt: skip
    return found


def _about(world: World, contacts: list[Row]) -> tuple[Row, Row]:
    """A contact, and how a record names it."""
    near = world.one_of(*contacts)
    named = {"contact_id": near["contact_id"], "contact_source": near["source"]}
    nothing = {"contact_id": None, "contact_source": None}
    return near, world.one_of(named, named, named, named, nothing, named | {"contact_id": "gone"})


def _near(world: World, at: datetime) -> datetime:
    """Mostly soon after; at times too early or too late to belong to it."""
    soon = [at + world.one_of(0, 1, 30, 600) * MINUTE for _ in range(12)]
    return world.one_of(*soon, at - 6 * DAY, at - 9 * DAY, at + 399 * DAY, at + 402 * DAY)


def _session(world: World, name: str, contacts: list[Row]) -> None:
    near, about = _about(world, contacts)
    source, at = world.one_of(*ZONES), near["started_at"]
    # Nobody is in a menu for longer than a day, nor long before or after his contact.
    entered = world.one_of(at, at, at - 20 * HOUR, at + HOUR, at - 9 * DAY, at + 402 * DAY)
    # The next contact of anyone, at the very distance that decides.
    after = world.one_of(*contacts)
    left = after["started_at"] - world.one_of(0, 1, 86_399, 86_400, 86_401) * timedelta(seconds=1)
    lasted = entered + MINUTE
    if entered < left < entered + DAY:
        lasted = world.one_of(left, left, entered + MINUTE)
    world.add(
        "ivr_session", source, entered, session_id=name, kind=world.one_of("ivr", "bot"),
        channel=world.one_of("voice", "chat"), entered_at=entered,
        site=world.one_of(None, "Bogota"),
        customer_ref=world.one_of(None, near["customer_ref"], after["customer_ref"]),
        left_at=world.one_of(lasted, lasted, lasted, lasted, None),
        end_kind=world.one_of("completed", "completed", "hung_up", "to_queue", "error", None),
        **about,
    )  # fmt: skip
    for ordinal in range(1, world.one_of(0, 1, 4) + 1):
        world.add(
            "ivr_step", source, entered, session_id=name, step_ordinal=ordinal, node=f"n{ordinal}",
            entered_at=entered, task=world.one_of(None, "pay", "bill"),
            outcome=world.one_of("passed", "done", "failed", "no_input", None),
        )  # fmt: skip


def _dial(world: World, name: str, contacts: list[Row]) -> None:
    near, about = _about(world, contacts)
    at = _near(world, near["started_at"])
    answered = world.one_of(None, at, at)
    waited = timedelta(milliseconds=world.one_of(-5, 0, 2000, 2001, 9000))
    world.add(
        "outbound_attempt", world.one_of(*ZONES), at, attempt_id=name, dialled_at=at,
        campaign=world.one_of("winback", "survey"), agent=world.one_of(None, *AGENTS),
        answered_at=answered, site=world.one_of(None, "Bogota"),
        agent_connected_at=answered and world.one_of(None, answered + waited),
        amd_result=world.one_of(None, "human", "machine", "unknown"),
        result=world.one_of(*RESULTS, "unknown", "unknown", "hung_up"),
        is_right_party=world.one_of(None, None, None, True, False), **about,
    )  # fmt: skip


def _sale(world: World, name: str, contacts: list[Row], before: list[Row]) -> None:
    kind = world.one_of("order", "order", "order", "upsell", "payment", "refund", "refund")
    source = world.one_of(*ZONES)
    near, about = _about(world, contacts)
    at = _near(world, near["started_at"])
    named: Row = {"order_sale_id": None, "refunds_sale_id": None}
    own = [row for row in before if row["source"] == source]
    if kind != "order" and own:
        other = world.one_of(*own[-8:])
        at = other["sold_at"] + world.one_of(0, 0, 5, 40 * 24 * 60) * MINUTE
        about = {column: other[column] for column in about}
        if kind == "refund":
            named["refunds_sale_id"] = world.one_of(other["sale_id"], other["sale_id"], "gone")
        elif other["kind"] == "order":
            named["order_sale_id"] = world.one_of(other["sale_id"], None)
    amount = world.one_of(None, *(world.random.randint(1, 10**6) for _ in range(8)))
    before.append(world.add(
        "sale", source, at, sale_id=name, agent=world.one_of(None, *AGENTS), sold_at=at, kind=kind,
        sale_amount=amount, currency=world.one_of("EUR", "EUR", "EUR", "USD", "GBP"), **named,
        **about,
    ))  # fmt: skip


def _people(world: World) -> None:
    levels = [("all", "all"), ("site", "Dublin"), ("site", "Manila"), ("site", "Bogota")]
    levels += [("team", team) for team in ("red", "blue", "green")]
    for month in MONTHS:
        among = world.one_of(levels, levels, levels[:4], levels[:1])
        for kind, which in among:
            for source in ZONES:
                if world.random.random() < 0.5:
                    world.add(
                        "headcount", source, None, period_on=month, scope_kind=kind,
                        scope_id=which, n_opening=world.random.randint(0, 90),
                        n_leavers=world.one_of(None, 0, 3), n_promotions=world.one_of(None, 1),
                        n_closing=world.random.randint(0, 90),
                    )  # fmt: skip
    days = [None, *(month + timedelta(days=n) for month in MONTHS for n in (-1, 0, 1))]
    for number in range(60):
        for source in world.one_of(["pbx"], ["chat"], ["pbx", "chat"]):
            world.add(
                "customer", source, None, customer_ref=f"k{number}",
                segment=world.one_of(None, "big", "small"), since_on=world.one_of(*days),
                left_on=world.one_of(None, *days),
            )  # fmt: skip


def _shifts(world: World) -> None:
    """Everybody is there on most days, for quarter hours of one local day; some over New York's."""
    for agent in AGENTS:
        for number in range(14):
            begins = START + number * DAY + world.one_of(-6, -5, -1, 2) * HOUR
            begins += world.one_of(0, 15, 45) * MINUTE
            ends = begins + world.one_of(1, 4, 7) * HOUR + world.one_of(0, 15) * MINUTE
            for event, at in (("login", begins), ("logout", ends)):
                world.add(
                    "agent_event", "pbx", at, agent=agent, queue=None, event=event, event_at=at,
                    event_rank=1, event_repeat=1, is_inferred=False, is_carried=False,
                )  # fmt: skip


def make(random: Random) -> World:
    """A world of some dozens of each."""
    world = World(random)
    contacts = _contacts(world)
    sold: list[Row] = []
    for number in range(90):
        _session(world, f"s{number}", contacts)
        _dial(world, f"d{number}", contacts)
        _sale(world, f"o{number}", contacts, sold)
    _people(world)
    # Two addresses of one customer, and one that two share.
    for address, customer in (("h1", "k1"), ("h2", "k1"), ("h5", "k2"), ("h5", "k3")):
        world.add("customer_alias", "pbx", None, customer_ref=customer, kind="phone",
                  address_hash=address)  # fmt: skip
    for agent, (team, site) in AGENTS.items():
        known: dict[str, Any] = {"agent": agent, "valid_from": None, "is_inferred": False}
        world.add("roster", "pbx", None, team=team, site=site, **known)
    for month in MONTHS[1:]:
        world.add("fx_rate", "pbx", None, period_on=month, currency="USD", to_currency="EUR",
                  rate=world.one_of(0.9, 1.1234))  # fmt: skip
    _shifts(world)
    for source in ZONES:
        world.watermarks[source] = world.later(START + 4 * DAY, 60)
    return world
