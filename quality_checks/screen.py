"""Many expectations asked as one: it holds exactly when all of them do.

What an expectation of Great Expectations costs is mostly the asking. So those that are written as
a query of unexpected rows are first asked together, in one query that reads the rows once for all
conditions that look at one row alone; where it finds anything, each is asked for itself.
"""

import re
from collections.abc import Sequence

from quality_checks.suite import Rule

TYPE = "unexpected_rows_expectation"
"""Expectations that a screen may stand for, and what it is itself."""

_ONE_ROW = re.compile(
    r"select\s+\w+(?:\s*,\s*\w+)*\s+from\s+\{batch\}\s+where\s+(?P<condition>.+)",
    re.DOTALL | re.IGNORECASE,
)
_MORE_THAN_A_CONDITION = re.compile(
    r"--|/\*|\b(select|over|group|having|qualify|window|order|limit|offset|using|union|intersect"
    r"|except)\b",
    re.IGNORECASE,
)


def screened(rules: Sequence[Rule]) -> list[Rule]:
    """The rules that one screen can stand for: none if there are fewer than two."""
    found = [rule for rule in rules if rule.type == TYPE]
    return found if len(found) > 1 else []


def screen(rules: Sequence[Rule]) -> Rule:
    """One expectation for these, all of them queries of unexpected rows."""
    queries = [_query(rule) for rule in rules]
    conditions = [condition for query in queries if (condition := _condition(query))]
    parts = [query for query in queries if not _condition(query)]
    if conditions:
        any_of_them = " or ".join(f"({condition}\n)" for condition in conditions)
        parts.insert(0, f"select 1 from {{batch}} where {any_of_them}")
    sql = " union all ".join(
        f"select 1 as n from (select * from ({part}\n) limit 1)" for part in parts
    )
    return Rule(
        id="screen_of_several",
        type=TYPE,
        severity="critical",
        description="None of the rules that are queries of unexpected rows finds any.",
        kwargs={"unexpected_rows_query": sql},
    )


def _query(rule: Rule) -> str:
    return str(rule.kwargs.get("unexpected_rows_query", "")).strip().rstrip("; \n")


def _condition(query: str) -> str | None:
    """What a query asks of single rows, if it does nothing else."""
    found = _ONE_ROW.fullmatch(query)
    if found is None or _MORE_THAN_A_CONDITION.search(found["condition"]):
        return None
    return found["condition"]
