"""Cases are held against the right others, and truth comes out where it was put in."""

from collections import Counter
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random
from statistics import fmean

import duckdb
import pytest

from pipelines.demo.centre import simulate
from pipelines.demo.centre.people import staff
from pipelines.demo.centre.rng import lognormal, stream
from pipelines.demo.centre.scenario import Scenario
from pipelines.demo.centre.threads import HANDLE_S
from pipelines.demo.centre.world import QUEUES, Reason
from reports import comparisons
from reports.mix import Subject, compare
from reports.queries import Reader
from reports.spans import Span, span_of, spans_of
from tests.reports.mixed import MONDAY, Laid, contact, rank_correlation, rmse

_S = 1000
PARTS = ("observed", "expected")


def _times(agent: str, seconds: list[float], **more) -> list[dict]:
    return [contact(agent, talk_ms=round(s * _S), **more) for s in seconds]


def _centre(rng: Random, agents: int = 8, each: int = 60) -> list[dict]:
    """Contacts of some agents over queues, channels, reasons and hours, of any length."""
    return [
        contact(
            f"a{agent}",
            talk_ms=rng.randint(20, 900) * _S,
            credited_queue_id=rng.choice(["sales", "support", None]),
            channel=rng.choice(["voice", "voice", "chat"]),
            direction=rng.choice(["inbound", "inbound", "inbound", "outbound"]),
            reason=rng.choice(["bill", "bill", "fault", None]),
            hour=rng.randint(0, 23),
            n_transfers=int(rng.random() < 0.2),
            transfer_agent_id=f"a{agent}",
        )
        for agent in range(agents)
        for _ in range(each)
    ]


@pytest.mark.parametrize("seed", range(3))
def test_all_that_is_expected_is_all_that_was_got(seed):
    found = Laid(_centre(stream(seed))).of_week()
    assert found.keys() == {"average_handle_time", "transfer_rate"}
    for metric, kinds in found.items():
        got, expected = (sum(getattr(s, part) for s in kinds["agent"]) for part in PARTS)
        assert got > 0
        assert expected == pytest.approx(got), metric


def test_agents_who_do_the_same_are_as_expected_whatever_they_do_it_with():
    one = [*_times("", [100, 200, 300], reason="bill"), *_times("", [900], reason="fault")]
    rows = []
    for agent in range(6):
        for row in one:
            # Twice as many hard ones for every agent after the first.
            many = 12 * (1 + agent if row["reason"] == "fault" else 1)
            rows += [{**row, "last_agent_id": f"a{agent}"}] * many
    for found in Laid(rows).handle_time().values():
        assert found.observed == pytest.approx(found.expected)
        assert found.n_same_reason == found.n


def test_a_cell_of_few_cases_gives_way_to_a_coarser_one():
    many = [row for a in "abcd" for row in _times(a, [100] * 10, reason="bill", hour=9)]
    few = [row for a in "abcd" for row in _times(a, [500] * 2, reason="rare", hour=9)]
    found = Laid([*many, *few]).handle_time()["a"]
    # The rare ones are held against all of the queue.
    assert (found.n, found.n_same_reason, found.n_same_queue) == (12, 10, 12)
    assert found.observed == pytest.approx(2000)


def test_who_has_a_queue_alone_is_held_against_the_same_reason_elsewhere():
    mine = _times("a", [200] * 40, credited_queue_id="mine", reason="bill")
    others = [
        row for a in "bcd" for row in _times(a, [100] * 40, credited_queue_id="ours", reason="bill")
    ]
    found = Laid([*mine, *others]).handle_time()
    assert (found["a"].n_same_queue, found["a"].n_other_queues) == (0, 40)
    assert found["a"].observed / found["a"].expected > 1.2
    assert found["b"].n_same_queue == 40


def test_who_has_a_channel_alone_is_held_against_nobody():
    alone = _times("a", [500] * 50, channel="mail")
    voice = [row for a in "abc" for row in _times(a, [100] * 30)]
    found = Laid([*alone, *voice]).handle_time()["a"]
    assert (found.n, found.n_alone) == (30, 50)
    assert found.observed == pytest.approx(found.expected)


def test_wrap_up_counts_only_where_it_is_known_of_every_contact():
    known = [row for a in "ab" for row in _times(a, [100] * 20, wrap_ms=50 * _S)]
    assert Laid(known).handle_time()["a"].observed == pytest.approx(3000)
    assert Laid([*known, *_times("c", [100])]).handle_time()["a"].observed == pytest.approx(2000)


def test_what_is_known_of_a_transfer_is_the_transferring_agents():
    passed = [contact("b", n_transfers=1, transfer_agent_id="a")] * 10
    kept = [contact(a) for a in "ab" for _ in range(30)]
    found = {s.id: s for s in Laid([*passed, *kept]).of_week()["transfer_rate"]["agent"]}
    assert {name: (s.n, s.observed) for name, s in found.items()} == {"a": (40, 10), "b": (30, 0)}


