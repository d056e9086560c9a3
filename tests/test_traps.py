"""The 21 traps of counting calls, and the tests that guard against each.

Every product of this kind falls into some. Whoever changes how something is counted finds here
what else must stay true; whoever removes a test is told what it was for.
"""

import ast
import re
from functools import cache

import pytest

from tests.conftest import ROOT

CASES = ROOT / "tests" / "models"

TRAPS: dict[int, tuple[str, tuple[str, ...]]] = {
    1: (
        "the mean of two rates is not their rate",
        (
            "models/test_golden.py::test_two_queues_together_are_recomputed_and_not_averaged",
            "models/test_whole.py::test_days_add_up_to_weeks_and_months_in_every_scope",
            "reports/test_build.py"
            "::test_every_number_of_the_overview_is_recomputed_from_the_sums_of_its_parts",
        ),
    ),
    2: (
        "a call that goes over the end of an interval",
        (
            "core.fact_agent_state_interval:"
            " a stretch is split at quarter hours, and its parts add up to it",
            "marts.queue_interval:"
            " each thing counts where it belongs, in time and in queue; consultations apart",
            "models/test_whole.py::test_quarter_hours_add_up_to_days",
            "pipelines/sql_models/test_metrics.py::test_what_does_not_fit_is_named_with_its_file",
            "quality_checks/test_reconciliation.py"
            "::test_each_fails_when_the_books_do_not_balance",
        ),
    ),
    3: (
        "what goes over midnight, and whose midnight it is",
        (
            "marts.queue_day: the day of the queue is that of its zone",
            "core.fact_contact: a contact across midnight keeps what happened after it",
            "core.fact_agent_state:"
            " midnight cuts a leg, each part on its own day, also on the day of 25 hours",
            "core.fact_agent_state: who never left ends where the data ends;"
            " each local midnight cuts, carried rows go on",
        ),
    ),
    4: (
        "days of 23 and of 25 hours",
        (
            "core.dim_interval:"
            " the hour that comes twice stays two, the one that never was is not there",
            "core.fact_queue_visit: the hour that comes twice keeps its two quarter hours apart",
            "assets/ingest/test_calendar.py::test_the_day_with_an_hour_twice",
            "assets/ingest/test_calendar.py::test_the_day_that_lacks_an_hour",
            "assets/ingest/tabular/test_reading.py"
            "::test_bad_rows_are_refused_with_a_remedy_and_the_rest_goes_on",
            "assets/ingest/asterisk/test_queue_log.py"
            "::test_the_hour_that_comes_twice_is_settled_by_the_id",
        ),
    ),
    5: (
        "a call that enters a queue again",
        (
            "core.fact_queue_visit:"
            " a call that comes back is four visits, two of them answered, each with its own agent",
            "core.fact_queue_visit:"
            " two entries at one instant are two visits, and the leg belongs to its own",
            "assets/ingest/asterisk/test_visits.py"
            "::test_one_call_in_two_queues_and_again_in_the_first",
        ),
    ),
    6: (
        "a transferred call counted twice",
        (
            "core.fact_contact: a transferred contact is one contact with two legs;"
            " the last agent has it, the first passed it on",
            "marts.v_kpi_day: contacts count once, legs each",
            "models/test_whole.py::test_credited_contacts_of_agents_add_up_to_the_centre",
        ),
    ),
    7: (
        "wrap-up that nobody logged is not zero",
        (
            "marts.v_kpi_day: where wrap-up is not known of all, none is in it,"
            " and the coverage says of how many it is known",
            "marts.v_kpi_day: hold that nobody tells is empty, and so is its rate",
        ),
    ),
    8: (
        "an agent in two states at once",
        (
            "core.fact_agent_state: ringing, handling and wrap-up take precedence over standing",
            "core.fact_agent_state:"
            " overlapping legs are one stretch of handling, and neighbours that differ in nothing"
            " are one",
            "models/test_whole.py"
            "::test_spans_do_not_overlap_and_their_quarter_hours_add_up_to_them",
        ),
    ),
    9: (
        "a contact too young to say whether the customer came back",
        (
            "core.fact_contact_repeat:"
            " what is younger than its window is not judged; the source read least far decides",
            "core.fact_contact_repeat:"
            " a first contact has none before it in 7 days, and a history of 7 days",
            "models/test_golden_feedback.py"
            "::test_what_is_younger_than_its_window_is_not_counted_and_provisional",
        ),
    ),
    10: (
        "withheld and shared numbers as one customer who calls all day",
        (
            "core.fact_contact_repeat:"
            " two addresses of one customer are one customer; shared and withheld ones are nobody",
            "core.bridge_customer_address: an address that two customers of one list share belongs"
            " to nobody, whatever another list says",
            "assets/ingest/test_pseudonyms.py::test_withheld_numbers_are_nobody",
            "models/test_golden_feedback.py::test_what_is_not_known_is_told_by_the_coverage",
        ),
    ),
    11: (
        "a score of the few who answered, taken for everybody's",
        (
            "marts.customer_experience_month:"
            " a score stands beside the share of the customers asked who gave it",
            "core.fact_survey_invite: an invitation is provisional until all feeds of its source"
            " are read to 7 days after it",
        ),
    ),
    12: (
        "a rate of a handful of calls",
        (
            "marts.v_kpi_day: an agent's share of few cases is marked and has its range",
            "models/test_golden.py::test_wilson_gives_the_interval_of_a_share",
            "reports/pages/test_tables.py::test_few_cases_are_greyed_and_have_no_state",
            "reports/test_findings.py::test_few_calls_make_no_finding",
            "reports/test_findings.py::test_a_change_is_told_apart_from_chance",
        ),
    ),
    13: (
        "agents set in order by numbers that their queues and hours decide",
        (
            "test_traps.py::test_nobody_is_given_a_place_among_agents",
            "reports/pages/test_tables.py"
            "::test_agents_stand_by_name_and_show_how_their_time_was_spent",
            "marts.v_kpi_day: an agent's share of few cases is marked and has its range",
            "marts.v_kpi_day: service level is never of an agent, occupancy never of a queue",
        ),
    ),
    14: (
        "a rate of nothing",
        (
            "models/test_golden.py::test_a_ratio_of_nothing_is_empty_and_never_0_or_100",
            "pipelines/sql_models/test_kpi_sql.py::test_no_rows_make_no_numbers",
        ),
    ),
    15: (
        "seconds and milliseconds in one file",
        (
            "assets/ingest/asterisk/test_legs.py::test_seconds_and_milliseconds_in_one_log",
            "assets/ingest/tabular/test_shipped_mappings.py::test_zendesk_talk",
            "assets/ingest/tabular/test_bringing.py"
            "::test_lengths_have_their_unit_and_times_their_zone",
        ),
    ),
    16: (
        "a running average taken for a mean",
        (
            "marts.v_kpi_day: the mean wait is that of all rows, whatever came last",
            "test_asterisk_sample.py::test_mean_waits_and_talks",
        ),
    ),
    17: (
        "a call still waiting when the file ends",
        (
            "models/test_golden.py::test_an_open_visit_is_not_abandoned_and_its_day_is_provisional",
            "assets/ingest/asterisk/test_visits.py"
            "::test_a_call_still_waiting_is_open_and_a_restart_cuts_it",
            "assets/ingest/test_engine.py::test_an_open_contact_is_looked_at_until_it_ends",
        ),
    ),
    18: (
        "a row that comes again with other values",
        (
            "assets/ingest/tabular/test_restated.py"
            "::test_what_was_told_before_is_kept_and_both_days_are_rebuilt",
            "assets/ingest/tabular/test_reading.py"
            "::test_a_version_outranks_the_name_of_the_file",
            "assets/ingest/tabular/test_reading.py"
            "::test_of_one_key_the_file_that_sorts_last_counts_whatever_comes_first",
            "assets/test_late.py::test_a_record_that_changes_concerns_what_it_is_about",
        ),
    ),
    19: (
        "the same files, and another number",
        (
            "test_same_numbers.py::test_what_came_before_comes_later_grown_rotated_compressed_and_joined",
            "models/test_whole.py"
            "::test_built_stretch_by_stretch_it_is_what_is_built_at_once",
            "assets/ingest/test_engine.py::test_pieces_in_any_order_give_the_same",
            "reports/test_kept.py::test_nothing_has_changed",
        ),
    ),
    20: (
        "a percentile of percentiles",
        (
            "models/test_golden.py::test_a_percentile_is_of_the_rows_of_its_scope",
            "marts.v_kpi_month: parts are added up, the highest kept,"
            " percentiles taken from the rows of the month",
        ),
    ),
    21: (
        "yesterday's calls moved into today's team",
        (
            "core.fact_handle_segment: an agent who moved team keeps both in history",
            "marts.v_kpi_day: an agent's contacts are those of the team of the day;"
            " what the centre began itself is apart",
            "core.dim_agent: blank means unchanged, a dash means none,"
            " and team moves make versions",
        ),
    ),
}  # fmt: skip
"""Number -> what goes wrong, and what guards against it: a test by file and name under tests/, or a
row case by relation and name under tests/models/ (tests/models/README.md)."""

