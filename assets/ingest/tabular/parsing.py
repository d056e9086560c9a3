"""Lines of a file to raw rows: typed by the contracts, hashed, or refused with a reason."""

import re
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache, reduce

import duckdb
import polars as pl

from assets.ingest import instants
from assets.ingest.adapter import CHUNK_NO, ParseContext, Parsed
from assets.ingest.calendar import zone_offsets
from assets.ingest.tabular.fields import HEADER_RULE, Fields
from assets.ingest.tabular.mapping import Column, Mapping
from assets.ingest.tabular.typing_sql import fault_of, offset_sql, text_sql, value_sql
from pipelines.errors import ExpectedError
from pipelines.sql_models.contracts import Contract, ContractColumn
from pipelines.storage.duck import connect, literal

NO_TIME = datetime(2000, 1, 1)  # noqa: DTZ001  naive UTC, as everywhere in staging
_UNKNOWN_COLUMN = re.compile(r'Referenced column "([^"]+)" not found')
_NO_ROW_RULE = "gives_no_row"
_AHEAD = "the time is more than a day ahead of now: are both clocks right?"


class MappingError(ExpectedError):
    """A mapping's SQL is wrong."""


class ValueFaultError(MappingError):
    """A mapping's SQL stops at a value."""


@dataclass(frozen=True)
class Cell:
    """One target column of one part of a mapping."""

    place: int
    """Of the part among the mapping's rows."""
    name: str
    spec: ContractColumn
    column: Column

    @property
    def key(self) -> str:
        """Its name in a raw row."""
        return f"r{self.place}_{self.name}"


@lru_cache(maxsize=1)
def _database() -> duckdb.DuckDBPyConnection:
    """One for all files: opening one takes as long as a small file does."""
    return connect(threads=1)


def cells_of(mapping: Mapping) -> list[Cell]:
    """Every mapped column, part by part."""
    return [
        Cell(place, name, contract.own_columns[name], column)
        for place, (part, contract) in enumerate(zip(mapping.rows, mapping.contracts, strict=True))
        for name, column in part.columns.items()
    ]


def raw_columns(mapping: Mapping) -> dict[str, str]:
    """Columns of a mapping's raw table after the standard ones, with DuckDB types."""
    columns = {"file_name": "VARCHAR", "row_version": "VARCHAR"}
    columns |= {f"r{place}": "BOOLEAN" for place in range(len(mapping.rows))}
    return columns | {cell.key: cell.spec.type for cell in cells_of(mapping)}


def parse_fields(
    fields: Fields, mapping: Mapping, context: ParseContext, *, file_names: pl.Series, name: str
) -> Parsed:
    """Make raw rows of fields.

    Args:
        fields: from `take_apart`.
        mapping: what they mean.
        context: zone, key and clock.
        file_names: of the file of each chunk, by its number, which orders rows of one key.
        name: of the mapping, for messages.

    Raises:
        MappingError: the mapping's SQL is no SQL, or stops at a value.
    """
    skipped = [fields.header.select("chunk_no", rule=pl.lit(HEADER_RULE))]
    cells = cells_of(mapping)
    try:
        typed = _with_all_keys(fields.rows, mapping, cells)
    except duckdb.BinderException as error:
        reason = f"the file lacks a column of mapping {name}: {str(error).splitlines()[0]}"
        bad = fields.rows.select("chunk_no", "line_no", reason=pl.lit(reason))
        rows = pl.DataFrame(schema=dict.fromkeys(raw_columns(mapping), pl.Null))
        return Parsed(_no_rows(rows), pl.concat([fields.bad, bad]), skipped[0])
    except duckdb.ParserException as error:
        raise MappingError(f"mapping {name}: {error}") from None
    except (duckdb.ConversionException, duckdb.InvalidInputException) as error:
        file_name = file_names[fields.rows["chunk_no"][0]]
        raise ValueFaultError(
            f"mapping {name}: its SQL fails on a value of {file_name}: use try_cast and "
            f"try_strptime, so that only this line is refused: {str(error).splitlines()[0]}"
        ) from None
    is_left_out = pl.col("left_out").is_not_null()
    skipped.append(typed.filter(is_left_out).select("chunk_no", rule="left_out"))
    typed = typed.filter(~is_left_out)
    typed = typed.with_columns(_utc(typed, cell, mapping, context) for cell in _instants(cells))
    typed = _judged(typed, mapping, cells, context)
    bad = typed.filter(pl.col("reason").is_not_null()).select("chunk_no", "line_no", "reason")
    good = typed.filter(pl.col("reason").is_null())
    is_row = reduce(lambda a, b: a | b, (pl.col(f"r{n}") for n in range(len(mapping.rows))))
    skipped.append(good.filter(~is_row).select("chunk_no", rule=pl.lit(_NO_ROW_RULE)))
    rows = _raw(good.filter(is_row), mapping, cells, context, file_names)
    return Parsed(rows, pl.concat([fields.bad, bad]), pl.concat(skipped))


