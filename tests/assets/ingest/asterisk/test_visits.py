"""Visits of a call to its queues: instants without order, re-entries, losses, restarts."""

import pytest

from tests.assets.ingest.asterisk.harness import Centre

VISIT = ("queue", "visit_ordinal", "entry_repeat", "outcome", "wait_ms // 1000", "next_step")


def visits(log: str, **settings) -> list[tuple]:
    centre = Centre(**settings).load(log).derive()
    return centre.rows("queue_visit", *VISIT, order="contact_id, visit_ordinal")


def anomalies(log: str) -> list[tuple]:
    return Centre().load(log).derive().rows("anomaly", "rule", "event", "anomaly_ordinal")


ENTER = "1700000000|c.1|q|NONE|ENTERQUEUE||02079460001|1"


ENDS = {
    "q|NONE|ABANDON|1|1|12": ("abandoned", 12, "none"),
    "q|NONE|EXITWITHKEY|0|1|2|13": ("exit_key", 13, "operator"),
    "q|NONE|EXITWITHKEY|5|1|2|13": ("exit_key", 13, "unknown"),
    "q|NONE|EXITWITHTIMEOUT|1|1|14": ("timeout", 14, "unknown"),
    "q|NONE|EXITEMPTY|1|1|15": ("empty", 15, "unknown"),
    "q|NONE|LEAVEEMPTY|1|1|16": ("empty", 16, "unknown"),
    "q|NONE|WITHDRAW|1|1|17|pulled": ("withdrawn", 17, "unknown"),
    "q|NONE|SYSCOMPAT|": ("withdrawn", 20, "unknown"),
    "q|NONE|ABANDON|1|1|soon": ("abandoned", 20, "none"),
    "q|A|COMPLETECALLER|7|5|1": ("answered", 7, "none"),
}


def test_each_end_has_its_outcome_and_wait():
    lines = []
    for n, end in enumerate(ENDS):
        lines += [ENTER.replace("c.1", f"c.{n}"), f"1700000020|c.{n}|{end}"]
    got = visits("\n".join(lines), options={"exit_keys": {"0": "operator"}})
    assert [visit[3:] for visit in got] == list(ENDS.values())


def test_a_call_still_waiting_is_open_and_a_restart_cuts_it():
    assert visits(ENTER) == [("q", 1, 1, "open", None, "none")]
    restart = "1700000000|NONE|NONE|NONE|QUEUESTART|"
    assert visits(f"{ENTER}\n{restart}") == [("q", 1, 1, "cut", None, "none")]
    earlier = "1699999999|NONE|NONE|NONE|QUEUESTART|"
    assert visits(f"{ENTER}\n{earlier}") == [("q", 1, 1, "open", None, "none")]


def test_one_call_in_two_queues_and_again_in_the_first():
    log = """
    1700000000|c.1|q1|NONE|ENTERQUEUE||x|1
    1700000005|c.1|q1|NONE|EXITEMPTY|1|1|5
    1700000005|c.1|q2|NONE|ENTERQUEUE||x|1
    1700000008|c.1|q2|A|CONNECT|3|c.2|2
    1700000010|c.1|q2|A|BLINDTRANSFER|7001|queues|3|2|1
    1700000011|c.1|q1|NONE|ENTERQUEUE||x|1
    1700000015|c.1|q1|NONE|EXITEMPTY|1|1|4
    1700000015|c.1|q2|NONE|ENTERQUEUE||x|1
    1700000019|c.1|q2|A|CONNECT|4|c.3|1
    1700000030|c.1|q2|A|COMPLETECALLER|4|11|1
    """
    assert visits(log) == [
        ("q1", 1, 1, "empty", 5, "queue"),
        ("q2", 2, 1, "answered", 3, "none"),
        ("q1", 3, 1, "empty", 4, "queue"),
        ("q2", 4, 1, "answered", 4, "none"),
    ]


SECOND = {
    "enter": "1700000010|c.1|q|NONE|ENTERQUEUE||02079460001|1",
    "timeout": "1700000010|c.1|q|NONE|EXITWITHTIMEOUT|1|1|10",
    "connect": "1700000010|c.1|q|A|CONNECT|0|c.2|0",
}


@pytest.mark.parametrize(
    "order", [("enter", "timeout", "connect"), ("connect", "enter", "timeout")]
)
def test_order_inside_an_instant_says_nothing(order):
    log = "\n".join([ENTER, *(SECOND[name] for name in order)])
    assert visits(log) == [
        ("q", 1, 1, "timeout", 10, "queue"),
        ("q", 2, 1, "answered", 0, "none"),
    ]


def test_a_talk_ended_and_the_call_back_in_the_queue_within_a_second():
    log = f"""
    {ENTER}
    1700000003|c.1|q|A|CONNECT|3|c.2|1
    1700000010|c.1|q|NONE|ENTERQUEUE||x|1
    1700000010|c.1|q|A|ATTENDEDTRANSFER|BRIDGE|b|3|7|1
    1700000010|c.1|q|B|CONNECT|0|c.3|0
    1700000020|c.1|q|B|COMPLETEAGENT|0|10|1
    """
    assert visits(log) == [
        ("q", 1, 1, "answered", 3, "none"),
        ("q", 2, 1, "answered", 0, "none"),
    ]


