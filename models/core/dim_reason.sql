/*---
description: Why customers make contact, one row a reason however it is spelled, with the group it belongs to.
owner: team:analytics
grain: [reason_key]
columns:
  reason_key: {description: Key of the reason; -1 when not known., tests: [not_null, unique]}
  reason: {description: "The reason, in the spelling that sorts first.", tests: [not_null]}
  reason_group:
    description: "Group that sources give for it; itself while none does, or while they do not agree."
    tests: [not_null]
  n_groups: {description: Different groups that sources give for it., tests: [not_null, {min: 0}]}
---*/
with said as (
    select reason, reason_group from staging.contact
    union
    select reason, reason_group from staging.service_case
),

spelled as (
    select
        lower(trim(reason)) as reason_word,
        trim(reason) as reason,
        nullif(trim(reason_group), '') as reason_group
    from said
    where trim(reason) <> ''
),

counted as (
    select
        reason_word,
        min(reason) as reason,
        min(reason_group) as reason_group,
        count(distinct lower(reason_group)) as n_groups
    from spelled
    group by reason_word
)

select
    md5_key(reason_word) as reason_key,
    reason,
    case when n_groups = 1 then reason_group else reason end as reason_group,
    n_groups
from counted
union all
select -1, 'unknown', 'unknown', 0
