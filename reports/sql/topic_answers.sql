-- Answers of surveys by question and score, by the first day of the day, week or month. Scores are
-- turned so that higher is better, and told as a share of their scale.
select
    cast(date_trunc('{grain}', a.local_date) as date) as first_day,
    a.kind, a.question, q.scale_min, q.scale_max,
    a.score_turned as score, a.score_share as share, a.nps_class, count(*) as n
from core.fact_survey_answer as a
inner join core.dim_survey_question as q on q.question_key = a.question_key
where a.local_date between $from_date and $to_date
    and a.score_turned is not null and a.score_share is not null
group by
    first_day, a.kind, a.question, q.scale_min, q.scale_max, a.score_turned, a.score_share,
    a.nps_class
order by first_day, a.kind, a.question, score
