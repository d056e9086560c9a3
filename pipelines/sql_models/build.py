"""Build one model in a warehouse: its rows, its comments and its state, in one transaction.

A table is made and filled by one statement: in DuckDB 2.0.0 an empty `create table as` followed by
a large insert in one transaction loses rows.
"""

import time
from collections.abc import Iterable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext, suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

from pipelines.sql_models.counting import Period
from pipelines.sql_models.loader import load_glossary
from pipelines.sql_models.model import SCHEMAS, ModelError, SqlModel
from pipelines.storage.duck import identifier, literal

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_HALVINGS = 3
"""A part of what a stretch needs is the same for a day: much shorter ones fail as well, slowly."""
WHOLE_TIME_FROM = date(1, 1, 1)
WHOLE_TIME_TO = date(9999, 12, 31)


@dataclass(frozen=True)
class Window:
    """Local days to rebuild, both ends included."""

    from_date: date
    to_date: date


WHOLE_TIME = Window(WHOLE_TIME_FROM, WHOLE_TIME_TO)


def stretches(window: Window, days: Iterable[date], n_days: int | None) -> list[Window]:
    """A window cut into parts of so many days that have rows.

    Cut by the calendar, one row dated 1970 would make hundreds of parts.

    Args:
        window: what to cut; its ends are those of the first and the last part.
        days: those of which there is anything.
        n_days: of each part, the last may have fewer; None: one part.
    """
    if n_days is None:
        return [window]
    within = sorted(day for day in set(days) if window.from_date <= day <= window.to_date)
    starts = [window.from_date, *within[n_days::n_days]]
    ends = [*(start - timedelta(days=1) for start in starts[1:]), window.to_date]
    return [Window(*ends) for ends in zip(starts, ends, strict=True)]


def whole_periods(window: Window, period: Period) -> Window:
    """The window, made larger so that it ends between two weeks or months."""
    first, last = window.from_date, window.to_date
    if period == "week":
        return Window(
            first - timedelta(days=first.weekday()), last + timedelta(days=6 - last.weekday())
        )
    if period == "month":
        after = (last.replace(day=28) + timedelta(days=4)).replace(day=1)
        return Window(first.replace(day=1), after - timedelta(days=1))
    return window


@dataclass(frozen=True)
class Built:
    """What a build did."""

    relation: str
    rows: int | None
    """Rows in the table now; None for a view."""
    written: int
    """Rows that this build wrote."""
    is_full: bool
    """Built for all time, and not for a window only."""
    seconds: float


def build_model(
    con: "DuckDBPyConnection",
    model: SqlModel,
    window: Window | None = None,
    *,
    glossary: Mapping[str, str] | None = None,
    days: Iterable[date] = (),
) -> Built:
    """Build a model where the warehouse is the default catalog; all of it or nothing of it.

    A `daily` model is rebuilt for the window only if it stands there with the same code version
    and the same columns; else, like every table, as a whole. `ops.build_window` says all time
    before and after. The result is noted in `ops.model_state`.

    Args:
        con: no transaction open; macros installed; the relations it reads are there.
        model: from `load_models`.
        window: days to rebuild; all time when left out.
        glossary: descriptions of columns that the header does not describe; the shipped
            `models/_glossary.yml` when left out.
        days: local days of which there is anything, for models that are built in stretches.

    Raises:
        ModelError: a column has no description, or the header names columns that are not there.
        duckdb.Error: the SQL failed. The transaction was rolled back. Where stretches do not fit
            into memory, shorter ones are tried first.
    """
    import duckdb

    started = time.monotonic()
    words = load_glossary() if glossary is None else glossary
    is_full = not (window and _can_narrow(con, model))
    asked = WHOLE_TIME if is_full or window is None else window
    known = {day for day in days if asked.from_date <= day <= asked.to_date}

    def attempt(n_days: int | None) -> Built:
        parts = stretches(asked, known, n_days)
        rows, written = _build(con, model, words, parts, is_full=is_full)
        return Built(model.relation, rows, written, is_full, time.monotonic() - started)

    *larger, smallest = _sizes(model.header.stretch, len(known))
    for n_days in larger:
        with suppress(duckdb.OutOfMemoryException):
            return attempt(n_days)
    return attempt(smallest)


