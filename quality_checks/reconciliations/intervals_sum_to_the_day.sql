/*---
relation: marts.kpi_day
severity: critical
description: >-
  Numerators and denominators sum from quarter hours to the day, in every scope that has both: of
  a metric or two of each fact, as one statement sums them all.
---*/
with intervals as (
    select
        metric_id,
        metric_version,
        scope_kind,
        scope_id,
        local_date,
        sum(numerator) as expected_numerator,
        sum(denominator) as expected_denominator
    from marts.kpi_interval
    where local_date between $from_date and $to_date
        and metric_id in (
            'offered', 'service_level', 'average_speed_of_answer', 'blocked',
            'ring_no_answer_rate', 'handled_legs', 'handled_contacts', 'transfer_rate',
            'occupancy', 'csat', 'survey_response_rate', 'critical_error_accuracy_customer',
            'repeat_contact_rate_7', 'ivr_containment', 'dials', 'conversion_rate'
        )
    group by metric_id, metric_version, scope_kind, scope_id, local_date
),

days as (
    select
        metric_id,
        metric_version,
        scope_kind,
        scope_id,
        local_date,
        numerator as found_numerator,
        denominator as found_denominator
    from marts.kpi_day
    where local_date between $from_date and $to_date
        and scope_kind in ('all', 'queue', 'queue_group', 'channel', 'direction', 'site')
        and metric_id in (
            'offered', 'service_level', 'average_speed_of_answer', 'blocked',
            'ring_no_answer_rate', 'handled_legs', 'handled_contacts', 'transfer_rate',
            'occupancy', 'csat', 'survey_response_rate', 'critical_error_accuracy_customer',
            'repeat_contact_rate_7', 'ivr_containment', 'dials', 'conversion_rate'
        )
)

select
    metric_id,
    metric_version,
    scope_kind,
    local_date,
    coalesce(i.expected_numerator, 0) as expected_numerator,
    coalesce(d.found_numerator, 0) as found_numerator,
    coalesce(i.expected_denominator, 0) as expected_denominator,
    coalesce(d.found_denominator, 0) as found_denominator
from intervals as i
full join days as d using (metric_id, metric_version, scope_kind, scope_id, local_date)
where coalesce(i.expected_numerator, 0) <> coalesce(d.found_numerator, 0)
    or coalesce(i.expected_denominator, 0) <> coalesce(d.found_denominator, 0)
