"""What the warehouse says of people, feedback and money is what truly happened, row by row.

Sixty days of a small centre, over the end of summer time in Europe. Differences have a rule that
names them: what a system does not write, and the whole seconds in which most of them write.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.pipelines.demo.ledger import Centre, beside_its_ledger

pytestmark = pytest.mark.slow
SITES = ("dublin", "manila", "bogota")


@pytest.fixture(scope="module")
def centre(published: Path) -> Iterator[Centre]:
    with beside_its_ledger(published) as centre:
        yield centre


def test_bad_rows_are_refused_and_nothing_else(centre: Centre) -> None:
    folders = "('surveys', 'qa', 'wfm', 'hr', 'crm', 'finance', 'config')"
    said = f"""
        select replace(path, 'landing/', ''), count(*) from w.ops.quarantine
        where split_part(path, '/', 2) in {folders} group by all
    """
    true = f"""
        select file, n from memory.truth.dirt
        where kind = 'bad_row' and split_part(file, '/', 1) in {folders}
    """
    assert centre.rows(true)
    assert not centre.differences(said, true)


def test_every_invitation_is_there_and_linked_to_its_contact(centre: Centre) -> None:
    said = """
        select invite_id, contact_id, survey_channel, sent_at, is_delivered, is_linked,
            first_answered_at is not null
        from (select *, answered_at as first_answered_at from w.core.fact_survey_invite)
    """
    true = """
        select invite_id, contact_id, channel, date_trunc('second', sent_at), is_delivered, true,
            answered_at is not null
        from memory.truth.survey_invites
    """
    assert len(centre.rows(true)) > 1000
    assert not centre.differences(said, true)


def test_every_answer_is_there_with_its_score(centre: Centre) -> None:
    said = "select invite_id, question, kind, score::int, text from w.core.fact_survey_answer"
    true = "select invite_id, question, kind, score::int, text from memory.truth.survey_answers"
    kinds = centre.rows("select distinct kind from memory.truth.survey_answers order by 1")
    assert [kind for (kind,) in kinds] == ["ces", "csat", "fcr", "nps", "text"]
    assert not centre.differences(said, true)


def test_every_evaluation_has_the_score_that_its_items_make(centre: Centre) -> None:
    """The fatal item makes the whole form zero; a draft that was released counts once, released."""
    said = """
        select evaluation_id, contact_id, agent_id, form_version, evaluation_status, is_linked,
            calibration_id, n_items, score
        from w.core.fact_qa_evaluation
    """
    true = """
        select evaluation_id, contact_id, agent_id, 'v' || form_version,
            case status when 'released' then 'completed' else status end, true, calibration_id,
            n_items, case when is_fatal then 0 else round(score, 6) end::decimal(18, 6)
        from memory.truth.qa_evaluations
        join (select evaluation_id, count(*) as n_items from memory.truth.qa_items group by all)
            using (evaluation_id)
    """
    assert len(centre.rows(true)) > 30
    assert not centre.differences(said, true)


def test_every_minute_of_the_plan_is_there(centre: Centre) -> None:
    """Sick notes come after the shift, when nobody can plan with them any more."""
    late = "kind = 'exception' and approved_at <= starts_at"
    assert not centre.rows(f"select * from memory.truth.schedules where {late}")
    said = """
        select agent_id, shift_date, activity, sum(planned_ms)::bigint
        from w.core.agent_plan group by all
    """
    true = """
        select agent_id, local_date, activity,
            sum(epoch_ms(ends_at) - epoch_ms(starts_at))::bigint
        from memory.truth.schedules where kind <> 'exception' group by all
    """
    assert not centre.differences(said, true)


_CUT = "timestamp '2025-11-28 04:00:00'"
"""Nobody works anywhere then. After it logs end, and a plan is judged as far as those of its system
go: of few people some have worked for the last time."""
_ATTENDANCE = f"""
with span as (
    select agent_id, activity, starts_at, ends_at
    from memory.truth.schedules where kind <> 'exception' and starts_at < {_CUT}
),
state as (
    select agent_id, from_at, to_at, case state when 'away' then reason else state end as state
    from memory.truth.states where from_at < to_at and from_at < {_CUT}
),
kept as (
    select p.agent_id,
        sum(epoch_ms(least(ends_at, to_at)) - epoch_ms(greatest(starts_at, from_at))) as kept_ms
    from span as p
    join state as s on s.agent_id = p.agent_id and from_at < ends_at and to_at > starts_at
    where case activity
        -- Who was dropped for not answering is not at work until he is back.
        when 'work' then state in ('available', 'ringing', 'handling', 'wrap')
        -- The map's word is the class of states, and lunch is one of it.
        when 'break' then state in ('break', 'lunch')
        else state = activity end
    group by all
),
worked as (
    select agent_id, count(*) as n_changes,
        sum(epoch_ms(to_at) - epoch_ms(from_at))
            filter (where state not in ('break', 'lunch', 'not responding')) as worked_ms
    from state group by all
),
planned as (
    select p.agent_id, sum(epoch_ms(ends_at) - epoch_ms(starts_at)) as scheduled_ms,
        sum(epoch_ms(ends_at) - epoch_ms(starts_at))
            filter (where is_absent and activity = 'work') as absent_ms
    from memory.truth.schedules as p
    left join memory.truth.attendance as a using (agent_id, local_date)
    where kind <> 'exception' and activity not in ('sick', 'annual leave') and starts_at < {_CUT}
    group by all
),
said as (
    select agent_id, sum(scheduled_ms)::bigint as scheduled_ms, sum(absent_ms)::bigint as absent_ms,
        sum(in_adherence_ms) as kept_ms, sum(worked_ms) as worked_ms
    from w.core.fact_agent_schedule_interval where interval_start < {_CUT} group by all
)
"""


def test_attendance_is_as_it_was_to_the_second(centre: Centre) -> None:
    """What is planned is exact; what was done is to a second for each change of state."""
    said = (
        f"{_ATTENDANCE} select agent_id, scheduled_ms, absent_ms from said where scheduled_ms > 0"
    )
    true = f"""
        {_ATTENDANCE} select agent_id, scheduled_ms::bigint, coalesce(absent_ms, 0)::bigint
        from planned
    """
    assert len(centre.rows(true)) > 15
    assert sum(absent for *_, absent in centre.rows(true)) > 0
    assert not centre.differences(f"({said})", f"({true})")
    wrong = centre.rows(
        f"""
        {_ATTENDANCE}
        select agent_id, n_changes, s.kept_ms - k.kept_ms, s.worked_ms - t.worked_ms
        from said as s join kept as k using (agent_id) join worked as t using (agent_id)
        where (
                abs(s.kept_ms - k.kept_ms) > 1000 * n_changes
                or abs(s.worked_ms - t.worked_ms) > 1000 * n_changes
            )
            -- A log that begins anew says nothing of who was paused.
            and agent_id not in (
                select p.agent_id
                from memory.truth.states as p
                join memory.truth.restarts as r
                    on r.site = p.site and r.at > p.from_at and r.at < p.to_at
                where p.state = 'away'
            )
        """
    )
    assert not wrong


def test_every_sale_is_there_with_its_amount(centre: Centre) -> None:
    said = """
        select s.sale_id, s.contact_id, s.kind, s.sold_at, s.sale_amount, s.currency, o.sale_id
        from w.core.fact_sale as s
        left join w.core.fact_sale as o on o.sale_key = s.order_key and s.kind = 'refund'
    """
    true = """
        select sale_id, contact_id, kind, date_trunc('second', "at"),
            abs(amount)::decimal(18, 4), currency, refunds_sale_id
        from memory.truth.sales
    """
    assert len(centre.rows("select distinct kind, currency from memory.truth.sales")) >= 4
    assert not centre.differences(said, true)


def test_every_case_is_there_with_what_happened_to_it(centre: Centre) -> None:
    # Events are written in local time: an hour that comes twice is read as its first.
    told_once = """
        case_id not in (
            select case_id from memory.truth.case_events
            where site = 'Dublin' and event_at >= timestamp '2025-10-26 01:00:00'
                and event_at < timestamp '2025-10-26 02:00:00'
        )
    """
    said = f"""
        select case_id, contact_id, kind, priority, queue_id, agent_id, opened_at, due_at,
            first_resolved_at, is_escalated, n_reopened::int
        from w.core.fact_case where {told_once}
    """
    true = f"""
        select c.case_id, any_value(contact_id), any_value(kind), any_value(priority),
            any_value(queue), any_value(c.agent_id), date_trunc('second', any_value(opened_at)),
            date_trunc('second', any_value(due_at)),
            date_trunc('second', min(event_at) filter (where event = 'resolved')),
            bool_or(event = 'escalated'), count(*) filter (where event = 'reopened')::int
        from memory.truth.cases as c join memory.truth.case_events using (case_id)
        where {told_once}
        group by c.case_id
    """
    assert len(centre.rows(true)) > 100
    assert not centre.differences(f"({said})", f"({true})")


@pytest.mark.parametrize(
    "fact", ["fact_ivr_session", "fact_outbound_attempt", "fact_contact", "fact_case", "fact_cost"]
)
def test_everything_is_of_one_of_the_three_sites(centre: Centre, fact: str) -> None:
    found = centre.rows(f"select distinct site from core.{fact} where site is not null order by 1")
    assert set(found) <= {("Bogota",), ("Dublin",), ("Manila",)}
    assert found


@pytest.mark.parametrize("fact", ["fact_ivr_session", "fact_outbound_attempt"])
def test_the_site_is_known_where_nobody_answers(centre: Centre, fact: str) -> None:
    assert centre.rows(f"select count(*) from core.{fact} where site is null") == [(0,)]


def test_money_and_people_are_counted_as_finance_counts_them(centre: Centre) -> None:
    said = """
        select local_date, scope_kind, scope_id, kind, cost_amount, currency from w.core.fact_cost
    """
    true = """
        select period, case level when 'centre' then 'all' else level end, scope, kind,
            amount::decimal(18, 4), currency
        from memory.truth.costs
    """
    assert not centre.differences(said, true)
    said = """
        select local_date, site, team, n_opening, n_joiners, n_leavers, n_transfers_in,
            n_transfers_out, n_closing
        from w.core.fact_headcount where is_counted
    """
    true = """
        select period, site, team, opening, joiners, leavers, transfers_in, transfers_out, closing
        from memory.truth.headcount
    """
    assert not centre.differences(said, true)


def test_a_customer_is_one_whatever_the_address(centre: Centre) -> None:
    said = """
        select c.site, count(distinct b.customer_id), count(*)
        from w.core.fact_contact as f
        join w.core.bridge_customer_address as b using (customer_ref)
        join memory.truth.contacts as c using (contact_id)
        where not b.is_shared and f.direction = 'inbound' group by all
    """
    true = """
        select c.site, count(distinct c.customer_ref), count(*)
        from memory.truth.contacts as c join w.core.fact_contact as f using (contact_id)
        where f.direction = 'inbound' group by all
    """
    assert len(centre.rows(true)) == len(SITES)
    assert not centre.differences(f"({said})", f"({true})")


_KNOWN = """
with known as (
    -- The switch in Dublin does not know why a customer called: any reason fits.
    select f.contact_id, f.started_at, t.customer_ref,
        case when f.source <> 'dublin' then t.reason_group end as matter
    from w.core.fact_contact as f join memory.truth.contacts as t using (contact_id)
    where f.direction = 'inbound' and f.kind = 'customer'
)
"""


def test_who_came_back_is_who_truly_came_back(centre: Centre) -> None:
    """The next contact of the same true customer about the same true reason is the repeat.

    It is looked for as long as the longest window of a metric.
    """
    wrong = centre.rows(
        f"""
        {_KNOWN}
        select x.contact_id, x.repeat_after_ms,
            min(epoch_ms(n.started_at) - epoch_ms(x.counted_from)) as true_ms
        from w.core.fact_contact_repeat as x
        join known as k on k.contact_id = x.contact_id
        left join known as n
            on n.customer_ref = k.customer_ref and n.contact_id <> k.contact_id
            and n.started_at >= x.counted_from
            and n.started_at <= x.counted_from + interval '30' day
            and (n.matter = k.matter or n.matter is null or k.matter is null)
        group by all having x.repeat_after_ms is distinct from true_ms
        """
    )
    assert not wrong


def test_a_problem_that_was_not_solved_is_seen_to_come_back(centre: Centre) -> None:
    """But for contacts of which no system tells: calls that ended in the menu of a cloud site."""
    pairs = f"""
        {_KNOWN}
        select x.contact_id as first_id, t.contact_id as second_id, t.site,
            n.contact_id is null as is_unseen,
            coalesce(x.repeat_after_ms <= epoch_ms(n.started_at) - epoch_ms(x.counted_from), false)
                as is_found
        from memory.truth.contacts as t
        join w.core.fact_contact_repeat as x on x.contact_id = t.caused_by
        left join known as n on n.contact_id = t.contact_id
    """
    counts = centre.rows(f"select is_unseen, is_found, count(*) from ({pairs}) group by all")
    assert dict.fromkeys((u, f) for u, f, _ in counts).keys() <= {(False, True), (True, False)}
    assert sum(n for is_unseen, _, n in counts if not is_unseen) > 500
    seen = f"""
        select * from ({pairs}) as p where is_unseen and (
            site = 'Dublin'
            or exists (from memory.truth.visits as v where v.contact_id = p.second_id)
        )
    """
    assert not centre.rows(seen)
