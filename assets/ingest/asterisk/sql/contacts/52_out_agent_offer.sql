-- Every ring at an agent. RINGNOANSWER and RINGCANCELED count milliseconds, CONNECT seconds.
with
ring as (
    select
        s.contact_id, s.queue, s.entry_no, s.connect_agent as agent, s.connect_at as logged_at,
        case when regexp_full_match(s.connect_ring, '[0-9]{1,9}') then s.connect_ring::bigint * 1000
        end as ring_ms,
        'answered' as outcome,
        c.line_id, c.file_id, c.line_no
    from story as s
    inner join connection as c
        on c.contact_id = s.contact_id and c.queue = s.queue and c.entry_no = s.entry_no
    union all
    select
        l.contact_id, l.queue, l.entry_no, l.agent, l.logged_at,
        case
            when l.event <> 'AGENTDUMP' and regexp_full_match(l.p[1], '[0-9]{1,9}')
                then l.p[1]::bigint
        end,
        l.event,
        l.line_id, l.file_id, l.line_no
    from offer_line as l
    where l.entry_no is not null
    union all
    -- The caller left while an agent who had picked up heard an announcement.
    select
        t.contact_id, t.queue, t.entry_no, t.agent, t.logged_at, null, 'caller_left',
        t.line_id, t.file_id, t.line_no
    from terminal as t
    where t.event = 'ABANDON' and t.agent is not null and t.entry_no is not null
),
judged as (
    select
        r.* exclude (outcome, agent),
        -- The log can name nobody; the ring happened all the same.
        coalesce(r.agent, 'unknown') as agent,
        s.visit_ordinal,
        s.entered_at,
        s.entry_repeat,
        case
            when r.outcome = 'RINGNOANSWER'
                then case
                    when r.ring_ms >= 0.8 * 1000 * coalesce(q.ring_timeout_s, 15) then 'no_answer'
                    else 'declined'
                end
            when r.outcome = 'RINGCANCELED'
                then case
                    when s.connect_agent <> r.agent
                        and abs(epoch_us(s.connect_at) - epoch_us(r.logged_at)) <= 2000000
                        then 'lost_to_other'
                    else 'caller_left'
                end
            when r.outcome = 'AGENTDUMP' then 'dumped'
            else r.outcome
        end as outcome,
        r.logged_at - to_milliseconds(coalesce(r.ring_ms, 0)) as offered_at
    from ring as r
    inner join story as s
        on s.contact_id = r.contact_id and s.queue = r.queue and s.entry_no = r.entry_no
    left join work_queue_config as q on q.queue = r.queue
)
select
    contact_id,
    visit_ordinal,
    queue,
    entered_at,
    entry_repeat::integer as entry_repeat,
    row_number() over (
        partition by contact_id, visit_ordinal
        order by offered_at, logged_at, agent, outcome, ring_ms, line_id
    )::integer as offer_ordinal,
    agent,
    offered_at,
    ring_ms,
    outcome,
    file_id,
    line_no
from judged
