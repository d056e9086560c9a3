-- How rings at agents ended, per queue.
select queue_id, outcome, count(*) as n
from core.fact_agent_offer
where local_date between $from_date and $to_date and not is_consult
group by queue_id, outcome
order by queue_id, outcome
