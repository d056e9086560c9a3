-- Sessions of menus and bots that went from one node to the next, by the first day of the day, week
-- or month; an empty next node is where the session ended. Of a step whose session no file has told
-- of yet nobody knows whether it is a menu's or a bot's.
select
    cast(date_trunc('{grain}', local_date) as date) as first_day,
    kind, node, next_node, sum(n_sessions) as n
from marts.ivr_path
where local_date between $from_date and $to_date and kind is not null
group by first_day, kind, node, next_node
order by first_day, n desc, kind, node, next_node
