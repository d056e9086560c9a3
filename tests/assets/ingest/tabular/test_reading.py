"""Files of many looks through mappings: types, zones, refusals, what wins, what is hidden."""

from datetime import date, datetime
from decimal import Decimal

import pytest

from assets.ingest.adapter import adapter_of
from assets.ingest.tabular.parsing import MappingError
from assets.warehouse import refresh
from pipelines import progress
from pipelines.settings import SettingsError

SALES = """\
description: Sales of the shop.
files: sales*.csv
delimiter: ";"
decimal: ","
timezone: Europe/Berlin
formats: "%d.%m.%Y %H:%M"
leave_out:
  test_shop: shop = 'TEST'
rows:
  - table: sale
    columns:
      sale_id: Nr
      sold_at: Zeit
      agent: Wer
      kind: {column: Art, values: {Verkauf: order, Storno: refund}}
      sale_amount: Betrag
      currency: {constant: EUR}
"""
HEADER = "Nr;Zeit;Wer;Art;Betrag;shop\n"


def at(text):
    return datetime.fromisoformat(text)


def sales(files):
    return files.rows("sale", "sale_id, sold_at, agent, kind, sale_amount, currency")


def test_a_european_csv_is_read_in_its_zone(files):
    files.map("sales", SALES)
    files.land("sales_1.csv", HEADER + "1;02.01.2026 09:30;Ana;Verkauf;1.234,50;A\n")
    files.land("sales_2.csv", HEADER + "2;02.07.2026 09:30;;storno ;7;A\n")
    files.run()
    assert sales(files) == [
        ("1", at("2026-01-02 08:30"), "Ana", "order", Decimal("1234.5"), "EUR"),
        ("2", at("2026-07-02 07:30"), None, "refund", Decimal("7"), "EUR"),
    ]
    days = files.rows("sale", "local_date")
    assert days == [(date(2026, 1, 2),), (date(2026, 7, 2),)]


def test_bad_rows_are_refused_with_a_remedy_and_the_rest_goes_on(files):
    files.map("sales", SALES)
    files.land(
        "sales.csv",
        HEADER
        + "1;02.01.2026 09:30;Ana;Verkauf;1;A\n"
        + "2;2026-01-02;Ana;Verkauf;1;A\n"
        + ";02.01.2026 09:30;Ana;Verkauf;1;A\n"
        + "4;02.01.2026 09:30;Ana;Tausch;1;A\n"
        + "5;02.01.2026 09:30;Ana;Verkauf;viel;A\n"
        + "6;29.03.2026 02:30;Ana;Verkauf;1;A\n"
        + "7;02.01.2026 09:30;Ana;Verkauf\n"
        + "8;02.01.2026 09:30;Ana;Verkauf;-3;A\n"
        + "9;02.01.2026 09:30;Ana;Verkauf;1;TEST\n",
    )
    files.run()
    assert [row[0] for row in sales(files)] == ["1"]
    reasons = dict(files.refused())
    assert list(reasons) == [3, 4, 5, 6, 7, 8, 9]
    for line, said in (
        (3, "sold_at: is no time in the form %d.%m.%Y %H:%M"),
        (4, "sale_id: is empty"),
        (5, "kind: is none of order, upsell"),
        (6, "sale_amount: is no decimal"),
        (7, "the clock skipped"),
        (8, "has 4 fields, the header 6"),
        (9, "sale_amount: is below 0"),
    ):
        assert said in reasons[line]
    (account,) = files.frame("select * from ops.load_file").to_dicts()
    assert (account["n_read"], account["n_loaded"], account["n_quarantined"]) == (10, 1, 7)


@pytest.mark.parametrize("order", [("a", "b"), ("b", "a")])
def test_of_one_key_the_file_that_sorts_last_counts_whatever_comes_first(files, order):
    files.map("sales", SALES)
    rows = {
        "a": "1;02.01.2026 09:30;Ana;Verkauf;1;A\n2;02.01.2026 09:31;Ana;Verkauf;1;A\n",
        "b": "1;05.03.2026 10:00;Bo;Verkauf;9;A\n",
    }
    for name in order:
        files.land(f"sales_{name}.csv", HEADER + rows[name])
        files.run()
    found = [(row[0], row[2], row[4]) for row in sales(files)]
    assert found == [("1", "Bo", Decimal("9")), ("2", "Ana", Decimal("1"))]


