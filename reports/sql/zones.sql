-- In how many zones days are counted.
select count(distinct zone) as n
from core.dim_interval
