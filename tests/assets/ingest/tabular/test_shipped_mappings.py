"""Each shipped mapping reads a small file of its layout into exactly these rows."""

from datetime import datetime
from decimal import Decimal

import pytest

from assets.ingest.tabular.mapping import parse_mapping, shipped_mappings
from pipelines.sql_models.contracts import load_contracts
from tests.assets.ingest.tabular import shipped_samples as samples
from tests.assets.ingest.tabular.harness import Tabular

CALLS = "contact_id, kind, direction, strftime(started_at, '%H:%M:%S'), customer_ref is not null"
VISITS = "contact_id, queue, strftime(entered_at, '%H:%M:%S'), wait_ms, outcome, next_step"
LEGS = "contact_id, agent, queue, strftime(connected_at, '%H:%M:%S'), talk_ms, hold_ms"


@pytest.fixture
def read(tmp_path):
    made = []

    def run(mapping, file_name, text, zone="Etc/UTC"):
        files = Tabular(tmp_path / "p", zone=zone)
        made.append(files)
        files.project.settings.sources["files"].options["mappings"] = [mapping]
        files.land(file_name, text)
        files.run()
        return files

    yield run
    for files in made:
        files.con.close()


def tables(files):
    """Contacts, visits and legs; none of them breaks a rule that would stop a publication."""
    for outcome, left_at, next_step in files.rows("queue_visit", "outcome, left_at, next_step"):
        assert (left_at is None) == (outcome in ("open", "cut"))
        assert outcome != "answered" or next_step == "none"
    assert all(ended_at for (ended_at,) in files.rows("handle_segment", "ended_at"))
    for extension, ref in files.rows("contact", "caller_extension, customer_ref"):
        assert extension is None or len(extension) <= 6
        assert ref is None or ref.startswith("c_")
    return (
        files.rows("contact", CALLS, order="contact_id"),
        files.rows("queue_visit", VISITS, order="contact_id"),
        files.rows("handle_segment", LEGS, order="contact_id, connected_at"),
    )


def skipped(files):
    return files.frame("select skipped_by_rule from ops.load_file").item()


def test_every_shipped_mapping_fits_the_contracts_and_says_where_its_layout_is_from():
    contracts = load_contracts()
    shipped = shipped_mappings()
    assert {"zendesk_talk", "three_cx", "cisco_cucm", "talkdesk", "phonenow", "phonenow_survey",
            "qualtrics_survey", "bank_1999"} <= shipped.keys()  # fmt: skip
    for name, file in shipped.items():
        mapping = parse_mapping(file.read_text(encoding="utf-8"), name)
        assert len(mapping.description) > 60
        for part in mapping.rows:
            assert part.columns.keys() <= contracts[part.table].own_columns.keys()


def test_zendesk_talk(read):
    # The zone of the source plays no part: its times say that they are UTC.
    files = read("zendesk_talk", "zendesk_calls_1.jsonl", samples.ZENDESK, zone="Europe/Berlin")
    contacts, visits, legs = tables(files)
    assert contacts == [
        ("1", "customer", "inbound", "09:00:00", True),
        ("2", "customer", "inbound", "09:01:00", True),
        ("3", "customer", "inbound", "09:02:00", True),
        ("4", "customer", "inbound", "09:03:00", True),
        ("5", "customer", "inbound", "09:04:00", True),
        ("6", "customer", "outbound", "09:05:00", True),
        ("7", "customer", "inbound", "09:06:00", True),
    ]
    assert visits == [
        ("1", "Support", "09:00:20", 30_000, "answered", "none"),
        ("2", "8", "09:01:15", 40_000, "abandoned", "none"),
        ("4", "Support", "09:03:10", 120_000, "timeout", "voicemail"),
        ("5", "Billing", "09:04:00", 90_000, "answered", "none"),
        ("7", "Support", "09:06:10", None, "open", "none"),
    ]
    assert legs == [
        ("1", "71", "Support", "09:00:50", 200_000, 10_000),
        # the newer of its two lines
        ("5", "72", "Billing", "09:04:40", 310_000, None),
        ("6", "71", None, "09:05:12", 60_000, 0),
    ]
    assert files.rows("contact", "contact_id, ended_at", order="contact_id")[6] == ("7", None)
    ((line, reason),) = files.refused()
    assert line == 9
    assert reason.startswith("started_at: is no time")


