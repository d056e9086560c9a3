"""Made centres: they are as nasty as promised, and the oracle keeps its promises on them."""

from collections import Counter, defaultdict
from itertools import pairwise

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.generators.asterisk import Made, centres
from tests.oracle.centre import Centre, read_centre
from tests.oracle.day_numbers import agent_days, queue_days, queue_intervals, state_intervals
from tests.oracle.states import states_of_all
from tests.oracle.visits import TALK_ENDS, WAIT_ENDS

few = settings(
    max_examples=30,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


def told(made: Made) -> Centre:
    """The oracle's reading of a made centre."""
    return read_centre([made.queue_log], [made.master_csv], made.config())


def _summary(centre: Centre) -> object:
    visits = [
        (
            v.callid,
            v.queue,
            v.entered_at,
            v.entry_repeat,
            v.outcome,
            v.left_at,
            v.wait_ms,
            v.ordinal,
        )
        for v in centre.visits
    ]
    offers = [(o.visit.callid, o.agent, o.offered_at, o.outcome) for o in centre.offers]
    legs = [(s.callid, s.agent, s.connected_at, str(s.talk_ms)) for s in centre.segments]
    rules = [(a.rule, a.line.event) for a in centre.anomalies]
    return sorted(visits, key=str), sorted(offers), sorted(legs), sorted(rules)


@few
@given(centres(), st.randoms(use_true_random=False))
def test_order_and_files_do_not_matter(made, order):
    lines = list(made.lines)
    order.shuffle(lines)
    cut = len(lines) // 3
    once = read_centre([made.queue_log], [made.master_csv], made.config())
    text = ["".join(f"{line}\n" for line in part).encode() for part in (lines[:cut], lines[cut:])]
    if max(Counter(lines).values(), default=1) == 1:
        files = [*text, made.queue_log]
    else:
        files = ["".join(f"{line}\n" for line in lines).encode()]
    again = read_centre(files, [made.master_csv, made.master_csv], made.config())
    assert _summary(once) == _summary(again)
    assert states_of_all(once) == states_of_all(again)


@few
@given(centres())
def test_every_entry_is_one_visit_and_every_end_ends_one_or_is_named(made):
    centre = told(made)
    entries = Counter(x.queue for x in centre.logs.lines if x.event == "ENTERQUEUE")
    assert entries == Counter(visit.queue for visit in centre.visits)
    ends = sum(line.event in TALK_ENDS + WAIT_ENDS for line in centre.logs.lines)
    named = sum(a.line.event in TALK_ENDS + WAIT_ENDS for a in centre.anomalies)
    assert ends == sum(visit.terminal is not None for visit in centre.visits) + named
    connects = sum(line.event == "CONNECT" for line in centre.logs.lines)
    named = sum(a.line.event == "CONNECT" for a in centre.anomalies)
    assert connects == sum(visit.connect is not None for visit in centre.visits) + named
    for contact in centre.contacts.values():
        ordinals = [visit.ordinal for visit in contact.visits]
        assert ordinals == list(range(1, len(ordinals) + 1))


@few
@given(centres())
def test_waits_and_times_are_possible(made):
    centre = told(made)
    for visit in centre.visits:
        assert visit.left_at is None or visit.left_at >= visit.entered_at
        assert (visit.wait_ms is None) == (visit.outcome in ("open", "cut"))
    for segment in centre.segments:
        assert segment.is_open + segment.is_cut + (segment.ended_at is not None) == 1


@few
@given(centres())
def test_states_do_not_overlap_and_intervals_add_up(made):
    centre = told(made)
    states = states_of_all(centre)
    own = defaultdict(list)
    for state in states:
        own[state.agent].append(state)
    for spans in own.values():
        assert all(one.to_at <= other.from_at for one, other in pairwise(spans))
    days, quarters = agent_days(centre, states), state_intervals(states)
    for name in ("available_ms", "paused_ms", "handling_ms", "logged_in_ms", "inferred_ms"):
        assert sum(d[name] for d in days.values()) == sum(q[name] for q in quarters.values())
    for numbers in quarters.values():
        assert numbers["logged_in_ms"] <= 900_000


@few
@given(centres())
def test_quarter_hours_of_a_queue_add_up_to_its_days(made):
    centre = told(made)
    days, quarters = Counter(), Counter()
    for found, into in ((queue_days(centre), days), (queue_intervals(centre), quarters)):
        for (queue, _), numbers in found.items():
            for name, value in numbers.items():
                if name != "longest_wait_ms":
                    into[queue, name] += value or 0
    assert days == quarters


def test_made_centres_hold_every_nastiness():
    seen: Counter[str] = Counter()

    @settings(max_examples=50, deadline=None, database=None, derandomize=True,
              suppress_health_check=list(HealthCheck))  # fmt: skip
    @given(centres())
    def look(made):
        centre = told(made)
        seen.update(visit.outcome for visit in centre.visits)
        seen.update(offer.outcome for offer in centre.offers)
        seen.update(anomaly.rule for anomaly in centre.anomalies)
        seen.update(state.state for state in states_of_all(centre))
        seen["refused"] += len(centre.refusals)
        seen["consult"] += sum(visit.is_consult for visit in centre.visits)
        seen["again"] += sum(visit.ordinal > 1 for visit in centre.visits)
        seen["repeat"] += sum(visit.entry_repeat > 1 for visit in centre.visits)
        seen["gap"] += sum("exist" in reason for reason, _ in centre.logs.refused)

    look()
    expected = {
        "answered", "abandoned", "exit_key", "timeout", "empty", "withdrawn", "cut", "open",
        "no_answer", "declined", "caller_left", "lost_to_other", "dumped", "surplus_terminal",
        "terminal_without_entry", "surplus_connect", "connect_without_entry", "handling", "wrap",
        "ringing", "available", "paused", "refused", "consult", "again",
    }  # fmt: skip
    assert expected <= {name for name, n in seen.items() if n}
