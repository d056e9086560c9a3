"""The real Asterisk files that ship with callmart: what is known of them must come out.

What is known: Asterisk's own counters when all calls were over (`queue show`), the counts in the
data set's verify.txt, and, where the whole data set is at hand, what the callers and phones
themselves saw. The golden numbers are asked of the oracle; `test_warehouse_agrees` asks the
warehouse for the same.
"""

import gzip
import json
from collections import Counter, defaultdict
from pathlib import Path

import pytest

from tests.oracle import metrics
from tests.oracle.centre import Centre, read_centre
from tests.oracle.config import Config, read_queues_conf
from tests.oracle.day_numbers import LOST, is_within_threshold, queue_days
from tests.oracle.legs import Segment
from tests.oracle.states import states_of_all
from tests.oracle.visits import Visit, hold_and_talk

QUEUE_SHOW = {
    # queue: (C, A, SL %, SL2 %) as printed by `queue show`
    "sales": (460, 198, 65.0, 59.1),
    "support": (517, 170, 76.2, 73.7),
    "billing": (165, 12, 93.9, 92.7),
    "vip": (111, 61, 54.1, 47.1),
}
CONNECTED = {"sales": 461, "support": 518, "billing": 165, "vip": 112}
"""One or none more than Asterisk's C: completions of members that had just logged out."""
MEAN_WAIT_S = {"sales": 4.51, "support": 5.39, "billing": 1.89, "vip": 4.66}
MEAN_TALK_S = {"sales": 7.02, "support": 7.36, "billing": 7.39, "vip": 7.69}
"""Means over the rows that end a talk; sales has one row of a call completed twice."""


@pytest.fixture(scope="module")
def told(sample: Path) -> Centre:
    """The oracle's reading of the sample."""
    config = Config()
    read_queues_conf((sample / "queues.conf").read_text(encoding="utf-8"), config)
    logs = [(sample / "queue_log").read_bytes()], [(sample / "Master.csv").read_bytes()]
    return read_centre(*logs, config)


@pytest.fixture(scope="module")
def by_queue(told: Centre) -> dict[str, list[Visit]]:
    """Visits by queue."""
    found: dict[str, list[Visit]] = defaultdict(list)
    for visit in told.visits:
        found[visit.queue].append(visit)
    return found


def _answered(visits: list[Visit]) -> list[Visit]:
    return [visit for visit in visits if visit.outcome == "answered"]


def test_every_visit_has_exactly_one_outcome(told: Centre):
    assert len(told.visits) == 1726
    assert Counter(visit.outcome for visit in told.visits) == {
        "answered": 1256, "abandoned": 351, "timeout": 80, "exit_key": 29, "withdrawn": 8,
        "empty": 2,
    }  # fmt: skip
    connects = [line for line in told.logs.lines if line.event == "CONNECT"]
    assert len(connects) == len(told.segments) - len(_direct(told)) == 1256
    assert not told.logs.refused


def _direct(told: Centre) -> list[Segment]:
    return [segment for segment in told.segments if segment.visit is None]


@pytest.mark.parametrize("queue", QUEUE_SHOW)
def test_completed_and_lost_calls_are_those_of_asterisk(queue, by_queue):
    visits = by_queue[queue]
    completed, lost, *_ = QUEUE_SHOW[queue]
    assert len(_answered(visits)) == CONNECTED[queue]
    assert 0 <= CONNECTED[queue] - completed <= 1
    assert sum(visit.outcome in LOST for visit in visits) == lost


def test_the_one_call_completed_twice(told: Centre):
    (anomaly,) = told.anomalies
    assert (anomaly.rule, anomaly.line.event) == ("surplus_terminal", "ATTENDEDTRANSFER")
    assert (anomaly.line.callid, anomaly.line.queue) == ("1795291226.6990", "sales")
    ends = ("COMPLETECALLER", "COMPLETEAGENT", "BLINDTRANSFER", "ATTENDEDTRANSFER")
    rows = Counter(line.queue for line in told.logs.lines if line.event in ends)
    assert rows == CONNECTED | {"sales": 462}


@pytest.mark.parametrize("queue", ["sales", "support", "billing"])
def test_service_levels_are_those_of_asterisk(queue, told, by_queue):
    counts = metrics.count(by_queue[queue], told.config)
    found = metrics.asterisk_levels(counts)
    *_, level, level2 = QUEUE_SHOW[queue]
    for name, theirs in (("service_level_asterisk", level), ("service_level_asterisk2", level2)):
        ours = metrics.ratio(found[name])
        assert ours is not None
        assert abs(float(100 * ours) - theirs) <= 0.3