def test_three_cx(read):
    files = read("three_cx", "cdr.log", samples.THREE_CX, zone="Europe/Berlin")
    contacts, visits, legs = tables(files)
    assert contacts == [
        ("A11", "customer", "inbound", "08:00:00", True),
        ("A12", "customer", "inbound", "08:01:00", True),
        ("A13", "customer", "inbound", "08:02:00", True),
        ("A14", "customer", "outbound", "08:03:00", True),
        ("A15", "internal", "internal", "08:04:00", False),
        ("A16", "customer", "inbound", "08:05:00", True),
        ("A19", "customer", "inbound", "08:05:30", True),
    ]
    assert visits == [
        ("A11", "Sales", "08:00:00", 30_000, "answered", "none"),
        ("A12", "Sales", "08:01:00", 41_000, "abandoned", "none"),
        ("A16", "Sales", "08:05:00", 60_000, "timeout", "voicemail"),
        ("A19", "Sales", "08:05:30", 5_000, "withdrawn", "none"),
    ]
    assert legs == [
        ("A11", "101", "Sales", "08:00:30", 170_000, None),
        # transferred from 101: all of it counts for 102
        ("A13", "102", None, "08:02:10", 120_000, None),
        ("A14", "102", None, "08:03:08", 60_000, None),
        ("A15", "101", None, "08:04:05", 25_000, None),
    ]
    reasons = dict(files.refused())
    assert list(reasons) == [8, 9]
    assert reasons[8].startswith("started_at: is no time in the form %Y/%m/%d")
    assert reasons[9].startswith("has 4 fields, the header 27")


def test_cisco_cucm(read):
    files = read("cisco_cucm", "cdr_Main_01_202601050910_7", samples.CUCM, zone="Europe/Berlin")
    contacts, visits, legs = tables(files)
    assert contacts == [
        ("Main-1-901", "customer", "inbound", "09:00:00", True),
        ("Main-1-902", "customer", "inbound", "09:01:00", True),
        # of its two lines the first leg's
        ("Main-1-903", "customer", "inbound", "09:02:00", True),
        ("Main-1-904", "customer", "outbound", "09:03:00", True),
        ("Main-1-905", "internal", "internal", "09:04:00", False),
    ]
    assert visits == [
        ("Main-1-901", "5000", "09:00:00", 25_000, "answered", "none"),
        ("Main-1-902", "5000", "09:01:00", 40_000, "abandoned", "none"),
        ("Main-1-903", "5000", "09:02:00", 10_000, "answered", "none"),
    ]
    assert legs == [
        ("Main-1-901", "alima", "5000", "09:00:25", 120_000, None),
        ("Main-1-903", "alima", "5000", "09:02:10", 60_000, None),
        ("Main-1-903", "boek", "5000", "09:03:11", 100_000, None),
        ("Main-1-904", "boek", None, "09:03:10", 60_000, None),
    ]
    passed_on = files.rows("handle_segment", "agent, transfer_type", order="connected_at")
    assert passed_on[1] == ("alima", "unknown")
    assert skipped(files) == '{"header": 2, "nothing_dialled": 1}'
    assert files.refused() == [(10, "started_at: is no count of s since 1970: see `unit`")]


def test_talkdesk(read):
    files = read("talkdesk", "talkdesk_calls.csv", samples.TALKDESK, zone="Europe/Berlin")
    contacts, visits, legs = tables(files)
    assert contacts == [
        (f"t{n}", "customer", "outbound" if n == 7 else "inbound", f"09:0{n - 1}:00", True)
        for n in range(1, 8)
    ]
    assert visits == [
        ("t1", "Product Support", "09:00:05", 5_000, "answered", "none"),
        ("t2", "Product Support", "09:01:00", 3_000, "abandoned", "none"),
        ("t3", "no ring group", "09:02:10", 50_000, "abandoned", "none"),
        ("t4", "Product Support", "09:03:30", 30_000, "timeout", "voicemail"),
        ("t5", "Product Support", "09:04:00", 60_000, "timeout", "none"),
        ("t6", "Product Support", "09:05:00", 10_000, "answered", "none"),
    ]
    assert legs == [
        ("t1", "Ana Lima", "Product Support", "09:00:10", 700_000, 70_000),
        ("t6", "Bo Ek", "Product Support", "09:05:10", 50_000, 0),
        ("t7", "Bo Ek", None, "09:06:15", 45_000, 0),
    ]
    ((line, reason),) = files.refused()
    assert line == 9
    assert reason.startswith("outcome: is none of answered, abandoned")


