"""The oracle itself, rule by rule, on logs short enough to be worked out by hand: calls."""

import gzip
import itertools

import pytest

from tests.oracle.centre import Centre, read_centre
from tests.oracle.config import Config, read_queues_conf
from tests.oracle.logs import at, log, states_told, told
from tests.oracle.parsing import BadLineError, local_candidates, local_to_us, parse_line


def _outcomes(centre: Centre) -> list[tuple[str, int, str]]:
    visits = sorted(centre.visits, key=lambda v: (v.callid, v.ordinal))
    return [(v.queue, (v.entered_at - at(0)) // 1_000_000, v.outcome) for v in visits]


# Reading


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("1700000000|c|q|NONE", "fewer than 5 fields"),
        ("soon|c|q|NONE|ABANDON|1|1|1", "bad time"),
        ("1700000000|c|q|NONE||1", "no event"),
        ("900000000|c|q|NONE|ABANDON|1|1|1", "time before the year 2000"),
        ("1700200001|c|q|NONE|ABANDON|1|1|1", "time in the future"),
        ("2024-13-01 00:00:00|c|q|NONE|ABANDON|1", "bad time"),
        ("1700000000|c|q|NO\0NE|ABANDON|1", "NUL byte"),
    ],
)
def test_refuses_what_cannot_be(text, reason):
    with pytest.raises(BadLineError, match=reason):
        parse_line(text, Config(now_us=1_700_100_000_000_000))


def test_a_time_that_the_clocks_skip_is_refused():
    assert local_candidates("2024-03-31 02:30:00", "Europe/Berlin") == []
    with pytest.raises(BadLineError, match="does not exist"):
        local_to_us("2024-03-31 02:30:00", "Europe/Berlin", "1.1")


def test_a_repeated_hour_is_settled_by_the_epoch_in_the_callid():
    early, late = local_candidates("2024-10-27 02:30:00", "Europe/Berlin")
    assert late - early == 3_600_000_000
    of = "2024-10-27 02:30:00", "Europe/Berlin"
    assert local_to_us(*of, f"{late // 1_000_000 - 5}.11") == late
    assert local_to_us(*of, f"pbx1-{early // 1_000_000}.11") == early
    assert local_to_us(*of, "NONE") == early


def test_fractions_of_a_second_and_text_times_mean_the_same_instant():
    epoch = parse_line("1700000000.25|c|q|NONE|CONNECT|1", Config())
    text = parse_line("2023-11-14 22:13:20.250000|c|q|NONE|CONNECT|1", Config())
    assert epoch.at == text.at == 1_700_000_000_250_000


def test_an_equal_line_in_two_files_is_one_line_and_twice_in_one_file_two():
    one = log("0 c q NONE ENTERQUEUE |07|1", "9 c q NONE ABANDON 1|1|9")
    two = log("9 c q NONE ABANDON 1|1|9", "9 c q NONE ABANDON 1|1|9")
    assert len(read_centre([one, one]).logs.lines) == 2
    assert len(read_centre([one, gzip.compress(two)]).logs.lines) == 3


def test_an_unfinished_last_line_waits_for_the_rest():
    whole = log("0 c q NONE ENTERQUEUE |07|1", "9 c q NONE ABANDON 1|1|9")
    assert len(read_centre([whole[:-1]]).logs.lines) == 1
    assert len(read_centre([gzip.compress(whole[:-1])]).logs.lines) == 2


# Visits


def test_every_way_out_has_its_outcome_wait_and_position():
    ways = {
        "abandoned": ("ABANDON 3|2|7", 7, 3),
        "exit_key": ("EXITWITHKEY 1|4|2|8", 8, 4),
        "timeout": ("EXITWITHTIMEOUT 5|2|9", 9, 5),
        "empty": ("EXITEMPTY 6|2|4", 4, 6),
        "withdrawn": ("WITHDRAW 7|2|3|why", 3, 7),
    }
    for outcome, (line, wait, position) in ways.items():
        (visit,) = told("0 c q NONE ENTERQUEUE |07|2", f"10 c q NONE {line}").visits
        assert (visit.outcome, visit.wait_ms, visit.position_out) == (
            outcome,
            wait * 1000,
            position,
        )
        assert visit.position_in == 2
    for event, outcome in (("LEAVEEMPTY", "empty"), ("SYSCOMPAT", "withdrawn")):
        (visit,) = told("0 c q NONE ENTERQUEUE |07|2", f"10 c q NONE {event}").visits
        assert (visit.outcome, visit.wait_ms) == (outcome, 10_000)


