-- One row per call: what queue log and call detail records say together.
with
in_log as (
    select
        contact_id,
        min(logged_at) as first_at,
        max(logged_at) as last_at,
        bool_or(class in ('enter', 'connect', 'talk_end', 'wait_end', 'offer', 'refusal'))
            or bool_or(event = 'DID') as is_contact,
        arg_min(nullif(p[1], ''), (logged_at, line_id)) filter (where event = 'DID') as entry_point,
        arg_min(struct_pack(file_id := file_id, line_no := line_no), (logged_at, file_id, line_no))
            as lineage
    from line
    where class <> 'agent'
    group by contact_id
),
in_queues as (
    select
        contact_id,
        bool_or(is_consult) as is_consult,
        bool_or(outcome = 'open') as is_open,
        arg_min(caller, visit_ordinal) filter (where caller like 'c\_%' escape '\') as caller_ref,
        arg_min(caller, visit_ordinal) filter (where regexp_full_match(caller, '\*?[0-9]{1,6}'))
            as caller_extension
    from story
    group by contact_id
),
first_queue as (
    select contact_id, arg_min(queue, (came_at, queue)) as queue
    from (
        select contact_id, queue, entered_at as came_at from story
        union all
        select contact_id, queue, refused_at from out_queue_refusal
    )
    group by contact_id
),
ended as (
    select contact_id, max(logged_at) as logged_at from terminal group by contact_id
),
handled as (
    select contact_id, bool_or(is_open) as is_open from segment group by contact_id
),
pending as (
    -- A DID line whose call may still enter its queue.
    select distinct l.contact_id
    from line as l
    cross join opt as o
    where l.event = 'DID' and l.queue is not null and l.logged_at > o.watermark_at - interval 10 second
        and l.contact_id not in (select contact_id from cdr_contact)
        and not exists (
            select 1
            from line as e
            where e.contact_id = l.contact_id and e.queue = l.queue
                and e.class in ('enter', 'refusal')
        )
),
met as (
    select contact_id from in_log where is_contact
    union
    select contact_id from cdr_contact
),
gathered as (
    select
        m.contact_id,
        r.root_contact_id,
        l.contact_id is not null as is_in_queue_log,
        m.contact_id in (select contact_id from cdr) as is_in_cdr,
        coalesce(q.is_consult, false) as is_consult,
        case
            when l.contact_id is not null and coalesce(q.is_consult, false) then 'internal'
            when l.contact_id is not null then 'inbound'
            when c.opening.extension is null then 'inbound'
            when c.callee_ref is not null then 'outbound'
            else 'internal'
        end as direction,
        q.caller_ref as queue_caller_ref,
        c.opening.ref as record_caller_ref,
        c.callee_ref,
        coalesce(q.caller_extension, c.opening.extension) as caller_extension,
        least(l.first_at, c.started_at) as started_at,
        -- A call that a restart cut has neither end: its last line is the last known of it.
        coalesce(greatest(e.logged_at, c.ended_at), l.last_at) as ended_at,
        coalesce(q.is_open, false) or coalesce(h.is_open, false) or p.contact_id is not null
            as is_open,
        l.entry_point,
        c.opening.dst as dst,
        c.disposition,
        o.site,
        f.queue as site_queue,
        coalesce(l.lineage, c.lineage) as lineage
    from met as m
    cross join opt as o
    left join (from in_log where is_contact) as l using (contact_id)
    left join cdr_contact as c using (contact_id)
    left join in_queues as q using (contact_id)
    left join ended as e using (contact_id)
    left join handled as h using (contact_id)
    left join pending as p using (contact_id)
    left join root as r using (contact_id)
    left join first_queue as f using (contact_id)
)
select
    contact_id,
    coalesce(root_contact_id, contact_id) as root_contact_id,
    case when is_consult and root_contact_id <> contact_id then root_contact_id end
        as related_contact_id,
    case
        when is_consult then 'consult'
        when direction = 'internal' then 'internal'
        else 'customer'
    end as kind,
    'voice' as channel,
    direction,
    case direction
        when 'inbound' then coalesce(queue_caller_ref, record_caller_ref)
        when 'outbound' then callee_ref
    end as customer_ref,
    caller_extension,
    started_at,
    case when not is_open then ended_at end as ended_at,
    case
        when entry_point is not null then entry_point
        -- An outside number stands here only as its hash, which is no line of the centre's.
        when direction = 'inbound' and not regexp_full_match(dst, 'c_[0-9a-f]{16}') then dst
    end as entry_point,
    site,
    site_queue,
    null::varchar as reason,
    null::varchar as reason_group,
    disposition,
    null::varchar as language,
    null::varchar as recording_ref,
    is_open,
    is_in_queue_log,
    is_in_cdr,
    lineage.file_id as file_id,
    lineage.line_no as line_no
from gathered
