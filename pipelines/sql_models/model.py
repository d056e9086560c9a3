"""One SQL model: a runnable `select` in a file, described by the YAML in its leading comment.

Its schema is its folder, its name is its file, and what it reads is what its SQL names: nothing
is declared twice.
"""

import hashlib
import re
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    model_validator,
)

from pipelines.errors import ExpectedError
from pipelines.sql_models.counting import Counting, Period
from pipelines.yaml_text import YAMLError, read_yaml

if TYPE_CHECKING:
    from sqlglot import exp

SCHEMAS = ("core", "marts")
"""Schemas of models, lower layer first."""

OPS_READ = ("build_window", "calendar_interval", "centre", "feed_watermark", "metric_definition")
"""Tables of `ops` that models may read: inputs of a build, not its account."""

_HEADER = re.compile(r"\A/\*---\n(?P<yaml>.*?)\n---\*/\n", re.DOTALL)
_NAME = re.compile(r"[a-z][a-z0-9_]*")


class ModelError(ExpectedError):
    """A model, contract or glossary is wrong; the text names the file and the remedy."""


class ColumnTest(BaseModel):
    """One simple test of a column: written as a word, or as a word with its value."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    kind: Literal["not_null", "unique", "min", "max", "allowed", "references"]
    value: float | int | str | tuple[str, ...] | None = None
    """Limit of min and max, words of allowed, `schema.table.column` of references."""

    @model_validator(mode="before")
    @classmethod
    def _from_header(cls, given: Any) -> Any:
        if isinstance(given, str):
            return {"kind": given}
        if isinstance(given, dict) and len(given) == 1:
            ((kind, value),) = given.items()
            return {"kind": kind, "value": value}
        return given

    @model_validator(mode="after")
    def _value_fits(self) -> "ColumnTest":
        wanted: dict[str, tuple[type, ...]] = {
            "min": (int, float),
            "max": (int, float),
            "allowed": (tuple,),
            "references": (str,),
        }
        if not isinstance(self.value, wanted.get(self.kind, (type(None),))):
            raise ValueError(f"{self.kind} does not take the value {self.value!r}")
        return self


def _described(column: object) -> object:
    return {"description": column} if isinstance(column, str) else column


class Column(BaseModel):
    """What a header says of one column."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    description: str | None = None
    tests: tuple[ColumnTest, ...] = ()


class Reach(BaseModel):
    """Days around a changed day whose rows may change with it."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    before: Annotated[int, Field(ge=0)] = 0
    after: Annotated[int, Field(ge=0)] = 0


def _listed(given: object) -> object:
    return [given] if isinstance(given, dict) else given


class Header(BaseModel):
    """The YAML block at the top of a model file."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    description: str
    """What one row is and what it is for, in words."""
    owner: str
    """Who answers for it, such as `team:analytics`."""
    grain: tuple[str, ...]
    """Columns that together name a row."""
    materialization: Literal["table", "view", "daily"] = "table"
    """daily: a table rebuilt for the days of `ops.build_window` alone; needs `local_date`."""
    period: Period = "day"
    """Of a daily model: what `local_date` is the first day of; whole periods are rebuilt."""
    reach: Reach = Reach()
    """Of a daily model: days that are rebuilt besides those that changed."""
    stretch: Annotated[int, Field(ge=1)] | None = None
    """Of a daily model by day: days built at a time, where all at once would not fit in memory."""
    metrics: Annotated[tuple[Counting, ...], BeforeValidator(_listed)] = ()
    """Of a fact: how metrics count it; several where a row can be credited in several ways."""
    columns: dict[str, Annotated[Column, BeforeValidator(_described)]] = {}

    @model_validator(mode="after")
    def _stretch_fits(self) -> "Header":
        if self.stretch and (self.materialization, self.period) != ("daily", "day"):
            raise ValueError("stretch is for daily models whose period is the day")
        return self


