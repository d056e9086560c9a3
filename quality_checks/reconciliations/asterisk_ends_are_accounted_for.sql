/*---
relation: staging.queue_visit
severity: critical
description: >-
  Every line that ends a visit ended one, or is an anomaly of a named rule (such as a doubled
  completion).
raw_table: queue_log
---*/
with copies as (
    -- A line that several files hold counts once, as often as the file that holds it most.
    select source, line_id, file_id, cast(line_at as date) as utc_date, count(*) as n
    from raw_queue_log
    where event in (
        'COMPLETECALLER', 'COMPLETEAGENT', 'BLINDTRANSFER', 'ATTENDEDTRANSFER', 'TRANSFER',
        'ABANDON', 'EXITWITHKEY', 'EXITWITHTIMEOUT', 'EXITEMPTY', 'LEAVEEMPTY', 'WITHDRAW',
        'SYSCOMPAT'
    )
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
    select source, left_at as instant
    from staging.queue_visit
    where outcome not in ('answered', 'open', 'cut')
    union all
    select source, ended_at from staging.handle_segment where queue is not null
    union all
    select source, occurred_at
    from staging.anomaly
    where rule in ('surplus_terminal', 'terminal_without_entry')
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
