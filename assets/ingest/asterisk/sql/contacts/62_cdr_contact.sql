-- What the call detail records say of each contact. Rows of Local channels are legs of other calls:
-- they make no contact and say nothing of when one began.
select
    contact_id,
    min(line_at) as started_at,
    max(end_at) as ended_at,
    case
        when bool_or(disposition = 'ANSWERED') then 'ANSWERED'
        else arg_max(disposition, (end_at, line_at, line_id))
    end as disposition,
    arg_min(
        struct_pack(src := src, extension := caller_extension, ref := caller_ref, dst := dst),
        (line_at, end_at, line_id)
    ) as opening,
    arg_min(callee_ref, (line_at, end_at, line_id)) as callee_ref,
    arg_min(struct_pack(file_id := file_id, line_no := line_no), (line_at, end_at, line_id))
        as lineage
from cdr
where not is_local
group by contact_id
