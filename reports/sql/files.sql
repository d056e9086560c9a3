-- Every file that was read, and every one that was not.
select
    source, feed, path, min(first_line) as first_line, count(*) as n_parts,
    sum(n_read) as n_read, sum(n_loaded) as n_loaded, sum(n_quarantined) as n_quarantined,
    sum(n_skipped) as n_skipped, list(skipped_by_rule) as skipped_by_rule, min(first_at) as first_at, max(last_at) as last_at, status,
    max(loaded_at) as loaded_at,
    string_agg(distinct message, ' · ' order by message) as message
from ops.load_file
group by source, feed, path, status
order by source, feed, path
