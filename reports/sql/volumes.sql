-- Days on which a source had other numbers of contacts or visits than usual.
select local_date, source, fact, n_rows, usual_rows
from marts.volume_day
where not is_usual
order by local_date, source, fact
