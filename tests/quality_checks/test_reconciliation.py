"""Every reconciliation holds on sound books and fails when what it guards is broken."""

import shutil
from datetime import date

import pytest

from pipelines.sql_models import Window, load_contracts
from quality_checks.reconciliation import reconciliations, run_reconciliations
from tests.quality_checks import feedback, records

# relation, check, what breaks it
MUTATIONS = [
    ("ops.load_file", "lines_read_are_accounted_for",
     "update ops.load_file set n_read = n_read + 1 where load_id = 'l1'"),
    ("ops.load_file", "skipped_lines_have_a_rule",
     "update ops.load_file set skipped_by_rule = '{\"blank_line\": 1}' where load_id = 'l1'"),
    ("ops.load_file", "skipped_lines_have_a_rule",
     "update ops.load_file set skipped_by_rule = null where load_id = 'l1'"),
    ("ops.load_file", "refused_lines_are_in_quarantine",
     "delete from ops.quarantine where load_id = 'l1'"),
    ("ops.load_file", "refused_lines_are_in_quarantine",
     "insert into ops.quarantine (load_id) values ('l9')"),
    ("ops.load_file", "loaded_lines_are_in_the_lake",
     "delete from ops.lake_manifest where path = 'l1.parquet'"),
    ("ops.load_file", "staging_is_what_the_manifest_says",
     "delete from staging.agent_event where agent = 'Ann'"),
    ("ops.load_file", "staging_is_what_the_manifest_says",
     "delete from ops.lake_manifest where table_name = 'roster'"),
    ("core.fact_queue_visit", "fact_queue_visit_has_every_row",
     "delete from core.fact_queue_visit where contact_id = 'c1-7'"),
    ("core.fact_queue_visit", "fact_queue_visit_has_every_row",
     "insert into core.fact_queue_visit from core.fact_queue_visit limit 1"),
    ("core.fact_queue_visit", "visits_have_one_outcome",
     "update core.fact_queue_visit set outcome = 'vanished' where contact_id = 'c1-7'"),
    ("core.fact_queue_visit", "visits_have_one_outcome",
     "insert into core.fact_queue_visit select * replace ('timeout' as outcome) "
     "from core.fact_queue_visit where contact_id = 'c1-7'"),
    ("core.fact_contact", "fact_contact_has_every_row",
     "delete from core.fact_contact where contact_id = 'c1-7'"),
    ("core.fact_contact", "facts_have_a_contact",
     "delete from core.fact_contact where contact_id = 'c1-7'"),
    ("core.fact_contact", "contacts_count_their_visits",
     "update core.fact_contact set n_visits = 2 where contact_id = 'c1-7'"),
    ("core.fact_contact", "contacts_count_their_visits",
     "delete from core.fact_handle_segment where contact_id = 'c1-6'"),
    ("core.fact_agent_offer", "fact_agent_offer_has_every_row",
     "delete from core.fact_agent_offer where contact_id = 'c1-6'"),
    ("core.fact_agent_offer", "rings_are_of_a_visit",
     "update core.fact_agent_offer set visit_key = 1 where contact_id = 'c1-6'"),
    ("core.fact_queue_refusal", "fact_queue_refusal_has_every_row",
     "update core.fact_queue_refusal set cause = 'busy' where contact_id = 'c1-5'"),
    ("core.fact_handle_segment", "fact_handle_segment_has_every_row",
     "delete from core.fact_handle_segment where contact_id = 'c1-6'"),
    ("core.fact_handle_segment", "answered_visits_have_a_segment",
     "delete from core.fact_handle_segment where contact_id = 'c1-6'"),
    ("core.fact_handle_segment", "answered_visits_have_a_segment",
     "update core.fact_queue_visit set outcome = 'abandoned' where contact_id = 'c1-6'"),
    ("core.fact_agent_state", "agent_states_do_not_overlap",
     "update core.fact_agent_state set to_at = to_at + interval 1 second where agent_id = 'Ann'"),
    ("core.fact_agent_state_interval", "agent_intervals_sum_to_spans",
     "update core.fact_agent_state_interval set paused_ms = paused_ms + 1, "
     "available_ms = available_ms - 1 where agent_id = 'Ann' and paused_ms > 0"),
    ("core.fact_agent_state_interval", "agent_intervals_sum_to_spans",
     "delete from core.fact_agent_state_interval where agent_id = 'Ann'"),
    ("core.fact_agent_schedule_interval", "schedule_intervals_sum_to_the_plan",
     "delete from core.fact_agent_schedule_interval where agent_id = 'Ann' "
     "and interval_start < '2026-03-02 10:00'"),
    ("core.fact_agent_schedule_interval", "schedule_intervals_sum_to_the_plan",
     "update core.agent_plan set planned_ms = planned_ms - 1 where agent_id = 'Bob'"),
    ("core.fact_forecast", "fact_forecast_has_every_row",
     "delete from core.fact_forecast where queue_id = 'sales' and is_latest"),
    ("core.fact_forecast", "fact_forecast_has_every_row",
     "insert into core.fact_forecast from core.fact_forecast limit 1"),
    ("core.fact_staffing", "staffing_counts_every_visit",
     "delete from core.fact_staffing where staffing_group = 'sales'"),
    ("core.fact_staffing", "staffing_counts_every_visit",
     "update core.fact_staffing set n_visits = n_visits + 1"),
    ("staging.queue_visit", "asterisk_entries_are_visits",
     "delete from staging.queue_visit where contact_id = 'c1-7'"),
    ("staging.queue_visit", "asterisk_entries_are_visits",
     "insert into staging.queue_visit select * replace (2 as entry_repeat) "
     "from staging.queue_visit where contact_id = 'c1-7'"),
    ("staging.queue_visit", "asterisk_ends_are_accounted_for",
     "update staging.queue_visit set left_at = null, outcome = 'open' where contact_id = 'c1-7'"),
    ("staging.queue_visit", "asterisk_ends_are_accounted_for", "delete from staging.anomaly"),
    ("staging.agent_offer", "asterisk_connects_are_answers",
     "delete from staging.agent_offer where contact_id = 'c1-6'"),
    ("staging.agent_offer", "asterisk_unanswered_rings_are_offers",
     "delete from staging.agent_offer where outcome = 'declined' and contact_id = 'c1-8'"),
    ("marts.queue_interval", "queue_intervals_count_every_row",
     "delete from core.fact_queue_visit where contact_id = 'c1-7'"),
    ("marts.queue_interval", "queue_intervals_count_every_row",
     "update marts.queue_interval set n_timeout = n_timeout + 1 where n_abandoned > 0"),
    ("marts.queue_interval", "queue_intervals_count_every_row",
     "update marts.queue_interval set n_blocked = 0"),
    ("marts.queue_day", "queue_intervals_sum_to_the_day",
     "update marts.queue_day set talk_s = talk_s + 0.001 where queue_id = 'sales'"),
    ("marts.queue_day", "queue_intervals_sum_to_the_day",
     "delete from marts.queue_interval where queue_id = 'sales' and n_offered > 0"),
    ("marts.agent_day", "agent_days_sum_to_spans",
     "update marts.agent_day set logged_in_s = logged_in_s - 1 where agent_id = 'Ann'"),
    ("marts.agent_day", "agent_days_sum_to_spans",
     "delete from marts.agent_day where agent_id = 'Ann'"),
    ("marts.kpi_day", "intervals_sum_to_the_day",
     "delete from marts.kpi_interval_parts where scope_id = 'sales' "
     "and interval_start < '2026-03-02 10:00'"),
    ("marts.kpi_day", "intervals_sum_to_the_day",
     "insert into marts.kpi_day_parts select * replace ('ghost' as scope_id) "
     "from marts.kpi_day_parts where scope_id = 'sales'"),
    ("marts.kpi_day", "queues_sum_to_all",
     "delete from marts.kpi_day_parts where scope_id = 'sales'"),
    ("marts.kpi_day", "days_count_every_visit",
     "delete from marts.kpi_day_parts where scope_id = 'sales'"),
    ("marts.kpi_day", "days_count_every_visit",
     "update core.fact_queue_visit set queue_id = 'support' where contact_id = 'c1-6'"),
    *feedback.MUTATIONS,
    *(
        (relation, "keys_do_not_collide",
         f"insert into {relation} select * replace (source || '2' as source) "
         f"from {relation} limit 1")
        for relation in (
            "core.fact_contact", "core.fact_queue_visit", "core.fact_queue_refusal",
            "core.fact_agent_offer", "core.fact_handle_segment", "core.fact_agent_state",
            *feedback.KEYED,
            *records.KEYED,
        )
    ),
    *records.MUTATIONS,
]  # fmt: skip