@dataclass(frozen=True)
class SqlModel:
    """One model, from a file or generated."""

    schema_name: str
    name: str
    header: Header
    sql: str
    """The select alone, without header and without a closing semicolon."""
    path: Path | None = None
    """The file it comes from; None when it is generated."""
    first_line: int = 1
    """Line of the file at which the select begins."""
    code_version: str = field(default="", compare=False)
    """Changes when its meaning does, or that of anything it reads; set by `load_models`."""

    @property
    def relation(self) -> str:
        """`schema.name`, as other models write it."""
        return f"{self.schema_name}.{self.name}"

    @property
    def origin(self) -> str:
        """What to call it in a message: its file, else its relation."""
        return str(self.path) if self.path else f"{self.relation} (generated)"

    @cached_property
    def query(self) -> "exp.Query":
        """The parsed select; shared, so copy it before changing it.

        Raises:
            ModelError: the SQL does not parse, or is not one select.
        """
        from sqlglot.errors import ParseError

        try:
            return _parsed(self.sql)
        except (ParseError, TypeError) as error:
            raise ModelError(f"{self.origin}: {error}") from None

    @cached_property
    def nodes(self) -> "list[exp.Expr]":
        """Every node of `query`, found once: rules look through them again and again."""
        return list(self.query.walk())

    @cached_property
    def reads(self) -> frozenset[str]:
        """Relations its SQL names, without common table expressions."""
        from pipelines.sql_models.syntax import SyntaxFault, tables_of

        try:
            return tables_of(self.sql)
        except SyntaxFault as fault:
            raise ModelError(f"{self.origin}: {fault}") from None

    @cached_property
    def names(self) -> frozenset[str]:
        """Names that its select gives columns."""
        from pipelines.sql_models.syntax import SyntaxFault, columns_of

        try:
            return columns_of(self.sql)
        except SyntaxFault as fault:
            raise ModelError(f"{self.origin}: {fault}") from None

    @cached_property
    def own_version(self) -> str:
        """Digest of what the SQL and the header's kind mean: layout and comments do not count."""
        from pipelines.sql_models.syntax import canonical

        _ = self.reads
        return digest(self.header.materialization, self.header.period, canonical(self.sql))


@lru_cache(maxsize=1024)
def _parsed(sql: str) -> "exp.Query":
    import sqlglot
    from sqlglot import exp

    statements = sqlglot.parse(sql, read="duckdb")
    if len(statements) != 1 or not isinstance(statements[0], exp.Query):
        raise TypeError("must hold one select and nothing else")
    return statements[0]


def digest(*parts: str) -> str:
    """A short stable hash of texts."""
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:16]


def faults(error: ValidationError) -> str:
    """What pydantic found wrong, one line for each place."""
    return "\n".join(
        f"  {'.'.join(str(part) for part in e['loc']) or 'the file'}: {e['msg']}"
        for e in error.errors()
    )


def parse_model(relation: str, text: str, path: Path | None = None) -> SqlModel:
    """Make a model from a file's text.

    Args:
        relation: `schema.name`.
        text: header and SQL.
        path: the file, for messages; None for generated text.

    Raises:
        ModelError: no header, a wrong header, or a name that is none.
    """
    origin = str(path or relation)
    schema, _, name = relation.partition(".")
    if schema not in SCHEMAS or not _NAME.fullmatch(name):
        raise ModelError(
            f"{origin}: {relation} is not a model's name; files belong in "
            f"models/{{{','.join(SCHEMAS)}}}/<name>.sql, names in small letters, digits and _"
        )
    match = _HEADER.match(text)
    if match is None:
        raise ModelError(f"{origin}: must begin with a header: /*---, YAML, ---*/, a line each")
    try:
        header = Header.model_validate(read_yaml(match["yaml"]))
    except YAMLError as error:
        raise ModelError(f"{origin}: the header is not YAML: {error}") from None
    except ValidationError as error:
        raise ModelError(f"{origin}: wrong header:\n{faults(error)}") from None
    body = text[match.end() :]
    sql = body.strip().removesuffix(";").rstrip()
    before = text[: match.end()] + body[: len(body) - len(body.lstrip())]
    return SqlModel(schema, name, header, sql, path, first_line=before.count("\n") + 1)
