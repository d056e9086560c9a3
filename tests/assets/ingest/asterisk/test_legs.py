"""Rings at agents, and agents on legs of calls."""

import pytest

from tests.assets.ingest.asterisk.harness import Centre

ENTER = "1700000000|c.1|q|NONE|ENTERQUEUE||02079460001|1"
CONNECT = "1700000008|c.1|q|A|CONNECT|8|1700000002.9|6"
CONF = "[q]\ntimeout = 10\n"


def offers(log: str) -> list[tuple]:
    centre = Centre(queues_conf=CONF).load(log).derive()
    columns = ("agent", "outcome", "ring_ms", "epoch(offered_at)::bigint - 1700000000")
    return centre.rows("agent_offer", *columns, order="offer_ordinal")


def segments(log: str, **settings) -> list[dict]:
    centre = Centre(**settings).load(log).derive()
    result = centre.con.execute("select * from out_handle_segment order by segment_ordinal")
    names = [column[0] for column in result.description or []]
    return [dict(zip(names, row, strict=True)) for row in result.fetchall()]


@pytest.mark.parametrize(
    ("ring", "outcome"), [("8000", "no_answer"), ("7999", "declined"), ("", "declined")]
)
def test_a_ring_of_less_than_four_fifths_of_the_timeout_was_declined(ring, outcome):
    assert offers(f"{ENTER}\n1700000020|c.1|q|A|RINGNOANSWER|{ring}")[0][1] == outcome


def test_seconds_and_milliseconds_in_one_log():
    log = f"{ENTER}\n1700000007|c.1|q|B|RINGNOANSWER|5000\n{CONNECT}"
    assert offers(log) == [("B", "declined", 5000, 2), ("A", "answered", 6000, 2)]


def test_who_ended_a_ring_that_nobody_took():
    log = f"""
    {ENTER}
    1700000004|c.1|q|C|RINGCANCELED|1000
    1700000009|c.1|q|B|RINGCANCELED|2000
    {CONNECT}
    """
    assert [row[:2] for row in offers(log)] == [
        ("A", "answered"), ("C", "caller_left"), ("B", "lost_to_other"),
    ]  # fmt: skip


def test_a_dump_does_not_end_the_visit():
    log = f"{ENTER}\n1700000003|c.1|q|A|AGENTDUMP|\n{CONNECT}"
    assert [row[:3] for row in offers(log)] == [("A", "answered", 6000), ("A", "dumped", None)]


def test_an_abandon_with_an_agent_was_a_ring_at_him():
    log = f"{ENTER}\n1700000009|c.1|q|A|ABANDON|1|1|9"
    assert offers(log) == [("A", "caller_left", None, 9)]
    assert segments(log) == []


ENDS = {
    "COMPLETEAGENT|8|30|1": (30_000, None, None),
    "COMPLETECALLER|8|30|1": (30_000, None, None),
    "BLINDTRANSFER|2001|internal|8|30|1": (30_000, "blind", "2001"),
    "TRANSFER|2001|internal|8|30": (30_000, "blind", "2001"),
    "ATTENDEDTRANSFER|BRIDGE|58d98ebc|8|30|1": (30_000, "attended", None),
    "ATTENDEDTRANSFER|APP|Park|8|30|1": (30_000, "attended", None),
    "ATTENDEDTRANSFER|LINK|Local/a;1|Local/a;2|8|30|1": (30_000, "attended", None),
    "ATTENDEDTRANSFER|LINK|Local/a;1|Local/a;2|8|30|1||": (30_000, "attended", None),
    "COMPLETEAGENT|8|long|1": (42_000, None, None),
}


def test_layouts_of_the_end_of_a_talk():
    lines = []
    for n, end in enumerate(ENDS):
        story = f"{ENTER}\n{CONNECT}\n1700000050|c.1|q|A|{end}"
        lines.append(story.replace("c.1", f"c.{n}"))
    legs = sorted(segments("\n".join(lines)), key=lambda leg: leg["contact_id"])
    told = [(leg["talk_ms"], leg["transfer_type"], leg["transfer_to"]) for leg in legs]
    assert told == list(ENDS.values())
    assert {(leg["hold_ms"], leg["talk_includes_hold"]) for leg in legs} == {(None, True)}


def test_a_transfer_to_an_outside_number_is_hashed():
    (segment,) = segments(f"{ENTER}\n{CONNECT}\n1700000050|c.1|q|A|BLINDTRANSFER|02079460007|x|8|1")
    assert segment["transfer_to"].startswith("c_")


def test_without_a_connect_the_end_tells_when_it_was():
    (segment,) = segments(f"{ENTER}\n1700000050|c.1|q|A|COMPLETEAGENT|8|30|1")
    assert (segment["ended_at"] - segment["connected_at"]).seconds == 30
    (segment,) = segments(f"{ENTER}\n1700000005|c.1|q|A|COMPLETEAGENT|0|6|1")
    assert segment["connected_at"] == segment["entered_at"]


def test_open_and_cut_legs():
    (leg,) = segments(f"{ENTER}\n{CONNECT}")
    assert (leg["is_open"], leg["is_cut"], leg["ended_at"], leg["talk_ms"]) == (
        True, False, None, None,
    )  # fmt: skip
    (leg,) = segments(f"{ENTER}\n{CONNECT}\n1700000090|NONE|NONE|NONE|QUEUESTART|")
    assert (leg["is_open"], leg["is_cut"]) == (False, True)
    legs = segments(f"{ENTER}\n{CONNECT}\n1700000090|c.1|q|NONE|ENTERQUEUE||x|1")
    assert [(leg["is_open"], leg["is_cut"]) for leg in legs] == [(False, True)]


def test_a_talk_that_holds_another_connect_of_the_agent_is_unreliable():
    log = f"""
    {ENTER}
    {CONNECT}
    1700000020|d.1|q|NONE|ENTERQUEUE||x|1
    1700000021|d.1|q|A|CONNECT|1|y|1
    1700000030|d.1|q|A|COMPLETEAGENT|1|9|1
    1700000050|c.1|q|A|COMPLETEAGENT|8|42|1
    """
    assert sorted((leg["contact_id"], leg["is_talk_unreliable"]) for leg in segments(log)) == [
        ("c.1", True), ("d.1", False),
    ]  # fmt: skip


def test_wrap_up_belongs_to_the_latest_leg():
    log = f"""
    {ENTER}
    {CONNECT}
    1700000050|c.1|q|A|COMPLETEAGENT|8|42|1
    1700000050|c.1|q|NONE|ENTERQUEUE||x|1
    1700000060|c.1|q|A|CONNECT|10|y|1
    1700000070|c.1|q|A|COMPLETEAGENT|10|10|1
    1700000070|c.1|q|A|WRAPUPSTART|15
    """
    assert [leg["wrap_ms"] for leg in segments(log)] == [None, 15_000]


def test_a_call_from_an_agent_is_a_consultation():
    log = """
    1700000000|x.1|q|A|ADDMEMBER|
    1700000001|c.1|q|NONE|ENTERQUEUE||1001|1
    1700000008|c.1|q|B|CONNECT|7|y|6
    """
    centre = Centre(aliases={"1001": "A"}).load(log).derive()
    assert centre.rows("queue_visit", "is_consult") == [(True,)]
    assert centre.rows("handle_segment", "role") == [("consult",)]
    assert centre.rows("contact", "kind", "direction", "caller_extension", "customer_ref") == [
        ("consult", "internal", "1001", None)
    ]
