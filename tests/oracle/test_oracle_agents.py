"""The oracle itself: agents' standing and states."""

import itertools

from tests.oracle import metrics
from tests.oracle.day_numbers import agent_days
from tests.oracle.logs import START, at, states_told, told
from tests.oracle.states import states_of_all


def test_states_have_their_precedence_and_fill_the_logged_in_time():
    centre = told(
        "0 NONE q Ann ADDMEMBER",
        "10 c q NONE ENTERQUEUE |07|1",
        "15 c q Ann CONNECT 5|x|4",
        "25 c q Ann COMPLETEAGENT 5|10|1",
        "25 c q Ann WRAPUPSTART 6",
        "28 NONE q Ann PAUSE Lunch",
        "40 NONE q Ann UNPAUSE",
        "50 NONE q Ann REMOVEMEMBER",
        "60 c q NONE NOTHING",
    )
    assert states_told(centre, "Ann") == [
        ("available", 0, 11),
        ("ringing", 11, 15),
        ("handling", 15, 25),
        ("wrap", 25, 31),
        ("paused", 31, 40),
        ("available", 40, 50),
    ]
    (day,) = agent_days(centre).values()
    assert day["logged_in_ms"] == 50_000
    assert metrics.occupancy(states_of_all(centre)) == (16_000, 41_000)


def test_paused_means_paused_in_every_queue():
    centre = told(
        "0 NONE a Ann ADDMEMBER",
        "0 NONE b Ann ADDMEMBER PAUSED",
        "10 NONE a Ann PAUSE Break",
        "20 NONE NONE Ann UNPAUSEALL",
        "30 NONE NONE Ann PAUSEALL Meeting|1",
        "40 NONE a Ann UNPAUSE",
        "50 NONE a Ann REMOVEMEMBER",
        "60 NONE b Ann REMOVEMEMBER",
    )
    assert states_told(centre, "Ann") == [
        ("available", 0, 10),
        ("paused", 10, 20),
        ("available", 20, 30),
        ("paused", 30, 40),
        ("available", 40, 50),
        ("paused", 50, 60),
    ]
    spans = states_of_all(centre)
    assert [s.n_queues_available for s in spans] == [1, None, 2, None, 1, None]
    assert [s.reasons for s in spans if s.state == "paused"] == [
        ("Break",), ("Meeting|1",), ("Meeting|1",),
    ]  # fmt: skip


def test_contradictions_of_one_instant_change_nothing():
    for order in itertools.permutations(
        (
            "5 NONE q Ann REMOVEMEMBER",
            "5 NONE q Ann ADDMEMBER",
            "5 NONE q Ann PAUSE x",
            "5 NONE q Ann UNPAUSE",
        )
    ):
        centre = told("0 NONE q Ann ADDMEMBER", *order, "9 NONE NONE NONE INFO")
        assert states_told(centre, "Ann") == [("available", 0, 9)]


def test_evidence_of_a_membership_that_was_never_logged():
    centre = told(
        "0 c q NONE ENTERQUEUE |07|1",
        "5 c q Ann CONNECT 5|x|0",
        "9 c q Ann COMPLETEAGENT 5|4|1",
        "20 NONE NONE NONE QUEUESTART",
        "30 NONE NONE NONE INFO",
    )
    assert states_told(centre, "Ann") == [("handling~", 5, 9), ("available~", 9, 20)]


def test_a_ring_after_logging_out_is_no_new_membership():
    lines = "0 NONE q Ann ADDMEMBER", "100 NONE q Ann REMOVEMEMBER"
    soon = told(*lines, "160 c q Ann RINGNOANSWER 0", "200 NONE NONE NONE INFO")
    late = told(*lines, "161 c q Ann RINGNOANSWER 0", "200 NONE NONE NONE INFO")
    assert states_told(soon, "Ann") == [("available", 0, 100)]
    assert states_told(late, "Ann") == [("available", 0, 100), ("available~", 161, 200)]


def test_a_log_in_counts_without_any_queue_and_ends_with_a_restart():
    centre = told(
        "0 NONE NONE 7 AGENTLOGIN SIP/7-1",
        "10 NONE NONE 7 AGENTLOGOFF SIP/7-1|10",
        "20 NONE NONE Agent/7 AGENTCALLBACKLOGIN 7@x",
        "25 NONE NONE NONE QUEUESTART",
        "30 NONE NONE NONE INFO",
    )
    assert states_told(centre, "Agent/7") == [("available", 0, 10), ("available", 20, 25)]


def test_a_talk_after_the_log_out_is_inferred():
    centre = told(
        "0 NONE q Ann ADDMEMBER",
        "1 c q NONE ENTERQUEUE |07|1",
        "5 NONE q Ann REMOVEMEMBER",
        "6 c q Ann CONNECT 5|x|2",
        "9 c q Ann COMPLETEAGENT 5|3|1",
        "30 NONE NONE NONE INFO",
    )
    assert states_told(centre, "Ann") == [
        ("available", 0, 4), ("ringing", 4, 5), ("ringing~", 5, 6), ("handling~", 6, 9),
    ]  # fmt: skip


def test_silent_inferred_members_are_forgotten_at_midnight_and_logged_ones_are_not():
    to_midnight = 86_400 - START % 86_400
    centre = told(
        "0 NONE q Ann ADDMEMBER",
        "0 c q Bob RINGNOANSWER 0",
        f"{to_midnight + 90_000} NONE NONE NONE INFO",
    )
    ends = {s.agent: s.to_at for s in states_of_all(centre)}
    assert ends["Ann"] == at(to_midnight + 90_000)
    assert ends["Bob"] == at(to_midnight + 86_400)
    assert len([s for s in states_of_all(centre) if s.agent == "Ann"]) == 3


def test_overlapping_talks_count_once_and_are_marked():
    centre = told(
        "0 c q NONE ENTERQUEUE |07|1",
        "0 d q NONE ENTERQUEUE |07|1",
        "2 c q Ann CONNECT 2|x|0",
        "5 d q Ann CONNECT 5|x|0",
        "9 c q Ann COMPLETEAGENT 2|7|1",
        "12 d q Ann COMPLETEAGENT 5|7|1",
    )
    assert states_told(centre, "Ann") == [("handling~", 2, 12)]
    assert sorted((s.callid, s.is_talk_unreliable) for s in centre.segments) == [
        ("c", True), ("d", False),
    ]  # fmt: skip