def test_connect_decides_and_every_layout_of_a_talk_end_is_read():
    ends = {
        "COMPLETECALLER 4|30|1": (None, 30),
        "COMPLETEAGENT 4|31|1": (None, 31),
        "BLINDTRANSFER 2001|internal|4|32|1": ("blind", 32),
        "TRANSFER s|user|4|33": ("blind", 33),
        "ATTENDEDTRANSFER BRIDGE|b-1|4|34|1": ("attended", 34),
        "ATTENDEDTRANSFER LINK|SIP/1|SIP/2|4|35|1": ("attended", 35),
    }
    for end, (transfer, talk) in ends.items():
        centre = told("0 c q NONE ENTERQUEUE |07|1", "4 c q Ann CONNECT 3|x|1", f"40 c q Ann {end}")
        (visit,), (segment,) = centre.visits, centre.segments
        assert (visit.outcome, visit.wait_ms, visit.left_at) == ("answered", 3000, at(4))
        assert (segment.transfer_type, segment.talk_ms) == (transfer, talk * 1000)
        assert (segment.connected_at, segment.ended_at) == (at(4), at(40))


def test_a_lost_connect_is_worked_out_from_the_end_of_the_talk():
    centre = told("0 c q NONE ENTERQUEUE |07|1", "40 c q Ann COMPLETEAGENT 6|33|1")
    (visit,), (segment,) = centre.visits, centre.segments
    assert (visit.outcome, visit.agent, visit.wait_ms) == ("answered", "Ann", 6000)
    assert visit.left_at == segment.connected_at == at(7)


def test_the_golden_sequence_of_one_call_in_two_queues_twice():
    centre = told(
        "0 c queue1 NONE ENTERQUEUE |07|1",
        "3 c queue1 NONE EXITEMPTY 1|1|3",
        "3 c queue2 NONE ENTERQUEUE |07|1",
        "5 c queue2 Ann CONNECT 2|x|1",
        "9 c queue2 Ann BLINDTRANSFER 5001|internal|2|4|1",
        "9 c queue1 NONE ENTERQUEUE |07|1",
        "12 c queue1 NONE EXITEMPTY 1|1|3",
        "12 c queue2 NONE ENTERQUEUE |07|1",
        "14 c queue2 Ben CONNECT 2|x|1",
        "20 c queue2 Ben COMPLETECALLER 2|6|1",
    )
    assert _outcomes(centre) == [
        ("queue1", 0, "empty"),
        ("queue2", 3, "answered"),
        ("queue1", 9, "empty"),
        ("queue2", 12, "answered"),
    ]
    assert [v.next_queue for v in centre.visits if v.queue == "queue1"] == ["queue2", "queue2"]
    assert len(centre.contacts) == 1


SAME_SECOND = (
    "0 c q NONE ENTERQUEUE |07|1",
    "9 c q NONE EXITWITHTIMEOUT 1|1|9",
    "9 c q NONE ENTERQUEUE |07|2",
    "9 c q NONE ENTERQUEUE |07|3",
    "9 c q Ann CONNECT 0|x|0",
    "9 c q Bob RINGCANCELED 500",
    "12 c q Ann COMPLETEAGENT 0|3|1",
)


def test_order_inside_a_second_does_not_matter():
    first, *rest = SAME_SECOND
    found = set()
    for lines in itertools.permutations(rest[:-1]):
        centre = told(first, *lines, rest[-1])
        offers = [(o.visit.ordinal, o.agent, o.outcome) for o in centre.offers]
        visits = [(v.ordinal, v.outcome, v.wait_ms, v.entry_repeat) for v in centre.visits]
        found.add((tuple(sorted(visits)), tuple(sorted(offers)), len(centre.anomalies)))
    assert found == {
        (
            ((1, "timeout", 9000, 1), (2, "answered", 0, 2), (3, "cut", None, 1)),
            ((1, "Bob", "caller_left"), (2, "Ann", "answered")),
            0,
        )
    }


def test_a_call_completed_twice_is_one_completion_and_one_anomaly():
    centre = told(
        "0 c q NONE ENTERQUEUE |07|1",
        "2 c q Ann CONNECT 2|x|1",
        "9 c q Ann ATTENDEDTRANSFER BRIDGE|b|2|7|1",
        "9 c q Ann COMPLETECALLER 2|7|1",
    )
    assert [s.transfer_type for s in centre.segments] == [None]
    assert [(a.rule, a.line.event) for a in centre.anomalies] == [
        ("surplus_terminal", "ATTENDEDTRANSFER")
    ]


def test_lines_without_entry_are_anomalies():
    centre = told(
        "0 c q Ann CONNECT 3|x|1",
        "1 c q NONE ABANDON 1|1|1",
        "1 c q Bob RINGNOANSWER 5000",
        "5 d q NONE ENTERQUEUE |07|1",
        "6 d q Ann CONNECT 1|x|1",
        "7 d q Bob CONNECT 2|x|1",
    )
    assert sorted(a.rule for a in centre.anomalies) == [
        "connect_without_entry",
        "offer_without_entry",
        "surplus_connect",
        "terminal_without_entry",
    ]


