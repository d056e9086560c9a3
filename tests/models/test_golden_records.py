"""The golden numbers of menus, dials, sales, cases and messages, recomputed through the marts.

Everything happens on one day, but for what follows it; the examples of one kind lie together.
"""

from datetime import date, datetime, timedelta
from typing import Any

import duckdb
import pytest

from tests.models.golden import Golden, assert_golden
from tests.models.mutants import survivors
from tests.models.warehouse import build_plainly, inputs, read_up_to, stage

DAY = date(2026, 1, 5)
TEN = datetime.fromisoformat("2026-01-05 10:00:00")
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
# Up to noon of the last day everything was read: what was young then is not mature.
LAST = DAY + timedelta(days=60)
READ_TO = datetime.fromisoformat("2026-03-06 12:00:00")

# How sessions end: how many, and how many of those customers call again within a day.
SESSIONS = {"completed": (40, 10), "hung_up": (15, 5), "to_queue": (45, 0), None: (7, 0)}
# Result of a dial: how many.
DIALS = {
    "no_answer": 50, "machine": 10, "dropped": 3, "sale": 27, "refused": 6, "wrong_number": 4,
    "unknown": 10,
}  # fmt: skip
# Contacts handled, orders in the first of them, upsells and refunds of the first orders.
HANDLED, ORDERED, UPSOLD, REFUNDED = 50, 10, 4, 2
# Complaints by what became of them: resolved after so many hours (None: not), whether reopened.
COMPLAINTS = [(1, False)] * 16 + [(2, True)] * 4 + [(30, False)] * 3 + [(None, False)] * 2
ESCALATED = 4
# Follow-ups, due when complaints are: done after so many hours. Requests, done after three.
FOLLOW_UPS, N_REQUESTS = [2] * 4 + [25] * 2, 14
# Seconds after which chats are answered; None is never.
CHATS = [30] * 8 + [60] * 4 + [61] * 4 + [None] * 4


def on(at: datetime, **columns: Any) -> dict[str, Any]:
    return {"source": "pbx", "zone": "Etc/UTC", "local_date": at.date()} | columns


def contact(name: str, at: datetime = TEN, **columns: Any) -> dict[str, Any]:
    plain = {"root_contact_id": name, "kind": "customer", "channel": "voice"}
    flags = {"is_open": False, "is_in_queue_log": True, "is_in_cdr": False, "direction": "inbound"}
    return on(at, contact_id=name, started_at=at) | plain | flags | {"customer_ref": None} | columns


def sessions() -> tuple[list[dict], list[dict]]:
    menus, calls = [], []
    for end, (number, again) in SESSIONS.items():
        for n in range(number):
            who = f"c_{end}{n}"
            menus.append(
                on(TEN, session_id=who, kind="ivr", channel="voice", customer_ref=who)
                | {"entered_at": TEN, "left_at": TEN + MINUTE, "end_kind": end}
            )
            if n < again:
                calls.append(contact(f"again {who}", TEN + 5 * HOUR, customer_ref=who))
    menus[0]["customer_ref"] = None
    for hours, end in ((-2, "completed"), (-2, "to_queue"), (2, "completed")):
        at = READ_TO - timedelta(days=1) + hours * HOUR
        young = menus[1] | on(at, session_id=f"y{hours}{end}", customer_ref=f"y{hours}{end}")
        menus.append(young | {"entered_at": at, "left_at": at + MINUTE, "end_kind": end})
    return menus, calls


def steps() -> list[dict]:
    """Tasks in three sessions: tried twice and done, not done, one of two done."""
    return [
        on(TEN, session_id=f"c_{who}0", step_ordinal=place, node=f"node {place}", entered_at=TEN)
        | {"task": task, "outcome": outcome}
        for who, *passed in (
            ("completed", (None, "passed"), ("pay", "failed"), ("pay", "done")),
            ("to_queue", ("pay", "failed")),
            ("hung_up", ("pay", "no_input"), ("bill", "done"), ("move", "failed")),
        )
        for place, (task, outcome) in enumerate(passed, start=1)
    ]


def legs() -> list[dict]:
    return [
        on(TEN, contact_id=f"h{n}", segment_ordinal=1, segment_repeat=1, channel="voice")
        | {"agent": "anna", "role": "customer", "connected_at": TEN, "talk_ms": 1000}
        | {"ended_at": TEN + MINUTE, "talk_includes_hold": True, "is_talk_unreliable": False}
        | {"is_open": False, "is_cut": False}
        for n in range(HANDLED)
    ]


def sales() -> list[dict]:
    found = []
    for n in range(ORDERED):
        who = {"contact_id": f"h{n}", "sale_amount": None, "currency": "EUR"}
        order = {"order_sale_id": None, "refunds_sale_id": None, "kind": "order"}
        at = TEN + MINUTE
        found.append(on(at, sale_id=f"o{n}", sold_at=at) | who | order)
        # A second order of the same contact: one conversion.
        if n == 0:
            found.append(on(at, sale_id="second", sold_at=at + MINUTE) | who | order)
        if n < UPSOLD:
            extra = order | {"kind": "upsell", "order_sale_id": f"o{n}"}
            found.append(on(at, sale_id=f"u{n}", sold_at=at) | who | extra)
        if n < REFUNDED:
            later = at + timedelta(days=40)
            back = order | {"kind": "refund", "refunds_sale_id": f"o{n}"}
            found.append(on(later, sale_id=f"r{n}", sold_at=later) | back)
    return found