def run(con, lake, window=None, checks=None):
    found = run_reconciliations(con, checks or reconciliations(), window, lake=lake)
    return {(r.relation, r.name): r for r in found}


def run_one(con, lake, relation, name, window=None):
    check = next(c for c in reconciliations() if (c.relation, c.name) == (relation, name))
    return run(con, lake, window, [check])[relation, name]


def test_every_reconciliation_is_shown_to_fail():
    shown = {(relation, name) for relation, name, _ in MUTATIONS}
    assert {(check.relation, check.name) for check in reconciliations()} == shown


def test_all_block():
    assert {check.severity for check in reconciliations()} == {"critical"}


@pytest.mark.parametrize(
    ("relation", "name", "change"),
    MUTATIONS,
    ids=[f"{relation}.{name}" for relation, name, _ in MUTATIONS],
)
def test_each_fails_when_the_books_do_not_balance(undone_centre, lake, relation, name, change):
    undone_centre.execute(change)
    result = run_one(undone_centre, lake, relation, name)
    assert result.is_blocking
    assert "could not run" not in result.detail
    assert result.n_bad
    for agent in ("Ann", "Bob", "Cid"):
        assert agent not in result.detail


@pytest.mark.parametrize(
    ("relation", "name"),
    [
        ("core.fact_queue_visit", "fact_queue_visit_has_every_row"),
        ("core.fact_contact", "contacts_count_their_visits"),
        ("core.fact_contact", "facts_have_a_contact"),
    ],
)
def test_only_rebuilt_days_are_compared(centre, lake, relation, name):
    centre.execute("delete from core.fact_queue_visit where contact_id = 'c1-7'")
    centre.execute("delete from core.fact_contact where contact_id = 'c1-8'")
    first, second = (Window(date(2026, 3, d), date(2026, 3, d)) for d in (2, 3))
    assert run_one(centre, lake, relation, name, first).is_passed
    assert not run_one(centre, lake, relation, name, second).is_passed


