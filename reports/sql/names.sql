-- What people call queues and campaigns; other scopes are called by their id.
select 'queue' as kind, queue_id as id, queue_name as name
from core.dim_queue
where is_current and queue_key <> -1
union all
select 'campaign' as kind, campaign_id as id, campaign_name as name
from core.dim_campaign
where is_current
order by kind, id
