/*---
relation: ops.load_file
severity: critical
description: >-
  Of every file, lines read = lines loaded + quarantined + skipped by a named rule.
---*/
select source, path, load_id, n_read, n_loaded, n_quarantined, n_skipped
from ops.load_file
where coalesce(n_read, 0)
    <> coalesce(n_loaded, 0) + coalesce(n_quarantined, 0) + coalesce(n_skipped, 0)
