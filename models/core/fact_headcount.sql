/*---
description: People of the whole centre, a site or a team in one month, and how their number changed. Rows of teams count; those of a site or the centre only where no smaller part has rows.
owner: team:analytics
grain: [headcount_key]
metrics:
  row: headcount
  attribution: month
  finest: month
  site: f.site
  team: f.team
columns:
  headcount_key: {tests: [not_null, unique]}
  scope_kind: {description: 'What the row is about: all, site or team.', tests: [not_null, {allowed: [all, site, team]}]}
  scope_id: 'Which one of its kind; all for the whole centre.'
  local_date: {description: First day of the month., tests: [not_null]}
  site: Site it is about; of a team that of its people; empty when not known, or for the whole centre.
  team: Team it is about; empty for others.
---*/
with headcount as (
    select
        *,
        first_of_month(period_on) as month_on,
        row_number() over (
            partition by first_of_month(period_on), scope_kind, scope_id
            order by source, period_on
        ) as place
    from staging.headcount
),

-- The site of a team's people; of several the first of the alphabet.
team_site as (
    select h.month_on, h.scope_id as team, min(a.site) as site
    from headcount as h
    inner join core.dim_agent as a
        on a.team = h.scope_id
        and a.valid_from < h.month_on + interval '1' month
        and a.valid_to > h.month_on
    where h.scope_kind = 'team'
    group by h.month_on, h.scope_id
),

placed as (
    select
        h.*,
        case h.scope_kind when 'site' then h.scope_id when 'team' then t.site end as site,
        case h.scope_kind when 'team' then h.scope_id end as team
    from headcount as h
    left join team_site as t
        on h.scope_kind = 'team' and t.month_on = h.month_on and t.team = h.scope_id
    where h.place = 1
),

smaller as (
    select
        month_on,
        count(*) filter (where scope_kind <> 'all') as n_parts,
        count(*) filter (where scope_kind = 'team' and site is null) as n_teams_nowhere
    from placed
    group by month_on
),

site_team as (
    select distinct month_on, site
    from placed
    where scope_kind = 'team' and site is not null
)

select
    md5_key(cast(p.month_on as varchar) || '|' || p.scope_kind || '|' || p.scope_id)
        as headcount_key,
    p.source,
    p.month_on as local_date,
    p.zone,
    p.scope_kind,
    p.scope_id,
    p.site,
    p.team,
    p.n_opening,
    p.n_joiners,
    p.n_leavers,
    p.n_transfers_in,
    p.n_transfers_out,
    p.n_promotions,
    p.n_closing,
    -- A team that is nowhere may be anyone's: then no site counts beside the teams.
    case p.scope_kind
        when 'team' then true
        when 'site' then t.site is null and s.n_teams_nowhere = 0
        else s.n_parts = 0
    end as is_counted
from placed as p
inner join smaller as s on s.month_on = p.month_on
left join site_team as t
    on p.scope_kind = 'site' and t.month_on = p.month_on and t.site = p.scope_id
