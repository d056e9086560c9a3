/*---
relation: marts.queue_day
severity: critical
description: >-
  A queue's quarter hours sum to its day.
---*/
with intervals as (
    select
        queue_id,
        local_date,
        sum(n_offered) as n_offered,
        sum(n_answered) as n_answered,
        sum(n_abandoned) as n_abandoned,
        sum(n_answered_in_threshold) as n_answered_in_threshold,
        sum(n_blocked) as n_blocked,
        sum(n_offers) as n_offers,
        sum(n_segments) as n_segments,
        sum(wait_answered_s) as wait_answered_s,
        sum(talk_s) as talk_s
    from marts.queue_interval
    where local_date between $from_date and $to_date
    group by queue_id, local_date
),

days as (
    select
        queue_id,
        local_date,
        sum(n_offered) as n_offered,
        sum(n_answered) as n_answered,
        sum(n_abandoned) as n_abandoned,
        sum(n_answered_in_threshold) as n_answered_in_threshold,
        sum(n_blocked) as n_blocked,
        sum(n_offers) as n_offers,
        sum(n_segments) as n_segments,
        sum(wait_answered_s) as wait_answered_s,
        sum(talk_s) as talk_s
    from marts.queue_day
    where local_date between $from_date and $to_date
    group by queue_id, local_date
)

select
    queue_id,
    local_date,
    i.n_offered as expected_offered,
    d.n_offered as found_offered,
    i.talk_s as expected_talk_s,
    d.talk_s as found_talk_s
from intervals as i
full join days as d using (queue_id, local_date)
where i.n_offered is distinct from d.n_offered
    or i.n_answered is distinct from d.n_answered
    or i.n_abandoned is distinct from d.n_abandoned
    or i.n_answered_in_threshold is distinct from d.n_answered_in_threshold
    or i.n_blocked is distinct from d.n_blocked
    or i.n_offers is distinct from d.n_offers
    or i.n_segments is distinct from d.n_segments
    or i.wait_answered_s is distinct from d.wait_answered_s
    or i.talk_s is distinct from d.talk_s