def _with_all_keys(rows: pl.DataFrame, mapping: Mapping, cells: list[Cell]) -> pl.DataFrame:
    """As `_typed`; a key that no JSON object of these lines has is empty in all of them."""
    while True:
        try:
            return _typed(rows, mapping, cells)
        except duckdb.BinderException as error:
            missing = _UNKNOWN_COLUMN.search(str(error))
            if mapping.format != "jsonl" or missing is None or missing[1] in rows.columns:
                raise
            rows = rows.with_columns(pl.lit(None, dtype=pl.String).alias(missing[1]))


def _typed(rows: pl.DataFrame, mapping: Mapping, cells: list[Cell]) -> pl.DataFrame:
    """Each cell's value as `<key>` and, as `<key>_said`, whether there was a text at all.

    Instants come with `<key>_offset`. Rows keep their order.
    """
    rules = " ".join(f"when {sql} then {literal(rule)}" for rule, sql in mapping.leave_out.items())
    texts = [
        "chunk_no",
        "line_no",
        "line_id",
        f"case {rules} end as left_out" if rules else "cast(null as varchar) as left_out",
        f"cast({mapping.version or 'null'} as varchar) as row_version",
        *(
            f"coalesce(({part.when or 'true'}), false) as r{place}"
            for place, part in enumerate(mapping.rows)
        ),
        *(f"{text_sql(cell.column, mapping)} as {cell.key}_text" for cell in cells),
    ]
    given = ["chunk_no", "line_no", "line_id", "left_out", "row_version"]
    given += [f"r{place}" for place in range(len(mapping.rows))]
    values = [
        f"{value_sql(cell.spec, cell.column, mapping, f'{cell.key}_text')} as {cell.key}, "
        f"{cell.key}_text is not null as {cell.key}_said"
        for cell in cells
    ]
    offsets = [
        f"{offset_sql(cell.column, mapping, f'{cell.key}_text')} as {cell.key}_offset"
        for cell in _instants(cells)
    ]
    with _database().cursor() as con:
        con.register("fields", rows)
        return con.sql(
            f"with texts as (select {', '.join(texts)} from fields) "
            f"select {', '.join([*given, *values, *offsets])} from texts"
        ).pl()


def _instants(cells: list[Cell]) -> list[Cell]:
    return [cell for cell in cells if cell.spec.type == "TIMESTAMP"]


def _utc(typed: pl.DataFrame, cell: Cell, mapping: Mapping, context: ParseContext) -> pl.Series:
    """UTC instants of a column of times: by their offset, else read in their zone."""
    zone = cell.column.timezone or mapping.timezone or context.zone
    offsets = context.offsets.filter(pl.col("zone") == zone)
    if offsets.is_empty():
        offsets = zone_offsets([zone], NO_TIME.year - 1, context.now.year + 2)
    told = typed.select(
        pl.col(cell.key).cast(pl.Datetime("us"))
        - pl.duration(seconds=pl.col(f"{cell.key}_offset").cast(pl.Int64))
    ).to_series()
    local = typed[cell.key].cast(pl.Datetime("us"))
    nowhere = pl.Series([None] * typed.height, dtype=pl.Datetime("us"))
    read = instants.local_to_utc(local, nowhere, offsets)
    return pl.select(pl.coalesce(told, read)).to_series().alias(cell.key)


def _judged(
    typed: pl.DataFrame, mapping: Mapping, cells: list[Cell], context: ParseContext
) -> pl.DataFrame:
    """With `reason`: what is wrong with a line, the first fault of it."""
    verdict = pl.lit(None, dtype=pl.String)
    for cell in reversed(cells):
        is_row, value = pl.col(f"r{cell.place}"), pl.col(cell.key)
        said = pl.col(f"{cell.key}_said")
        fault = fault_of(cell.name, cell.spec, cell.column, mapping)
        for wrong, reason in (
            *_limits(cell, value),
            *(((is_row & value.is_null(), f"{cell.name}: is empty, and has to be known"),)
              if cell.spec.required else ()),
            (is_row & said & value.is_null(), fault),
        ):  # fmt: skip
            verdict = pl.when(is_row & wrong).then(pl.lit(reason)).otherwise(verdict)
    if mapping.unit in ("contact", "agent"):
        for cell in (c for c in _instants(cells) if c.name == _dated(mapping, c.place)):
            ahead = pl.col(cell.key) > context.now + instants.LATEST_AHEAD
            verdict = pl.when(ahead.fill_null(False)).then(pl.lit(_AHEAD)).otherwise(verdict)
    return typed.with_columns(reason=verdict)


