/*---
description: What a scheduled activity is and which states keep to it, from a day on. Rows without a source hold for those that map the activity nowhere themselves. Activities called as their class are known without a map.
owner: team:analytics
grain: [source, activity, valid_from]
columns:
  source: {description: Source whose activity it is; empty text for any other., tests: [not_null]}
  activity: {tests: [not_null]}
  activity_class: {tests: [not_null]}
  allowed_states: "States, or classes of states, that keep to the activity, between semicolons; off is to be logged out. Of a map that names none: those of the class."
---*/
with shared as (
    select activity, min(source) as source
    from staging.activity_map
    group by activity
),

told as (
    select source, activity, valid_from, activity_class, allowed_states
    from staging.activity_map
    union all
    select '', m.activity, m.valid_from, m.activity_class, m.allowed_states
    from staging.activity_map as m
    inner join shared as s on s.activity = m.activity and s.source = m.source
),

plain as (
    select 'work' as activity, 'handling;wrap;ringing;available' as class_states
    union all
    -- Who is on a break or elsewhere may be logged out, or pause and not say why.
    select 'break', 'break;paused;off'
    union all
    select 'other_work', 'other_work;paused;off'
    union all
    select 'absence', null
),

known as (
    select source, activity, valid_from, activity_class, allowed_states
    from told
    union all
    select '', activity, null, activity, null
    from plain
    where activity not in (select activity from told)
)

select
    k.source,
    k.activity,
    k.activity_class,
    ';' || replace(replace(coalesce(k.allowed_states, p.class_states), '; ', ';'), ' ;', ';')
    || ';' as allowed_states,
    coalesce(k.valid_from, date '0001-01-01') as valid_from,
    coalesce(
        lead(k.valid_from) over (
            partition by k.source, k.activity order by k.valid_from nulls first
        ),
        date '9999-12-31'
    ) as valid_to
from known as k
inner join plain as p on p.activity = k.activity_class
