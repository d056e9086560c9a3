-- What the call detail records say of each contact. Rows of Local channels are legs: they make no
-- contact, but tell of one that the queue log knows.
select
    contact_id,
    bool_or(not is_local) as is_contact,
    min(line_at) as started_at,
    max(end_at) as ended_at,
    case
        when bool_or(disposition = 'ANSWERED') then 'ANSWERED'
        else arg_max(disposition, (end_at, line_at, line_id))
    end as disposition,
    arg_min(
        struct_pack(src := src, extension := caller_extension, ref := caller_ref, dst := dst),
        (is_local, line_at, end_at, line_id)
    ) as opening,
    arg_min(callee_ref, (line_at, end_at, line_id)) filter (where not is_local) as callee_ref,
    arg_min(struct_pack(file_id := file_id, line_no := line_no), (is_local, line_at, end_at, line_id))
        as lineage
from cdr
group by contact_id
