-- Lines of evaluation forms in a month, over all sites and versions: how often they were met.
select
    local_date as first_day, form, item, max(topic) as topic, max(criticality) as criticality,
    sum(n_scored) as n_scored, sum(n_met) as n_met, sum(n_fatal) as n_fatal
from marts.qa_month
where local_date between $from_date and $to_date
group by first_day, form, item
having sum(n_scored) > 0
order by first_day, form, item
