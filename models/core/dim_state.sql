/*---
description: What an agent can be doing while logged in; of several at once the one named first here counts.
owner: team:analytics
grain: [state_key]
columns:
  state_key: {tests: [not_null, unique]}
---*/
with word as (
    select 'handling' as state, 'Handling' as state_label, 'handling' as state_class
    union all select 'wrap', 'Wrap-up', 'wrap'
    union all select 'ringing', 'Ringing', 'available'
    union all select 'paused', 'Paused', 'paused'
    union all select 'available', 'Available', 'available'
)

select
    md5_key(state) as state_key,
    state,
    state_label,
    state_class,
    state in ('handling', 'wrap') as is_occupied,
    state in ('handling', 'wrap', 'ringing', 'available') as is_in_occupancy
from word
union all
select -1, 'unknown', 'Unknown', 'unknown', false, false
