"""The golden numbers of menus, dials, sales, cases and messages, recomputed through the marts.

Everything happens on one day, but for what follows it; the examples of one kind lie together.
"""

from datetime import date, datetime, timedelta
from typing import Any

import duckdb
import pytest

from tests.models.warehouse import build_plainly, inputs, read_up_to, stage

DAY = date(2026, 1, 5)
TEN = datetime.fromisoformat("2026-01-05 10:00:00")
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)

# How sessions end: how many, and how many of those customers call again within a day.
SESSIONS = {"completed": (40, 10), "hung_up": (15, 5), "to_queue": (45, 0), None: (7, 0)}
# Result of a dial: how many.
DIALS = {
    "no_answer": 50, "machine": 10, "dropped": 3, "sale": 27, "refused": 6, "wrong_number": 4,
}  # fmt: skip
# Contacts handled, orders in the first of them, upsells and refunds of the first orders.
HANDLED, ORDERED, UPSOLD, REFUNDED = 50, 10, 4, 2
# Complaints by what became of them: resolved after so many hours (None: not), whether reopened.
COMPLAINTS = [(1, False)] * 16 + [(2, True)] * 4 + [(30, False)] * 3 + [(None, False)] * 2
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
    return menus, calls


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
    for n, (hours, is_reopened) in enumerate(COMPLAINTS):
        name = {"case_id": f"k{n}"}
        due = TEN + 24 * HOUR
        more = {"kind": "complaint", "opened_at": TEN, "due_at": due, "contact_id": f"h{n}"}
        found.append(on(TEN, **name) | more)
        after = [] if hours is None else [("resolved", hours)]
        after += [("reopened", 48), ("resolved", 50)] if is_reopened else []
        for event, later in after:
            at = TEN + later * HOUR
            events.append(on(at, **name, event=event, event_at=at, event_repeat=1))
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
    return found


def of_months() -> tuple[list[dict], list[dict]]:
    lasting = {"source": "hr", "zone": "Etc/UTC"}
    heads = [
        lasting
        | {"period_on": date(2026, month, 1), "scope_kind": "all", "scope_id": "all"}
        | {"n_opening": 100, "n_leavers": leavers, "n_promotions": 1, "n_closing": 100}
        for month, leavers in ((1, 5), (2, 3), (3, 2))
    ]
    left = [None, None, None, date(2026, 1, 20)]
    customers = [
        lasting | {"customer_ref": f"c_{n}", "since_on": date(2025, 1, 1), "left_on": day}
        for n, day in enumerate(left)
    ]
    return heads, customers


@pytest.fixture(scope="module")
def con() -> duckdb.DuckDBPyConnection:
    last = DAY + timedelta(days=60)
    con = inputs(["Etc/UTC"], DAY, last)
    menus, calls = sessions()
    stage(con, "ivr_session", menus)
    stage(con, "contact", [*calls, *(contact(f"h{n}") for n in range(HANDLED))])
    stage(con, "handle_segment", legs())
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
    read_up_to(con, {"pbx": datetime.combine(last, datetime.min.time())})
    con.execute("insert into ops.centre values ('made', 'Etc/UTC', 'EUR')")
    build_plainly(con, "marts.v_kpi_day", "marts.v_kpi_month")
    return con


def value(con: duckdb.DuckDBPyConnection, metric: str, day: date, scope: str, which: str) -> Any:
    row = con.execute(
        """
        select value from marts.v_kpi_day
        where metric_id = ? and local_date = ? and scope_kind = ? and scope_id = ?
        """,
        [metric, day, scope, which],
    ).fetchone()
    return None if row is None or row[0] is None else round(float(row[0]), 2)


N_DIALS = sum(DIALS.values())
N_LIVE = 3 + 27 + 6 + 4


