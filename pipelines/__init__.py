"""When and how things run: settings, storage, the SQL model loader, definitions, the command.

Holds no business rules and no SQL of models. What `assets`, `quality_checks` and `reports` may
import from here is `settings`, `resources`, `storage` and `sql_models`; the rest imports them.
"""