GUARDS = sorted({guard for _, guards in TRAPS.values() for guard in guards})


@cache
def functions_of(file: str) -> dict[str, bool]:
    """Tests of a file by name, and whether `make test` runs them: not what is marked soak whole."""
    tree = ast.parse((ROOT / "tests" / file).read_text(encoding="utf-8"))
    marks = [ast.unparse(n) for n in tree.body if isinstance(n, ast.Assign)]
    is_soak = any(m.startswith("pytestmark") and "soak" in m for m in marks)
    return {
        node.name: not is_soak and "pytest.mark.soak" not in map(ast.unparse, node.decorator_list)
        for node in tree.body
        if isinstance(node, ast.FunctionDef)
    }


@cache
def cases_of(relation: str) -> set[str]:
    """Names of the row cases of a relation."""
    texts = (
        f.read_text(encoding="utf-8") for f in CASES.glob(f"{relation.replace('.', '/')}/*.yml")
    )
    return {name for text in texts for name in re.findall(r"^case: (.*)$", text, re.MULTILINE)}


def test_there_are_twenty_one_and_each_is_guarded():
    assert list(TRAPS) == list(range(1, 22))
    assert all(guards for _, guards in TRAPS.values())


@pytest.mark.parametrize("guard", GUARDS)
def test_a_guard_is_there_and_runs_with_every_commit(guard: str):
    if "::" in guard:
        file, _, name = guard.partition("::")
        assert functions_of(file)[name]
    else:
        relation, _, name = guard.partition(": ")
        assert name in cases_of(relation)


def test_nobody_is_given_a_place_among_agents():
    """Before there is a place there must be what was to be expected of the agent's own calls.

    Kinds of contacts may be numbered: they are ordered by what `of_base` and the like hold.
    """
    placed = re.compile(
        r"\b(rank|dense_rank|percent_rank|cume_dist|ntile)\s*\([^)]*\)"
        r"(?! over \(order by of_base\b)",
        re.IGNORECASE,
    )
    files = [f for top in ("models", "reports") for f in (ROOT / top).rglob("*.sql")]
    assert files
    assert not [f.name for f in files if placed.search(f.read_text(encoding="utf-8"))]
