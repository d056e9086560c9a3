/*---
relation: marts.queue_interval
severity: critical
description: >-
  A queue's quarter hours of a day count every visit, refusal and ring of that day, and its
  outcomes sum to what was offered.
---*/
with expected as (
    select queue_id, local_date, 'visits' as measure, count(*) as n
    from core.fact_queue_visit
    where local_date between $from_date and $to_date
    group by queue_id, local_date
    union all
    select queue_id, local_date, 'answered', count(*)
    from core.fact_queue_visit
    where is_answered and not is_consult and local_date between $from_date and $to_date
    group by queue_id, local_date
    union all
    select queue_id, local_date, 'refusals', count(*)
    from core.fact_queue_refusal
    where local_date between $from_date and $to_date
    group by queue_id, local_date
    union all
    select queue_id, local_date, 'rings', count(*)
    from core.fact_agent_offer
    where not is_consult and local_date between $from_date and $to_date
    group by queue_id, local_date
),

days as (
    select
        queue_id,
        local_date,
        sum(n_offered) as n_offered,
        sum(n_consult) as n_consult,
        sum(n_answered) as n_answered,
        sum(n_blocked) as n_blocked,
        sum(n_offers) as n_offers,
        sum(
            n_answered + n_abandoned + n_exit_key + n_timeout + n_empty + n_withdrawn + n_overflow
            + n_cut + n_open
        ) as n_outcomes
    from marts.queue_interval
    where local_date between $from_date and $to_date
    group by queue_id, local_date
),

found as (
    select queue_id, local_date, 'visits' as measure, n_offered + n_consult as n from days
    union all
    select queue_id, local_date, 'visits', n_outcomes + n_consult from days
    union all
    select queue_id, local_date, 'answered', n_answered from days
    union all
    select queue_id, local_date, 'refusals', n_blocked from days
    union all
    select queue_id, local_date, 'rings', n_offers from days
)

select
    queue_id,
    local_date,
    measure,
    coalesce(expected.n, 0) as n_expected,
    coalesce(found.n, 0) as n_found
from expected
full join found using (queue_id, local_date, measure)
where coalesce(expected.n, 0) <> coalesce(found.n, 0)
