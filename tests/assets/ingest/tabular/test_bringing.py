"""docs/bringing.md and docs/records.md: their examples are read, and what they promise is there."""

import re
from datetime import datetime
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

from assets.ingest.tabular.defaults import computed_columns
from assets.ingest.tabular.mapping import parse_mapping
from assets.ingest.tabular.templates import template_mapping
from assets.warehouse import refresh
from pipelines.commands import mapping
from pipelines.settings import PROJECT_FILE, load_project
from pipelines.sql_models.contracts import load_contracts
from pipelines.sql_models.metrics import load_metrics
from tests.assets.ingest.tabular.harness import Tabular
from tests.conftest import ROOT

TEXT = "\n".join(
    (ROOT / "docs" / name).read_text(encoding="utf-8") for name in ("bringing.md", "records.md")
)
BLOCKS = dict(re.findall(r"^```(?:csv|yaml) (\S+)\n(.*?)^```", TEXT, re.DOTALL | re.MULTILINE))
FILES = {path: text for path, text in BLOCKS.items() if path.endswith(".csv")}
"""By their place in landing."""
WRITTEN = {Path(path).stem: text for path, text in BLOCKS.items() if path not in FILES}
"""Mappings that the documents show; a file without one comes as the template has it."""
(SOURCES,) = re.findall(r"^```toml\n(.*?)^```", TEXT, re.DOTALL | re.MULTILINE)


def mapping_of(path: str) -> str:
    return re.sub(r"_[0-9-]+$", "", Path(path).stem)


MAPPINGS = {name: WRITTEN.get(name) or template_mapping(name) for name in map(mapping_of, FILES)}


def told(word: str) -> list[str]:
    """What the bullets that begin with a word say, with every line break taken out."""
    found = re.findall(rf"^\* \*\*{word}\*\* (.*?)(?=^\*|^$)", TEXT, re.DOTALL | re.MULTILINE)
    return [" ".join(bullet.split()) for bullet in found]


@pytest.fixture(scope="module")
def office(tmp_path_factory):
    made = Tabular(tmp_path_factory.mktemp("office") / "p", zone="Europe/London")
    root = made.project.root
    settings = root / PROJECT_FILE
    head, _, _ = settings.read_text(encoding="utf-8").partition("[sources.")
    settings.write_text(head + SOURCES, encoding="utf-8")
    made.project = load_project(root)
    for name, text in MAPPINGS.items():
        made.map(name, text)
    for path, text in FILES.items():
        (root / "landing" / path).parent.mkdir(exist_ok=True)
        (root / "landing" / path).write_text(text, encoding="utf-8")
    made.run()
    yield made
    made.con.close()


def test_every_line_of_every_example_is_read(office: Tabular):
    assert WRITTEN.keys() <= MAPPINGS.keys()
    assert office.refused() == []
    accounts = office.con.execute("select path, n_read, n_loaded from ops.load_file").fetchall()
    found = {path: (n_read, n_loaded) for path, n_read, n_loaded in accounts}
    lines = {path: text.count("\n") for path, text in FILES.items()}
    assert found == {f"landing/{path}": (n, n - 1) for path, n in lines.items()}


@pytest.mark.parametrize("path", list(FILES)[::6])
def test_the_command_shows_what_an_example_gives(office: Tabular, path, capsys):
    root = office.project.root
    assert mapping.test(root, mapping_of(path), root / "landing" / path, limit=3) == 0
    assert "No line would be refused." in capsys.readouterr().out


def test_there_is_an_example_of_every_table():
    tables = {table for n, text in MAPPINGS.items() for table in parse_mapping(text, n).tables}
    # Adapters of logs write anomalies themselves.
    assert tables == load_contracts().keys() - {"anomaly"}


def test_the_least_columns_are_those_that_no_mapping_can_leave_out():
    least = {}
    for bullet in told("Least"):
        for part in bullet.rstrip(".").split("; "):
            table, *columns = re.findall(r"`(\w+)`", part)
            least[table] = columns
    assert least == {
        table: [
            name
            for name, spec in contract.own_columns.items()
            if spec.required and name not in computed_columns(table)
        ]
        for table, contract in load_contracts().items()
        if table != "anomaly"
    }


def test_each_table_has_its_row_explained():
    tables = [name for bullet in told("Row") for name in re.findall(r"`(\w+)`", bullet)]
    assert sorted(tables) == sorted(load_contracts().keys() - {"anomaly"})


def opened() -> tuple[set[str], set[str]]:
    """Relations and metrics that the documents promise."""
    names = {name for bullet in told("Opens") for name in re.findall(r"`([\w.]+)`", bullet)}
    columns = {name for c in load_contracts().values() for name in (c.table, *c.own_columns)}
    relations = {name for name in names if "." in name}
    return relations, names - relations - columns


def test_what_becomes_possible_is_in_the_warehouse():
    relations, metrics = opened()
    files = [ROOT / "models" / f"{name.replace('.', '/')}.sql" for name in relations]
    assert all(file.is_file() for file in files)
    assert metrics <= {metric.id for metric in load_metrics()}


def test_lengths_have_their_unit_and_times_their_zone(office: Tabular):
    assert office.rows("agent_offer", "ring_ms") == [(6000,), (7000,), (15000,)]
    assert office.rows("forecast", "interval_ms, aht_ms") == [(1_800_000, 240_000)]
    assert office.rows("handle_segment", "talk_ms", "connected_at")[:2] == [(240_000,), (600_000,)]
    (first,) = office.rows("schedule", "min(starts_at)")
    assert first == (datetime.fromisoformat("2026-01-05 09:00:00"),)
    amounts = office.rows("sale", "kind, sale_amount")
    assert amounts == [("order", Decimal("1234.5")), ("refund", Decimal("34.5"))]


def test_other_names_of_agents_are_the_rosters_ids(office: Tabular):
    for table in ("handle_segment", "agent_offer", "agent_event", "qa_evaluation", "service_case"):
        assert {agent for (agent,) in office.rows(table, "distinct agent")} <= {"17", "18"}


def test_records_meet_their_contacts_and_customers_their_addresses(office: Tabular):
    contacts = set(office.rows("contact", "source, contact_id"))
    for table in ("survey_invite", "qa_evaluation", "ivr_session", "service_case", "sale"):
        named = {row for row in office.rows(table, "contact_source, contact_id") if row[1]}
        assert named
        assert named <= contacts
    assert office.rows("contact", "count(*)", "1")[0] == (8,)
    assert office.rows("contact", "count(distinct customer_ref)", "1")[0] == (7,)
    addresses = {row[0] for row in office.rows("customer_alias", "address_hash")}
    assert len(addresses & {row[0] for row in office.rows("contact", "customer_ref")}) == 3


@pytest.mark.soak
def test_all_that_is_promised_has_rows_once_it_is_published(office: Tabular):
    refresh(office.project)
    relations, metrics = opened()
    with duckdb.connect(str((office.project.root / "warehouse.duckdb").resolve())) as con:
        counted = con.sql(
            "from marts.v_kpi_month select distinct metric_id where value is not null"
        ).fetchall()
        empty = [r for r in sorted(relations) if not con.sql(f"from {r} limit 1").fetchall()]
    assert metrics - {name for (name,) in counted} == set()
    assert empty == []