def test_everybody_is_compared_by_agent_team_site_and_sourcing():
    rows = _centre(stream(1), agents=4)
    places = {"a0": ("T", "here", "in_house"), "a1": ("T", "here", "in_house")}
    places |= {"a2": ("U", "there", "offshore"), "a3": ("V", "there", "offshore")}
    found = Laid(rows, places).of_week()["average_handle_time"]
    assert {kind: [s.id for s in those] for kind, those in found.items()} == {
        "agent": ["a0", "a1", "a2", "a3"], "team": ["T", "U", "V"],
        "site": ["here", "there"], "sourcing": ["in_house", "offshore"],
    }  # fmt: skip
    assert sum(s.n + s.n_alone for s in found["team"]) == len(rows)


def test_days_are_not_compared():
    assert comparisons.read(Laid(_centre(stream(1))), "day", [Span("day", MONDAY)]) == {
        Span("day", MONDAY): {}
    }


def test_sums_of_agents_are_those_of_the_registry(warehouse):
    span = span_of("week", date(2026, 10, 20))
    with Reader(warehouse) as reader:
        found = comparisons.read(reader, "week", [span])[span]
        wanted = {"agent": set(found)}
        numbers = reader.numbers_of("week", span.first, span.first, wanted)[span]
    assert {"average_handle_time", "transfer_rate", "ring_no_answer_rate"} <= found.keys()
    for metric in found:
        for one in found[metric]["agent"]:
            number = numbers.get(metric, "agent", one.id)
            assert (one.n + one.n_alone, round(one.observed)) == (
                number.denominator, round(number.numerator)
            ), metric  # fmt: skip


def _simulated(cases: tuple[int, int]) -> tuple[Laid, dict[str, float]]:
    """A week as the simulated centre draws talk times, between so many cases an agent; and paces.

    Everybody has the queues of their team, the main one most, which is most of why means differ.
    """
    scenario = Scenario(seed=4, start=MONDAY, days=7)
    rng, rows, pace = scenario.rng("mix"), [], {}
    people = [p for p in staff(scenario).agents if p.is_employed(MONDAY) and p.kind != "outbound"]
    for person in people:
        own = pace[person.agent_id] = person.pace(MONDAY)
        queues = person.team(MONDAY).queues
        for _ in range(rng.randint(*cases)):
            name = rng.choices(queues, (3, 1, 1)[: len(queues)])[0]
            channel, mean, reasons = _work(name)
            reason = rng.choices(reasons, [r.share for r in reasons])[0]
            talk = lognormal(rng, mean * reason.talk * own, 0.55)
            rows.append(contact(
                person.agent_id, talk_ms=round(talk * _S), credited_queue_id=name,
                channel=channel, reason=reason.name, hour=rng.randint(8, 19),
            ))  # fmt: skip
    return Laid(rows), pace


def _work(queue: str) -> tuple[str, float, tuple[Reason, ...]]:
    """Channel, mean talk time in seconds and reasons of a queue."""
    if queue in QUEUES:
        return "voice", QUEUES[queue].talk_s, QUEUES[queue].reasons
    channel = {"chat": "chat", "mail": "email", "soci": "social"}[queue[:4]]
    return channel, HANDLE_S[channel], QUEUES["billing"].reasons


@dataclass(frozen=True)
class Recovery:
    """How near to agents' true paces raw means, adjusted and shrunken differences are."""

    raw: list[float]
    adjusted: list[float]
    shrunk: list[float]
    true: list[float]

    def errors(self) -> tuple[float, float, float]:
        """Root mean square errors of the three."""
        return tuple(rmse(said, self.true) for said in (self.raw, self.adjusted, self.shrunk))

    def ranks(self) -> tuple[float, float, float]:
        """Their rank correlations with the truth."""
        every = (self.raw, self.adjusted, self.shrunk)
        return tuple(rank_correlation(said, self.true) for said in every)


def _recovery(subjects: list[Subject], pace: dict[str, float]) -> Recovery:
    estimates = [
        e for e in compare(subjects, is_share=False).estimates if e.subject.id in pace
    ]  # fmt: skip
    n = sum(e.subject.n for e in estimates)
    mean = sum(pace[e.subject.id] * e.subject.n for e in estimates) / n
    whole = sum(e.subject.observed for e in estimates) / n
    return Recovery(
        [e.subject.observed / e.subject.n / whole - 1 for e in estimates],
        [e.gap for e in estimates],
        [e.shrunk for e in estimates],
        [pace[e.subject.id] / mean - 1 for e in estimates],
    )


@pytest.mark.parametrize("cases", [(30, 50), (60, 150)])
def test_agents_true_pace_is_told_better_than_by_their_mean_handle_times(cases):
    laid, pace = _simulated(cases)
    found = _recovery(list(laid.handle_time().values()), pace)
    assert len(found.true) > 100
    raw, adjusted, shrunk = found.errors()
    assert shrunk < adjusted < 0.6 * raw
    raw, _, shrunk = found.ranks()
    assert shrunk > raw + 0.05


