-- Metrics of a whole period: sums of both parts, which only these kinds of metrics allow.
select
    k.metric_id, k.metric_version, k.scope_kind, k.scope_id,
    sum(k.numerator) as numerator, sum(k.denominator) as denominator,
    sum(k.n) as n, sum(k.sum_sq) as sum_sq,
    bool_or(k.is_provisional) as is_provisional
from marts.kpi_day k
join ops.metric_definition m using (metric_id, metric_version)
where k.local_date between $from_date and $to_date
    and k.scope_kind in ('all', 'queue', 'agent')
    and m.additivity in ('additive', 'ratio')
group by k.metric_id, k.metric_version, k.scope_kind, k.scope_id
order by k.metric_id, k.metric_version, k.scope_kind, k.scope_id
