-- Contacts that new lines change without naming them.
with
new_extension as (
    -- An agent's phone came to be known: calls from it are consultations, calls to it handled.
    select extension from (
        select extension, agent from work_extension
        except
        select extension, agent from before_extension
    )
)
select c.contact_id
from staging_contact as c
where exists (select 1 from new_extension)
    and (
        c.caller_extension in (select extension from new_extension)
        or (c.is_in_cdr and not c.is_in_queue_log and c.kind <> 'internal')
    )
