-- The call that a channel is a part of, where records say so: the oldest one named.
with
link as (
    select contact_id, linkedid from cdr where linkedid is not null
    union all
    select contact_id, linkedid from raw_cel where linkedid is not null
),
timed as (
    select
        *,
        try_cast(regexp_extract(linkedid, '([0-9]+)\.[0-9]+$', 1) as bigint) as began_s,
        try_cast(regexp_extract(linkedid, '\.([0-9]+)$', 1) as bigint) as serial
    from link
)
select distinct on (contact_id) contact_id, linkedid as root_contact_id
from timed
order by contact_id, began_s nulls last, serial nulls last, linkedid
