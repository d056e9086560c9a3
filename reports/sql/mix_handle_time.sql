-- Contacts with the time that they took. Wrap-up counts only where it is known of every contact of
-- the day, week or month: else some would look quicker than others for want of a measurement.
-- In whole tenths of seconds, whose squares still add up exactly.
select
    c.*,
    round((
        c.talk_ms + coalesce(c.hold_ms, 0)
        + case when w.is_wrap_known then coalesce(c.wrap_ms, 0) else 0 end
    ) / 100.0) as tenths
from core.fact_contact as c
inner join (
    select
        date_trunc('{grain}', local_date) as span, count(wrap_ms) = count(talk_ms) as is_wrap_known
    from core.fact_contact
    where local_date between $from_date and $to_date
        and kind = 'customer' and is_handled and talk_ms is not null
    group by span
) as w on w.span = date_trunc('{grain}', c.local_date)
where c.kind = 'customer' and c.is_handled and c.talk_ms is not null
