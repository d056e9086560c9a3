"""Suites as data."""

import pytest

from pipelines.sql_models import load_contracts, load_models
from quality_checks.sql_check import CheckError
from quality_checks.suite import load_suites, parse_suite

TEXT = """
relation: core.t
sample_key: [t_key]
expectations:
  - id: t_known
    type: expect_column_values_to_not_be_null
    severity: critical
    description: t is known.
    kwargs: {column: t}
"""


def test_every_staging_table_that_a_model_reads_has_a_suite():
    relations = {suite.relation for suite in load_suites()}
    read = {relation for model in load_models() for relation in model.reads}
    assert read & {contract.relation for contract in load_contracts().values()} <= relations


def test_a_suite_is_read():
    suite = parse_suite("core.t.yml", TEXT)
    assert suite.spec(suite.expectations[0]).description == "t is known."


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("core.u.yml", TEXT, "name it core.t.yml"),
        ("core.t.yml", TEXT + "  - 5\n", "expectations.1"),
        ("core.t.yml", TEXT.replace("critical", "fatal"), "severity"),
        ("core.t.yml", TEXT.replace("t_key", "customer_ref"), "may not show customer_ref"),
        ("core.t.yml", TEXT.replace("expect_column", "assume_column"), "type"),
        ("core.t.yml", TEXT + TEXT.split("expectations:\n")[1], "used twice: t_known"),
        ("core.t.yml", "relation: [", "not YAML"),
        (
            "core.t.yml",
            TEXT.replace("column_values_to_not_be_null", "compound_columns_to_be_unique"),
            "declare it as the grain",
        ),
    ],
)
def test_a_wrong_suite_is_named(name: str, text: str, message: str):
    with pytest.raises(CheckError, match=rf"(?s){name}.*{message}"):
        parse_suite(name, text)