def _sizes(stretch: int | None, n_days: int) -> list[int | None]:
    """Days to build at a time, and of how many where memory does not hold so many."""
    found = [stretch]
    while stretch and (stretch := min(stretch, n_days) // 2) and len(found) <= _HALVINGS:
        found.append(stretch)
    return found


def _build(
    con: "DuckDBPyConnection",
    model: SqlModel,
    glossary: Mapping[str, str],
    parts: Sequence[Window],
    *,
    is_full: bool,
) -> tuple[int | None, int]:
    """Build all parts, or nothing where one fails: rows now (of no view), and rows written."""
    con.begin()
    try:
        if is_full:
            written = _build_whole(con, model, glossary, parts)
        else:
            written = sum(_replace_days(con, model, part) for part in parts)
        rows = None
        if model.header.materialization != "view":
            rows = _one(con, f"select count(*) from {model.relation}")
        _note_state(con, model, rows)
        con.commit()
    except BaseException:
        _roll_back(con)
        raise
    return rows, written


def _roll_back(con: "DuckDBPyConnection") -> None:
    import duckdb

    from pipelines.storage.build_window import widen

    # A commit that failed has rolled back already, and says so when asked again.
    with suppress(duckdb.TransactionException):
        con.rollback()
    widen(con)


def describe(
    model: SqlModel, columns: Iterable[str], glossary: Mapping[str, str]
) -> dict[str, str]:
    """The description of each column: the header's, else the glossary's.

    Raises:
        ModelError: a column has neither, or the header speaks of columns that are not there.
    """
    columns = list(columns)
    own = model.header.columns
    gone = [name for name in (*own, *model.header.grain) if name not in columns]
    if gone:
        raise ModelError(
            f"{model.origin}: the header names {', '.join(gone)}, which the select does not "
            "give; correct the header or the select"
        )
    if model.header.materialization == "daily" and "local_date" not in columns:
        raise ModelError(f"{model.origin}: a daily model needs the column local_date")
    found = {name: (own[name].description if name in own else None) for name in columns}
    found = {name: text or glossary.get(name) for name, text in found.items()}
    missing = [name for name, text in found.items() if not text]
    if missing:
        raise ModelError(
            f"{model.origin}: no description for {', '.join(missing)}; add it under columns: in "
            "the header, or to models/_glossary.yml when the name means the same everywhere"
        )
    return {name: text for name, text in found.items() if text}


def comment(con: "DuckDBPyConnection", model: SqlModel, glossary: Mapping[str, str]) -> None:
    """Say of a relation and its columns what they are.

    Raises:
        ModelError: as `describe`.
    """
    # Selecting from a long view would bind all of it once more: the catalog knows.
    columns = con.execute(
        """
        select column_name from duckdb_columns()
        where database_name = current_database() and schema_name = ? and table_name = ?
        order by column_index
        """,
        [model.schema_name, model.name],
    ).fetchall()
    said = [f"comment on {_kind(model)} {model.relation} is {literal(model.header.description)}"]
    said += [
        f"comment on column {model.relation}.{identifier(name)} is {literal(text)}"
        for name, text in describe(model, [name for (name,) in columns], glossary).items()
    ]
    con.execute(";\n".join(said))


def create_schemas(con: "DuckDBPyConnection") -> None:
    """Make the schemas of the models, before several of them are built side by side.

    Two transactions may not both make one.
    """
    for schema in SCHEMAS:
        con.execute(f"create schema if not exists {schema}")


def drop_unknown(con: "DuckDBPyConnection", models: Iterable[SqlModel]) -> list[str]:
    """Drop relations of the models' schemas that no model makes any more; their names."""
    known = {model.relation for model in models}
    gone = []
    for schema, name, kind in _existing(con):
        relation = f"{schema}.{name}"
        if schema in SCHEMAS and relation not in known:
            con.execute(f'drop {kind} {schema}."{name}"')
            con.execute("delete from ops.model_state where relation = ?", [relation])
            gone.append(relation)
    return gone


def _existing(con: "DuckDBPyConnection") -> list[tuple[str, str, str]]:
    return con.execute(
        """
        select schema_name, view_name, 'view' from duckdb_views()
        where database_name = current_database() and not internal
        union all
        select schema_name, table_name, 'table' from duckdb_tables()
        where database_name = current_database() and not internal
        order by all
        """
    ).fetchall()


def _build_whole(
    con: "DuckDBPyConnection",
    model: SqlModel,
    glossary: Mapping[str, str],
    parts: Sequence[Window],
) -> int:
    """Make the relation anew, with its comments; the rows written."""
    con.execute(f"create schema if not exists {model.schema_name}")
    kind = _kind(model)
    _drop_other_kind(con, model, kind)
    make = f"create or replace {kind} {model.relation} as {model.sql}"
    written = 0
    for n, part in enumerate(parts):
        with _narrowed(con, part):
            written += _insert(con, model) if n else _one(con, make)
    comment(con, model, glossary)
    return written if kind == "table" else 0


def _kind(model: SqlModel) -> str:
    return "view" if model.header.materialization == "view" else "table"


def _drop_other_kind(con: "DuckDBPyConnection", model: SqlModel, kind: str) -> None:
    # State and relation come in one transaction: without one there is not the other.
    if built_version(con, model) is None:
        return
    for schema, name, existing in _existing(con):
        if f"{schema}.{name}" == model.relation and existing != kind:
            con.execute(f"drop {existing} {model.relation}")


def built_version(con: "DuckDBPyConnection", model: SqlModel) -> str | None:
    """Code version of the model that stands in the warehouse; None where none was built."""
    row = con.execute(
        "select code_version from ops.model_state where relation = ?", [model.relation]
    ).fetchone()
    return None if row is None else row[0]


def _can_narrow(con: "DuckDBPyConnection", model: SqlModel) -> bool:
    """Whether the table that stands is this model's: equal code reads and gives equal columns."""
    if model.header.materialization != "daily":
        return False
    return built_version(con, model) == model.code_version


def _narrowed(con: "DuckDBPyConnection", window: Window) -> AbstractContextManager[None]:
    """Let daily models see some days alone."""
    from pipelines.storage.build_window import narrowed

    return (
        nullcontext() if window == WHOLE_TIME else narrowed(con, window.from_date, window.to_date)
    )


def _replace_days(con: "DuckDBPyConnection", model: SqlModel, window: Window) -> int:
    window = whole_periods(window, model.header.period)
    days = [window.from_date, window.to_date]
    con.execute(f"delete from {model.relation} where local_date between ? and ?", days)
    with _narrowed(con, window):
        return _insert(con, model)


def _insert(con: "DuckDBPyConnection", model: SqlModel) -> int:
    return _one(con, f"insert into {model.relation} {model.sql}")


def _note_state(con: "DuckDBPyConnection", model: SqlModel, rows: int | None) -> None:
    con.execute("delete from ops.model_state where relation = ?", [model.relation])
    con.execute(
        """
        insert into ops.model_state (relation, code_version, built_at, n_rows)
        values (?, ?, ?, ?)
        """,
        [model.relation, model.code_version, datetime.now(UTC).replace(tzinfo=None), rows],
    )


def _one(con: "DuckDBPyConnection", sql: str) -> int:
    row = con.execute(sql).fetchone()
    return int(row[0]) if row else 0
