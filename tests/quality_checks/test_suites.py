"""Every rule of every suite holds on the sound centre and fails when what it guards is broken."""

import re

import pytest

from quality_checks.expectations import run_suites
from quality_checks.screen import TYPE, screen
from quality_checks.suite import load_suites
from tests.quality_checks import feedback, records

SUITES = {suite.relation: suite for suite in load_suites()}

# relation -> rule -> what breaks it; `$t` stands for the relation, `$r` for one row of it (rowid).
BROKEN = {
    "staging.contact": {
        "ends_after_start": "update $t set ended_at = started_at - interval 1 second where $r",
        "customer_ref_hashed": "update $t set customer_ref = '01715550100' where $r",
        "extension_short": "update $t set caller_extension = '01715550100' where $r",
        "open_has_no_end": "update $t set is_open = true where $r",
        "known_to_a_log": "update $t set is_in_queue_log = false where $r",
        "consult_is_internal": "update $t set kind = 'consult' where $r",
        "lasts_at_most_a_day": "update $t set ended_at = ended_at + interval 25 hour where $r",
    },
    "staging.queue_visit": {
        "leaves_after_entry": "update $t set left_at = entered_at - interval 1 second where $r",
        "closed_has_left": "update $t set left_at = null where $r",
        "open_has_not_left": "update $t set outcome = 'open' where $r",
        "answered_has_no_next_step": "update $t set outcome = 'answered', next_step = 'agent' "
        "where $r",
        "next_queue_fits": "update $t set next_queue = 'sales' where $r",
        "wait_known": "update $t set wait_ms = null where $r",
        "wait_fits_instants": "update $t set wait_ms = wait_ms + 6000 where $r",
        "wait_at_most_a_day": "update $t set wait_ms = 86400001 where $r",
        "position_from_one": "update $t set position_in = 0 where $r",
    },
    "staging.queue_refusal": {
        "cause_mostly_known": "update $t set cause = 'unknown'",
    },
    "staging.agent_offer": {
        "offered_after_entry": "update $t set offered_at = entered_at - interval 3 second where $r",
        "ring_at_most_ten_minutes": "update $t set ring_ms = 600001 where $r",
        "agent_is_no_number": "update $t set agent = '0171 555-0100' where $r",
    },
    "staging.handle_segment": {
        "ends_after_connect": "update $t set ended_at = connected_at - interval 1 second where $r",
        "open_or_cut_has_no_end": "update $t set is_cut = true where $r",
        "closed_has_end": "update $t set ended_at = null where $r",
        "not_open_and_cut": "update $t set is_open = true, is_cut = true where $r",
        "transfer_to_hashed": "update $t set transfer_to = '+44 171 5550100' where $r",
        "talk_fits_instants": "update $t set talk_ms = 60000 where $r",
        "talk_mostly_reliable": "update $t set is_talk_unreliable = true where rowid > 60",
        "talk_at_most_a_day": "update $t set talk_ms = 86400001 where $r",
    },
    "staging.agent_event": {
        "logged_has_line": "update $t set line_no = null where $r and not is_carried",
        "state_is_named": "update $t set state = 'meeting' where $r",
        "carried_at_midnight": "update $t set event_at = event_at + interval 1 minute "
        "where is_carried",
        "mostly_logged": "update $t set is_inferred = true where rowid > 20",
        "reason_has_no_number": "update $t set reason = 'call 0171 5550100 back' where $r",
        "agent_is_no_number": "update $t set agent = '01715550100' where $r",
    },
    "staging.goal": {
        "metric_known": "update $t set metric_id = 'servicelevel' where $r",
        "all_is_all": "update $t set scope_id = 'all' where scope_kind = 'queue'",
    },
    "staging.anomaly": {
        "few_of_a_day": "insert into $t select a.* from $t as a, range(30)",
    },
    "staging.queue_config": {
        "short_within_threshold": "update $t set short_abandon_s = 21",
        "threshold_is_set": "update $t set is_threshold_assumed = true where queue = 'sales'",
        "ring_timeout_plausible": "update $t set ring_timeout_s = 0",
    },
    "staging.roster": {
        "last_after_first": "update $t set last_seen_at = first_seen_at - interval 1 second",
        "extensions_short": "update $t set extensions = '1013;01715550100' where agent = 'Ann'",
        "agent_is_no_number": "update $t set agent = '01715550100' where agent = 'Bob'",
    },
    "staging.agent_queue": {
        "primary_is_member": "update $t set is_member = false where $r",
        "one_primary_queue": "update $t set is_primary = true where is_member or is_primary",
    },
    "staging.schedule": {
        "ends_after_start": "update $t set ends_at = starts_at where $r",
        "lasts_at_most_a_week": "update $t set ends_at = starts_at + interval 8 day where $r",
        "approved_after_made": "update $t set approved_at = version_at - interval 1 hour where $r",
        "agent_is_no_number": "update $t set agent = '01715550100' where $r",
    },
    "staging.activity_map": {
        "absence_allows_no_state": "update $t set allowed_states = 'break' "
        "where activity = 'absence'",
    },
    "staging.state_map": {
        "state_is_one_word_of_a_list": "update $t set state = 'break;lunch' where $r",
    },
    "staging.forecast": {
        "whole_quarter_hours": "update $t set interval_ms = interval_ms + 1 where $r",
        "at_most_a_day": "update $t set interval_ms = 90000001 where $r",
        "made_before_its_interval": "update $t set made_at = interval_start where $r",
        "handle_time_plausible": "update $t set aht_ms = 14400001 where $r",
    },
    "core.state_map": {
        "ends_after_start": "update $t set valid_to = valid_from where $r",
        "meanings_do_not_overlap": "insert into $t select * replace (date '2026-03-01' as "
        "valid_from) from $t",
        "class_is_known": "update $t set state_class = 'meeting' where $r",
        "shared_where_any_source_maps_it": "delete from $t where source = '' and reason = 'Lunch'",
        "reasons_met_are_mapped": "update core.fact_agent_state set reason = 'Tea' "
        "where state = 'paused'",
    },
    "core.activity_map": {
        "ends_after_start": "update $t set valid_to = valid_from where $r",
        "meanings_do_not_overlap": "insert into $t select * replace (date '2026-03-01' as "
        "valid_from) from $t",
        "class_is_known": "update $t set activity_class = 'holiday' where activity = 'work'",
        "classes_are_known_without_a_map": "delete from $t where activity = 'other_work'",
        "allowed_states_are_known": "update $t set allowed_states = ';lunch; brake;' "
        "where activity = 'break'",
    },
    "core.dim_site": {
        "site_once": "insert into $t select d.* replace (k as site_key) "
        "from $t as d, range(1, 3) as r(k)",
        "zone_known": "update $t set zone = null where site_key = 1",
        "unknown_member": "delete from $t where site_key = -1",
    },
    "core.bridge_agent_queue": {
        "ends_after_start": "update $t set valid_to = valid_from where $r",
        "memberships_do_not_overlap": "insert into $t select * replace (1 as agent_queue_key, "
        "date '2026-03-01' as valid_from) from $t",
    },
    "core.dim_date": {
        "key_is_the_day": "update $t set date_key = 20260101 where local_date = '2026-03-02'",
        "no_gap": "delete from $t where local_date = '2026-03-10'",
        "weekday_in_range": "update $t set iso_day_of_week = 0 where local_date = '2026-03-03'",
    },
    "core.dim_interval": {
        "local_date_fits": "update $t set local_date = '2026-03-05' "
        "where interval_start = '2026-03-02 10:00'",
        "offset_plausible": "update $t set utc_offset_s = 50401 "
        "where interval_start = '2026-03-02 10:00'",
        "quarter_hours": "update $t set interval_start = interval_start + interval 1 minute "
        "where interval_start = '2026-03-02 11:00'",
    },
    "core.dim_agent": {
        "versions_do_not_overlap": "insert into $t select * replace (1 as agent_key, "
        "date '2026-03-01' as valid_from) from $t where agent_id = 'Ann'",
        "one_current_version": "update $t set is_current = false where agent_id = 'Bob'",
        "unknown_member": "delete from $t where agent_key = -1",
    },
    "core.dim_queue": {
        "versions_do_not_overlap": "insert into $t select * replace (1 as queue_key, "
        "date '2026-03-01' as valid_from) from $t where queue_id = 'sales'",
        "one_current_version": "update $t set is_current = false where queue_id = 'support'",
        "unknown_member": "delete from $t where queue_key = -1",
        "short_within_threshold": "update $t set short_abandon_s = 21",
    },
    "core.dim_outcome": {
        "unknown_member": "delete from $t where outcome_key = -1",
        "answered_is_not_lost": "update $t set is_lost = true where is_answered",
        "abandoned_is_lost": "update $t set is_lost = false where is_abandoned",
    },
    "core.dim_state": {
        "unknown_member": "delete from $t where state_key = -1",
        "occupied_counts": "update $t set is_in_occupancy = false",
    },
    "core.dim_metric": {
        "direction_known": "update $t set direction = 'sideways' where metric_id = 'offered'",
        "version_from_one": "update $t set metric_version = 0 where metric_id = 'offered'",
    },
    "core.fact_queue_visit": {
        "leaves_after_entry": "update $t set left_at = entered_at - interval 1 second where $r",
        "answered_fits_outcome": "update $t set is_answered = not is_answered where $r",
        "within_threshold_is_closed": "update $t set wait_ms = null, is_within_threshold = true "
        "where $r",
        "short_is_abandoned": "update $t set is_short_abandon = true where outcome = 'answered'",
        "starts_in_interval": "update $t set entered_at = entered_at + interval 15 minute where $r",
        "wait_at_most_a_day": "update $t set wait_ms = 86400001 where $r",
        "median_wait_plausible": "update $t set wait_ms = 600001 where wait_ms = 10000",
        "local_day_fits_zone": "update $t set zone = 'Europe/Berlin' where $r",
        "within_a_week_of_contact": "update core.fact_contact set local_date = local_date - 8",
    },
    "core.fact_queue_refusal": {
        "falls_in_interval": "update $t set refused_at = refused_at + interval 15 minute where $r",
        "local_day_fits_zone": "update $t set local_date = local_date + 1 where $r",
    },
    "core.fact_agent_offer": {
        "falls_in_interval": "update $t set offered_at = offered_at + interval 15 minute where $r",
        "ring_at_most_ten_minutes": "update $t set ring_ms = 600001 where $r",
        "agent_known": "update $t set agent_key = -1 where $r",
        "local_day_fits_zone": "update $t set interval_key = -1 where $r",
    },
    "core.fact_handle_segment": {
        "ends_after_connect": "update $t set ended_at = connected_at - interval 1 second where $r",
        "starts_in_interval": "update $t set connected_at = connected_at - interval 15 minute "
        "where $r",
        "transfer_flag_fits": "update $t set is_transfer = true where $r",
        "talk_at_most_a_day": "update $t set talk_ms = 86400001 where $r",
        "overlap_not_negative": "update $t set overlap_ms = -1 where $r",
        "agent_known": "update $t set agent_key = -1 where $r",
        "local_day_fits_zone": "update $t set local_date = local_date - 1 where $r",
        "within_a_week_of_contact": "update core.fact_contact set local_date = local_date - 8",
    },
    "core.fact_contact": {
        "ends_after_start": "update $t set ended_at = started_at - interval 1 second where $r",
        "customer_ref_hashed": "update $t set customer_ref = '01715550100' where $r",
        "answered_within_visits": "update $t set n_answered_visits = n_visits + 1 where $r",
        "transfers_within_segments": "update $t set n_transfers = n_segments + 1 where $r",
        "handled_has_segment": "update $t set is_handled = true, n_segments = 0 where $r",
        "starts_in_interval": "update $t set started_at = started_at + interval 15 minute where $r",
        "local_day_fits_zone": "update $t set local_date = local_date + 1 where $r",
    },
    "core.fact_agent_state": {
        "ends_after_start": "update $t set to_at = from_at - interval 1 second where $r",
        "lasts_its_instants": "update $t set state_ms = state_ms + 1 where $r",
        "at_most_a_day": "update $t set state_ms = 0 where $r",
        "available_in_a_queue": "update $t set n_queues_available = 0 where state = 'available'",
    },
    "core.fact_forecast": {
        "latest_was_made_before": "update $t set made_at = interval_start, is_latest = true "
        "where $r",
        "one_latest": "update $t set is_latest = true",
        "queue_known": "update $t set queue_key = -1 where $r",
        "local_day_fits_zone": "update $t set local_date = local_date + 1 where $r",
    },
    "core.fact_forecast_day": {
        "has_intervals": "update $t set n_intervals = 0 where $r",
    },
    "core.fact_staffing": {
        "nothing_is_negative": "update $t set handle_ms = -1 where $r",
        "handled_within_visits": "update $t set n_handled_visits = n_visits + 1 where $r",
        "group_known": "update $t set staffing_group = 'unknown', n_visits = 9 where $r",
        "local_day_fits_zone": "update $t set interval_key = -1 where $r",
    },
    "core.staffing_requirement": {
        "more_than_the_load": "update $t set required_agents = 0 where $r",
    },
    "core.agent_plan": {
        "pieces_do_not_overlap": "insert into $t select * replace (agent_key as agent_key) from $t",
        "within_quarter_hour": "update $t set from_at = from_at - interval 1 minute where $r",
        "activity_is_mapped": "update $t set activity_class = null where $r",
        "local_day_fits_zone": "update $t set local_date = local_date + 1 where $r",
    },
    "core.fact_agent_schedule_interval": {
        "paid_parts_sum_to_paid": "update $t set paid_ms = paid_ms + 1 where $r",
        "nothing_is_negative": "update $t set paid_late_ms = -1 where $r",
        "adherence_within_scheduled": "update $t set in_adherence_ms = scheduled_ms + 1 where $r",
        "scheduled_within_planned": "update $t set planned_ms = scheduled_ms - 1 where $r",
        "unscheduled_within_worked": "update $t set worked_unscheduled_ms = worked_ms + 1 where $r",
        "work_is_of_a_group": "update $t set agent_id = 'Nobody', scheduled_work_ms = 1 where $r",
        "local_day_fits_zone": "update $t set zone = 'Europe/Berlin' where $r",
    },
    "core.fact_agent_state_interval": {
        "within_quarter_hour": "update $t set logged_in_ms = 900001 where $r",
        "parts_sum_to_logged_in": "update $t set ringing_ms = ringing_ms + 1 where $r",
        "reasons_within_paused": "update $t set break_ms = paused_ms + 1 where $r",
        "inferred_within_logged_in": "update $t set inferred_ms = logged_in_ms + 1 where $r",
        "local_day_fits_zone": "update $t set local_date = local_date + 1 where $r",
    },
    **records.BROKEN,
} | feedback.BROKEN


