-- Contacts that new lines change without naming them.
with
new_extension as (
    -- An agent's phone came to be known: calls from it are consultations, calls to it handled.
    select extension from (
        select extension, agent, strength from work_extension
        except
        select extension, agent, strength from before_extension
    )
)
select c.contact_id
from staging_contact as c
where exists (select 1 from new_extension)
    and (
        c.caller_extension in (select extension from new_extension)
        or (c.is_in_cdr and not c.is_in_queue_log and c.kind <> 'internal')
    )
union
-- An agent was connected to somebody else while his leg still ran. Only the latest leg before can
-- learn that from a new line: an earlier one that still ran has learnt it from that leg.
select s.contact_id
from (
    select coalesce(a.agent, q.agent) as agent, q.line_at
    from raw_queue_log as q
    left join work_alias as a on a.alias = q.agent
    where q.event = 'CONNECT'
) as c
asof inner join staging_handle_segment as s
    on s.agent = c.agent and s.connected_at < c.line_at
where c.line_at < s.ended_at