def cases() -> tuple[list[dict], list[dict]]:
    found, events = [], []

    def opened(kind: str, at: datetime, *after: tuple[str, int], **columns: Any) -> None:
        name = {"case_id": f"k{len(found)}"}
        plain = {"kind": kind, "opened_at": at, "due_at": None, "contact_id": None}
        found.append(on(at, **name) | plain | columns)
        for event, later in after:
            then = at + later * HOUR
            events.append(on(then, **name, event=event, event_at=then, event_repeat=1))

    due = {"due_at": TEN + 24 * HOUR}
    for n, (hours, is_reopened) in enumerate(COMPLAINTS):
        after = [] if hours is None else [("resolved", hours)]
        after += [("reopened", 48), ("resolved", 50)] if is_reopened else []
        after += [("escalated", 1)] if 1 <= n <= ESCALATED else []
        # Two complaints are of one contact.
        opened("complaint", TEN, *after, contact_id=f"h{max(n, 1)}", **due)
    opened("complaint", TEN, ("cancelled", 3), **due)
    for n, hours in enumerate(FOLLOW_UPS):
        opened("follow_up", TEN, ("resolved", hours), contact_id=f"h{n}", **due)
    opened("follow_up", TEN, ("cancelled", 3), **due)
    for _ in range(N_REQUESTS):
        opened("request", TEN, ("resolved", 3))
    for hours in (24, 25):
        opened("request", TEN + hours * HOUR)
    month_ago = READ_TO - timedelta(days=30)
    again = ("reopened", 30), ("resolved", 40)
    for hours, after in ((-2, again), (-2, ()), (2, again)):
        opened("request", month_ago + (hours - 1) * HOUR, ("resolved", 1), *after)
    return found, events


def messages() -> list[dict]:
    found = []
    for n, seconds in enumerate(CHATS):
        thread = {"thread_id": f"t{n}", "channel": "chat", "is_resolving": False}
        asked = {"direction": "inbound", "author_kind": "customer", "sent_at": TEN}
        found.append(on(TEN, message_id=f"{n}-1") | thread | asked)
        auto = {"direction": "outbound", "author_kind": "auto", "sent_at": TEN}
        found.append(on(TEN, message_id=f"{n}-2") | thread | auto)
        if seconds is not None:
            at = TEN + timedelta(seconds=seconds)
            reply = {"direction": "outbound", "author_kind": "agent", "sent_at": at}
            found.append(on(TEN, message_id=f"{n}-3") | thread | reply)
    # Nobody asked.
    told = {"thread_id": "news", "channel": "chat", "is_resolving": False, "sent_at": TEN}
    told |= {"direction": "outbound", "author_kind": "agent"}
    return [*found, on(TEN, message_id="news") | told]


def of_months() -> tuple[list[dict], list[dict]]:
    lasting = {"source": "hr", "zone": "Etc/UTC"}
    heads = [
        lasting
        | {"period_on": date(2026, month, 1), "scope_kind": kind, "scope_id": which}
        | {"n_opening": n, "n_leavers": leavers, "n_promotions": promotions, "n_closing": n}
        for month, kind, which, n, leavers, promotions in (
            (1, "all", "all", 100, 5, 1),
            (2, "all", "all", 100, 3, 1),
            (3, "all", "all", 100, 2, 1),
            # Beside its teams the centre does not count, and of each team one thing is known.
            (4, "all", "all", 100, 3, 1),
            (4, "team", "red", 60, 2, None),
            (4, "team", "blue", 40, None, 1),
        )
    ]
    left = [None, None, None, date(2026, 1, 20)]
    customers = [
        lasting | {"customer_ref": f"c_{n}", "since_on": date(2025, 1, 1), "left_on": day}
        for n, day in enumerate(left)
    ]
    return heads, customers


@pytest.fixture(scope="module")
def con() -> duckdb.DuckDBPyConnection:
    con = inputs(["Etc/UTC"], DAY, LAST)
    menus, calls = sessions()
    stage(con, "ivr_session", menus)
    stage(con, "ivr_step", steps())
    stage(con, "contact", [*calls, *(contact(f"h{n}") for n in range(HANDLED))])
    # Neither of them is a customer's who called; an agent asks one agent in the second.
    stage(con, "contact", [contact("called back", direction="callback")])
    stage(con, "contact", [contact("asked", kind="consult")])
    stage(con, "handle_segment", [*legs(), legs()[0] | {"contact_id": "asked"}])
    dials = [
        on(TEN, attempt_id=f"{result}{n}", campaign="winback", dialled_at=TEN, result=result)
        for result, number in DIALS.items()
        for n in range(number)
    ]
    stage(con, "outbound_attempt", dials)
    for row in sales():
        stage(con, "sale", [row])
    opened, events = cases()
    stage(con, "service_case", opened)
    stage(con, "service_case_event", events)
    stage(con, "message", messages())
    heads, customers = of_months()
    stage(con, "headcount", heads)
    for row in customers:
        stage(con, "customer", [row])
    read_up_to(con, {"pbx": READ_TO})
    con.execute("insert into ops.centre values ('made', 'Etc/UTC', 'EUR')")
    build_plainly(con, "marts.v_kpi_day", "marts.v_kpi_month")
    return con


