/*---
description: How a visit to a queue ended, exactly one of these.
owner: team:analytics
grain: [outcome_key]
columns:
  outcome_key: {tests: [not_null, unique]}
  is_answered: {description: An agent was connected., tests: [not_null]}
  is_abandoned: {description: The caller gave up., tests: [not_null]}
---*/
with word as (
    select 'answered' as outcome, 'Answered' as outcome_label
    union all select 'abandoned', 'Abandoned'
    union all select 'exit_key', 'Left by key'
    union all select 'timeout', 'Timed out'
    union all select 'empty', 'No agents left'
    union all select 'withdrawn', 'Withdrawn'
    union all select 'overflow', 'Overflowed'
    union all select 'cut', 'Cut by a restart'
    union all select 'open', 'Still open'
)

select
    md5_key(outcome) as outcome_key,
    outcome,
    outcome_label,
    outcome = 'answered' as is_answered,
    outcome = 'abandoned' as is_abandoned,
    outcome in ('abandoned', 'timeout', 'empty', 'withdrawn') as is_lost,
    outcome not in ('cut', 'open') as is_closed
from word
union all
select -1, 'unknown', 'Unknown', false, false, false, false