@pytest.mark.parametrize(
    ("metric", "expected"),
    [
        ("ivr_sessions", 107),
        ("ivr_containment", 40.0),
        ("contained_gross", 55.0),
        # One completed session is of nobody known, who is among those that called again.
        ("true_containment", round(100 * 30 / 99, 2)),
        ("dials", N_DIALS),
        ("connect_rate", 50.0),
        ("contact_rate", 40.0),
        # Of six who refused it is not known who they were.
        ("right_party_contact_rate", round(100 * 27 / 94, 2)),
        ("drop_rate", 7.5),
        ("orders", 11),
        ("conversion_rate", 20.0),
        ("upsell_rate", round(100 * 4 / 11, 2)),
        ("refund_rate", round(100 * 2 / 11, 2)),
        ("cases", 25),
        ("complaints", 25),
        ("complaint_rate", round(100 * 25 / 65, 2)),
        # Anna's legs all lie in one minute.
        ("sales_per_hour", 660.0),
        ("threads", 20),
        ("first_response_within_goal", 60.0),
        ("first_response_p50", 45.0),
        ("first_response_p90", 61.0),
        ("first_response_business_p50", 45.0),
        ("backlog", 5),
    ],
)
def test_of_the_day(con, metric, expected):
    assert value(con, metric, DAY, "all", "all") == expected


@pytest.mark.parametrize(
    ("metric", "later", "expected"),
    [
        # Sixteen within an hour, four within two.
        ("resolution_time_p50", 0, 3600.0),
        ("complaint_resolution_p50", 0, 3600.0),
        ("resolution_time_p90", 0, 7200.0),
        ("reopen_rate", 0, 20.0),
        ("reopen_rate", 2, 0.0),
        # Due a day later: 20 resolved at that time, three later, two never.
        ("complaints_within_goal", 1, 80.0),
        ("backlog", 1, 2),
        ("backlog_past_due", 1, 2),
        ("backlog", 2, 2),
        ("backlog_age_p90", 1, 38 * 3600.0),
    ],
)
def test_of_the_days_after(con, metric, later, expected):
    assert value(con, metric, DAY + timedelta(days=later), "all", "all") == expected


def test_a_campaign_has_its_dials(con):
    assert value(con, "drop_rate", DAY, "campaign", "winback") == 7.5
    assert value(con, "dials", DAY, "campaign", "winback") == N_DIALS


def test_sales_are_the_agents_of_the_contacts(con):
    assert value(con, "orders", DAY, "agent", "anna") == 11
    assert value(con, "conversion_rate", DAY, "agent", "anna") == 20.0


def test_a_refund_counts_in_the_month_of_its_order(con):
    found = con.execute(
        """
        select local_date, value from marts.v_kpi_month
        where metric_id = 'refund_rate' and scope_kind = 'all' order by all
        """
    ).fetchall()
    assert [round(v, 2) for _, v in found if v is not None] == [round(100 * 2 / 11, 2)]


def of_month(con: duckdb.DuckDBPyConnection, metric: str, month: int) -> Any:
    row = con.execute(
        """
        select value from marts.v_kpi_month
        where metric_id = ? and local_date = ? and scope_kind = 'all'
        """,
        [metric, date(2026, month, 1)],
    ).fetchone()
    return None if row is None or row[0] is None else round(float(row[0]), 2)


def test_ten_leavers_in_three_months_at_a_hundred_are_forty_percent_a_year(con):
    assert [of_month(con, "agent_turnover", month) for month in (1, 2, 3)] == [60.0, 36.0, 24.0]
    share = con.execute(
        """
        select sum(numerator) / sum(denominator) from marts.kpi_month
        where metric_id = 'agent_turnover' and scope_kind = 'all'
        """
    ).fetchone()
    assert round(float(share[0]), 4) == 0.4
    assert of_month(con, "promotion_rate", 1) == 12.0


def test_who_left_in_the_month_is_lost_and_an_unfinished_month_says_nothing(con):
    assert of_month(con, "customer_retention_rate", 1) == 75.0
    assert of_month(con, "churn_rate", 1) == 25.0
    assert of_month(con, "churn_rate", 2) == 0.0
    assert of_month(con, "churn_rate", 3) is None
