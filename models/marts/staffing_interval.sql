/*---
description: One staffing group in one quarter hour, what was expected, what came, who was there and how many were needed. Agents are means over the quarter hour; those needed are whole, at work and without shrinkage, by Erlang C.
owner: team:analytics
grain: [staffing_group, interval_start]
materialization: view
columns:
  n_visits: Visits to queues of the group, agents asking colleagues left out; empty after the last contact that was read.
  forecast_volume: Visits expected by the latest forecast; empty where nothing was forecast.
  forecast_load: 'Erlangs expected, contacts in progress at once: forecast volume x handle time over the quarter hour.'
  load: Erlangs that came, with the handle time of what was handled; empty when nothing was.
  handle_time_s: 'Handle time of one handled visit, in seconds; empty when none was.'
  scheduled_agents: Agents planned for work with contacts.
  present_agents: 'Agents handling, in wrap-up, ringing or available.'
  volume_error: 'Visits that came, less those expected; empty when no forecast is known.'
  required_agents: "Fewest agents who reach the service-level goal with what came, by Erlang C; 0 when nothing came, empty after the last contact that was read, and when no handle time, T or goal is known or no number of agents reaches it."
  required_agents_forecast: The same for what was expected; empty where nothing was forecast.
  staffing_gap: Agents present, less those required for what came; below 0 they were too few.
  planned_gap: Agents scheduled, less those required for what was expected; below 0 too few were planned.
---*/
with reading as (
    select max(watermark_at) as read_until
    from ops.feed_watermark
    where is_contact_feed
)

select
    f.staffing_group,
    f.interval_key,
    f.interval_start,
    f.local_date,
    f.zone,
    f.forecast_volume,
    case when f.is_read then f.n_visits end as n_visits,
    case when f.is_read then f.n_visits - f.forecast_volume end as volume_error,
    f.n_handled_visits,
    ratio(f.handle_ms, f.n_handled_visits * 1000) as handle_time_s,
    ratio(f.forecast_handle_ms, 900000) as forecast_load,
    ratio(f.n_visits * f.handle_ms, f.n_handled_visits * 900000) as load,
    ratio(f.scheduled_work_ms, 900000) as scheduled_agents,
    ratio(f.present_ms, 900000) as present_agents,
    case when f.is_read then f.required_agents end as required_agents,
    f.required_agents_forecast,
    case
        when f.is_read then ratio(f.present_ms, 900000) - f.required_agents
    end as staffing_gap,
    ratio(f.scheduled_work_ms, 900000) - f.required_agents_forecast as planned_gap
from (
    select s.*, s.n_visits > 0 or coalesce(s.interval_start < r.read_until, true) as is_read
    from core.fact_staffing as s
    cross join reading as r
) as f
