"""What a select reads, and what of its text matters: DuckDB's own parser says it.

Reading all models with a general SQL parser in Python takes seconds of every start; that one is
kept for linting, lineage and other dialects.
"""

import json
import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Any

from pipelines.storage.duck import connect

# In a tree as text: to walk one of 100,000 nodes takes a hundred times as long.
_A_TABLE = '"type":"BASE_TABLE"'
_TABLE = re.compile(
    _A_TABLE + r',"alias":"(?:[^"\\]|\\.)*","sample":null'
    r',"schema_name":"([^"\\]*)","table_name":"([^"\\]*)"'
)
_CTE = re.compile(r'\{"key":"([^"\\]+)","value":\{"aliases"')
_NEXT = '},{"node":{'
_LOCATION = re.compile(r',?"query_location":[0-9]+')


class SyntaxFault(Exception):  # noqa: N818  becomes a ModelError where the file is known
    """The text is not one select that DuckDB can parse; the text says why."""


_parsed: dict[str, str] = {}
"""Select -> its syntax tree, or what is wrong with it."""


def parse_all(selects: Iterable[str]) -> None:
    """Parse many selects at once: to open DuckDB for each takes longer than to parse it."""
    unknown = [sql for sql in dict.fromkeys(selects) if sql not in _parsed]
    if not unknown:
        return
    with connect(threads=1) as con:
        for sql in unknown:
            (text,) = con.execute("select json_serialize_sql(?)", [sql]).fetchall()[0]
            _parsed[sql] = _LOCATION.sub("", text)


def canonical(sql: str) -> str:
    """The syntax tree of one select as JSON: layout and comments do not count.

    Raises:
        SyntaxFault: it does not parse, or is not one select.
    """
    parse_all([sql])
    text = _parsed[sql]
    if text.startswith('{"error":true'):
        raise SyntaxFault(json.loads(text)["error_message"])
    return text


@lru_cache(maxsize=1024)
def tables_of(sql: str) -> frozenset[str]:
    """Relations that a select names, without its common table expressions.

    Raises:
        SyntaxFault: see `canonical`.
    """
    text = canonical(sql)
    if '"statements":[{' not in text or (_NEXT in text and _n_statements(text) > 1):
        raise SyntaxFault("must hold one select and nothing else")
    tables = _TABLE.findall(text)
    ctes = set(_CTE.findall(text))
    if len(tables) != text.count(_A_TABLE):
        tables, ctes = _walked(text)
    return frozenset(
        f"{schema}.{table}" if schema else table
        for schema, table in tables
        if schema or table not in ctes
    )


def _n_statements(text: str) -> int:
    return len(json.loads(text)["statements"])


def _walked(text: str) -> tuple[list[tuple[str, str]], set[str]]:
    """Tables and common table expressions of any tree, found node by node."""
    nodes = list(_nodes(json.loads(text)))
    ctes = {entry["key"] for node in nodes for entry in node.get("cte_map", {}).get("map", ())}
    named = [node for node in nodes if node.get("type") == "BASE_TABLE"]
    return [(node["schema_name"], node["table_name"]) for node in named], ctes


@lru_cache(maxsize=1024)
def columns_of(sql: str) -> frozenset[str]:
    """Names that a select gives its columns; those of a star are not among them.

    Raises:
        SyntaxFault: see `canonical`.
    """
    node = json.loads(canonical(sql))["statements"][0]["node"]
    while "select_list" not in node:
        node = node["children"][0] if node.get("children") else node["left"]
    names = (item["alias"] or item.get("column_names", [""])[-1] for item in node["select_list"])
    return frozenset(names) - {""}


def _nodes(tree: Any) -> Iterator[dict[str, Any]]:
    pending = [tree]
    while pending:
        node = pending.pop()
        if isinstance(node, dict):
            yield node
            pending += node.values()
        elif isinstance(node, list):
            pending += node
