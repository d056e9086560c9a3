"""Names of agents that one roster tells to all sources."""

from pathlib import Path
from typing import Any

import duckdb

from assets.ingest.refresh import ingest
from pipelines.settings import PROJECT_FILE, load_project
from pipelines.storage.duck import connect
from pipelines.storage.lake import attach_staging
from pipelines.storage.ops import create_ops

SETTINGS = """\
[storage]
threads = 1

[sources.calls]
kind = "tabular"
options.mappings = ["calls", "states"]
{aliases}
[sources.people]
kind = "tabular"
options.mappings = {people}

[sources.pbx]
kind = "asterisk"
"""
CALLS = """\
description: Calls.
files: "calls*.csv"
rows:
  - table: contact
    columns: {contact_id: id, started_at: at}
  - table: handle_segment
    columns: {contact_id: id, agent: who, connected_at: at, talk_ms: {constant: "1000"}}
"""
STATES = """\
description: States.
files: "states*.csv"
rows:
  - table: agent_event
    columns: {agent: who, event_at: at, event: {constant: state}, state: state}
"""
ROSTER = """\
description: People.
files: "people*.csv"
rows:
  - table: roster
    columns: {agent: person, aliases: names}
"""
NOTES = """\
description: Cases.
files: "cases*.csv"
rows:
  - table: service_case
    columns: {case_id: id, kind: {constant: complaint}, agent: who, opened_at: at}
"""
LOG = """\
1759302000|1759302000.1|sales|NONE|ENTERQUEUE||100|1
1759302005|1759302000.1|sales|PJSIP/1009|CONNECT|5|1759302001.2|4
1759302060|1759302000.1|sales|PJSIP/1009|COMPLETEAGENT|5|55|1
"""


class Centre:
    """A project of people, calls and a switch."""

    def __init__(self, root: Path, *, people: str = '["people"]', aliases: str = "") -> None:
        for folder in ("landing/calls", "landing/people", "landing/pbx", "mappings"):
            (root / folder).mkdir(parents=True)
        (root / "var").mkdir(mode=0o700)
        settings = SETTINGS.format(people=people, aliases=aliases)
        (root / PROJECT_FILE).write_text(settings, encoding="utf-8")
        for name, text in (
            ("calls", CALLS), ("states", STATES), ("people", ROSTER), ("cases", NOTES),
        ):  # fmt: skip
            (root / "mappings" / f"{name}.yml").write_text(text, encoding="utf-8")
        self.project = load_project(root)
        self.project.key_file.write_bytes(bytes(range(32)))
        self.project.key_file.chmod(0o600)
        self.con: duckdb.DuckDBPyConnection = connect(root / "var" / "built.duckdb", threads=1)
        create_ops(self.con)

    def land(self, name: str, *lines: str) -> None:
        text = "\n".join(lines) + "\n"
        (self.project.root / "landing" / name).write_text(text, encoding="utf-8")

    def run(self) -> list[str]:
        return ingest(self.con, self.project).messages

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        attach_staging(self.con, self.project)
        try:
            return self.con.execute(sql).fetchall()
        finally:
            self.con.execute("detach database staging")

    def agents(self, table: str = "handle_segment") -> list[str]:
        found = self.rows(f"select agent from staging.{table} where source <> 'pbx' order by all")
        return [agent for (agent,) in found]

    def causes(self) -> set[str]:
        rows = self.con.execute("select distinct cause from ops.dirty_day").fetchall()
        return {cause for (cause,) in rows}


def calls(*whos: str) -> tuple[str, ...]:
    return ("id,at,who", *(f"{n},2025-10-01 07:0{n}:00,{who}" for n, who in enumerate(whos)))


