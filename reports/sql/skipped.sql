-- Lines left out by a named rule.
select source, rule, sum(n) as n
from (
    select source, unnest(json_keys(skipped_by_rule)) as rule,
        (skipped_by_rule -> ('$."' || rule || '"'))::bigint as n
    from ops.load_file
    where skipped_by_rule is not null
)
group by source, rule
order by source, rule
