/*---
description: "One answer to one question of a survey, measured: scores are turned so that higher is better. It belongs to the day of its invitation's contact."
owner: team:analytics
grain: [answer_key]
materialization: daily
metrics:
  row: survey_answer
  attribution: contact start
  queue: f.queue_id
  queue_version: f.queue_key
  agent: f.agent_id
  agent_version: f.agent_key
  channel: f.channel
  direction: f.direction
  site: coalesce(f.site, a.site)
  reason: f.reason
  language: f.language
columns:
  answer_key: {description: Key of the answer., tests: [not_null, unique]}
  invite_key: {description: Key of the invitation answered., tests: [not_null]}
  invite_id: {description: The source's identifier of the invitation., tests: [not_null]}
  question_key: Key of the question on its scale; -1 when not known.
  question: {description: Name or number of the question in its survey., tests: [not_null]}
  kind: {description: "What the question measures: csat, nps, ces, fcr or text.", tests: [not_null]}
  contact_key: Key of the contact asked about; empty when not known.
  contact_id: Identifier of the contact asked about; empty when not known.
  is_linked: {description: The contact asked about is known., tests: [not_null]}
  channel: The medium of the contact; empty when not linked.
  direction: Who began the contact; empty when not linked.
  site: Site of the contact; empty when not known.
  reason: Reason of the contact as the source has it; empty when not known.
  language: Language of the contact; empty when not known.
  queue_id: Queue of the contact's last leg with a customer.
  agent_id: Agent of the contact's last leg with a customer.
  survey_channel: "The medium of the survey: voice, chat, email, sms or social."
  answered_at: {description: When it was answered (UTC)., tests: [not_null]}
  local_date: {description: "Local day on which the contact asked about started; the invitation's, else the answer's, when not linked.", tests: [not_null]}
  own_local_date: {description: Local day of the answer., tests: [not_null]}
  interval_start: Quarter hour (UTC) of the contact; of the invitation or the answer when not linked.
  score: Score as given; empty for text.
  score_turned: "The score turned so that higher is better, on the same scale; empty when it is not on the scale or the scale is not known."
  score_share: {description: "Where on the scale the turned score lies, 0 the worst and 1 the best.", tests: [{min: 0}, {max: 1}]}
  is_top_box: A top box of its scale; of questions of satisfaction only.
  nps_class: "promoter (9 and 10), passive (7 and 8) or detractor (below); of questions of recommendation on 0 to 10 or 1 to 10 only."
  is_easy: At least two thirds up the scale, as 5 is on 1 to 7; of questions of effort only.
  is_resolved: The customer says that the matter was resolved; of such questions only.
  text: What the customer wrote; numbers in it are masked.
---*/
with answer as (
    select
        a.*,
        md5_key(
            a.source || '|' || a.question || '|' || a.kind
            || '|' || coalesce(cast(a.scale_min as varchar), '')
            || '|' || coalesce(cast(a.scale_max as varchar), '')
            || '|' || coalesce(cast(a.is_higher_better as varchar), '')
        ) as question_key,
        md5_key(a.source || '|' || a.invite_id) as invite_key
    from staging.survey_answer as a
    inner join ops.build_window as w on a.local_date between w.scan_from and w.late_to
),

invite as (
    select v.*
    from core.fact_survey_invite as v
    inner join ops.build_window as w on v.local_date between w.linked_from and w.scan_to
),

placed as (
    select
        a.source, a.invite_key, a.invite_id, a.question_key, a.question, a.kind,
        a.scale_min, a.scale_max, a.answered_at, a.score, a.text, a.local_date as own_local_date,
        v.contact_key, v.contact_id, coalesce(v.is_linked, false) as is_linked,
        v.channel, v.direction, v.site, v.reason, v.language, v.queue_key, v.queue_id,
        v.agent_key, v.agent_id, v.survey_channel,
        coalesce(v.local_date, a.local_date) as local_date,
        coalesce(v.zone, a.zone) as zone,
        coalesce(v.interval_start, bucket15(a.answered_at)) as interval_start,
        -- Which end is the good one is part of what these two measure.
        case when a.kind in ('nps', 'fcr') then coalesce(a.is_higher_better, true)
            else a.is_higher_better
        end as is_higher_better
    from answer as a
    left join invite as v
        on v.invite_key = a.invite_key
        and v.local_date between a.local_date - interval '400' day
        and a.local_date + interval '7' day
),

turned as (
    select
        p.*,
        case
            when p.scale_min < p.scale_max and p.score between p.scale_min and p.scale_max then
                case
                    when p.is_higher_better then p.score
                    when not p.is_higher_better
                        then cast(p.scale_min + p.scale_max - p.score as decimal(18, 4))
                end
        end as score_turned
    from placed as p
    inner join ops.build_window as w on p.local_date between w.from_date and w.to_date
)

select
    md5_key(t.source || '|' || t.invite_id || '|' || t.question) as answer_key,
    t.invite_key,
    t.invite_id,
    t.source,
    coalesce(d.question_key, -1) as question_key,
    t.question,
    t.kind,
    t.contact_key,
    t.contact_id,
    t.is_linked,
    t.channel,
    t.direction,
    t.site,
    t.reason,
    t.language,
    coalesce(t.queue_key, -1) as queue_key,
    t.queue_id,
    coalesce(t.agent_key, -1) as agent_key,
    t.agent_id,
    t.survey_channel,
    t.answered_at,
    t.local_date,
    t.own_local_date,
    t.zone,
    coalesce(i.interval_key, -1) as interval_key,
    t.interval_start,
    t.score,
    t.score_turned,
    cast(
        round(ratio(t.score_turned - t.scale_min, t.scale_max - t.scale_min), 4) as decimal(18, 4)
    ) as score_share,
    t.score_turned >= d.top_box_from as is_top_box,
    case
        when t.kind <> 'nps' or t.scale_min not in (0, 1) or t.scale_max <> 10 then null
        when t.score_turned >= 9 then 'promoter'
        when t.score_turned >= 7 then 'passive'
        when t.score_turned < 7 then 'detractor'
    end as nps_class,
    case
        when t.kind = 'ces'
            then (t.score_turned - t.scale_min) * 3 >= (t.scale_max - t.scale_min) * 2
    end as is_easy,
    case
        when t.kind = 'fcr' and t.score = 1 then true
        when t.kind = 'fcr' and t.score = 0 then false
    end as is_resolved,
    t.text
from turned as t
left join core.dim_survey_question as d on d.question_key = t.question_key
left join core.dim_interval as i on i.zone = t.zone and i.interval_start = t.interval_start