def test_a_version_outranks_the_name_of_the_file(files):
    files.map("sales", SALES + 'version: "try_cast(shop as integer)"\n')
    files.land("sales_a.csv", HEADER + "1;02.01.2026 09:30;Ana;Verkauf;1;10\n")
    files.land("sales_b.csv", HEADER + "1;02.01.2026 09:30;Bo;Verkauf;2;9\n")
    files.run()
    assert [row[2] for row in sales(files)] == ["Ana"]


def test_a_growing_file_and_the_same_file_again_change_nothing_twice(files):
    files.map("sales", SALES)
    one, two = "1;02.01.2026 09:30;Ana;Verkauf;1;A\n", "2;02.01.2026 09:31;Ana;Verkauf;1;A\n"
    files.land("sales.csv", HEADER + one)
    files.run()
    files.land("sales.csv", HEADER + one + two)
    files.land("sales_copy.csv", HEADER + one + two)
    files.run()
    assert [row[0] for row in sales(files)] == ["1", "2"]


def test_a_file_that_lacks_a_column_is_refused_whole_and_read_when_mended(files):
    files.map("sales", SALES)
    files.land("sales.csv", "Nr;Zeit;Wer;Art;shop\n1;02.01.2026 09:30;Ana;Verkauf;A\n")
    files.run()
    assert sales(files) == []
    ((line, reason),) = files.refused()
    assert line == 2
    assert "Betrag" in reason
    files.map("sales", SALES.replace("      sale_amount: Betrag\n", ""))
    files.run()
    assert [row[0] for row in sales(files)] == ["1"]
    assert files.refused() == []


def test_json_lines_with_offsets_and_nested_fields(files):
    files.map(
        "surveys",
        """\
description: Answers.
files: answers*.jsonl
format: jsonl
rows:
  - table: survey_invite
    columns: {invite_id: id, channel: {constant: email}, sent_at: sent, answered_at: done,
      customer_ref: {column: who.mail, hash_as: text}}
  - table: survey_answer
    when: '"answers.score" is not null'
    columns: {invite_id: id, question: {constant: q1}, kind: {constant: csat}, answered_at: done,
      score: answers.score,
      scale_min: {constant: "1"}, scale_max: {constant: "5"}}
  - table: survey_answer
    when: '"answers.text" is not null'
    columns: {invite_id: id, question: {constant: q2}, kind: {constant: text}, answered_at: done,
      text: answers.text}
""",
    )
    files.land(
        "answers.jsonl",
        '{"id": 7, "sent": "2026-01-02T08:00:00Z", "done": "2026-01-02T10:00:00+01:00",'
        ' "who": {"mail": "Ann@Example.org "},'
        ' "answers": {"score": 4, "text": "ring 07700900123"}}\n'
        "not json\n"
        '{"id": 8, "sent": "2026-01-02T08:00:00.5Z", "done": null, "who": {"mail": null}}\n',
    )
    files.run()
    (ref,), nobody = files.rows("survey_invite", "customer_ref", order="invite_id")
    assert ref.startswith("c_")
    assert nobody == (None,)
    assert files.rows("survey_invite", "invite_id, sent_at, answered_at") == [
        ("7", at("2026-01-02 08:00"), at("2026-01-02 09:00")),
        ("8", at("2026-01-02 08:00:00.500000"), None),
    ]
    answers = files.rows("survey_answer", "question, score, text")
    assert answers[0] == ("q1", Decimal("4"), None)
    assert answers[1][0] == "q2"
    assert "07700900123" not in answers[1][2]
    assert [line for line, _ in files.refused()] == [2]


def test_rosters_hold_every_row_and_the_newest_of_each_day(files):
    files.map(
        "people",
        """\
description: People.
files: people*.csv
rows:
  - table: roster
    columns: {agent: id, valid_from: since, name: name, team: team}
""",
    )
    files.land("people_1.csv", "id,since,name,team\n7,2026-01-01,Ana,Red\n8,2026-01-01,Bo,Red\n")
    files.run()
    files.land("people_2.csv", "id,since,name,team\n7,2026-02-01,Ana,Blue\n8,2026-01-01,Bob,Red\n")
    files.run()
    assert files.rows("roster", "agent, valid_from, name, team") == [
        ("7", date(2026, 1, 1), "Ana", "Red"),
        ("7", date(2026, 2, 1), "Ana", "Blue"),
        ("8", date(2026, 1, 1), "Bob", "Red"),
    ]


