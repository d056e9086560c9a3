-- How many rows of a fact each day has.
select f.local_date, count(*) as n
from core.{fact} as f
where f.local_date between {from_date} and {to_date} and {condition}
group by f.local_date
order by f.local_date