def test_the_gap_of_vip_is_the_announcement(told: Centre, by_queue):
    """Asterisk decides before the agent hears 0.9 s of announcement; CONNECT is logged after it.

    What Asterisk counts as 3 s is logged as 3 or 4: with one second more its level comes out.
    """
    answered = _answered(by_queue["vip"])
    strict = sum(is_within_threshold(visit, told.config) for visit in answered)
    one_more = sum((visit.wait_ms or 0) <= 4000 for visit in answered)
    assert (strict, one_more) == (47, 61)
    assert abs(100 * one_more / len(answered) - QUEUE_SHOW["vip"][2]) < 0.4


def test_five_definitions_differ_as_measured(told: Centre, by_queue):
    found = {}
    for queue in ("sales", "support"):
        counts = metrics.count(by_queue[queue], told.config)
        levels = metrics.service_levels(counts) | metrics.asterisk_levels(counts)
        for name in ("service_level_all_positive", "service_level_asterisk2"):
            value = metrics.ratio(levels[name])
            assert value is not None
            found[queue, name] = round(float(100 * value), 2)
    assert found == {
        ("sales", "service_level_all_positive"): 62.34,
        ("sales", "service_level_asterisk2"): 59.03,
        ("support", "service_level_all_positive"): 75.26,
        ("support", "service_level_asterisk2"): 73.69,
    }


@pytest.mark.parametrize("queue", QUEUE_SHOW)
def test_mean_waits_and_talks(queue, told, by_queue):
    answered = _answered(by_queue[queue])
    wait = sum(visit.wait_ms or 0 for visit in answered) / len(answered) / 1000
    assert round(wait, 2) == MEAN_WAIT_S[queue]
    talks = [s.talk_ms for s in told.segments if s.queue == queue]
    doubles = [hold_and_talk(a.line)[1] for a in told.anomalies if a.line.queue == queue]
    total = sum(talks) / 1000 + sum(doubles)
    assert round(total / (len(talks) + len(doubles)), 2) == MEAN_TALK_S[queue]


def test_consultations_reentries_and_several_queues(told: Centre):
    assert sum(visit.is_consult for visit in told.visits) == 11
    times = Counter((visit.callid, visit.queue) for visit in told.visits)
    assert sum(n - 1 for n in times.values()) == 8
    per_call = Counter(visit.callid for visit in told.visits)
    assert len(per_call) == 1645
    assert sum(n > 1 for n in per_call.values()) == 80
    assert max(per_call.values()) == 3


def test_rings(told: Centre):
    rings = [line for line in told.logs.lines if line.event == "RINGNOANSWER"]
    assert len(rings) == 162
    assert sum((line.seconds(1) or 0) < 3000 for line in rings) == 99
    # One of 4 to 4.8 s was in billing, which rings for 6 s: declined as well.
    assert Counter(offer.outcome for offer in told.offers) == {
        "answered": 1256, "declined": 100, "no_answer": 62, "dumped": 4,
        "caller_left": 92 + 4,
    }  # fmt: skip


def test_refusals_are_the_did_lines_with_no_entry(told: Centre):
    assert Counter((r.queue, r.cause) for r in told.refusals) == {
        ("billing", "empty"): 15, ("vip", "unknown"): 8,
    }  # fmt: skip


def test_contacts_of_both_files(told: Centre):
    contacts = told.contacts.values()
    inbound = [c for c in contacts if c.direction == "inbound"]
    assert Counter(c.kind for c in contacts) == {"customer": 1842, "internal": 158, "consult": 11}
    assert Counter(c.direction for c in contacts)["outbound"] == 31
    assert sum(c.is_in_queue_log and not c.cdrs for c in contacts) == 64
    assert len(inbound) == 1811
    assert Counter(segment.direction for segment in _direct(told)) == {
        "inbound": 14,
        "outbound": 20,
    }
    assert not any(c.is_open for c in contacts)


def test_agents_states_fill_their_logged_in_time_and_nothing_overlaps(told: Centre):
    states = states_of_all(told)
    assert len({state.agent for state in states}) == 19
    last: dict[str, int] = {}
    for state in states:
        assert last.get(state.agent, 0) <= state.from_at < state.to_at
        last[state.agent] = state.to_at
    assert max(last.values()) == told.logs.watermark


def test_queue_numbers_balance(told: Centre):
    for (queue, _), numbers in queue_days(told).items():
        parts = ("answered", "abandoned", "exit_key", "timeout", "empty", "withdrawn", "overflow",
                 "cut", "open")  # fmt: skip
        assert numbers["n_offered"] == sum(numbers[f"n_{part}"] or 0 for part in parts)
        entries = [x for x in told.logs.lines if x.event == "ENTERQUEUE" and x.queue == queue]
        assert len(entries) == (numbers["n_offered"] or 0) + (numbers["n_consult"] or 0)


# What the callers and the phones saw