OFTEN = {"core.dim_queue", "core.fact_contact", "core.fact_handle_segment", "staging.queue_visit"}
"""Suites of every kind of rule; as a whole the others are asked in the soak."""


def break_all(con, suite):
    """Break each rule in a row of its own."""
    for n, change in enumerate(BROKEN[suite.relation].values()):
        sql = change.replace("$t", suite.relation).replace("$r", f"rowid = {n}")
        assert con.execute(sql).fetchone()[0] > 0, sql


def assert_all_fail(con, suite):
    """Great Expectations finds every rule of a suite broken, and says by which rows."""
    results = {r.name: r for r in run_suites(con, [suite])}
    assert list(results) == [rule.id for rule in suite.expectations]
    for name, result in results.items():
        assert not result.is_passed, name
        assert "could not run" not in result.detail
        # Keys are longer than any number that can be called, and may hold these digits.
        assert "555" not in re.sub(r"\d{16,}", "", result.detail)
        assert result.failing_sql is None or con.execute(result.failing_sql).fetchall(), name


@pytest.mark.parametrize("relation", SUITES)
def test_every_rule_fails_when_what_it_guards_is_broken(undone_centre, relation):
    suite = SUITES[relation]
    assert list(BROKEN[relation]) == [rule.id for rule in suite.expectations]
    break_all(undone_centre, suite)
    for rule in suite.expectations:
        if rule.type == TYPE:
            query = screen([rule]).kwargs["unexpected_rows_query"].format(batch=relation)
            assert undone_centre.execute(query).fetchall(), rule.id
    # The other rules' SQL is written by Great Expectations.
    others = tuple(rule for rule in suite.expectations if rule.type != TYPE)
    if others and relation not in OFTEN:
        assert_all_fail(undone_centre, suite.model_copy(update={"expectations": others}))


@pytest.mark.parametrize(
    "relation", [r if r in OFTEN else pytest.param(r, marks=pytest.mark.soak) for r in SUITES]
)
def test_a_whole_suite_tells_every_rule_that_is_broken(undone_centre, relation):
    break_all(undone_centre, SUITES[relation])
    assert_all_fail(undone_centre, SUITES[relation])
