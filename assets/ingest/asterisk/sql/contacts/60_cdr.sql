-- Call detail records of both kinds of file, each call leg once.
--
-- cdr_csv and cdr_custom write the same record: it counts as often as the file that has it more
-- often. A record with linkedid is preferred.
with
both_files as (
    select *, 'cdr' as feed from raw_cdr
    union all
    select *, 'cdr_custom' as feed from raw_cdr_custom
),
occurring as (
    select
        *,
        row_number() over (
            partition by feed, contact_id, channel, dstchannel, dst, lastapp, line_at, end_at
            order by line_id, file_id, line_no
        ) as occurrence
    from both_files
),
ranked as (
    select
        *,
        row_number() over (
            partition by
                contact_id, channel, dstchannel, dst, lastapp, line_at, end_at, occurrence
            order by linkedid is null, feed, line_id
        ) as choice
    from occurring
),
told as (
    select
        * exclude (occurrence, choice, source, agent),
        coalesce(channel, '') like 'Local/%' as is_local,
        case
            when regexp_full_match(src, '\*?[0-9]{1,6}') then src
            -- Outbound calls show the centre's number; the phone tells who called.
            else nullif(
                regexp_extract(channel, '^[A-Za-z0-9]+/([0-9]{1,6})(?:[^0-9].*)?$', 1), ''
            )
        end as caller_extension,
        nullif(
            regexp_extract(dstchannel, '^[A-Za-z0-9]+/([0-9]{1,6})(?:[^0-9].*)?$', 1), ''
        ) as callee_extension,
        case when regexp_full_match(src, 'c_[0-9a-f]{16}') then src end as caller_ref,
        case when regexp_full_match(dst, 'c_[0-9a-f]{16}') then dst end as callee_ref
    from ranked
    where choice = 1
)
select t.*
from told as t
cross join opt as o
-- A record without unique id cannot be told from the queue log's account of the same call.
where not (t.uniqueid is null and t.lastapp = 'Queue' and o.has_queue_log)
