-- How visits ended, per queue; callers refused at the door are no visits and stand apart.
select queue_id, outcome, is_short_abandon, count(*) as n
from core.fact_queue_visit
where entered_at >= $from_at and entered_at < $to_at
    and local_date between $from_date::date - 1 and $to_date::date + 1
    and not is_consult
group by queue_id, outcome, is_short_abandon
union all
select queue_id, 'blocked', false, count(*)
from core.fact_queue_refusal
where refused_at >= $from_at and refused_at < $to_at
    and local_date between $from_date::date - 1 and $to_date::date + 1
group by queue_id
order by queue_id, outcome
