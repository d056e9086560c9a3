"""Contracts of staging: what every source adapter delivers, read from `models/staging/*.yml`."""

from collections.abc import Container
from functools import cached_property, lru_cache
from importlib.resources import files
from typing import TYPE_CHECKING, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from pipelines.sql_models.model import ModelError, digest, faults
from pipelines.yaml_text import YAMLError, read_yaml

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

ColumnType = Literal[
    "VARCHAR", "BIGINT", "INTEGER", "BOOLEAN", "TIMESTAMP", "DATE", "DOUBLE", "DECIMAL(18,4)"
]


class ContractColumn(BaseModel):
    """One column of a staging table."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    type: ColumnType
    description: str
    required: bool = False
    """Never empty."""
    allowed: tuple[str, ...] = ()
    """The only words it may hold; none given means any."""
    minimum: float | None = None
    is_customer: bool = False
    """Holds a customer's address or number: ingest puts a keyed hash in its place."""
    is_free_text: bool = False
    """Written by people: ingest masks numbers in it that look like telephone numbers."""


BEFORE = {
    "source": ContractColumn(
        type="VARCHAR", required=True, description="Source the row comes from, as configured."
    ),
    "zone": ContractColumn(
        type="VARCHAR", required=True, description="Time zone whose midnight ends its local day."
    ),
    "local_date": ContractColumn(
        type="DATE", description="Local day of the row in its zone; empty for reference tables."
    ),
}
"""Columns that come before those of every contract."""

AFTER = {
    "file_id": ContractColumn(
        type="VARCHAR",
        description="File of the line that opens the row; empty where settings or conclusions do.",
    ),
    "line_no": ContractColumn(
        type="BIGINT",
        minimum=1,
        description="Number of that line in its file, from 1.",
    ),
}
"""Columns that come after those of every contract: where a row comes from, never what it is."""


class Contract(BaseModel):
    """One staging table: its meaning, columns, key and how it is renewed."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    table: str
    description: str
    unit: Literal["contact", "record", "agent", "reference"]
    """What is derived again when new lines come: touched contacts, touched records (dated rows
    known by their own key), agents' days, the whole."""
    part_of: str | None = None
    """Table of the records that its rows are parts of, derived with them; a record's only."""
    date_column: str | None
    """The instant that gives a row its local day; none for reference tables."""
    key: tuple[str, ...] = Field(min_length=1)
    own_columns: dict[str, ContractColumn] = Field(alias="columns")

    @cached_property
    def columns(self) -> dict[str, ContractColumn]:
        """All columns in order, the common ones included."""
        return BEFORE | self.own_columns | AFTER

    def unit_sql(self, prefix: str = "", given: Container[str] | None = None) -> str:
        """SQL of what a row of the units contact and record is derived by, as raw rows name it.

        Args:
            prefix: before each column's name.
            given: columns that there are; all when left out. Others count as empty.
        """
        if self.unit == "contact":
            return f"{prefix}contact_id"
        whole = load_contracts()[self.part_of] if self.part_of else self
        key = (
            f"coalesce(cast({prefix}{column} as varchar), '')"
            if given is None or column in given
            else "''"
            for column in whole.key[1:]
        )
        return f"'{whole.table}|' || " + " || '|' || ".join(key)

    @property
    def relation(self) -> str:
        """`staging.<table>`, as models write it."""
        return f"staging.{self.table}"

    @property
    def version(self) -> str:
        """Changes when names or types of columns do."""
        return digest(*(f"{name} {column.type}" for name, column in self.columns.items()))

    @model_validator(mode="after")
    def _names_exist(self) -> "Contract":
        common = self.own_columns.keys() & (BEFORE | AFTER).keys()
        if common:
            raise ValueError(f"common columns are not repeated: {', '.join(sorted(common))}")
        unknown = {*self.key, self.date_column or "source"} - self.columns.keys()
        if unknown:
            raise ValueError(f"no such column: {', '.join(sorted(unknown))}")
        return self


@lru_cache(maxsize=1)
def load_contracts() -> dict[str, Contract]:
    """Every contract by table name, in order of name.

    Raises:
        ModelError: a contract is wrong; file and place are named.
    """
    import models

    found = {}
    folder = files(models) / "staging"
    for file in sorted(folder.iterdir(), key=lambda f: f.name):
        if not file.name.endswith(".yml"):
            continue
        try:
            contract = Contract.model_validate(read_yaml(file.read_text(encoding="utf-8")))
        except (YAMLError, ValidationError) as error:
            text = faults(error) if isinstance(error, ValidationError) else f"  {error}"
            raise ModelError(f"{file}: not a contract:\n{text}") from None
        if f"{contract.table}.yml" != file.name:
            raise ModelError(f"{file}: table is {contract.table}; file and table share one name")
        found[contract.table] = contract
    return found


def create_empty(con: "DuckDBPyConnection", contract: Contract, name: str | None = None) -> None:
    """Create an empty table with a contract's columns, in order and typed.

    Args:
        con: where to.
        contract: what.
        name: as SQL writes it; `staging.<table>` when left out.
    """
    con.execute(empty_sql(contract, name or contract.relation))


def empty_sql(contract: Contract, name: str) -> str:
    """SQL that makes an empty table of some name with a contract's columns, in order and typed."""
    body = ", ".join(f"{column} {spec.type}" for column, spec in contract.columns.items())
    return f"create or replace table {name} ({body})"