def test_phonenow(read):
    files = read("phonenow", "01 Call-Center-Dataset.csv", samples.PHONENOW)
    contacts, visits, legs = tables(files)
    starts = ("09:12:58", "09:20:00", "09:30:00", "14:40:00", "14:50:00")
    assert contacts == [
        (f"ID000{n}", "customer", "inbound", start, False) for n, start in enumerate(starts, 1)
    ]
    assert visits == [
        ("ID0001", "phonenow", "09:12:58", 109_000, "answered", "none"),
        ("ID0002", "phonenow", "09:20:00", 70_000, "answered", "none"),
        ("ID0003", "phonenow", "09:30:00", None, "abandoned", "none"),
        ("ID0004", "phonenow", "14:40:00", 10_000, "answered", "none"),
        ("ID0005", "phonenow", "14:50:00", 10_000, "answered", "none"),
    ]
    assert legs == [
        ("ID0001", "Ana", "phonenow", "09:14:47", 143_000, None),
        ("ID0002", "Bo", "phonenow", "09:21:10", 242_000, None),
        ("ID0004", "Bo", "phonenow", "14:40:10", 30_000, None),
        ("ID0005", "Bo", "phonenow", "14:50:10", 45_000, None),
    ]
    words = [w for (w,) in files.rows("contact", "disposition", order="contact_id")]
    assert words == ["resolved", "not resolved", "not answered", "resolved", "resolved"]
    reasons = dict(files.refused())
    assert list(reasons) == [7, 8]
    assert reasons[7] == "talk_ms: is no duration as h:m:s"
    assert reasons[8].startswith("outcome: is none of answered")


def test_phonenow_survey(read):
    files = read("phonenow_survey", "01 Call-Center-Dataset.csv", samples.PHONENOW)
    invites = files.rows("survey_invite", "invite_id, contact_id, contact_source, answered_at")
    assert [row[0] for row in invites] == ["ID0001", "ID0002", "ID0004", "ID0006"]
    assert invites[0][1:] == ("ID0001", "phonenow", datetime.fromisoformat("2026-01-05 09:12:58"))
    assert files.rows("survey_answer", "invite_id, kind, score, scale_min, scale_max") == [
        ("ID0001", "csat", Decimal(3), 1, 5),
        ("ID0002", "csat", Decimal(4), 1, 5),
        ("ID0004", "csat", Decimal(5), 1, 5),
        ("ID0006", "csat", Decimal(2), 1, 5),
    ]
    ((line, reason),) = files.refused()
    assert line == 8
    assert reason.startswith("score: is no decimal")


def test_qualtrics_survey(read):
    # A byte order mark comes before the names.
    files = read(
        "qualtrics_survey", "qualtrics_1.csv", "\ufeff" + samples.QUALTRICS, zone="Europe/London"
    )
    columns = "invite_id, contact_id, channel, strftime(sent_at, '%H:%M'), answered_at is not null"
    assert files.rows("survey_invite", columns, order="invite_id") == [
        ("R_1", "call-1", "email", "09:00", True),
        ("R_2", "call-2", "sms", "10:00", True),
        # stopped half way
        ("R_3", "call-3", "email", "11:00", False),
        ("R_6", None, None, "14:00", True),
    ]
    refs = files.rows("survey_invite", "customer_ref", order="invite_id")
    assert [bool(ref) for (ref,) in refs] == [True, False, False, False]
    assert files.rows("survey_answer", "invite_id, question, kind, score, scale_max") == [
        ("R_1", "Q1", "csat", Decimal(4), 5),
        ("R_1", "Q2", "text", None, None),
        ("R_1", "Q_NPS", "nps", Decimal(9), 10),
        ("R_2", "Q1", "csat", Decimal(5), 5),
        ("R_2", "Q_NPS", "nps", Decimal(10), 10),
        ("R_6", "Q_NPS", "nps", Decimal(0), 10),
    ]
    ((text,),) = [row for row in files.rows("survey_answer", "text") if row[0] is not None]
    assert text.startswith("Quick,\nring me on ")
    assert "07700900401" not in text
    assert skipped(files) == '{"header": 3, "preview": 1, "spam": 1}'
    ((line, reason),) = files.refused()
    assert line == 10
    assert reason.startswith("score: is no decimal")
