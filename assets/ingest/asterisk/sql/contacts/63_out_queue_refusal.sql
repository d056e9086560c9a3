-- Tries to enter a queue that were refused: logged as such, or a DID line for a queue which the
-- call then never entered.
with
logged as (
    select
        contact_id, queue, logged_at,
        case event
            when 'FULL' then 'full'
            when 'JOINEMPTY' then 'empty'
            when 'CLOSED' then 'closed'
            else 'busy'
        end as cause,
        line_id, file_id, line_no
    from line
    where class = 'refusal'
),
heard_of as (
    select distinct contact_id, queue from line where class in ('enter', 'refusal')
),
told_by_record as (
    -- Dialplans go on at an extension named after the queue and the reason: billing-JOINEMPTY.
    select distinct
        l.contact_id,
        l.raw_queue,
        case
            when regexp_matches(upper(substr(c.dst, length(l.raw_queue) + 2)), '^(JOIN|LEAVE)')
                then 'empty'
            when upper(substr(c.dst, length(l.raw_queue) + 2)) like 'FULL%' then 'full'
        end as cause
    from line as l
    inner join cdr as c
        on c.contact_id = l.contact_id and starts_with(c.dst, l.raw_queue || '-')
    where l.event = 'DID'
),
cause as (
    select contact_id, raw_queue, min(cause) as cause
    from told_by_record
    group by contact_id, raw_queue
),
never_entered as (
    -- One refusal for all DID lines of a queue: a second one is told again, not refused again.
    select distinct on (l.contact_id, l.queue)
        l.contact_id, l.queue, l.logged_at, coalesce(c.cause, 'unknown') as cause,
        l.line_id, l.file_id, l.line_no
    from line as l
    cross join opt as o
    left join cause as c on c.contact_id = l.contact_id and c.raw_queue = l.raw_queue
    left join cdr_contact as k on k.contact_id = l.contact_id
    where l.event = 'DID' and l.queue is not null
        and not exists (
            select 1 from heard_of as h where h.contact_id = l.contact_id and h.queue = l.queue
        )
        -- Until the call is over it may still be on its way into the queue.
        and (k.contact_id is not null or l.logged_at <= o.watermark_at - interval 10 second)
    order by l.contact_id, l.queue, l.logged_at, l.line_id
)
select
    contact_id,
    queue,
    logged_at as refused_at,
    row_number() over (
        partition by contact_id, queue, logged_at order by cause, line_id
    )::integer as refusal_ordinal,
    cause,
    file_id,
    line_no
from (from logged union all from never_entered)
