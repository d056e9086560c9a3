/*---
relation: staging.agent_offer
severity: critical
description: >-
  Every line about a ring that an agent let pass or dropped is such a ring, or an anomaly of a
  named rule.
raw_table: queue_log
---*/
with copies as (
    -- A line that several files hold counts once, as often as the file that holds it most.
    select source, line_id, file_id, cast(line_at as date) as utc_date, count(*) as n
    from raw_queue_log
    where event in ('RINGNOANSWER', 'AGENTDUMP')
        and line_at >= $from_date - interval 1 day
        and line_at < $to_date + interval 2 day
    group by source, line_id, file_id, cast(line_at as date)
),

lines as (
    select source, utc_date, line_id, max(n) as n
    from copies
    group by source, utc_date, line_id
),

logged as (
    select source, utc_date, sum(n) as n_expected from lines group by source, utc_date
),

derived as (
    select source, offered_at + to_milliseconds(coalesce(ring_ms, 0)) as instant
    from staging.agent_offer
    where outcome in ('no_answer', 'declined', 'dumped')
    union all
    select source, occurred_at
    from staging.anomaly
    where rule = 'offer_without_entry' and event in ('RINGNOANSWER', 'AGENTDUMP')
),

counted as (
    select source, cast(instant as date) as utc_date, count(*) as n_found
    from derived
    where instant >= $from_date - interval 1 day
        and instant < $to_date + interval 2 day
        and source in (select source from raw_queue_log)
    group by source, cast(instant as date)
)

select
    source,
    utc_date,
    coalesce(logged.n_expected, 0) as n_expected,
    coalesce(counted.n_found, 0) as n_found
from logged
full join counted using (source, utc_date)
where coalesce(logged.n_expected, 0) <> coalesce(counted.n_found, 0)
