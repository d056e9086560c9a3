/*---
relation: ops.load_file
severity: critical
description: >-
  Every staging table has, day by day, the rows that the lake's manifest says.
---*/
with found as (
    select 'agent_event' as table_name, source, local_date, count(*) as n_found
    from staging.agent_event
    where local_date between $from_date and $to_date
    group by source, local_date
    union all
    select 'agent_offer' as table_name, source, local_date, count(*) as n_found
    from staging.agent_offer
    where local_date between $from_date and $to_date
    group by source, local_date
    union all
    select 'anomaly' as table_name, source, local_date, count(*) as n_found
    from staging.anomaly
    where local_date between $from_date and $to_date
    group by source, local_date
    union all
    select 'contact' as table_name, source, local_date, count(*) as n_found
    from staging.contact
    where local_date between $from_date and $to_date
    group by source, local_date
    union all
    select 'forecast' as table_name, source, local_date, count(*) as n_found
    from staging.forecast
    where local_date between $from_date and $to_date
    group by source, local_date
    union all
    select 'handle_segment' as table_name, source, local_date, count(*) as n_found
    from staging.handle_segment
    where local_date between $from_date and $to_date
    group by source, local_date
    union all
    select 'ivr_session' as table_name, source, local_date, count(*) as n_found
    from staging.ivr_session
    where local_date between $from_date and $to_date
    group by source, local_date
    union all
    select 'ivr_step' as table_name, source, local_date, count(*) as n_found
    from staging.ivr_step
    where local_date between $from_date and $to_date
    group by source, local_date
    union all
    select 'message' as table_name, source, local_date, count(*) as n_found
    from staging.message
    where local_date between $from_date and $to_date
    group by source, local_date
    union all
    select 'outbound_attempt' as table_name, source, local_date, count(*) as n_found
    from staging.outbound_attempt
    where local_date between $from_date and $to_date
    group by source, local_date
    union all
    select 'qa_evaluation' as table_name, source, local_date, count(*) as n_found
    from staging.qa_evaluation
    where local_date between $from_date and $to_date
    group by source, local_date
    union all
    select 'qa_item' as table_name, source, local_date, count(*) as n_found
    from staging.qa_item
    where local_date between $from_date and $to_date
    group by source, local_date
    union all
    select 'queue_refusal' as table_name, source, local_date, count(*) as n_found
    from staging.queue_refusal
    where local_date between $from_date and $to_date
    group by source, local_date
    union all
    select 'queue_visit' as table_name, source, local_date, count(*) as n_found
    from staging.queue_visit
    where local_date between $from_date and $to_date
    group by source, local_date
    union all
    select 'sale' as table_name, source, local_date, count(*) as n_found
    from staging.sale
    where local_date between $from_date and $to_date
    group by source, local_date
    union all
    select 'schedule' as table_name, source, local_date, count(*) as n_found
    from staging.schedule
    where local_date between $from_date and $to_date
    group by source, local_date
    union all
    select 'service_case' as table_name, source, local_date, count(*) as n_found
    from staging.service_case
    where local_date between $from_date and $to_date
    group by source, local_date
    union all
    select 'service_case_event' as table_name, source, local_date, count(*) as n_found
    from staging.service_case_event
    where local_date between $from_date and $to_date
    group by source, local_date
    union all
    select 'survey_answer' as table_name, source, local_date, count(*) as n_found
    from staging.survey_answer
    where local_date between $from_date and $to_date
    group by source, local_date
    union all
    select 'survey_invite' as table_name, source, local_date, count(*) as n_found
    from staging.survey_invite
    where local_date between $from_date and $to_date
    group by source, local_date
    union all
    select 'activity_map' as table_name, source, local_date, count(*) as n_found
    from staging.activity_map
    group by source, local_date
    union all
    select 'agent_queue' as table_name, source, local_date, count(*) as n_found
    from staging.agent_queue
    group by source, local_date
    union all
    select 'calendar' as table_name, source, local_date, count(*) as n_found
    from staging.calendar
    group by source, local_date
    union all
    select 'cost' as table_name, source, local_date, count(*) as n_found
    from staging.cost
    group by source, local_date
    union all
    select 'customer' as table_name, source, local_date, count(*) as n_found
    from staging.customer
    group by source, local_date
    union all
    select 'customer_alias' as table_name, source, local_date, count(*) as n_found
    from staging.customer_alias
    group by source, local_date
    union all
    select 'fx_rate' as table_name, source, local_date, count(*) as n_found
    from staging.fx_rate
    group by source, local_date
    union all
    select 'goal' as table_name, source, local_date, count(*) as n_found
    from staging.goal
    group by source, local_date
    union all
    select 'headcount' as table_name, source, local_date, count(*) as n_found
    from staging.headcount
    group by source, local_date
    union all
    select 'queue_config' as table_name, source, local_date, count(*) as n_found
    from staging.queue_config
    group by source, local_date
    union all
    select 'roster' as table_name, source, local_date, count(*) as n_found
    from staging.roster
    group by source, local_date
    union all
    select 'state_map' as table_name, source, local_date, count(*) as n_found
    from staging.state_map
    group by source, local_date
    union all
    select 'training' as table_name, source, local_date, count(*) as n_found
    from staging.training
    group by source, local_date
),

promised as (
    select table_name, source, local_date, sum(n_rows) as n_expected
    from ops.lake_manifest
    where layer = 'staging'
        and (local_date between $from_date and $to_date or local_date is null)
    group by table_name, source, local_date
)

select
    coalesce(promised.table_name, found.table_name) as table_name,
    coalesce(promised.source, found.source) as source,
    coalesce(promised.local_date, found.local_date) as local_date,
    coalesce(promised.n_expected, 0) as n_expected,
    coalesce(found.n_found, 0) as n_found
from promised
full join found
    on found.table_name = promised.table_name
    and found.source = promised.source
    and found.local_date is not distinct from promised.local_date
where coalesce(promised.n_expected, 0) <> coalesce(found.n_found, 0)