N_DIALS = sum(DIALS.values())
N_LIVE = 3 + 27 + 6 + 4
OF_THE_DAY = {
    "ivr_sessions": 107,
    "ivr_containment": 40,
    "contained_gross": 55,
    # One completed session is of nobody known, who is among those that called again.
    "true_containment": 100 * 30 / 99,
    # The one tried twice was done, then none of one, then one of three.
    "self_service_rate": 40,
    "dials": N_DIALS,
    # Of ten nothing is known.
    "connect_rate": 50,
    "contact_rate": 40,
    # Of six who refused it is not known who they were.
    "right_party_contact_rate": 100 * 27 / 94,
    "drop_rate": 7.5,
    "orders": 11,
    "conversion_rate": 20,
    "upsell_rate": 100 * 4 / 11,
    "refund_rate": 100 * 2 / 11,
    "cases": 26 + 7 + 14,
    "complaints": 26,
    # Two are of one contact, and one is of none.
    "complaint_rate": 100 * 24 / 65,
    # Four of fifty handled contacts, by their cases.
    "escalation_rate": 8,
    # Anna's legs all lie in one minute.
    "sales_per_hour": 660,
    "threads": 20,
    "first_response_within_goal": 60,
    "first_response_p50": 45,
    "first_response_p90": 61,
    "first_response_business_p50": 45,
    "first_response_business_p90": 61,
    "backlog": 7,
}
OF_DAYS_AFTER = [
    # Complaints: sixteen within an hour, four within two; then four within two and 14 in three.
    ("resolution_time_p50", 0, 7200),
    ("complaint_resolution_p50", 0, 3600),
    ("resolution_time_p90", 0, 3 * 3600),
    ("reopen_rate", 0, 100 * 4 / 38),
    ("reopen_rate", 2, 0),
    # One of two; the third is not a month old.
    ("reopen_rate", 30, 50),
    # Due a day later: 20 resolved at that time, three later, two never; one was cancelled.
    ("complaints_within_goal", 1, 80),
    ("follow_up_on_time", 1, 100 * 4 / 6),
    # Two complaints, and two requests of that day that nothing was promised for.
    ("backlog", 1, 4),
    ("backlog_past_due", 1, 2),
    ("backlog", 2, 4),
    ("backlog_age_p90", 1, 38 * 3600),
    # One of two was completed; the third is not a day old.
    ("true_containment", 59, 50),
]
OF_MONTHS = [
    ("agent_turnover", 1, 60),
    ("agent_turnover", 2, 36),
    ("agent_turnover", 3, 24),
    ("agent_turnover", 4, 40),
    ("promotion_rate", 1, 12),
    ("promotion_rate", 4, 30),
    # Who left in the month is lost, and an unfinished month says nothing.
    ("customer_retention_rate", 1, 75),
    ("customer_retention_rate", 3, None),
    ("churn_rate", 1, 25),
    ("churn_rate", 2, 0),
    ("churn_rate", 3, None),
    # A refund counts in the month of its order.
    ("refund_rate", 1, 100 * 2 / 11),
    ("refund_rate", 2, None),
]
GOLDEN = [
    *(Golden(metric, expected, DAY) for metric, expected in OF_THE_DAY.items()),
    *(
        Golden(metric, expected, DAY + timedelta(later))
        for metric, later, expected in OF_DAYS_AFTER
    ),
    *(
        Golden(metric, expected, date(2026, month, 1), grain="month")
        for metric, month, expected in OF_MONTHS
    ),
    # A campaign has its dials, and sales are the agents' of the contacts.
    Golden("drop_rate", 7.5, DAY, "campaign", "winback"),
    Golden("dials", N_DIALS, DAY, "campaign", "winback"),
    Golden("orders", 11, DAY, "agent", "anna"),
    Golden("conversion_rate", 20, DAY, "agent", "anna"),
    # What the centre wrote without being asked is none of them.
    Golden("threads", 0, DAY, "direction", "outbound"),
    Golden("first_response_within_goal", None, DAY, "direction", "outbound"),
]


@pytest.mark.parametrize("golden", GOLDEN, ids=str)
def test_golden_numbers(con, golden):
    assert_golden(con, golden)


def test_mutants_give_other_numbers(con):
    assert survivors(con, GOLDEN) == []


def test_ten_leavers_in_three_months_at_a_hundred_are_forty_percent_a_year(con):
    share = con.execute(
        """
        select sum(numerator) / sum(denominator) from marts.kpi_month
        where metric_id = 'agent_turnover' and scope_kind = 'all' and local_date < '2026-04-01'
        """
    ).fetchone()
    assert round(float(share[0]), 4) == 0.4