STATES = """\
description: Changes of state.
files: states*.csv
rows:
  - table: agent_event
    columns: {agent: who, event_at: at, state: state,
      event: {column: what, values: {in: login, out: logout}, default: state}}
"""


def test_agents_states_are_restated_at_midnight(files):
    files.map("states", STATES)
    files.land(
        "states.csv",
        "who,at,what,state\n"
        "Ana,2026-01-01 22:00:00,in,\n"
        "Ana,2026-01-01 23:00:00,,lunch\n"
        "Ana,2026-01-02 01:00:00,out,\n"
        "Ana,2026-01-03 01:00:00,in,\n",
    )
    files.run()
    rows = files.rows(
        "agent_event", "event_at, event, state, is_carried", order="event_at, event_rank"
    )
    assert rows == [
        (at("2026-01-01 22:00"), "login", None, False),
        (at("2026-01-01 23:00"), "state", "lunch", False),
        (at("2026-01-02 00:00"), "login", None, True),
        (at("2026-01-02 00:00"), "state", "lunch", True),
        (at("2026-01-02 01:00"), "logout", None, False),
        (at("2026-01-03 01:00"), "login", None, False),
    ]


def test_a_state_of_the_very_midnight_stands_beside_the_one_restated(files):
    files.map("states", STATES)
    files.land(
        "states.csv",
        "who,at,what,state\n"
        "Ana,2026-01-01 22:00:00,,lunch\n"
        "Ana,2026-01-02 00:00:00,,available\n"
        "Ana,2026-01-03 01:00:00,,break\n",
    )
    files.run()
    rows = files.rows(
        "agent_event", "event_at, state, event_repeat, is_carried", order="event_at, event_rank"
    )
    assert rows[1:4] == [
        (at("2026-01-02 00:00"), "lunch", 1, True),
        (at("2026-01-02 00:00"), "available", 2, False),
        (at("2026-01-03 00:00"), "available", 1, True),
    ]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (("table: sale", "table: sales"), "there is no staging table sales"),
        (("      sale_id: Nr\n", ""), "cannot do without sale_id"),
        (("sale_id: Nr", "sale_id: Nr\n      colour: Farbe"), "no column colour"),
        (("sale_id: Nr", "sale_id: {column: a, sql: b}"), "one of column, sql or constant"),
        (("files: sales*.csv\n", ""), "files"),
        (("sale_id: Nr", "sale_id: no"), "put the column's name in quotes"),
        (("Europe/Berlin", "Europe/Berlim"), "Europe/Berlim"),
    ],
)
def test_a_wrong_mapping_is_told_with_its_file(files, change, said):
    files.map("sales", SALES.replace(*change))
    with pytest.raises(SettingsError) as told:
        adapter_of(files.project, "files")
    assert said in str(told.value)
    assert "sales.yml" in str(told.value)


def test_sql_that_stops_at_a_value_is_told_with_the_remedy(files):
    files.map("sales", SALES.replace("sale_id: Nr", "sale_id: {sql: 'cast(Nr as integer)'}"))
    files.land("sales.csv", HEADER + "one;02.01.2026 09:30;Ana;Verkauf;1;A\n")
    with pytest.raises(MappingError, match="use try_cast"):
        files.run()


def test_a_key_that_no_object_has_is_empty(files):
    files.map("sales", as_jsonl(SALES))
    line = '{"Nr": 1, "Zeit": "02.01.2026 09:30", "Art": "Verkauf", "shop": "A"}'
    files.land("sales.jsonl", f"{line}\n")
    files.run()
    assert [(row[0], row[2], row[4]) for row in sales(files)] == [("1", None, None)]


def as_jsonl(mapping):
    return mapping.replace('delimiter: ";"', "format: jsonl").replace("*.csv", "*.jsonl")


@pytest.mark.soak
def test_a_project_of_nothing_is_published_and_one_of_nothing_but_records(files):
    files.map("sales", SALES)
    notes = []
    with progress.listening(lambda event: notes.append(getattr(event, "text", ""))):
        refresh(files.project)
    assert "landing" in "".join(notes)
    assert files.project.warehouse.exists()
    files.land("sales.csv", HEADER + "1;02.01.2026 09:30;Ana;Verkauf;1;A\n")
    assert refresh(files.project).is_new


