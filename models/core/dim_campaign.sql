/*---
description: An outbound campaign, as the dials name it. No source tells more of a campaign yet, so each has one version.
owner: team:analytics
grain: [campaign_key]
columns:
  campaign_key: {tests: [not_null, unique]}
  campaign_id: {tests: [not_null]}
  first_on: Local day of its first dial.
  last_on: Local day of its newest dial.
  is_inferred: Known from the dials only.
---*/
with seen as (
    select
        campaign,
        min(local_date) as first_on,
        max(local_date) as last_on
    from staging.outbound_attempt
    group by campaign
)

select
    md5_key(campaign) as campaign_key,
    campaign as campaign_id,
    campaign as campaign_name,
    first_on,
    last_on,
    true as is_inferred,
    date '0001-01-01' as valid_from,
    date '9999-12-31' as valid_to,
    true as is_current
from seen
union all
select -1, 'unknown', 'unknown', null, null, null, date '0001-01-01', date '9999-12-31', true
