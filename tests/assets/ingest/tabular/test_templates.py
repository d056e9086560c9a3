"""Templates of every staging table: read as they are, and understood by who fills them in."""

import pytest

from assets.ingest.tabular.adapter import TabularAdapter
from assets.ingest.tabular.mapping import parse_mapping
from assets.ingest.tabular.templates import template_columns, template_csv, template_mapping
from pipelines.sql_models.contracts import load_contracts
from pipelines.yaml_text import read_yaml
from tests.assets.ingest.tabular.harness import Tabular

TABLES = sorted(load_contracts())
BY_TYPE = {
    "VARCHAR": "one",
    "BIGINT": "60000",
    "INTEGER": "3",
    "BOOLEAN": "yes",
    "TIMESTAMP": "2026-01-05 09:00:00",
    "DATE": "2026-01-05",
    "DOUBLE": "1.5",
    "DECIMAL(18,4)": "2.5",
}


def value_of(spec):
    if spec.is_customer:
        return "07700900123"
    return spec.allowed[0] if spec.allowed else BY_TYPE[spec.type]


def is_free(spec):
    return spec.type == "VARCHAR" and not spec.allowed


def filled_in(table: str) -> str:
    """A row with everything, and one in which what may be empty is."""
    columns = template_columns(table)
    row = ",".join(value_of(spec) for spec in columns.values())
    mapping = read_yaml(template_mapping(table))["rows"][0]["columns"]
    needed = [n for n, s in columns.items() if s.required and isinstance(mapping[n], str)]
    of_key = {*needed} & {*load_contracts()[table].key}
    key = min(name for name in of_key if is_free(columns[name]))
    second = {name: value_of(columns[name]) for name in needed} | {key: "07700900124"}
    sparse = ",".join(second.get(name, "") for name in columns)
    return template_csv(table) + row + "\n" + sparse + "\n"


@pytest.fixture(scope="module")
def all_filled_in(tmp_path_factory):
    """A project of all templates, as `callmart init --tabular` lays them down, filled in."""
    files = Tabular(tmp_path_factory.mktemp("templates"))
    for table in TABLES:
        files.map(table, template_mapping(table))
        files.land(f"{table}_1.csv", filled_in(table))
    files.run()
    yield files
    files.con.close()


@pytest.mark.parametrize("table", TABLES)
def test_a_template_filled_in_loads(all_filled_in, table):
    assert all_filled_in.refused() == []
    assert len(all_filled_in.rows(table)) == 2


def test_of_two_patterns_that_fit_the_one_that_says_more_reads_a_file(tmp_path):
    mappings = {table: parse_mapping(template_mapping(table), table) for table in TABLES}
    adapter = TabularAdapter(tmp_path, mappings)
    assert adapter.feed_of("Customer_alias_2026.csv", b"") == "customer_alias"
    assert adapter.feed_of("customer_2026.csv", b"") == "customer"
    assert adapter.feed_of("customers.txt", b"") is None


@pytest.mark.parametrize("table", TABLES)
def test_a_template_maps_each_column_by_its_own_name_with_a_comment(table):
    text = template_mapping(table)
    mapping = parse_mapping(text, table)
    header = template_csv(table).rstrip("\n").split(",")
    assert header == list(template_columns(table))
    (part,) = mapping.rows
    told = {name: column.column for name, column in part.columns.items() if column.column}
    assert told == {name: name for name in header}
    lines = text.splitlines()
    assert max(map(len, lines)) <= 100
    for name in header:
        place = next(n for n, line in enumerate(lines) if line.startswith(f"      {name}:"))
        assert lines[place - 1].startswith("      # ")


def test_the_comment_says_type_unit_words_and_what_is_required():
    text = " ".join(template_mapping("queue_visit").split())
    assert "# The contact that waited. Text; required. contact_id: contact_id" in text
    assert "in milliseconds; at least 0; may be empty. wait_ms: wait_ms" in text
    assert "one of answered, abandoned, exit_key" in text.replace(" # ", " ")
    assert 'next_step: {column: next_step, default: "none"}' in text
    assert "entry_repeat" not in template_csv("queue_visit")


def test_a_threshold_that_a_person_wrote_is_not_assumed(files):
    files.map("queue_config", template_mapping("queue_config"))
    header = template_csv("queue_config")
    given = {"queue": "sales", "service_level_s": "30"}
    row = ",".join(given.get(name, "") for name in template_columns("queue_config"))
    files.land("queue_config.csv", header + row + "\n")
    files.run()
    columns = "queue, channel, service_level_s, short_abandon_s, is_threshold_assumed"
    assert files.rows("queue_config", columns) == [("sales", "voice", 30, 5, False)]