RINGS = """\
description: Calls and their rings.
files: [calls.csv, rings.csv]
rows:
  - table: queue_visit
    when: what = 'call'
    columns: {contact_id: id, queue: {constant: sales}, entered_at: at,
      outcome: {constant: answered}}
  - table: agent_offer
    when: what = 'ring'
    columns: {contact_id: id, queue: {constant: sales}, agent: who, offered_at: at,
      outcome: {column: who, values: {Ana: no_answer, Bo: answered}}}
"""


def test_each_ring_of_a_visit_stays_and_one_told_twice_is_one(files):
    files.map("rings", RINGS)
    files.land("calls.csv", "id,what,at,who\n1,call,2026-01-02 09:00:00,\n")
    rings = "1,ring,2026-01-02 09:00:01,Ana\n1,ring,2026-01-02 09:00:20,Bo\n"
    files.land("rings.csv", "id,what,at,who\n" + rings + rings.splitlines()[0] + "\n")
    files.run()
    assert files.rows("agent_offer", "offer_ordinal, agent, entered_at, outcome") == [
        (1, "Ana", at("2026-01-02 09:00"), "no_answer"),
        (2, "Bo", at("2026-01-02 09:00"), "answered"),
    ]


def test_files_of_several_headers_are_read_together(files):
    files.map("sales", SALES)
    files.land("sales_1.csv", HEADER + "1;02.01.2026 09:30;Ana;Verkauf;1;A\n")
    files.land(
        "sales_2.csv", "Zeit;Nr;Wer;Art;Betrag;shop\n02.01.2026 09:31;2;Ben;Verkauf;2;TEST\n"
    )
    files.land("sales_3.csv", "Nr;Zeit;Wer;Art;shop\n3;02.01.2026 09:32;Cy;Verkauf;A\n")
    files.land("sales_4.csv", "Zeit;Nr;Wer;Art;Betrag;shop\n02.01.2026 09:33;4;Dee;Verkauf;4;A\n")
    files.run()
    assert [(row[0], row[2]) for row in sales(files)] == [("1", "Ana"), ("4", "Dee")]
    accounts = files.frame("select n_loaded, skipped_by_rule from ops.load_file order by path")
    assert accounts.rows() == [
        (1, '{"header": 1}'), (0, '{"header": 1, "test_shop": 1}'), (0, '{"header": 1}'),
        (1, '{"header": 1}'),
    ]  # fmt: skip
    refused = files.frame("select path, line_no, reason from ops.quarantine").rows()
    assert [(path[-5:], line) for path, line, _ in refused] == [("3.csv", 2)]
    assert "lacks a column" in refused[0][2]


def test_sql_that_stops_names_the_file_it_stops_at(files):
    files.map("sales", SALES.replace("Betrag\n", '{sql: cast("Betrag" as int)}\n'))
    files.land("sales_1.csv", HEADER + "1;02.01.2026 09:30;Ana;Verkauf;1;A\n")
    files.land("sales_2.csv", HEADER + "2;02.01.2026 09:30;Ana;Verkauf;two;A\n")
    with pytest.raises(MappingError, match=r"fails on a value of sales_2\.csv: use try_cast"):
        files.run()


@pytest.mark.parametrize(
    ("told", "utc"),
    [
        ("2026-01-02 09:30:00", "2026-01-02 08:30"),
        ("2026-01-02T09:30:00Z", "2026-01-02 09:30"),
        ("2026-01-02T09:30:00+05:30", "2026-01-02 04:00"),
        ("2026-01-02 09:30:00-03:00", "2026-01-02 12:30"),
        ("2026-01-02 09:30:00 -0300", "2026-01-02 12:30"),
        ("2026-01-02T09:30", "2026-01-02 08:30"),
        ("2026-1-2 9:30:00.0", "2026-01-02 08:30"),
        ("2026-01-02T24:00:00", None),
        ("2026-02-30T09:30:00", None),
        ("2026-01-02 09:30:00+", None),
    ],
)
def test_iso_times_are_read_in_every_form(files, told, utc):
    mapping = SALES.replace('formats: "%d.%m.%Y %H:%M"\n', "").replace('decimal: ","\n', "")
    files.map("sales", mapping)
    files.land("sales.csv", HEADER + f"1;{told};Ana;Verkauf;1;A\n")
    files.run()
    assert [row[1] for row in sales(files)] == ([at(utc)] if utc else [])
    assert len(files.refused()) == (utc is None)
