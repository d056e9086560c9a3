/*---
description: One stretch of time in which a case was open, from its opening or reopening to its resolution or cancellation. All stretches of a case belong to the day it was opened; what happened more than 400 days later is left out.
owner: team:analytics
grain: [case_key, span_ordinal]
materialization: daily
columns:
  case_key: {tests: [not_null]}
  span_ordinal: {tests: [not_null, {min: 1}]}
  from_at: {description: When it was opened or reopened (UTC)., tests: [not_null]}
  to_at: When it was resolved or cancelled (UTC); empty while open.
  local_date: {description: Local day on which the case was opened., tests: [not_null]}
  from_local_date: Local day on which the stretch began.
  to_local_date: Local day on which it ended; empty while open.
  end_kind: {description: 'How the stretch ended: resolved or cancelled; empty while open.', tests: [{allowed: [resolved, cancelled]}]}
  is_last: No later stretch is known.
---*/
with opened as (
    select c.source, c.case_id, c.zone, c.local_date, c.opened_at
    from staging.service_case as c
    inner join ops.build_window as w on c.local_date between w.from_date and w.to_date
),

-- Closing without a word of a resolution resolves; after a resolution it changes nothing. Of one
-- instant, what opens comes first.
change as (
    select source, case_id, opened_at as event_at, 0 as place, 1 as event_repeat,
        local_date as event_date, 'opened' as event
    from opened
    union all
    select
        o.source,
        o.case_id,
        greatest(e.event_at, o.opened_at),
        case e.event when 'reopened' then 1 when 'resolved' then 2 when 'closed' then 3 else 4 end,
        e.event_repeat,
        greatest(e.local_date, o.local_date),
        e.event
    from staging.service_case_event as e
    inner join ops.build_window as w on e.local_date between w.scan_from and w.late_to
    inner join opened as o
        on o.source = e.source
        and o.case_id = e.case_id
        and e.local_date between o.local_date - interval '7' day
            and o.local_date + interval '400' day
    where e.event in ('reopened', 'resolved', 'closed', 'cancelled')
),

standing as (
    select
        *,
        event in ('opened', 'reopened') as is_opening,
        lag(event in ('opened', 'reopened')) over by_time as was_opening
    from change
    window by_time as (partition by source, case_id order by event_at, place, event_repeat)
),

turn as (
    select
        source,
        case_id,
        event_at,
        event_date,
        is_opening,
        lead(event_at) over by_time as next_at,
        lead(event_date) over by_time as next_date,
        lead(event) over by_time as next_event
    from standing
    where was_opening is null or was_opening <> is_opening
    window by_time as (partition by source, case_id order by event_at, place, event_repeat)
)

select
    md5_key(o.source || '|' || o.case_id) as case_key,
    cast(
        row_number() over (partition by o.source, o.case_id order by t.event_at) as integer
    ) as span_ordinal,
    o.case_id,
    o.source,
    t.event_at as from_at,
    t.next_at as to_at,
    t.event_date as from_local_date,
    t.next_date as to_local_date,
    o.local_date,
    o.zone,
    case
        when t.next_event in ('resolved', 'closed') then 'resolved'
        when t.next_event = 'cancelled' then 'cancelled'
    end as end_kind,
    ms_between(t.event_at, t.next_at) as span_ms,
    row_number() over (partition by o.source, o.case_id order by t.event_at desc) = 1 as is_last,
    t.next_at is null as is_open
from turn as t
inner join opened as o on o.source = t.source and o.case_id = t.case_id
where t.is_opening
