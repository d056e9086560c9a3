-- How rings at agents ended, per queue.
select queue_id, outcome, count(*) as n
from core.fact_agent_offer
where offered_at >= $from_at and offered_at < $to_at
    and local_date between $from_date::date - 1 and $to_date::date + 1
    and not is_consult
group by queue_id, outcome
order by queue_id, outcome
