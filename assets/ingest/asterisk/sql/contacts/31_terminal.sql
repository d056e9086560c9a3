-- Every line that ends a visit, with the visit it ends; entry_no is null for one too many.
with
ordered as (
    select
        l.*,
        i.n_carried,
        i.n_in_play,
        i.n_entered_before,
        i.n_enter,
        i.is_talking,
        row_number() over (
            partition by l.contact_id, l.queue, l.logged_at, l.class
            order by l.event_order, l.params, l.agent, l.line_id
        ) as place_in_class
    from line as l
    inner join instant as i on i.contact_id = l.contact_id and i.queue = l.queue and i.logged_at = l.logged_at
    where l.class in ('talk_end', 'wait_end')
),
placed as (
    select
        *,
        row_number() over (
            partition by contact_id, queue, logged_at
            order by
                case
                    when is_talking and class = 'talk_end' and place_in_class = 1 then 0
                    when class = 'wait_end' then 1
                    else 2
                end,
                event_order, params, agent, line_id
        ) as place
    from ordered
)
select
    * exclude (place, place_in_class, n_in_play, n_enter),
    case when place <= n_in_play then n_entered_before - n_carried + place end as entry_no,
    n_entered_before + n_enter > 0 as has_entry
from placed
