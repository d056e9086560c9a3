"""Imported by the server that forks runs for tests of kills: what every run reads is read before.

Nothing here opens a database: its threads would not live on in a fork.
"""

import pandas  # noqa: F401  DuckDB looks for it at the first value bound

import assets.warehouse  # noqa: F401
from assets.ingest.adapter import adapter_for
from pipelines.sql_models import load_glossary, load_models
from quality_checks.runner import check_specs

load_models()
load_glossary()
check_specs(extra_checks=())
adapter = adapter_for("asterisk")
versions = (adapter.version, adapter.derive_version)
