/*---
description: One question of a survey on one scale, and the scores from which an answer counts as good. Scores are first turned so that higher is better.
owner: team:analytics
grain: [question_key]
columns:
  question_key: {description: Key of the question on its scale., tests: [not_null, unique]}
  question: {description: Name or number of the question in its survey., tests: [not_null]}
  kind: {description: "What the question measures: csat, nps, ces, fcr or text.", tests: [not_null]}
  scale_min: Lowest score that can be given; empty for text.
  scale_max: Highest score that can be given; empty for text.
  is_higher_better: A higher score is the better one; empty for text.
  n_points: Whole scores that can be given; empty when the scale is not known.
  top_box_from: "Lowest score, turned so that higher is better, that is a top box: the best one of two and three points, the best two of four to ten, from 80 % of the range on longer scales. Questions of satisfaction only."
  easy_from: "Lowest whole score, turned so that higher is better, that means easy: from two thirds of the range, as 5 is on 1 to 7. Questions of effort only."
---*/
with asked as (
    select distinct source, question, kind, scale_min, scale_max, is_higher_better
    from staging.survey_answer
),

measured as (
    select
        source, question, kind, scale_min, scale_max, is_higher_better,
        case when scale_max > scale_min then scale_max - scale_min + 1 end as n_points
    from asked
)

select
    md5_key(
        source || '|' || question || '|' || kind
        || '|' || coalesce(cast(scale_min as varchar), '')
        || '|' || coalesce(cast(scale_max as varchar), '')
        || '|' || coalesce(cast(is_higher_better as varchar), '')
    ) as question_key,
    source,
    question,
    kind,
    scale_min,
    scale_max,
    is_higher_better,
    n_points,
    cast(
        case
            when kind <> 'csat' or n_points is null then null
            when n_points <= 3 then scale_max
            when n_points <= 10 then scale_max - 1
            else scale_min + (scale_max - scale_min) * 0.8
        end as decimal(18, 4)
    ) as top_box_from,
    case
        when kind = 'ces' and n_points is not null
            then scale_min + ((scale_max - scale_min) * 2 + 2) // 3
    end as easy_from
from measured
union all
select -1, 'unknown', 'unknown', 'unknown', null, null, null, null, null, null
