"""Golden numbers of scopes: whose queue, agent, team and site a contact counts for.

Anna passes c1 on to Bert, who leaves it to a machine; Carl has c2, which its source places at Cork;
Anna has c3, of Cork too; Bert calls out in c4. The customer of c1 comes back, and reaches nobody.
"""

from datetime import date, datetime, timedelta
from typing import Any

import duckdb
import pytest

from tests.models.golden import Golden, assert_golden
from tests.models.scope_mutants import scope_survivors
from tests.models.warehouse import build_plainly, inputs, read_up_to, stage

DAY = date(2026, 1, 5)
TEN = datetime.fromisoformat("2026-01-05 10:00:00")
MINUTE = timedelta(minutes=1)
READ_TO = datetime.fromisoformat("2026-03-01 00:00:00")

# Agent: team, supervisor, site, level, sourcing.
PEOPLE = {
    "anna": ("red", "Sue", "Dublin", "junior", "in_house"),
    "bert": ("blue", "Tom", "Bray", "senior", "offshore"),
    "carl": ("green", "Una", "Dublin", "junior", "outsourced"),
}
GROUPS = {"sales": "front", "billing": "back", "text": "written"}
# Contact: what is told of it, its legs as (agent, queue), points of the survey and who was judged.
CONTACTS: dict[str, tuple[dict[str, Any], list[tuple[str, str]], int | None, str | None, int]] = {
    "c1": (
        {"reason": "bill", "language": "en", "customer_ref": "h1"},
        [("anna", "sales"), ("bert", "billing")], 5, "anna", 100,
    ),
    "c2": (
        {"reason": "move", "language": "ga", "site": "Cork", "channel": "chat"},
        [("carl", "text")], None, "carl", 50,
    ),
    "c3": (
        {"reason": "other", "language": "fr", "site": "Cork", "channel": "email"},
        [("anna", "sales")], 1, None, 0,
    ),
    "c4": ({"direction": "outbound"}, [("bert", "billing")], 5, "bert", 30),
    "c5": ({"customer_ref": "h1", "started_at": TEN + 2 * 24 * 60 * MINUTE}, [], None, None, 0),
}  # fmt: skip
KNOWN = {
    "kind": "customer", "channel": "voice", "direction": "inbound", "customer_ref": None,
    "reason": None, "language": None, "site": None, "is_open": False, "is_in_queue_log": True,
    "is_in_cdr": False,
}  # fmt: skip


def row(at: datetime, **columns: Any) -> dict[str, Any]:
    return {"source": "pbx", "zone": "Etc/UTC", "local_date": at.date()} | columns


def _contact(con: duckdb.DuckDBPyConnection, name: str) -> None:
    told, legs, points, judged, score = CONTACTS[name]
    known = KNOWN | {"customer_ref": name, "started_at": TEN} | told
    at = known["started_at"]
    known |= {"contact_id": name, "root_contact_id": name, "ended_at": at + 9 * MINUTE}
    stage(con, "contact", [row(at, **known)])
    for place, (agent, queue) in enumerate(legs, start=1):
        entered = at + 3 * place * MINUTE
        visit = {"contact_id": name, "visit_ordinal": place, "queue": queue}
        visit |= {"entered_at": entered, "entry_repeat": 1}
        ended = {"wait_ms": 0, "outcome": "answered", "next_step": "none", "is_consult": False}
        stage(con, "queue_visit", [row(at, **visit, **ended)])
        leg = {"segment_ordinal": place, "segment_repeat": 1, "channel": known["channel"]}
        leg |= {"agent": agent, "role": "customer", "connected_at": entered}
        leg |= {"ended_at": entered + MINUTE, "talk_ms": 60_000, "talk_includes_hold": True}
        leg |= {"is_talk_unreliable": False, "is_open": False, "is_cut": False}
        leg |= {"transfer_type": "blind" if place < len(legs) else None}
        stage(con, "handle_segment", [row(at, **visit, **leg)])
    if name == "c1":
        visit = {"contact_id": name, "visit_ordinal": 3, "queue": "machine", "entry_repeat": 1}
        ended = {"wait_ms": 0, "outcome": "abandoned", "next_step": "none", "is_consult": False}
        stage(con, "queue_visit", [row(at, **visit, **ended, entered_at=at + 10 * MINUTE)])
    if legs:
        later = at + 60 * MINUTE
        asked = {"invite_id": name, "contact_id": name, "sent_at": later, "is_delivered": True}
        asked |= {"answered_at": later if points else None}
        stage(con, "survey_invite", [row(later, **asked)])
        if points:
            answer = {"invite_id": name, "question": "q", "kind": "csat", "answered_at": later}
            answer |= {"scale_min": 1, "scale_max": 5, "is_higher_better": True, "score": points}
            stage(con, "survey_answer", [row(later, **answer)])
    if judged:
        form = {"evaluation_id": name, "contact_id": name, "agent": judged, "form": "calls"}
        form |= {"status": "completed", "evaluated_at": at}
        stage(con, "qa_evaluation", [row(at, **form)])
        line = {"evaluation_id": name, "evaluated_at": at, "item": "a", "topic": "script"}
        line |= {"points": score, "max_points": 100, "weight": 1, "is_applicable": True}
        stage(con, "qa_item", [row(at, **line, criticality="none", is_fatal=False)])


