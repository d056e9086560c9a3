"""Plans, and what holds for all time: beside what agents do, and without versions."""

from datetime import datetime

from assets.ingest.engine import ingest_source
from assets.ingest.tabular.templates import template_csv, template_mapping

STATES = """\
description: Changes of state.
files: states*.csv
rows:
  - table: agent_event
    columns: {agent: who, event_at: at, event: what}
"""
PLAN = """\
description: Shifts.
files: plan*.csv
rows:
  - table: schedule
    columns: {agent: who, activity: what, starts_at: a, ends_at: b, is_paid: {constant: "yes"},
      kind: {constant: planned}}
"""


def at(text):
    return datetime.fromisoformat(text)


def test_settings_beside_states_touch_no_days_of_agents(files):
    """Their rows stand at the year 2000, and every day since then was derived: a minute."""
    files.map("states", STATES)
    files.map("goal", template_mapping("goal"))
    files.land("states.csv", "who,at,what\nAna,2026-01-01 22:00:00,login\n")
    files.land("goal.csv", template_csv("goal") + "offered,all,all,,5,\n")
    done = ingest_source(files.con, files.project, "files", now=at("2026-01-02 00:00"))
    assert done.changed.n_agent_days == 1


def test_a_plan_of_which_the_source_keeps_one_version_needs_no_column_for_it(files):
    files.map("plan", PLAN)
    header = "who,what,a,b\n"
    files.land("plan_1.csv", header + "7,work,2026-01-05 09:00:00,2026-01-05 12:00:00\n")
    files.run()
    files.land("plan_2.csv", header + "7,work,2026-01-05 09:00:00,2026-01-05 13:00:00\n")
    files.run()
    found = files.rows("schedule", "agent, ends_at, version_at")
    assert found == [("7", at("2026-01-05 13:00"), None)]
