/*---
description: One staffing group in one quarter hour, what was expected, what came, and who was there. Agents are means over the quarter hour. How many were needed follows by Erlang C or A (`pipelines/erlang.py`) and is no sum.
owner: team:analytics
grain: [staffing_group, interval_start]
materialization: view
columns:
  forecast_volume: Visits expected by the latest forecast; empty where nothing was forecast.
  forecast_load: 'Erlangs expected, contacts in progress at once: forecast volume x handle time over the quarter hour.'
  load: Erlangs that came, with the handle time of what was handled; empty when nothing was.
  handle_time_s: 'Handle time of one handled visit, in seconds; empty when none was.'
  scheduled_agents: Agents planned for work with contacts.
  present_agents: 'Agents handling, in wrap-up, ringing or available.'
  volume_error: 'Visits that came, less those expected; empty when no forecast is known.'
---*/
select
    staffing_group,
    interval_key,
    interval_start,
    local_date,
    zone,
    forecast_volume,
    n_visits,
    n_visits - forecast_volume as volume_error,
    n_handled_visits,
    ratio(handle_ms, n_handled_visits * 1000) as handle_time_s,
    ratio(forecast_handle_ms, 900000) as forecast_load,
    ratio(n_visits * handle_ms, n_handled_visits * 900000) as load,
    ratio(scheduled_work_ms, 900000) as scheduled_agents,
    ratio(present_ms, 900000) as present_agents
from core.fact_staffing