_LEDGER = """
select
    c.last_agent as last_agent_id, cast(c.started_at as date) as local_date,
    c.last_queue as credited_queue_id, c.direction, c.channel, c.reason, {times},
    null::bigint as wrap_ms, 'customer' as kind, true as is_handled,
    hour(c.started_at)::int as hour, 0 as n_transfers, null::varchar as transfer_agent_id,
    null::varchar as transfer_queue_id
from '{truth}/contacts.parquet' as c
inner join (
    select
        contact_id, sum(talk_ms)::bigint as talk_ms, sum(hold_ms)::bigint as hold_ms,
        -- Nothing was drawn of a call that a restart cut.
        sum(coalesce(expected_talk_ms, talk_ms))::bigint as expected_talk_ms
    from '{truth}/legs.parquet'
    group by contact_id
) as l on l.contact_id = c.contact_id
where c.last_agent is not null
"""
_TIMES = "l.talk_ms, l.hold_ms"
_EXPECTED_TIMES = """
    l.expected_talk_ms as talk_ms,
    avg(l.hold_ms) over (partition by c.direction, c.channel)::bigint as hold_ms
"""
_PACE = """
select p.agent_id, avg(p.speed * (1 + 0.4 * exp(-(cast(c.started_at as date) - p.hired_on) / 50.0)))
from '{truth}/contacts.parquet' as c
inner join '{truth}/people.parquet' as p on p.agent_id = c.last_agent
where cast(c.started_at as date) between $first and $last
group by p.agent_id
"""


@pytest.fixture(scope="module")
def truth(tmp_path_factory):
    """The ledger of sixty days of the whole centre."""
    folder = tmp_path_factory.mktemp("centre")
    return simulate(folder, seed=1, days=60, start=date(2025, 10, 1)).truth


@pytest.mark.soak
def test_over_sixty_days_of_the_whole_centre_truth_comes_out(truth):
    """The figures of docs/comparison.md, from the ledger in place of what was read of the files."""
    with duckdb.connect() as con:
        con.execute("set timezone = 'UTC'")
        laid = Laid(con.sql(_LEDGER.format(truth=truth, times=_TIMES)).pl())
        for grain, best, rank in (("week", 0.075, 0.75), ("month", 0.06, 0.85)):
            spans = spans_of([date(2025, 10, 13), date(2025, 11, 13)])[grain]
            for span in spans:
                found = comparisons.read(laid, grain, [span], [comparisons.MEASURES[0]])[span]
                days = {"first": span.first, "last": span.last}
                pace = dict(con.execute(_PACE.format(truth=truth), days).fetchall())
                recovery = _recovery(found["average_handle_time"]["agent"], pace)
                assert len(recovery.true) > 100
                raw, _, shrunk = recovery.errors()
                assert shrunk < best < 2 * best < raw, span
                raw, _, shrunk = recovery.ranks()
                assert shrunk > rank > raw, span


@pytest.mark.soak
def test_over_sixty_days_ranges_hold_what_the_same_contacts_would_have_taken(truth):
    """Truth is each contact's expected handle time with who had it, compared the same way."""
    with duckdb.connect() as con:
        con.execute("set timezone = 'UTC'")
        got, expected = (
            Laid(con.sql(_LEDGER.format(truth=truth, times=times)).pl())
            for times in (_TIMES, _EXPECTED_TIMES)
        )
    days = [date(2025, 10, 6) + timedelta(days=n) for n in range(49)]
    for grain, cases in (("week", 700), ("month", 200)):
        held = [_held(got, expected, grain, span) for span in spans_of(days)[grain]]
        every = [held_it for one in held for held_it in one]
        assert len(every) > cases
        assert 0.93 < fmean(every) < 0.97, grain


def _held(got: Laid, expected: Laid, grain: str, span: Span) -> list[bool]:
    """Whether each agent's 95 % range holds the true difference."""
    measure = [comparisons.MEASURES[0]]
    said, true = (
        comparisons.read(laid, grain, [span], measure)[span]["average_handle_time"]["agent"]
        for laid in (got, expected)
    )
    differences = {subject.id: subject.ratio - 1 for subject in true}
    estimates = compare(said, is_share=False).estimates
    return [e.low <= differences[e.subject.id] <= e.high for e in estimates]


def test_no_measure_asks_twice_and_all_are_of_the_registry():
    assert max(Counter(m.metric for m in comparisons.MEASURES).values()) == 1


def test_weeks_are_told_apart():
    later = MONDAY + timedelta(days=7)
    rows = _centre(stream(2))
    laid = Laid([*rows, *({**row, "local_date": later} for row in rows)])
    spans = [Span("week", MONDAY), Span("week", later)]
    found = comparisons.read(laid, "week", spans, [comparisons.MEASURES[0]])
    first, second = (
        {s.id: round(s.observed) for s in found[span]["average_handle_time"]["agent"]}
        for span in spans
    )
    assert first == second
