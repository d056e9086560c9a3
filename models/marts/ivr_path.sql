/*---
description: How many went from one node of a menu or bot to the next on one local day; where no next node is given, the session ended. Rows of one node add up to all who were there.
owner: team:analytics
grain: [local_date, zone, source, kind, site, node, next_node]
materialization: view
columns:
  node: Where they were.
  next_node: Where they went from there; empty when the session ended there.
  n_steps: Times that it happened.
  n_sessions: Sessions in which it happened.
  step_ms: Milliseconds spent at the node; of steps whose end is known.
  n_timed_steps: Steps whose end is known.
---*/
with step as (
    select
        local_date, zone, source, kind, site, session_key, node, step_ms,
        lead(node) over (partition by session_key order by step_ordinal) as next_node
    from core.fact_ivr_step
)

select
    local_date,
    zone,
    source,
    kind,
    site,
    node,
    next_node,
    count(*) as n_steps,
    count(distinct session_key) as n_sessions,
    cast(sum(step_ms) as bigint) as step_ms,
    count(step_ms) as n_timed_steps
from step
group by local_date, zone, source, kind, site, node, next_node
