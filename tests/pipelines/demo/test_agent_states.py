"""What the warehouse says of agents' time is what they truly did, state by state.

Sixty days of a small centre. What the files cannot tell has a rule here (`_TRUE`), and whole
seconds have a bound; the dirt in the files (late, doubled and bad rows, copied files) changes
nothing.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.pipelines.demo.ledger import Centre, beside_its_ledger

pytestmark = pytest.mark.slow

_CUT = "timestamp '2025-11-28 04:00:00'"
"""Nobody works anywhere then. After it logs end, and nobody is logged in past the end of a log."""
_TRUE = f"""
with stretch as (
    select s.agent_id, from_at, to_at, p.kind = 'digital' as is_digital,
        p.site = 'Dublin' and p.kind = 'voice' as is_asterisk,
        case
            when p.site = 'Dublin' and p.kind = 'voice' and (
                -- The switch logs no wrap-up; agents pause for it when it takes a minute or more.
                s.state = 'wrap' and epoch_ms(to_at) - epoch_ms(from_at) < 60000
                -- A call back to a customer that a restart cut has no call record.
                or l.is_cut
            ) then 'available'
            when s.state = 'away' then reason
            else s.state
        end as state
    from memory.truth.states as s
    join memory.truth.people as p using (agent_id)
    left join memory.truth.legs as l
        on l.agent_id = s.agent_id and l.connected_at = s.from_at and l.visit_ordinal = 0
    where from_at < {_CUT}
),
step as (
    select *, count(*) filter (where is_other) over (partition by agent_id order by from_at) as no
    from (
        select *, coalesce(
            state <> 'available' or lag(state) over by_time <> 'available'
            or lag(to_at) over by_time <> from_at, true
        ) as is_other
        from stretch window by_time as (partition by agent_id order by from_at)
    )
),
idle as (
    select *, min(from_at) over (partition by agent_id, no) as idle_from from step
),
told as (
    select s.agent_id, s.from_at, s.is_digital, s.state,
        -- A switch that begins anew does not log who its members are. Who was idle is seen again
        -- when he rings, talks or pauses: until then nothing is known of him.
        case when r.at is null then s.to_at else greatest(s.from_at, r.at) end as to_at
    from idle as s
    left join memory.truth.restarts as r
        on s.is_asterisk and s.state = 'available' and s.idle_from <= r.at and r.at < s.to_at
),
true_time as (
    select agent_id, state, count(*) as n, bool_or(is_digital) as is_digital,
        sum(epoch_ms(to_at) - epoch_ms(from_at)) as true_ms
    from told group by all
),
said_time as (
    select agent_id, case state when 'paused' then mapped_state else state end as state,
        sum(state_ms) as said_ms
    from w.core.fact_agent_state where from_at < {_CUT} group by all
)
"""


@pytest.fixture(scope="module")
def centre(published: Path) -> Iterator[Centre]:
    with beside_its_ledger(published) as centre:
        yield centre


def test_each_state_lasted_as_long_as_it_did(centre: Centre) -> None:
    """To a second for each stretch, for logs have whole seconds."""
    states = centre.rows(f"{_TRUE} select state, count(*) from true_time group by all")
    assert dict(states).keys() == {
        *("available", "ringing", "handling", "wrap", "not responding"),
        *("break", "lunch", "coaching", "meeting", "training"),
    }
    wrong = centre.rows(
        f"""
        {_TRUE}
        select agent_id, state, n, true_ms, said_ms
        from true_time full join said_time using (agent_id, state)
        where abs(coalesce(true_ms, 0) - coalesce(said_ms, 0)) > 1000 * coalesce(n, 0)
            -- Below.
            and not (true_ms is null and state = 'wrap')
        """
    )
    assert not wrong


def test_writers_wrap_up_in_the_second_in_which_a_thread_is_done(centre: Centre) -> None:
    """A thread has thousandths, the log of states has seconds.

    The log has wrap-up as handling, and ends it with the second; the thread's own goes on past it.
    """
    rest = f"""
        {_TRUE}
        select s.agent_id, s.said_ms, h.n
        from said_time as s
        join true_time as h on h.agent_id = s.agent_id and h.state = 'handling' and h.is_digital
        where s.state = 'wrap'
    """
    assert centre.rows(rest)
    assert not centre.rows(f"select * from ({rest}) where said_ms > 1000 * n")
    only_they = f"""
        {_TRUE}
        select agent_id from said_time anti join true_time using (agent_id, state)
        except select agent_id from true_time where is_digital
    """
    assert not centre.rows(only_they)


def test_each_was_logged_in_as_long_as_he_was(centre: Centre) -> None:
    """To a second for each day; and so long in the quarter hours of which days are made."""
    wrong = centre.rows(
        f"""
        {_TRUE},
        logged_in as (
            select agent_id, count(distinct cast(from_at as date)) as n_days,
                sum(epoch_ms(to_at) - epoch_ms(from_at)) as true_ms
            from told group by all
        ),
        said as (
            select agent_id, sum(logged_in_ms) as said_ms
            from w.core.fact_agent_state_interval where interval_start < {_CUT} group by all
        )
        select agent_id, n_days, true_ms, said_ms
        from logged_in full join said using (agent_id)
        where true_ms is null or said_ms is null or abs(true_ms - said_ms) > 1000 * n_days
        """
    )
    assert not wrong


def test_time_that_nobody_logged_is_that_after_a_restart(centre: Centre) -> None:
    """Of the switch until who was there logs in anew; elsewhere rests of wrap-up past a log-off."""
    inferred = centre.rows(
        """
        select agent_id, source, local_date, state, sum(state_ms)
        from w.core.fact_agent_state where is_inferred group by all
        """
    )
    assert [row for row in inferred if row[1] == "dublin"]
    restarts = {at.date() for (at,) in centre.rows('select "at" from memory.truth.restarts')}
    assert {day for _, source, day, *_ in inferred if source == "dublin"} <= restarts
    rest = {(source, state) for _, source, _, state, _ in inferred if source != "dublin"}
    assert {state for _, state in rest} <= {"wrap"}
