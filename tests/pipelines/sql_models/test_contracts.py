"""Contracts of staging."""

import duckdb
import pytest
from pydantic import ValidationError

from pipelines.sql_models import Contract, create_empty, load_contracts


def test_every_contract_has_the_common_columns_around_its_own():
    for contract in load_contracts().values():
        names = list(contract.columns)
        assert names[:3] == ["source", "zone", "local_date"]
        assert names[-2:] == ["file_id", "line_no"]
        assert set(contract.key) <= set(names)


def test_an_empty_table_has_its_columns_in_order():
    con = duckdb.connect()
    contract = load_contracts()["queue_visit"]
    create_empty(con, contract, "main.somewhere")
    found = con.execute("select column_name, column_type from (describe main.somewhere)").fetchall()
    assert found == [(name, column.type) for name, column in contract.columns.items()]


def test_keys_and_dates_name_columns():
    given = {
        "table": "t",
        "description": "d",
        "unit": "contact",
        "date_column": "at",
        "key": ["b"],
        "columns": {"a": {"type": "VARCHAR", "description": "d"}},
    }
    with pytest.raises(ValidationError, match="no such column: at, b"):
        Contract.model_validate(given)
    with pytest.raises(ValidationError, match="not repeated: zone"):
        columns = {"zone": {"type": "VARCHAR", "description": "d"}}
        Contract.model_validate(given | {"columns": columns})


def test_the_version_changes_with_types_and_not_with_words():
    contract = load_contracts()["roster"]
    own = contract.own_columns
    words = own | {"agent": own["agent"].model_copy(update={"description": "other"})}
    types = own | {"agent": own["agent"].model_copy(update={"type": "BIGINT"})}
    assert contract.version == contract.model_copy(update={"own_columns": words}).version
    assert contract.version != Contract(**_fields(contract), columns=types).version


def _fields(contract: Contract) -> dict:
    return {
        name: getattr(contract, name)
        for name in type(contract).model_fields
        if name != "own_columns"
    }