def _limits(cell: Cell, value: pl.Expr) -> list[tuple[pl.Expr, str]]:
    found = []
    if cell.spec.allowed:
        words = ", ".join(cell.spec.allowed)
        known = value.is_in(list(cell.spec.allowed)) | value.is_null()
        found.append((~known, f"{cell.name}: is none of {words}: name its words under `values`"))
    if cell.spec.minimum is not None:
        low = (value < cell.spec.minimum).fill_null(False)
        found.append((low, f"{cell.name}: is below {cell.spec.minimum:g}"))
    return found


def _dated(mapping: Mapping, place: int) -> str | None:
    return mapping.contracts[place].date_column


def _raw(
    good: pl.DataFrame,
    mapping: Mapping,
    cells: list[Cell],
    context: ParseContext,
    file_names: pl.Series,
) -> pl.DataFrame:
    """The good lines as rows of the raw table."""
    good = _all_protected(good, cells, context)
    with _database().cursor() as con:
        con.register("good", good)
        standard = con.sql(
            f"select {_unit_sql(mapping)} as contact_id, {_agent_sql(mapping)} as agent, "
            f"{_line_at_sql(mapping)} as line_at from good"
        ).pl()
    return good.select(
        "chunk_no", "line_no", "line_id", "row_version",
        *(f"r{place}" for place in range(len(mapping.rows))),
        *(cell.key for cell in cells),
    ).with_columns(
        *(standard[name] for name in standard.columns),
        file_name=file_names.gather(good["chunk_no"]),
    )  # fmt: skip


def _all_protected(good: pl.DataFrame, cells: list[Cell], context: ParseContext) -> pl.DataFrame:
    """With customers hashed and free text masked; a list of customers tells each several times."""
    done: dict[tuple[bool, str], pl.Series] = {}
    for cell in cells:
        if not (cell.spec.is_customer or cell.spec.is_free_text):
            continue
        values = good[cell.key]
        origin = (cell.spec.is_free_text, cell.column.model_dump_json())
        if origin not in done:
            done[origin] = _protected(values, cell, context)
        good = good.with_columns(done[origin].alias(cell.key))
    return good


def _protected(values: pl.Series, cell: Cell, context: ParseContext) -> pl.Series:
    if cell.spec.is_free_text:
        return context.pseudonyms.mask_texts(values)
    if cell.column.hash_as == "text":
        return context.pseudonyms.hash_texts(values)
    return context.pseudonyms.customer_refs(values)


def _by_part(mapping: Mapping, sql_of) -> str:  # noqa: ANN001  (place, contract) -> SQL or None
    whens = [
        f"when r{place} then {sql}"
        for place, contract in enumerate(mapping.contracts)
        if (sql := sql_of(place, contract)) is not None
    ]
    return f"case {' '.join(whens)} end" if whens else "null"


def _unit_sql(mapping: Mapping) -> str:
    if mapping.unit not in ("contact", "record"):
        return "cast(null as varchar)"

    def key(place: int, contract: Contract) -> str:
        return contract.unit_sql(f"r{place}_", mapping.rows[place].columns)

    return f"cast({_by_part(mapping, key)} as varchar)"


def _agent_sql(mapping: Mapping) -> str:
    def agent(place: int, _: Contract) -> str | None:
        return f"r{place}_agent" if "agent" in mapping.rows[place].columns else None

    return f"cast({_by_part(mapping, agent)} as varchar)"


def _line_at_sql(mapping: Mapping) -> str:
    """The row's own instant; of what has none, the beginning of what is known."""

    def instant(place: int, contract: Contract) -> str | None:
        name = contract.date_column or "valid_from"
        return (
            f"cast(r{place}_{name} as timestamp)" if name in mapping.rows[place].columns else None
        )

    earliest = f"timestamp '{NO_TIME.isoformat(sep=' ')}'"
    return f"coalesce({_by_part(mapping, instant)}, {earliest})"


def _no_rows(empty: pl.DataFrame) -> pl.DataFrame:
    standard = {
        "chunk_no": CHUNK_NO, "line_no": pl.Int64, "line_id": pl.String,
        "line_at": pl.Datetime("us"), "contact_id": pl.String, "agent": pl.String,
    }  # fmt: skip
    return pl.DataFrame(schema={**standard, **empty.schema})


def is_of_no_time(mapping: Mapping) -> bool:
    """Whether its rows are plans or hold for all time, so that they tell no clock."""
    return mapping.unit == "reference" or bool(mapping.tables & {"schedule", "forecast"})
