-- Lines that fit no story.
with
misfit as (
    select
        contact_id, queue, logged_at, event, params, line_id, file_id, line_no,
        case when has_entry then 'surplus_terminal' else 'terminal_without_entry' end as rule
    from terminal
    where entry_no is null
    union all
    select
        contact_id, queue, logged_at, event, params, line_id, file_id, line_no,
        case when has_entry then 'surplus_connect' else 'connect_without_entry' end
    from connection
    where entry_no is null
    union all
    select contact_id, queue, logged_at, event, params, line_id, file_id, line_no, 'offer_without_entry'
    from offer_line
    where entry_no is null
)
select
    contact_id,
    queue,
    logged_at as occurred_at,
    rule,
    event,
    row_number() over (
        partition by contact_id, logged_at, rule order by queue, event, params, line_id
    )::integer as anomaly_ordinal,
    file_id,
    line_no
from misfit
