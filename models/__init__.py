"""What the warehouse means: contracts, SQL models, metrics. Data only, no Python.

`staging/*.yml` are the contracts of source adapters, `core/*.sql` and `marts/*.sql` the models
(path = relation = asset key), `metrics/*.yml` the registry, `_glossary.yml` one description per
column name.
"""
