-- Handled legs, with what later lines of other calls and of the agent's wrap-up say about them.
with
connect_elsewhere as (
    -- CONNECTs of these agents in contacts that are not derived now stand in staging.
    select agent, connected_at from segment where is_connect_logged
    union all
    select s.agent, s.connected_at
    from staging_handle_segment as s
    where s.queue is not null
        and s.contact_id not in (select contact_id from line)
        and s.agent in (select agent from segment)
),
next_connect as (
    select s.contact_id, s.agent, s.connected_at, min(c.connected_at) as next_at
    from segment as s
    asof inner join (select distinct agent, connected_at from connect_elsewhere) as c
        on c.agent = s.agent and s.connected_at < c.connected_at
    group by s.contact_id, s.agent, s.connected_at
),
wrap as (
    -- The wrap-up of an agent belongs to his latest leg of that call and queue.
    select
        s.contact_id, s.queue, s.agent, s.connected_at, s.visit_ordinal,
        arg_min(
            case when regexp_full_match(w.p[1], '[0-9]{1,6}') then w.p[1]::bigint * 1000 end,
            (w.logged_at, w.line_id)
        ) as wrap_ms
    from line as w
    asof inner join (from segment where queue is not null) as s
        on s.contact_id = w.contact_id and s.queue = w.queue and s.agent = w.agent
            and s.connected_at <= w.logged_at
    where w.class = 'wrap'
    group by s.contact_id, s.queue, s.agent, s.connected_at, s.visit_ordinal
)
select
    s.contact_id,
    s.visit_ordinal,
    row_number() over (
        partition by s.contact_id
        order by s.connected_at, s.ended_at nulls last, s.agent, s.visit_ordinal, s.line_id
    )::integer as segment_ordinal,
    row_number() over (
        partition by s.contact_id, s.agent, s.connected_at
        order by s.ended_at nulls last, s.visit_ordinal, s.line_id
    )::integer as segment_repeat,
    s.queue,
    s.entered_at,
    s.entry_repeat::integer as entry_repeat,
    'voice' as channel,
    s.agent,
    s.role,
    s.connected_at,
    s.ended_at,
    s.talk_ms,
    null::bigint as hold_ms,
    w.wrap_ms,
    true as talk_includes_hold,
    -- Only the queue log's talk runs on: a call record ends with its own leg.
    s.queue is not null and coalesce(n.next_at < s.ended_at, false) as is_talk_unreliable,
    s.is_open,
    s.is_cut,
    s.transfer_type,
    s.transfer_to,
    s.file_id,
    s.line_no
from segment as s
left join next_connect as n
    on n.contact_id = s.contact_id and n.agent = s.agent and n.connected_at = s.connected_at
left join wrap as w
    on w.contact_id = s.contact_id and w.queue = s.queue and w.agent = s.agent
        and w.connected_at = s.connected_at and w.visit_ordinal = s.visit_ordinal
