"""Imported by the server that forks runs for tests of kills: what every run reads is read before.

Nothing here opens a database: its threads would not live on in a fork.
"""

import pandas  # noqa: F401  DuckDB looks for it at the first value bound

import assets.warehouse  # noqa: F401
from assets.active import counted_facts, made_of
from assets.ingest.adapter import adapter_for
from pipelines.sql_models import load_glossary, load_models
from pipelines.sql_models.loader import in_order
from pipelines.sql_models.model_files import shipped_files
from quality_checks.runner import check_specs

every = in_order(shipped_files())
load_glossary()
check_specs(extra_checks=())
adapter = adapter_for("asterisk")
versions = (adapter.version, adapter.derive_version)
active = made_of({f"staging.{table}" for table in adapter.tables}, every)
load_models(facts=counted_facts(every, active))
