"""A mapping file: how the columns of one kind of file become columns of staging."""

from functools import cached_property, lru_cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    model_validator,
)

from assets.ingest.tabular.defaults import computed_columns
from pipelines.settings import Project, SettingsError, Zone
from pipelines.sql_models.contracts import Contract, load_contracts
from pipelines.yaml_text import YAMLError, read_yaml

Format = Literal["csv", "jsonl", "excel", "parquet"]
Unit = Literal["ms", "s", "min", "h", "hms", "epoch_s", "epoch_ms"]
Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,40}$")]
RESERVED = frozenset({"queue_log", "cdr", "cdr_custom", "cel"})
"""Names that raw tables of other kinds of source have, and balances read by them."""


def _listed(value: Any) -> Any:
    return value if isinstance(value, list | tuple) else (value,)


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Column(_Part):
    """Where the values of one target column come from; a bare text names a column of the file."""

    column: str | None = None
    sql: str | None = None
    """An expression over the file's columns, all of them text, in DuckDB's SQL."""
    constant: str | None = None
    values: dict[str, str | None] = {}
    """Word of the file -> word of callmart; compared without regard to case and blanks around."""
    default: str | None = None
    """For an empty value, and for words that `values` does not name."""
    empty: tuple[str, ...] = ()
    """Texts that mean: no value."""
    unit: Unit | None = None
    """Of a duration (ms, s, min, h, or h:m:s), or of an instant (epoch_s, epoch_ms)."""
    formats: Annotated[tuple[str, ...], BeforeValidator(_listed)] = ()
    """Of times and days, as strptime has them, tried in order; `%z` reads an offset."""
    timezone: Zone | None = None
    """Zone of times without an offset; the mapping's, then the source's, when left out."""
    hash_as: Literal["number", "text"] = "number"
    """How a customer's address is made one: a telephone number, or any text (mail, account)."""

    @model_validator(mode="after")
    def _has_one_origin(self) -> "Column":
        if sum(x is not None for x in (self.column, self.sql, self.constant)) != 1:
            raise ValueError("give one of column, sql or constant")
        return self


def _column(value: Any) -> Any:
    if isinstance(value, bool):
        raise ValueError("YAML takes this for true or false; put the column's name in quotes")
    return {"column": value} if isinstance(value, str) else value


class Rows(_Part):
    """The rows that a line of the file gives in one staging table."""

    table: str
    when: str | None = None
    """Condition, in SQL over the file's columns: lines that give a row. Left out: every line."""
    columns: dict[str, Annotated[Column, BeforeValidator(_column)]]


class Mapping(_Part):
    """One kind of file."""

    description: str
    files: Annotated[tuple[str, ...], BeforeValidator(_listed), Field(min_length=1)]
    """Patterns of file names, such as `calls_*.csv`; .gz is not part of the name."""
    format: Format = "csv"
    encoding: str = "utf-8"
    delimiter: Annotated[str, Field(min_length=1, max_length=1)] = ","
    quote: Annotated[str, Field(max_length=1)] = '"'
    skip_lines: Annotated[int, Field(ge=0, le=1000)] = 0
    """Lines before the header."""
    header: bool | tuple[str, ...] = True
    """Names stand in a line of their own; or they are these, and there is none."""
    skip_after_header: Annotated[int, Field(ge=0, le=100)] = 0
    """Further lines of header."""
    multiline: bool = False
    """Quoted texts may go over several lines."""
    sheet: str | None = None
    """Of an Excel file; its first when left out."""
    timezone: Zone | None = None
    formats: Annotated[tuple[str, ...], BeforeValidator(_listed)] = ()
    """Formats of times and days where a column names none."""
    decimal: Literal[".", ","] = "."
    empty: tuple[str, ...] = ()
    """Texts that mean no value in every column."""
    leave_out: dict[Name, str] = {}
    """Name of a rule -> condition in SQL: lines that are counted as skipped by it."""
    version: str | None = None
    """SQL that says how new a row is: of rows of one key the largest counts. Then, and where it
    is left out, the file whose name sorts last, and in it the last line."""
    rows: Annotated[tuple[Rows, ...], Field(min_length=1)]

    @cached_property
    def contracts(self) -> tuple[Contract, ...]:
        """The contract of each of `rows`, in order."""
        known = load_contracts()
        return tuple(known[part.table] for part in self.rows)

    @property
    def unit(self) -> str:
        """Unit of all its tables."""
        return self.contracts[0].unit

    @property
    def tables(self) -> frozenset[str]:
        """Staging tables it fills."""
        return frozenset(part.table for part in self.rows)

    @model_validator(mode="after")
    def _fits_the_contracts(self) -> "Mapping":
        known = load_contracts()
        for part in self.rows:
            if part.table not in known:
                raise ValueError(f"there is no staging table {part.table}: {', '.join(known)}")
            _check_columns(known[part.table], part)
        units = {(c.unit, c.part_of or c.table) if c.unit == "record" else (c.unit, "")
                 for c in self.contracts}  # fmt: skip
        if len(units) > 1:
            raise ValueError(
                "its tables are renewed by different keys; map the file twice, in two sources "
                "with the same path"
            )
        return self


