"""What each row of a fact adds to a part of a metric, from the part's own SQL."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Literal

from sqlglot import exp, parse_one

Kind = Literal["count", "sum", "value", "enters"]
"""count: whole rows, each 1 or -1. sum: something of each row. value: what a percentile or maximum
is taken of. enters: the part is no sum of what its rows add; it can only be told which enter."""

_TIMES = {"ms_to_s"}
"""Macros that multiply, so that a sum of their results is the result of the sum."""
_LISTED = {"percentile"}


@dataclass(frozen=True)
class Share:
    """What a row adds, as SQL over the fact's own columns."""

    kind: Kind
    member: str
    """Condition: the row enters the part."""
    value: str
    """What it adds, before the factor; 0 or NULL where it adds nothing."""
    is_plain: bool = False
    """It counts rows that meet one condition."""
    factor: float = 1
    """What the sum of counts is multiplied by in the part: 3600 of a number per hour."""


@cache
def share_of(sql: str) -> Share:
    """What a row adds to a part such as `count(*) filter (where is_answered)`."""
    tree = parse_one(sql, read="duckdb")
    factor, tree = _without_factor(tree)
    found = list(_aggregates(tree))
    member = " or ".join(dict.fromkeys(f"({_condition(one)})" for one in found))
    if len(found) == 1 and tree is not None and _bare(found[0]).key != "count":
        alone = _single(tree, found[0], member)
        if alone is not None:
            return alone
    if not _is_linear(tree):
        return Share("enters", member, f"case when {member} then 1 end")
    is_count = all(isinstance(_bare(one), exp.Count) for one in found)
    if factor != 1 and not is_count:
        return Share("sum", member, f"{factor:g} * ({_per_row(tree)})")
    return Share(
        "count" if is_count else "sum", member, _per_row(tree),
        is_plain=is_count and _is_aggregate(tree), factor=factor,
    )  # fmt: skip


def _without_factor(tree: exp.Expr) -> tuple[float, exp.Expr]:
    if isinstance(tree, exp.Mul) and isinstance(tree.this, exp.Literal):
        return float(tree.this.this), tree.expression
    return 1, tree


def _is_aggregate(node: exp.Expr) -> bool:
    if isinstance(node, exp.Anonymous):
        return node.name.lower() in _LISTED
    return isinstance(node, (exp.Filter, exp.Count, exp.Sum, exp.Max))


def _aggregates(tree: exp.Expr) -> list[exp.Expr]:
    """The outermost aggregates, each with its filter."""
    return [n for n in tree.walk(prune=_is_aggregate) if _is_aggregate(n)]


def _bare(aggregate: exp.Expr) -> exp.Expr:
    return aggregate.this if isinstance(aggregate, exp.Filter) else aggregate


def _argument(aggregate: exp.Expr) -> exp.Expr:
    bare = _bare(aggregate)
    return bare.expressions[0] if isinstance(bare, exp.Anonymous) else bare.this


def _condition(aggregate: exp.Expr) -> str:
    """Which rows enter an aggregate: those of its filter whose value is known."""
    found = []
    if isinstance(aggregate, exp.Filter):
        found.append(f"({_text(aggregate.expression.this)})")
    argument = _argument(aggregate)
    if not isinstance(argument, exp.Star):
        plain = argument.expressions[0] if isinstance(argument, exp.Distinct) else argument
        found.append(f"({_text(plain)}) is not null")
    return " and ".join(found) or "true"


def _single(tree: exp.Expr, aggregate: exp.Expr, member: str) -> Share | None:
    """A percentile or a maximum: its rows have values, and no shares."""
    if isinstance(_bare(aggregate), exp.Sum):
        return None
    text = tree.transform(lambda n: _argument(n).copy() if _is_aggregate(n) else n)
    return Share("value", member, f"case when {member} then {_text(text)} end")


def _is_linear(tree: exp.Expr) -> bool:
    """The part of all rows is the sum of the parts of each."""
    if _is_aggregate(tree):
        bare = _bare(tree)
        is_distinct = isinstance(bare.this, exp.Distinct)
        return isinstance(bare, (exp.Count, exp.Sum)) and not is_distinct
    if isinstance(tree, exp.Paren):
        return _is_linear(tree.this)
    if isinstance(tree, (exp.Add, exp.Sub)):
        return _is_linear(tree.this) and _is_linear(tree.expression)
    if isinstance(tree, exp.Mul):
        return isinstance(tree.this, exp.Literal) and _is_linear(tree.expression)
    if isinstance(tree, exp.Anonymous) and tree.name.lower() in _TIMES:
        return _is_linear(tree.expressions[0])
    return False


def _per_row(tree: exp.Expr) -> str:
    """The expression with what one row adds in the place of each aggregate."""

    def added(node: exp.Expr) -> exp.Expr:
        if not _is_aggregate(node):
            return node
        one = "1" if isinstance(_bare(node), exp.Count) else f"({_text(_argument(node))})"
        return parse_one(f"(case when {_condition(node)} then {one} else 0 end)", read="duckdb")

    return _text(tree.transform(added))


def _text(tree: exp.Expr) -> str:
    return tree.sql(dialect="duckdb")
