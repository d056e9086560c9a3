"""Rows whose contact no file has told of: they wait as anomalies, and the rest goes on."""

from datetime import datetime
from itertools import permutations

import pytest

from tests.assets.ingest.tabular.harness import Tabular

CALLS = """\
files: calls*.csv
rows:
  - table: contact
    columns: {contact_id: id, started_at: at, ended_at: end}
  - table: queue_visit
    columns: {contact_id: id, queue: queue, entered_at: at, left_at: end, outcome: how}
"""
VISITS = """\
files: visits*.csv
rows:
  - table: queue_visit
    columns: {contact_id: id, queue: queue, entered_at: at, left_at: end, outcome: how}
"""
REFUSALS = """\
files: refusals*.csv
rows:
  - table: queue_refusal
    columns: {contact_id: id, queue: queue, refused_at: at, cause: {constant: full}}
"""
RINGS = """\
files: rings*.csv
rows:
  - table: agent_offer
    columns: {contact_id: id, queue: queue, agent: agent, offered_at: at, outcome: how}
"""
LEGS = """\
files: legs*.csv
rows:
  - table: handle_segment
    columns: {contact_id: id, agent: agent, connected_at: at, ended_at: end}
"""
FILES = {
    "calls.csv": "id,queue,at,end,how\n"
    "c1,sales,2026-01-02 09:00:00,2026-01-02 09:05:00,answered\n"
    "c2,sales,2026-01-02 10:00:00,2026-01-02 10:05:00,answered\n",
    "visits.csv": "id,queue,at,end,how\n"
    "c1,second,2026-01-02 09:03:00,2026-01-02 09:04:00,answered\n"
    "c9,second,2026-01-02 09:03:00,2026-01-02 09:04:00,answered\n",
    "refusals.csv": "id,queue,at\nc2,sales,2026-01-02 10:00:01\nc9,sales,2026-01-02 10:00:01\n",
    "rings.csv": "id,queue,agent,at,how\n"
    "c1,sales,anna,2026-01-02 09:00:10,answered\n"
    "c2,other,anna,2026-01-02 10:00:10,answered\n"
    "c9,second,anna,2026-01-02 09:03:10,answered\n",
    "legs.csv": "id,agent,at,end\n"
    "c1,anna,2026-01-02 09:00:15,2026-01-02 09:02:00\n"
    "c9,anna,2026-01-02 09:03:15,2026-01-02 09:04:00\n",
}
MADE = {
    "queue_visit": [("c1", "sales"), ("c1", "second"), ("c2", "sales")],
    "queue_refusal": [("c2", "sales")],
    "agent_offer": [("c1", "sales")],
    "handle_segment": [("c1", "sales")],
}
ASIDE = [
    ("c2", "other", datetime.fromisoformat("2026-01-02 10:00:10"), "offer_without_entry",
     "agent_offer", 1),
    ("c9", "sales", datetime.fromisoformat("2026-01-02 10:00:01"), "refusal_without_contact",
     "queue_refusal", 1),
    ("c9", "second", datetime.fromisoformat("2026-01-02 09:03:00"), "visit_without_contact",
     "queue_visit", 1),
    ("c9", "second", datetime.fromisoformat("2026-01-02 09:03:10"), "offer_without_entry",
     "agent_offer", 1),
    ("c9", "second", datetime.fromisoformat("2026-01-02 09:03:15"), "segment_without_contact",
     "handle_segment", 1),
]  # fmt: skip
COLUMNS = "contact_id, queue, occurred_at, rule, event, anomaly_ordinal"


def _map_all(files: Tabular) -> None:
    for name, text in {
        "calls": CALLS, "visits": VISITS, "refusals": REFUSALS, "rings": RINGS, "legs": LEGS,
    }.items():  # fmt: skip
        files.map(name, f"description: Test.\n{text}")


def _found(files: Tabular) -> dict[str, list]:
    return {table: files.rows(table, "contact_id, queue") for table in MADE}


def test_each_kind_of_row_without_its_contact_is_told_under_its_rule(files):
    _map_all(files)
    for name, text in FILES.items():
        files.land(name, text)
    files.run()
    assert _found(files) == MADE
    assert files.rows("anomaly", COLUMNS) == ASIDE
    assert files.refused() == []


@pytest.mark.parametrize("order", list(permutations(("calls.csv", "rings.csv", "legs.csv"))))
def test_whatever_file_comes_first_the_rows_end_up_the_same(files, order):
    _map_all(files)
    for name in ("visits.csv", "refusals.csv", *order):
        files.land(name, FILES[name])
        files.run()
    assert _found(files) == MADE
    assert files.rows("anomaly", COLUMNS) == ASIDE


def test_the_line_of_a_contact_that_is_mended_brings_its_rows_back(files):
    _map_all(files)
    files.land("calls.csv", FILES["calls.csv"].replace("c1,sales,2026", "c1,sales,at noon 2026"))
    files.land("rings.csv", FILES["rings.csv"])
    files.run()
    assert [line for line, _ in files.refused()] == [2]
    assert _found(files)["agent_offer"] == []
    assert ("c1", "sales") in files.rows("anomaly", "contact_id, queue")
    files.land("calls-again.csv", FILES["calls.csv"])
    files.run()
    assert _found(files)["agent_offer"] == [("c1", "sales")]
    assert ("c1", "sales") not in files.rows("anomaly", "contact_id, queue")


def test_anomalies_that_a_file_tells_of_stay_beside_those_found(files):
    _map_all(files)
    files.map(
        "odd",
        """\
description: Test.
files: odd*.csv
rows:
  - table: anomaly
    columns: {contact_id: id, queue: queue, occurred_at: at, event: {constant: ring},
      rule: {constant: offer_without_entry}, anomaly_ordinal: {constant: "1"}}
""",
    )
    files.land("odd.csv", "id,queue,at\nc9,second,2026-01-02 09:03:10\n")
    files.land("calls.csv", FILES["calls.csv"])
    files.land("rings.csv", FILES["rings.csv"])
    files.run()
    told = "contact_id, event, anomaly_ordinal"
    assert files.rows("anomaly", told) == [
        ("c2", "agent_offer", 1), ("c9", "agent_offer", 2), ("c9", "ring", 1),
    ]  # fmt: skip


def test_where_no_file_tells_of_contacts_the_checks_say_so_of_all_rows(files):
    files.map("visits", f"description: Test.\n{VISITS}")
    files.land("visits.csv", FILES["visits.csv"])
    files.run()
    assert len(files.rows("queue_visit")) == 2
