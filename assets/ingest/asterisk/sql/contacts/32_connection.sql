-- Every CONNECT, with the visit it connects; entry_no is null for one too many.
with
slot as (
    -- Visits that a talk-end ends at this instant and that were not connected before it ...
    select contact_id, queue, logged_at, entry_no
    from terminal
    where class = 'talk_end' and not (is_talking and entry_no = n_entered_before)
    union all
    -- ... then the newest one, if it stays in play and was not connected before.
    select contact_id, queue, logged_at, n_entered_before + n_enter
    from instant
    where n_end < n_in_play and not (n_enter = 0 and is_talking)
),
numbered_slot as (
    select
        *,
        row_number() over (partition by contact_id, queue, logged_at order by entry_no) as place
    from slot
    where entry_no is not null
),
numbered as (
    select
        *,
        row_number() over (
            partition by contact_id, queue, logged_at order by params, agent, line_id
        ) as place
    from line
    where class = 'connect'
)
select
    c.* exclude (place),
    s.entry_no,
    i.n_entered_before + i.n_enter > 0 as has_entry
from numbered as c
inner join instant as i on i.contact_id = c.contact_id and i.queue = c.queue and i.logged_at = c.logged_at
left join numbered_slot as s
    on s.contact_id = c.contact_id and s.queue = c.queue and s.logged_at = c.logged_at and s.place = c.place
