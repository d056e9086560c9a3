-- Lines of rings that no CONNECT ended, with the visit each belongs to: the first in play at that
-- instant, else the latest before it; entry_no is null where there was none.
select
    l.*,
    case
        when i.n_in_play > 0 then i.n_entered_before - i.n_carried + 1
        when i.n_entered_before > 0 then i.n_entered_before
    end as entry_no
from line as l
inner join instant as i on i.contact_id = l.contact_id and i.queue = l.queue and i.logged_at = l.logged_at
where l.class = 'offer'
