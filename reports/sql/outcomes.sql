-- How visits ended, per queue; callers refused at the door are no visits and stand apart.
select queue_id, outcome, is_short_abandon, count(*) as n
from core.fact_queue_visit
where local_date between $from_date and $to_date and not is_consult
group by queue_id, outcome, is_short_abandon
union all
select queue_id, 'blocked', false, count(*)
from core.fact_queue_refusal
where local_date between $from_date and $to_date
group by queue_id
order by queue_id, outcome
