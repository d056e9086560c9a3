-- The visits, each with what came next for a caller who was not answered.
with
followed as (
    select
        *,
        lead(queue) over (partition by contact_id order by visit_ordinal) as following_queue
    from story
),
after_leaving as (
    -- What the dialplan says that the caller asked for, at or after he left.
    select
        s.contact_id,
        s.visit_ordinal,
        arg_min(n.next_step, n.step_order) as next_step
    from story as s
    inner join line as l on l.contact_id = s.contact_id and l.logged_at >= s.left_at
    inner join opt_next_event as n on n.event = l.event
    where s.outcome <> 'answered'
    group by s.contact_id, s.visit_ordinal
)
select
    v.contact_id,
    v.visit_ordinal,
    v.queue,
    v.entered_at,
    v.entry_repeat::integer as entry_repeat,
    v.left_at,
    v.wait_ms,
    v.outcome,
    case
        when v.outcome = 'answered' then 'none'
        when v.following_queue is not null then 'queue'
        when a.next_step is not null then a.next_step
        when v.outcome = 'exit_key' and k.next_step is not null then k.next_step
        when v.outcome in ('abandoned', 'open', 'cut') then 'none'
        else 'unknown'
    end as next_step,
    case when v.outcome <> 'answered' then v.following_queue end as next_queue,
    v.position_in,
    v.position_out,
    v.is_consult,
    v.file_id,
    v.line_no
from followed as v
left join after_leaving as a
    on a.contact_id = v.contact_id and a.visit_ordinal = v.visit_ordinal
left join opt_exit_key as k on v.end_event = 'EXITWITHKEY' and k.exit_key = v.p[1]
