-- Metrics of a whole period: sums of both parts, which only these kinds of metrics allow, and the
-- largest of maxima. An estimator's parts add up where each day took the same branch: what it
-- covers was known of every case, or of none.
select
    k.metric_id, k.metric_version, k.scope_kind, k.scope_id,
    sum(k.numerator) as numerator,
    sum(k.denominator) as denominator,
    max(k.value_stored) as largest,
    sum(k.n) as n,
    sum(k.sum_sq) as sum_sq,
    sum(k.n_pos + k.n_neg) as n_told,
    sum(k.coverage * k.n) / sum(k.n) filter (where k.coverage is not null) as coverage,
    bool_or(k.is_provisional) as is_provisional
from marts.kpi_day as k
inner join core.dim_metric as m
    on m.metric_id = k.metric_id and m.metric_version = k.metric_version
where k.local_date between $from_date and $to_date
    and (
        k.scope_kind = 'all'
        or (k.scope_kind in ('queue', 'agent') and list_contains($metrics, k.metric_id))
    )
    and m.additivity in ('additive', 'ratio', 'estimator', 'maximum')
group by k.metric_id, k.metric_version, k.scope_kind, k.scope_id, m.additivity
having m.additivity <> 'estimator' or (max(k.coverage) = min(k.coverage) and max(k.coverage) in (0, 1))
order by k.metric_id, k.metric_version, k.scope_kind, k.scope_id
