-- Agents on legs of contacts: of answered visits, and of calls from and to agents past any queue.
with
only_agent as (
    -- A phone that several agents use does not tell who it was.
    select extension, min(agent) as agent
    from (
        select * from work_extension
        qualify strength = max(strength) over (partition by extension)
    )
    group by extension
    having count(*) = 1
),
last_restart as (
    select max(restart_at) as restart_at from work_restart
),
of_visit as (
    select
        s.contact_id,
        s.queue,
        s.visit_ordinal,
        s.entered_at,
        s.entry_repeat,
        coalesce(s.connect_agent, s.end_agent, 'unknown') as agent,
        case when s.is_consult then 'consult' else 'customer' end as role,
        s.connected_at,
        case when s.end_class = 'talk_end' then s.end_at end as ended_at,
        case
            when s.end_class is distinct from 'talk_end' then null
            when s.talk_s is not null then s.talk_s * 1000
            else greatest(0, (epoch_us(s.end_at) - epoch_us(s.connected_at)) // 1000)
        end as talk_ms,
        s.connect_at is not null as is_connect_logged,
        s.end_at is null and not s.is_superseded
            and not coalesce(s.connected_at <= r.restart_at, false) as is_open,
        -- Also where the visit was over without an end of the talk: entered anew, or ended by an
        -- event of waiting. The end was not logged, and the leg must not stay open for ever.
        s.end_class is distinct from 'talk_end'
            and (
                s.end_at is not null or s.is_superseded
                or coalesce(s.connected_at <= r.restart_at, false)
            ) as is_cut,
        case s.end_event
            when 'BLINDTRANSFER' then 'blind'
            when 'TRANSFER' then 'blind'
            when 'ATTENDEDTRANSFER' then 'attended'
        end as transfer_type,
        case
            when s.end_event in ('BLINDTRANSFER', 'TRANSFER') then nullif(s.p[1], '')
        end as transfer_to,
        coalesce(c.line_id, '') as line_id,
        s.file_id,
        s.line_no
    from story as s
    cross join last_restart as r
    left join connection as c
        on c.contact_id = s.contact_id and c.queue = s.queue and c.entry_no = s.entry_no
    where s.outcome = 'answered'
),
direct as (
    select
        c.contact_id,
        coalesce(called.agent, calling.agent) as agent,
        c.answer_at as connected_at,
        c.end_at as ended_at,
        c.talk_ms,
        c.line_id,
        c.file_id,
        c.line_no
    from cdr as c
    left join only_agent as called
        on called.extension = c.callee_extension and c.caller_extension is null
    left join only_agent as calling
        on calling.extension = c.caller_extension and c.callee_ref is not null
    where c.lastapp = 'Dial' and c.disposition = 'ANSWERED' and not c.is_local
        and c.answer_at is not null
        and (called.agent is not null or calling.agent is not null)
        and c.contact_id not in (select contact_id from story)
)
select * from of_visit
union all by name
select
    *,
    'customer' as role,
    false as is_connect_logged,
    false as is_open,
    false as is_cut
from direct