def test_an_end_that_was_never_logged_is_cut_by_the_next_entry():
    log = f"{ENTER}\n1700000060|c.1|q|NONE|ENTERQUEUE||x|1\n1700000070|c.1|q|NONE|ABANDON|1|1|10"
    assert visits(log) == [
        ("q", 1, 1, "cut", None, "queue"),
        ("q", 2, 1, "abandoned", 10, "none"),
    ]


def test_two_entries_in_one_instant_are_two_visits():
    log = f"{ENTER}\n{ENTER}\n1700000004|c.1|q|NONE|ABANDON|1|1|4"
    assert sorted(visits(log), key=lambda visit: visit[2]) == [
        ("q", 2, 1, "cut", None, "none"),
        ("q", 1, 2, "abandoned", 4, "queue"),
    ]


def test_a_double_completion_is_counted_once_and_named():
    log = f"""
    {ENTER}
    1700000008|c.1|q|A|CONNECT|8|c.2|1
    1700000010|c.1|q|A|COMPLETECALLER|8|2|4
    1700000010|c.1|q|A|ATTENDEDTRANSFER|BRIDGE|5521f0fe|8|2|4
    """
    assert visits(log) == [("q", 1, 1, "answered", 8, "none")]
    assert anomalies(log) == [("surplus_terminal", "ATTENDEDTRANSFER", 1)]


def test_lines_without_a_story_are_anomalies():
    log = """
    1700000001|c.1|q|A|CONNECT|8|c.2|1
    1700000002|c.1|q|A|COMPLETECALLER|8|2|4
    1700000003|c.1|q|A|RINGNOANSWER|5000
    """
    assert anomalies(log) == [
        ("connect_without_entry", "CONNECT", 1),
        ("offer_without_entry", "RINGNOANSWER", 1),
        ("terminal_without_entry", "COMPLETECALLER", 1),
    ]
    assert visits(log) == []


def test_a_second_connect_of_one_visit_is_surplus():
    log = f"{ENTER}\n1700000003|c.1|q|A|CONNECT|3|x|1\n1700000004|c.1|q|B|CONNECT|4|x|1"
    assert anomalies(log) == [("surplus_connect", "CONNECT", 1)]


def test_callbacks_and_voicemail_after_leaving():
    log = f"{ENTER}\n1700000020|c.1|q|NONE|EXITWITHKEY|1|1|1|20\n1700000020|c.1|q|NONE|%s|x"
    assert visits(log % "CALLBACKREQ")[0][-1] == "callback"
    assert visits(log % "VOICEMAIL")[0][-1] == "voicemail"
    assert visits(log % "MAILBOX", options={"voicemail_events": ["MAILBOX"]})[0][-1] == "voicemail"


def test_positions():
    centre = Centre().load(
        "1700000000|c.1|q|NONE|ENTERQUEUE||x|4\n1700000020|c.1|q|NONE|EXITWITHKEY|0|3|4|20"
    )
    assert centre.derive().rows("queue_visit", "position_in", "position_out") == [(4, 3)]


def test_refusals_are_no_visits():
    log = "\n".join(
        f"170000000{n}|c.{n}|q|NONE|{event}|"
        for n, event in enumerate(
            ("FULL", "JOINEMPTY", "CLOSED", "DIVERT_CA_RATIO", "DIVERT_HOLDTIME")
        )
    )
    centre = Centre().load(log).derive()
    assert [r[0] for r in centre.rows("queue_refusal", "cause", order="contact_id")] == [
        "full", "empty", "closed", "busy", "busy",
    ]  # fmt: skip
    assert centre.rows("queue_visit", "queue") == []


def test_a_did_line_that_never_became_an_entry_is_a_refusal_once_settled():
    log = "1700000000|c.1|q|NONE|DID|5550100"
    centre = Centre().load(log).derive()
    assert centre.rows("queue_refusal", "cause") == []
    assert centre.rows("contact", "is_open", "entry_point") == [(True, "5550100")]
    later = centre.load("1700000010|NONE|NONE|A|PAUSEALL|x").derive()
    assert later.rows("queue_refusal", "queue", "cause") == [("q", "unknown")]
    assert later.rows("contact", "is_open", "kind", "direction") == [(False, "customer", "inbound")]


def test_the_state_machine_does_not_recurse_over_a_hostile_call():
    lines = [f"{1700000000 + n}|c.1|q|NONE|ENTERQUEUE||x|1" for n in range(10_000)]
    centre = Centre().load(lines).derive()
    assert centre.sql("select outcome, count(*) from out_queue_visit group by 1 order by 1") == [
        ("cut", 9_999), ("open", 1),
    ]  # fmt: skip


def test_a_prefix_tells_queues_of_two_systems_apart():
    centre = Centre(queue_prefix="b-").load(ENTER).derive()
    assert centre.rows("queue_visit", "queue") == [("b-q",)]
    assert centre.rows("queue_config", "queue") == [("b-q",)]