def _check_columns(contract: Contract, part: Rows) -> None:
    unknown = sorted(part.columns.keys() - contract.own_columns.keys())
    if unknown:
        raise ValueError(
            f"{part.table} has no column {', '.join(unknown)}; it has: "
            f"{', '.join(contract.own_columns)}"
        )
    given = part.columns.keys() | computed_columns(part.table)
    lacking = [n for n, spec in contract.own_columns.items() if spec.required and n not in given]
    if lacking:
        raise ValueError(f"{part.table} cannot do without {', '.join(lacking)}")


def parse_mapping(text: str, origin: str) -> Mapping:
    """Read a mapping.

    Raises:
        SettingsError: it is not YAML or not a mapping; every fault is named.
    """
    try:
        return Mapping.model_validate(read_yaml(text))
    except YAMLError as error:
        raise SettingsError(f"{origin}: not YAML: {error}") from None
    except ValidationError as error:
        faults = "\n".join(
            f"  {'.'.join(map(str, e['loc'])) or 'the file'}: {e['msg']}" for e in error.errors()
        )
        raise SettingsError(f"{origin}: wrong mapping:\n{faults}") from None


def load_mappings(project: Project, source: str) -> dict[str, Mapping]:
    """The mappings of a source by name: those it names, else all of the project's folder.

    Raises:
        SettingsError: one is not there, wrong, or there is none.
    """
    folder = project.root / "mappings"
    wanted = project.settings.sources[source].options.get("mappings")
    if wanted is None:
        wanted = sorted(file.stem for file in folder.glob("*.yml"))
    if not wanted:
        raise SettingsError(
            f"sources.{source}: no mapping: write one with `callmart mapping new FILE`, or name "
            f"shipped ones as options.mappings: {', '.join(shipped_mappings())}"
        )
    return {name: load_mapping(folder, name) for name in wanted}


def load_mapping(folder: Path, name: str) -> Mapping:
    """A project's own mapping, else the shipped one of this name.

    Raises:
        SettingsError: there is none, or it is wrong.
    """
    if name in RESERVED:
        raise SettingsError(f"mappings/{name}.yml: this name is taken; give it another")
    own = folder / f"{name}.yml"
    if own.is_file():
        return parse_mapping(own.read_text(encoding="utf-8"), str(own))
    shipped = shipped_mappings()
    if name not in shipped:
        raise SettingsError(
            f"there is no mapping {name}: neither {own} nor one of {', '.join(shipped)}"
        )
    return parse_mapping(shipped[name].read_text(encoding="utf-8"), f"shipped mapping {name}")


@lru_cache(maxsize=1)
def shipped_mappings() -> dict[str, Traversable]:
    """Mappings that come with callmart, by name."""
    folder = files("assets.ingest.tabular") / "mappings"
    found = {f.name.removesuffix(".yml"): f for f in folder.iterdir() if f.name.endswith(".yml")}
    return dict(sorted(found.items()))
