-- Every check of this publication: what failed first.
select
    relation, check_name, severity, is_passed, is_waived, n_bad, description, detail, failing_sql,
    checked_at
from ops.check_result
order by relation, is_passed, severity, check_name
