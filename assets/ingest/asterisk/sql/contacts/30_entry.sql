-- One row per ENTERQUEUE, numbered within its (contact, queue).
select
    l.*,
    row_number() over (
        partition by l.contact_id, l.queue order by l.logged_at, l.params, l.caller, l.line_id
    ) as entry_no,
    row_number() over (
        partition by l.contact_id, l.queue, l.logged_at order by l.params, l.caller, l.line_id
    ) as entry_repeat,
    count(*) over (partition by l.contact_id, l.queue) as n_entries
from line as l
where l.class = 'enter'
