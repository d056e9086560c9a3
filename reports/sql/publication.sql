-- The publication that this warehouse is.
select publication_id, run_id, published_at, code_version, watermarks, n_checks, n_failed
from ops.publication
order by publication_id desc
limit 1
