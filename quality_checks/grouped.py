"""What the SQL of a view says of its rows: a grain that it groups by cannot repeat.

To look for doubles in such a view would take as long as to compute it, and could find none.
"""

from collections.abc import Collection
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sqlglot import exp

    from pipelines.sql_models import SqlModel


def is_grouped_by(model: "SqlModel", grain: Collection[str]) -> bool:
    """Whether the model is a view whose outermost select groups by columns of this grain alone.

    Rows of a table may have been written by several statements, which nothing groups. A column
    that makes several rows of one (`unnest`) is taken to do so wherever it stands.

    Raises:
        ModelError: the SQL does not parse.
    """
    from sqlglot import exp

    if model.header.materialization != "view" or not isinstance(model.query, exp.Select):
        return False
    query = model.query
    keys = _keys(query)
    if not keys or any(query.find(kind) for kind in (exp.Unnest, exp.Explode)):
        return False
    # A name may be that of an output column and of another one below it.
    inputs = {(e.this if isinstance(e, exp.Alias) else e): e.alias_or_name for e in query.selects}
    return all(inputs.get(key) in grain for key in keys)


def _keys(query: "exp.Select") -> "list[exp.Expr]":
    """What a select groups by; nothing where it groups by anything but plain columns."""
    from sqlglot import exp

    group = query.args.get("group")
    if group is None or any(value for name, value in group.args.items() if name != "expressions"):
        return []
    keys = group.expressions
    return keys if all(isinstance(key, exp.Column) for key in keys) else []
