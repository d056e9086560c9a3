"""The Great Expectations suites as data: `suites/<schema>.<table>.yml`, validated when read.

Nothing here imports Great Expectations, which takes seconds.
"""

from functools import lru_cache
from importlib.resources import files
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from pipelines.sql_models.model import faults
from pipelines.yaml_text import YAMLError, read_yaml
from quality_checks.result import CheckSpec, Severity, is_tellable
from quality_checks.sql_check import CheckError

_NAME = r"^[a-z][a-z0-9_]*$"


class Rule(BaseModel):
    """One expectation."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    id: Annotated[str, Field(pattern=_NAME)]
    type: Annotated[str, Field(pattern=r"^(expect_[a-z_]+|unexpected_rows_expectation)$")]
    """As Great Expectations spells it in JSON."""
    severity: Severity
    description: str
    """What it asks, in plain words."""
    kwargs: dict[str, Any] = {}
    """As Great Expectations takes them. In SQL, `{batch}` is the rows to check: it takes no alias,
    as Great Expectations may give it one."""

    @model_validator(mode="after")
    def _can_name_its_rows(self) -> "Rule":
        if self.type == "expect_compound_columns_to_be_unique":
            raise ValueError("declare it as the grain of the model, which is faster and tells rows")
        return self


class Suite(BaseModel):
    """The expectations about one relation."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    relation: str = Field(pattern=r"^(staging|core|marts)\.[a-z0-9_]+$")
    sample_key: tuple[str, ...] = Field(min_length=1)
    """Columns that name an offending row in a finding; never about a person."""
    expectations: tuple[Rule, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _ids_differ_and_keys_are_tellable(self) -> "Suite":
        ids = [rule.id for rule in self.expectations]
        twice = sorted({name for name in ids if ids.count(name) > 1})
        if twice:
            raise ValueError(f"used twice: {', '.join(twice)}")
        private = [column for column in self.sample_key if not is_tellable(column)]
        if private:
            raise ValueError(f"a finding may not show {', '.join(private)}")
        return self

    def spec(self, rule: Rule) -> CheckSpec:
        """A rule as announced."""
        return CheckSpec(self.relation, rule.id, rule.severity, rule.description)


@lru_cache(maxsize=1)
def load_suites() -> tuple[Suite, ...]:
    """Every suite, by file name.

    Raises:
        CheckError: a file is wrong; file and place are named.
    """
    import quality_checks

    folder = files(quality_checks) / "suites"
    names = sorted(f.name for f in folder.iterdir() if f.name.endswith(".yml"))
    return tuple(parse_suite(name, (folder / name).read_text(encoding="utf-8")) for name in names)


def parse_suite(name: str, text: str) -> Suite:
    """Read one suite.

    Args:
        name: the file's name, `<schema>.<table>.yml`.
        text: its YAML.

    Raises:
        CheckError: it is wrong, or about another relation than its name says.
    """
    try:
        suite = Suite.model_validate(read_yaml(text))
    except YAMLError as error:
        raise CheckError(f"suites/{name}: not YAML: {error}") from None
    except ValidationError as error:
        raise CheckError(f"suites/{name}: not a suite:\n{faults(error)}") from None
    if name != f"{suite.relation}.yml":
        raise CheckError(f"suites/{name}: is about {suite.relation}; name it {suite.relation}.yml")
    return suite