@pytest.fixture(scope="module")
def con() -> duckdb.DuckDBPyConnection:
    con = inputs(["Etc/UTC"], DAY, READ_TO.date())
    for agent, (team, supervisor, site, level, sourcing) in PEOPLE.items():
        who = {"agent": agent, "name": agent, "team": team, "supervisor": supervisor}
        who |= {"site": site, "level": level, "sourcing": sourcing, "is_inferred": False}
        stage(con, "roster", [row(TEN, **who) | {"local_date": None}])
    for queue, group in GROUPS.items():
        known = {"queue": queue, "queue_group": group, "service_level_s": 20, "short_abandon_s": 5}
        known |= {"is_threshold_assumed": False}
        stage(con, "queue_config", [row(TEN, **known) | {"local_date": None}])
    for name in CONTACTS:
        _contact(con, name)
    read_up_to(con, {"pbx": READ_TO})
    build_plainly(con, "marts.v_kpi_day")
    return con


def _people(anna: Any, bert: Any, carl: Any) -> dict[tuple[str, str], Any]:
    """Numbers of the agents; `...` where there is no such cell."""
    return _told("agent", anna=anna, bert=bert, carl=carl)


def _queues(sales: Any, billing: Any, text: Any) -> dict[tuple[str, str], Any]:
    return _told("queue", sales=sales, billing=billing, text=text)


def _told(kind: str, **numbers: Any) -> dict[tuple[str, str], Any]:
    return {(kind, which): number for which, number in numbers.items()}


SCOPES: dict[str, dict[tuple[str, str], Any]] = {
    # Who had the contact last has it, at the site that its source tells, else his.
    "handled_contacts": _people(1, 1, 1) | _queues(1, 1, 1)
    | _told("queue_group", front=1, back=1) | _told("team", red=1, blue=1)
    | _told("supervisor", Sue=1, Tom=1) | _told("sourcing", in_house=1, offshore=1)
    | _told("level", junior=2) | _told("site", Bray=1, Cork=2)
    | _told("channel", voice=1, email=1) | _told("direction", inbound=3, outbound=1)
    | _told("reason", bill=1, move=1) | _told("language", en=1, ga=1),
    # A transfer is of who made it, and of the queue from which he had the contact.
    "transfer_rate": _people(50, ..., 0) | _queues(50, ..., 0) | _told("site", Dublin=100, Cork=0)
    | _told("channel", voice=100, chat=0) | _told("direction", outbound=0)
    | _told("reason", bill=100, move=0) | _told("language", en=100, ga=0),
    "handled_legs": _people(2, 1, 1) | _queues(2, 1, 1) | _told("site", Dublin=1, Bray=1, Cork=2)
    | _told("channel", voice=2, chat=1) | _told("direction", outbound=1),
    "offered": _queues(2, 1, 1) | _told("site", Cork=2) | _told("channel", voice=3, chat=1)
    | _told("direction", outbound=1),
    # Customers judge the last agent, and come back to what he left undone.
    "csat": _people(0, 100, ...) | _queues(0, 100, ...) | _told("site", Bray=100, Cork=0)
    | _told("channel", voice=100, email=0) | _told("direction", outbound=100)
    | _told("reason", bill=100, other=0) | _told("language", en=100, fr=0),
    "survey_response_rate": _people(100, 100, 0) | _queues(100, 100, 0)
    | _told("site", Bray=100, Cork=50) | _told("channel", voice=100, chat=0)
    | _told("direction", outbound=100) | _told("reason", bill=100, move=0)
    | _told("language", en=100, ga=0),
    "repeat_contact_rate_7": _people(..., 100, ...) | _queues(..., 100, ...)
    | _told("site", Bray=100, Cork=0) | _told("channel", voice=100, chat=0)
    | _told("reason", bill=100, move=0) | _told("language", en=100, ga=0),
    # Who was judged has the score; whether a contact was judged at all is the contact's.
    "qa_score": _people(100, ..., 50) | _queues(100, ..., 50) | _told("site", Dublin=100, Cork=50)
    | _told("channel", voice=100, chat=50) | _told("direction", outbound=30)
    | _told("reason", bill=100, move=50) | _told("language", en=100, ga=50),
    # Of one line, met in full.
    "script_adherence": _people(100, ..., 0) | _queues(100, ..., 0)
    | _told("site", Dublin=100, Cork=0) | _told("channel", voice=100, chat=0)
    | _told("direction", outbound=0) | _told("reason", bill=100, move=0)
    | _told("language", en=100, ga=0),
    "qa_coverage": _people(0, 100, 100) | _queues(0, 100, 100)
    | _told("site", Bray=100, Cork=50) | _told("channel", voice=100, email=0)
    | _told("direction", outbound=100) | _told("reason", bill=100, other=0)
    | _told("language", en=100, fr=0),
}  # fmt: skip
GOLDEN = [
    Golden(metric, number, DAY, kind, which)
    for metric, cells in SCOPES.items()
    for (kind, which), number in cells.items()
    if number is not ...
]


def test_golden_numbers(con):
    for golden in GOLDEN:
        assert_golden(con, golden)


def test_counted_for_another_scope_they_are_other_numbers(con):
    # Only those who called in can come back.
    same = "fact_contact_repeat (last), direction dropped"
    assert scope_survivors(con, GOLDEN) == [same]
