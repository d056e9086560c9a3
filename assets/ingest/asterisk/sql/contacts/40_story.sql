-- One row per visit: its entry, how it was connected and how it ended.
with
last_restart as (
    select max(restart_at) as restart_at from work_restart
),
told as (
    select
        e.contact_id,
        e.queue,
        e.entry_no,
        e.entry_repeat,
        e.logged_at as entered_at,
        e.file_id,
        e.line_no,
        e.caller,
        e.p[3] as position_in,
        c.logged_at as connect_at,
        c.agent as connect_agent,
        c.p[1] as connect_wait,
        c.p[3] as connect_ring,
        t.logged_at as end_at,
        t.class as end_class,
        t.event as end_event,
        t.agent as end_agent,
        t.p,
        t.logged_at is null and e.entry_no < e.n_entries as is_superseded,
        -- ATTENDEDTRANSFER has four or five fields before them: counted from the end of the row.
        case
            when t.class <> 'talk_end' then null
            when t.event = 'ATTENDEDTRANSFER' then t.p[-3]
            when t.event in ('BLINDTRANSFER', 'TRANSFER') then t.p[3]
            else t.p[1]
        end as end_hold,
        case
            when t.class <> 'talk_end' then null
            when t.event = 'ATTENDEDTRANSFER' then t.p[-2]
            when t.event in ('BLINDTRANSFER', 'TRANSFER') then t.p[4]
            else t.p[2]
        end as end_talk,
        case
            when c.logged_at is not null or t.class = 'talk_end' then 'answered'
            when t.event = 'ABANDON' then 'abandoned'
            when t.event = 'EXITWITHKEY' then 'exit_key'
            when t.event = 'EXITWITHTIMEOUT' then 'timeout'
            when t.event in ('EXITEMPTY', 'LEAVEEMPTY') then 'empty'
            when t.event in ('WITHDRAW', 'SYSCOMPAT') then 'withdrawn'
            -- The same call entered again: the end of this visit was never logged.
            when e.entry_no < e.n_entries then 'cut'
            when e.logged_at <= r.restart_at then 'cut'
            else 'open'
        end as outcome
    from entry as e
    cross join last_restart as r
    left join connection as c
        on c.contact_id = e.contact_id and c.queue = e.queue and c.entry_no = e.entry_no
    left join terminal as t
        on t.contact_id = e.contact_id and t.queue = e.queue and t.entry_no = e.entry_no
),
figures as (
    select
        *,
        case when regexp_full_match(end_hold, '[0-9]{1,9}') then end_hold::bigint end as hold_s,
        case when regexp_full_match(end_talk, '[0-9]{1,9}') then end_talk::bigint end as talk_s,
        case
            when connect_at is not null then connect_wait
            when end_class = 'talk_end' then end_hold
            when end_event in ('ABANDON', 'EXITWITHTIMEOUT', 'EXITEMPTY', 'LEAVEEMPTY', 'WITHDRAW')
                then p[3]
            when end_event = 'EXITWITHKEY' then p[4]
        end as wait_text,
        case
            when end_event in ('ABANDON', 'EXITWITHTIMEOUT', 'EXITEMPTY', 'WITHDRAW') then p[1]
            when end_event = 'EXITWITHKEY' then p[2]
        end as position_out
    from told
),
timed as (
    select
        *,
        -- Without a CONNECT it was talk seconds before the talk's end; seconds are cut off, so
        -- that may come out before the entry, where it cannot have been.
        case
            when connect_at is not null then connect_at
            when end_class = 'talk_end'
                then greatest(entered_at, end_at - to_seconds(coalesce(talk_s, 0)))
        end as connected_at
    from figures
),
left_queue as (
    select
        *,
        case
            when outcome = 'answered' then connected_at
            when outcome not in ('open', 'cut') then end_at
        end as left_at
    from timed
)
select
    v.* exclude (wait_text, position_in, position_out),
    row_number() over (
        partition by v.contact_id
        order by v.entered_at, v.left_at nulls last, v.queue, v.entry_repeat
    )::integer as visit_ordinal,
    case
        when v.left_at is null then null
        when regexp_full_match(v.wait_text, '[0-9]{1,9}') then v.wait_text::bigint * 1000
        else greatest(0, (epoch_us(v.left_at) - epoch_us(v.entered_at)) // 1000)
    end as wait_ms,
    case when regexp_full_match(v.position_in, '[0-9]{1,9}') then v.position_in::integer end
        as position_in,
    case when regexp_full_match(v.position_out, '[0-9]{1,9}') then v.position_out::integer end
        as position_out,
    coalesce(v.caller in (select extension from work_extension), false)
        or coalesce(v.caller in (select alias from work_alias), false) as is_consult
from left_queue as v