def test_what_is_far_from_its_contact_is_in_no_sum_of_it(undone_centre, lake):
    """A mail may be answered again after nine days: that refuses no publication."""
    key = "core.fact_contact", "contacts_count_their_visits"
    later = "set local_date = local_date + 9 where contact_id = 'c1-6'"
    for table in ("fact_queue_visit", "fact_handle_segment"):
        undone_centre.execute(f"update core.{table} {later}")
    assert run_one(undone_centre, lake, *key).n_bad == 1
    undone_centre.execute(
        "update core.fact_contact set n_visits = 0, n_answered_visits = 0, n_segments = 0 "
        "where contact_id = 'c1-6'"
    )
    assert run_one(undone_centre, lake, *key).is_passed


def test_a_new_key_is_compared_with_those_of_all_days(centre, lake):
    key = centre.execute(
        "select visit_key from core.fact_queue_visit where contact_id = 'c0-1'"
    ).fetchone()[0]
    centre.execute(
        "update core.fact_queue_visit set visit_key = ? where contact_id = 'c1-7'", [key]
    )
    window = Window(date(2026, 3, 3), date(2026, 3, 3))
    collided = run_one(centre, lake, "core.fact_queue_visit", "keys_do_not_collide", window)
    assert not collided.is_passed
    assert str(key) in collided.detail


def test_a_line_is_counted_as_often_as_one_file_holds_it(centre, lake, tmp_path):
    check = [c for c in reconciliations() if c.name == "asterisk_entries_are_visits"]
    shutil.copytree(lake, tmp_path / "lake")
    centre.execute(
        f"""
        copy (
            from '{lake}/l2.parquet'
            union all
            (select * replace (line_no + 1000 as line_no) from '{lake}/l2.parquet'
            where contact_id = 'c1-7' and event = 'ENTERQUEUE')
        ) to '{tmp_path}/lake/l2.parquet'
        """
    )
    (result,) = run(centre, tmp_path / "lake", checks=check).values()
    assert "n_expected 49, n_found 48" in result.detail


def test_raw_lines_of_no_source_need_no_lake(centre):
    centre.execute("delete from ops.lake_manifest where layer = 'raw'")
    results = run(centre, None)
    assert results["staging.queue_visit", "asterisk_entries_are_visits"].is_passed


def test_without_the_lake_raw_lines_count_as_not_compared(centre):
    result = run(centre, None)["staging.queue_visit", "asterisk_entries_are_visits"]
    assert result.is_blocking
    assert "lake was not given" in result.detail


def test_a_lost_lake_file_fails_what_reads_it_and_nothing_else(centre, tmp_path):
    results = run(centre, tmp_path)
    failed = {name for (_, name), r in results.items() if not r.is_passed}
    assert failed == {check.name for check in reconciliations() if check.raw_table}


def test_no_account_fails_what_needs_it(centre, lake):
    centre.execute("drop table ops.lake_manifest")
    results = run(centre, lake)
    assert not results["staging.queue_visit", "asterisk_entries_are_visits"].is_passed
    assert results["core.fact_contact", "facts_have_a_contact"].is_passed
    assert len(results) == len(reconciliations())


def test_every_staging_table_is_counted():
    check = next(c for c in reconciliations() if c.name == "staging_is_what_the_manifest_says")
    for table in load_contracts():
        assert f"from staging.{table}\n" in check.sql
