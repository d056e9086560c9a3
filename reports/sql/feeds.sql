-- How far each feed has been read that more is to come of, against the moment of publication.
select
    f.source, f.feed, f.watermark_at, f.late_after_hours,
    date_diff('second', f.watermark_at, p.published_at) / 3600 as behind_hours
from ops.feed_watermark f
cross join (select max(published_at) as published_at from ops.publication) p
where not coalesce(f.is_retired, false)
order by f.source, f.feed
