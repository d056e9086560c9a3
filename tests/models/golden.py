"""Golden numbers as data, so that they can be counted and held against mutants of the metrics."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

import duckdb
import pytest

Cell = tuple[str, date, str, str]


@dataclass(frozen=True)
class Golden:
    """What a metric is worth in one scope and period of an example."""

    metric: str
    expected: float | None
    on: date
    """The day; of months the first day."""
    kind: str = "all"
    which: str = "all"
    grain: str = "day"

    def __str__(self) -> str:
        return f"{self.metric}-{self.which}-{self.on}"

    @property
    def cell(self) -> Cell:
        """Where it stands: grain, first day, kind and name of the scope."""
        return self.grain, self.on, self.kind, self.which


def is_as_expected(golden: Golden, value: float | None) -> bool:
    """Empty where nothing is known, else equal but for what a float cannot hold."""
    if golden.expected is None or value is None:
        return golden.expected is value
    return float(value) == pytest.approx(float(golden.expected), rel=1e-9, abs=1e-6)


@lru_cache(maxsize=8)
def _published(con: duckdb.DuckDBPyConnection, grain: str) -> dict[Cell, list[dict[str, Any]]]:
    """All rows of a mart: to plan its query takes a tenth of a second each time."""
    found = con.execute(f"select * from marts.v_kpi_{grain}")
    names = [column[0] for column in found.description or ()]
    rows: dict[Cell, list[dict[str, Any]]] = defaultdict(list)
    for values in found.fetchall():
        row = dict(zip(names, values, strict=True))
        rows[row["metric_id"], row["local_date"], row["scope_kind"], row["scope_id"]].append(row)
    return rows


def published(con: duckdb.DuckDBPyConnection, golden: Golden) -> dict[str, Any]:
    """The row of the marts, which are not to change any more."""
    where = golden.metric, golden.on, golden.kind, golden.which
    rows = _published(con, golden.grain)[where]
    assert len(rows) == 1, (str(golden), rows)
    return rows[0]


def assert_golden(con: duckdb.DuckDBPyConnection, golden: Golden) -> None:
    """The marts say the golden number."""
    value = published(con, golden)["value"]
    assert is_as_expected(golden, value), f"{golden}: {value} and not {golden.expected}"