WHY_AGENTS_DIFFER = {
    "consultation": {
        # The agent spoke with the caller in a call of its own, opened by a transferring colleague:
        # its CONNECT stands under the consultation's callid, at the moment the phone answered.
        "1795289919.11", "1795289993.318", "1795290122.1038", "1795290814.4689", "1795290809.4671",
        "1795290934.5153", "1795291079.6046", "1795291205.6865", "1795291221.6970",
    },
    "announcement": {
        # The phone was picked up, then the caller left or the agent hung up before they were
        # connected: the log has an ABANDON with the agent's name or AGENTDUMP, and no CONNECT.
        "1795290060.626", "1795290140.1150", "1795290235.1767", "1795290568.3330",
        "1795290562.3292", "1795290593.3495", "1795290623.3705", "1795290974.5345",
        "1795291066.5988", "1795291217.6935",
    },
    "both picked up": {
        # All phones ring in billing: two were picked up in one millisecond, one got the call.
        "1795290968.5316",
    },
}  # fmt: skip


def _seen_by_phones(shared_data: Path) -> dict[str, list[dict]]:
    """Answered legs of agents' phones, per call to a queue."""
    found = {}
    path = shared_data / "asterisk-22-utc" / "truth.jsonl.gz"
    for text in gzip.decompress(path.read_bytes()).decode("utf-8").splitlines():
        call = json.loads(text)
        if call["did"].startswith("10"):
            continue
        legs = [leg for leg in call["legs"] if leg["outcome"] == "answered"]
        for leg in legs:
            leg["ext"] = str(leg["ua"]).replace("Local/2019@apool", "1019")
        found[call["uniqueid"]] = [leg for leg in legs if leg["ext"] < "2000"]
    return found


@pytest.fixture(scope="module")
def extension(told: Centre) -> dict[str, str]:
    """Agent -> extension; one calls himself otherwise on his phone than in the queues."""
    known = {name: number for number, name in told.names.agent_of_extension.items()}
    return known | {"Berg, Jonas": "1010"}


def test_agents_are_those_whose_phones_answered(told, extension, shared_data):
    logged: dict[str, list[str]] = defaultdict(list)
    for visit in sorted(_answered(told.visits), key=lambda v: (v.left_at or 0, v.ordinal)):
        logged[visit.callid].append(extension[visit.agent])
    seen = _seen_by_phones(shared_data)
    differ = {c for c, legs in seen.items() if [leg["ext"] for leg in legs] != logged[c]}
    assert len(seen) == 1764
    assert len(seen) - len(differ) == 1744
    assert differ == set().union(*WHY_AGENTS_DIFFER.values())


UNRECORDED = {
    # Rung at an agent's own phone and rejected: neither file has a line of them.
    "1795290151.1238", "1795290325.2227", "1795290653.3931", "1795290993.5489", "1795290998.5523",
}  # fmt: skip
GONE_ON_UNDER_ANOTHER_ID = {
    # A phone behind Local/n passed the caller on to a queue: Asterisk gives the rest of the call
    # the Local channel's id, and neither file says whose it was (CEL's linkedid does).
    "1795290651.3909", "1795290815.4692", "1795290983.5397", "1795291084.6074", "1795291211.6900",
}  # fmt: skip


def test_inbound_contacts_are_the_calls_that_were_made(told, shared_data):
    path = shared_data / "asterisk-22-utc" / "truth.jsonl.gz"
    calls = gzip.decompress(path.read_bytes()).decode("utf-8").splitlines()
    made = {json.loads(text)["uniqueid"] for text in calls}
    inbound = {c.contact_id for c in told.contacts.values() if c.direction == "inbound"}
    assert made - inbound == UNRECORDED
    assert inbound - made == GONE_ON_UNDER_ANOTHER_ID


def test_why_the_other_twenty_differ(told, extension, shared_data):
    seen = _seen_by_phones(shared_data)
    for call in WHY_AGENTS_DIFFER["consultation"]:
        leg = seen[call][-1]
        elsewhere = [
            visit
            for visit in _answered(told.visits)
            if visit.callid != call
            and extension[visit.agent] == leg["ext"]
            and abs((visit.left_at or 0) / 1e6 - leg["t_ans"]) < 1
        ]
        assert len(elsewhere) == 1, call
    for call in WHY_AGENTS_DIFFER["announcement"]:
        short = {leg["ext"] for leg in seen[call] if leg["t_end"] - leg["t_ans"] < 1}
        unconnected = {
            extension[offer.agent]
            for offer in told.offers
            if offer.visit.callid == call and offer.outcome in ("caller_left", "dumped")
        }
        assert short
        assert short <= unconnected, call
    (both,) = (seen[call] for call in WHY_AGENTS_DIFFER["both picked up"])
    assert abs(both[0]["t_ans"] - both[1]["t_ans"]) < 0.002
