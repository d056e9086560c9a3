/*---
description: What a raw reason or state of agents stands for, from a day on. Rows without a source hold for those that map the reason nowhere themselves.
owner: team:analytics
grain: [source, reason, valid_from]
columns:
  source: {description: Source whose reason it is; empty text for any other., tests: [not_null]}
  reason: {description: "Reason as the source has it, or the state where the source logs states.", tests: [not_null]}
  mapped_state: {tests: [not_null]}
  state_class: {tests: [not_null]}
---*/
with shared as (
    select reason, min(source) as source
    from staging.state_map
    group by reason
),

told as (
    select source, reason, valid_from, state, state_class
    from staging.state_map
    union all
    select '', m.reason, m.valid_from, m.state, m.state_class
    from staging.state_map as m
    inner join shared as s on s.reason = m.reason and s.source = m.source
)

select
    source,
    reason,
    state as mapped_state,
    state_class,
    coalesce(valid_from, date '0001-01-01') as valid_from,
    coalesce(
        lead(valid_from) over (partition by source, reason order by valid_from nulls first),
        date '9999-12-31'
    ) as valid_to
from told
