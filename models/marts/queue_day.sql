/*---
description: One queue on one local day, the sum of its quarter hours. Consultation calls are in n_consult only.
owner: team:analytics
grain: [queue_id, local_date]
materialization: daily
columns:
  queue_id: {tests: [not_null]}
  local_date: {description: Local day in the queue's zone., tests: [not_null]}
  n_offered: {tests: [{min: 0}]}
---*/
select
    k.queue_id,
    k.queue_name,
    k.queue_group,
    k.local_date,
    k.zone,
    cast(sum(k.n_offered) as bigint) as n_offered,
    cast(sum(k.n_answered) as bigint) as n_answered,
    cast(sum(k.n_abandoned) as bigint) as n_abandoned,
    cast(sum(k.n_short_abandoned) as bigint) as n_short_abandoned,
    cast(sum(k.n_exit_key) as bigint) as n_exit_key,
    cast(sum(k.n_timeout) as bigint) as n_timeout,
    cast(sum(k.n_empty) as bigint) as n_empty,
    cast(sum(k.n_withdrawn) as bigint) as n_withdrawn,
    cast(sum(k.n_overflow) as bigint) as n_overflow,
    cast(sum(k.n_cut) as bigint) as n_cut,
    cast(sum(k.n_open) as bigint) as n_open,
    cast(sum(k.n_blocked) as bigint) as n_blocked,
    cast(sum(k.n_answered_in_threshold) as bigint) as n_answered_in_threshold,
    cast(sum(k.n_lost_in_threshold) as bigint) as n_lost_in_threshold,
    cast(sum(k.n_abandoned_in_threshold) as bigint) as n_abandoned_in_threshold,
    cast(sum(k.n_consult) as bigint) as n_consult,
    cast(sum(k.wait_answered_s) as decimal(18, 3)) as wait_answered_s,
    cast(sum(k.wait_all_s) as decimal(18, 3)) as wait_all_s,
    max(k.longest_wait_s) as longest_wait_s,
    cast(sum(k.talk_s) as decimal(18, 3)) as talk_s,
    cast(sum(k.n_segments) as bigint) as n_segments,
    cast(sum(k.n_transfers) as bigint) as n_transfers,
    cast(sum(k.n_offers) as bigint) as n_offers,
    cast(sum(k.n_ring_no_answer) as bigint) as n_ring_no_answer,
    cast(sum(k.n_declined) as bigint) as n_declined,
    k.service_level_s
from marts.queue_interval as k
inner join ops.build_window as w on k.local_date between w.from_date and w.to_date
group by k.queue_id, k.queue_name, k.queue_group, k.local_date, k.zone, k.service_level_s