def test_every_source_counts_a_person_under_one_id(tmp_path: Path) -> None:
    centre = Centre(tmp_path)
    centre.land("people/people.csv", "person,names", "E1,ann.lee;PJSIP/1009;Ann Lee", "E2,bo")
    centre.land("calls/calls.csv", *calls("ANN.LEE", "Ann Lee", "bo", "cy", "E1"))
    centre.land("calls/states.csv", "who,at,state", "Ann.Lee,2025-10-01 06:00:00,available")
    (tmp_path / "landing/pbx/queue_log").write_text(LOG, encoding="utf-8")
    centre.run()
    assert centre.agents() == ["E1", "E1", "E1", "E2", "cy"]
    assert set(centre.agents("agent_event")) == {"E1"}
    pbx = "select distinct agent, queue from staging.{} where source = 'pbx'"
    assert centre.rows(pbx.format("handle_segment")) == [("E1", "sales")]
    roster = centre.rows("select agent, is_inferred from staging.roster order by all")
    assert roster == [("E1", False), ("E1", True), ("E2", False)]


def test_a_name_told_later_is_taken_up_in_what_was_read_before(tmp_path: Path) -> None:
    centre = Centre(tmp_path)
    centre.land("calls/calls.csv", *calls("ann"))
    (tmp_path / "landing/pbx/queue_log").write_text(LOG, encoding="utf-8")
    centre.run()
    assert centre.agents() == ["ann"]
    centre.land("people/people.csv", "person,names", "E1,ann;PJSIP/1009")
    centre.run()
    assert centre.agents() == ["E1"]
    assert centre.causes() == {"calls: derived anew", "pbx: derived anew"}


def test_a_newcomers_names_cost_nothing(tmp_path: Path) -> None:
    centre = Centre(tmp_path)
    centre.land("people/people.csv", "person,names", "E1,ann;PJSIP/1009")
    centre.land("calls/calls.csv", *calls("ann"))
    (tmp_path / "landing/pbx/queue_log").write_text(LOG, encoding="utf-8")
    centre.run()
    centre.land("people/people_2.csv", "person,names", "E2,bo;PJSIP/1010")
    centre.land("calls/calls_2.csv", "id,at,who", "9,2025-10-02 07:00:00,bo")
    centre.run()
    assert centre.agents() == ["E1", "E2"]
    assert centre.causes() == {"calls: new lines"}
    centre.run()
    assert centre.causes() == set()


def test_a_name_of_two_people_stands_for_none(tmp_path: Path) -> None:
    centre = Centre(tmp_path)
    centre.land("people/people.csv", "person,names", "E1,ann;E2", "E2,ann;bo")
    centre.land("calls/calls.csv", *calls("ann", "bo", "E2"))
    messages = centre.run()
    assert centre.agents() == ["E2", "E2", "ann"]
    assert "roster: the name 'ann' is of E1 and E2: it stands for none of them" in messages


def test_letters_of_other_case_make_no_two_people_one(tmp_path: Path) -> None:
    centre = Centre(tmp_path)
    centre.land("people/people.csv", "person,names", "E1,ann", "E2,ANN")
    centre.land("calls/calls.csv", *calls("ann", "ANN"))
    centre.run()
    assert centre.agents() == ["ANN", "ann"]


def test_a_sources_own_aliases_win(tmp_path: Path) -> None:
    own = '[sources.calls.aliases]\nann = "Bo"\ncy = "E9"\n'
    centre = Centre(tmp_path, aliases=own)
    centre.land("people/people.csv", "person,names", "E1,ann", "E2,Bo")
    centre.land("calls/calls.csv", *calls("Ann", "cy"))
    centre.run()
    assert centre.agents() == ["E2", "E9"]


def test_a_source_that_brings_its_own_roster_needs_one_run(tmp_path: Path) -> None:
    centre = Centre(tmp_path, people='["people", "cases"]')
    centre.land("people/people.csv", "person,names", "E1,ann")
    centre.land("people/cases.csv", "id,who,at", "1,ann,2025-10-01 07:00:00")
    centre.run()
    assert centre.agents("service_case") == ["E1"]


def test_a_roster_may_take_names_back(tmp_path: Path) -> None:
    centre = Centre(tmp_path)
    centre.land("people/people.csv", "person,names", "E1,ann")
    centre.land("calls/calls.csv", *calls("ann"))
    centre.run()
    centre.land("people/people_2.csv", "person,names", "E1,-")
    centre.run()
    assert centre.agents() == ["ann"]