def test_agentdump_ends_no_visit():
    centre = told(
        "0 c q NONE ENTERQUEUE |07|1",
        "4 c q Ann AGENTDUMP",
        "6 c q Ann CONNECT 6|x|1",
        "9 c q Ann COMPLETEAGENT 6|3|1",
    )
    assert [v.outcome for v in centre.visits] == ["answered"]
    assert sorted(o.outcome for o in centre.offers) == ["answered", "dumped"]


def test_restarts_cut_what_has_no_end_and_the_rest_stays_open():
    centre = told(
        "0 c q NONE ENTERQUEUE |07|1",
        "1 d q NONE ENTERQUEUE |07|1",
        "2 d q Ann CONNECT 1|x|1",
        "5 NONE NONE NONE QUEUESTART",
        "6 e q NONE ENTERQUEUE |07|1",
        "7 f q NONE ENTERQUEUE |07|1",
        "8 f q Ann CONNECT 1|x|1",
    )
    assert [o for *_, o in _outcomes(centre)] == ["cut", "answered", "open", "answered"]
    assert [(s.callid, s.is_cut, s.is_open) for s in centre.segments] == [
        ("d", True, False),
        ("f", False, True),
    ]
    assert [c for c, contact in centre.contacts.items() if contact.is_open] == ["e", "f"]


def test_a_leg_whose_end_was_lost_is_cut_by_the_next_entry_of_its_call():
    centre = told(
        "0 c q NONE ENTERQUEUE |07|1",
        "2 c q Ann CONNECT 2|x|1",
        "60 c q NONE ENTERQUEUE |07|1",
        "62 c q NONE ABANDON 1|1|2",
        "900 d q NONE ENTERQUEUE |07|1",
        "950 NONE NONE NONE QUEUESTART",
    )
    assert [o for *_, o in _outcomes(centre)] == ["answered", "abandoned", "cut"]
    (segment,) = centre.segments
    assert segment.is_cut
    assert states_told(centre, "Ann")[1] == ("handling~", 2, 60)


def test_next_steps():
    config = Config(exit_keys={"0": "operator"})
    for end, step in {
        "9 c q NONE ABANDON 1|1|9": "none",
        "9 c q NONE EXITWITHKEY 0|1|1|9": "operator",
        "9 c q NONE EXITWITHKEY 5|1|1|9": "unknown",
        "9 c q NONE EXITWITHTIMEOUT 1|1|9": "unknown",
        "9 c q Ann COMPLETEAGENT 1|1|9": "none",
    }.items():
        assert told("0 c q NONE ENTERQUEUE |07|1", end, config=config).visits[0].next_step == step
    for event, step in (("CALLBACKREQ", "callback"), ("VOICEMAIL", "voicemail")):
        for second, found in ((9, step), (3, "unknown")):
            lines = "0 c q NONE ENTERQUEUE |07|1", "9 c q NONE EXITWITHTIMEOUT 1|1|9"
            centre = told(*lines, f"{second} c q NONE {event} 07")
            assert centre.visits[0].next_step == found


def test_offers():
    config = Config()
    read_queues_conf("[general]\ntimeout = 99\n[q]\ntimeout=10 ; ring\n", config)
    centre = told(
        "0 c q NONE ENTERQUEUE |07|1",
        "5 c q Ann RINGNOANSWER 8000",
        "6 c q Bob RINGNOANSWER 7999",
        "9 c q Cid RINGCANCELED 3000",
        "9 c q Dan CONNECT 9|x|4",
        "12 c q Eve RINGCANCELED 1000",
        "20 c q Dan COMPLETEAGENT 9|11|1",
        "30 d q NONE ENTERQUEUE |07|1",
        "33 d q Ann ABANDON 1|1|3",
        config=config,
    )
    assert sorted((o.agent, o.outcome, o.offered_at - at(0), o.ring_ms) for o in centre.offers) == [
        ("Ann", "caller_left", 33_000_000, None),
        ("Ann", "no_answer", -3_000_000, 8000),
        ("Bob", "declined", -1_999_000, 7999),
        ("Cid", "lost_to_other", 6_000_000, 3000),
        ("Dan", "answered", 5_000_000, 4000),
        ("Eve", "caller_left", 11_000_000, 1000),
    ]


def test_consultations_by_extension_alias_and_login_channel():
    config = Config(aliases={"1001": "Ann", "PJSIP/1002": "Bob"})
    read_queues_conf("[q]\nmember => PJSIP/1003,0,Cid\n", config)
    centre = told(
        "0 NONE NONE 1004 AGENTLOGIN PJSIP/1004-00000001",
        *[f"{n} c{n} q NONE ENTERQUEUE |{caller}|1" for n, caller in enumerate(
            ("1001", "1002", "1003", "1004", "1005", "PJSIP/1002", "02071001"), 1)],
        config=config,
    )  # fmt: skip
    assert [v.callid for v in centre.visits if v.is_consult] == ["c1", "c2", "c3", "c4", "c6"]
    assert centre.names.of("1004", "AGENTLOGIN") == "Agent/1004"
    assert centre.names.of("PJSIP/1003") == "Cid"
