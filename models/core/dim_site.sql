/*---
description: A site, as contacts, queues and the roster name it, and the time zone in which it counts its days.
owner: team:analytics
grain: [site_key]
columns:
  site_key: {tests: [not_null, unique]}
  site: {description: Name of the site., tests: [not_null]}
  zone: "Time zone of the site: that of its contacts, else of its queues, else of its roster; the first of the alphabet where those name several."
  sourcing: "How the work of the site is sourced: in_house, outsourced or offshore; empty when not known, or when its people differ."
  employer: Company that employs its people; empty when not known, or when they differ.
---*/
with named as (
    -- The systems at a site count in its zone; lists of people and settings may be the centre's.
    select site, zone, 1 as place, null as sourcing, null as employer
    from staging.contact
    where site is not null
    group by site, zone
    union all
    select site, zone, 2, null, null
    from core.dim_queue
    where site is not null
    union all
    select site, zone, case when is_inferred then 3 else 4 end, sourcing, employer
    from staging.roster
    where site is not null
),

counted as (
    select
        site,
        min(case when place = 1 then zone end) as contact_zone,
        min(case when place = 2 then zone end) as queue_zone,
        min(case when place = 3 then zone end) as seen_zone,
        min(zone) as any_zone,
        min(nullif(sourcing, '-')) as first_sourcing,
        max(nullif(sourcing, '-')) as last_sourcing,
        min(nullif(employer, '-')) as first_employer,
        max(nullif(employer, '-')) as last_employer
    from named
    where site <> '-'
    group by site
)

select
    md5_key(site) as site_key,
    site,
    coalesce(contact_zone, queue_zone, seen_zone, any_zone) as zone,
    case when first_sourcing = last_sourcing then first_sourcing end as sourcing,
    case when first_employer = last_employer then first_employer end as employer
from counted
union all
select -1, 'unknown', null, null, null
