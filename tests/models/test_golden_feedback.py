"""Golden numbers of surveys, evaluations and repeats, recomputed through the marts.

All examples lie in one warehouse, each in a queue of its own.
"""

import itertools
from datetime import date, datetime, timedelta
from typing import Any

import duckdb
import pytest

from tests.models.golden import Golden, assert_golden, published
from tests.models.mutants import coverage_survivors, survivors
from tests.models.warehouse import build_plainly, inputs, read_up_to, stage

START = datetime.fromisoformat("2026-01-05 10:00:00")
READ_TO = datetime.fromisoformat("2026-02-20 00:00:00")
DAY = timedelta(days=1)
MONTH = date(2026, 1, 1)
_NUMBER = itertools.count(1)

Row = dict[str, Any]


class Books:
    """Rows of staging, gathered by table."""

    def __init__(self) -> None:
        self.tables: dict[str, list[Row]] = {}

    def add(self, table: str, at: datetime | None, **columns: Any) -> None:
        """One row, of the day of its instant."""
        own = {"source": "pbx", "zone": "Etc/UTC", "local_date": at.date() if at else None}
        self.tables.setdefault(table, []).append(own | columns)

    def contact(
        self, queue: str, at: datetime = START, *, is_handled: bool = True, **columns: Any
    ) -> str:
        """A contact handled by Anna out of a queue; its name."""
        name = f"c{next(_NUMBER)}"
        given = {
            "contact_id": name, "root_contact_id": name, "kind": "customer", "channel": "voice",
            "direction": "inbound", "customer_ref": None, "started_at": at,
            "ended_at": at + timedelta(minutes=5), "reason": None, "disposition": None,
            "recording_ref": None, "is_open": False, "is_in_queue_log": True, "is_in_cdr": False,
        } | columns  # fmt: skip
        self.add("contact", at, **given)
        if not is_handled:
            return name
        self.add(
            "handle_segment", at, contact_id=name, visit_ordinal=None, segment_ordinal=1,
            segment_repeat=1, queue=queue, entered_at=None, entry_repeat=None,
            channel="voice", agent="anna", role="customer", connected_at=at,
            ended_at=at + timedelta(minutes=5), talk_ms=300_000, talk_includes_hold=True,
            is_talk_unreliable=False, is_open=False, is_cut=False,
        )  # fmt: skip
        return name

    def answers(self, queue: str, kind: str, scores: dict[int, int], high: int) -> None:
        """Answers to one question, each of its own contact: score -> how many."""
        for score, number in scores.items():
            for _ in range(number):
                contact = self.contact(queue)
                self.invite(contact, at=START + DAY)
                self.add(
                    "survey_answer", START + 2 * DAY, invite_id=contact, question=kind, kind=kind,
                    answered_at=START + 2 * DAY, scale_min=0 if kind == "nps" else 1,
                    scale_max=high, is_higher_better=True, score=score,
                )  # fmt: skip

    def invite(self, contact: str, *, at: datetime, **columns: Any) -> None:
        """An invitation that was delivered."""
        given = {"answered_at": None, "is_delivered": True} | columns
        self.add("survey_invite", at, invite_id=contact, contact_id=contact, sent_at=at, **given)

    def evaluate(
        self,
        contact: str,
        points: int | None,
        line: Row | None = None,
        **columns: Any,
    ) -> None:
        """A form of one plain line worth 100 points; `line` says what another is like."""
        name = f"e{next(_NUMBER)}"
        at = START + 30 * DAY
        form = {"agent": "anna", "form": "calls", "status": "completed", "calibration_id": None}
        self.add(
            "qa_evaluation", at, evaluation_id=name, contact_id=contact, evaluated_at=at,
            **form | columns,
        )  # fmt: skip
        lines: list[Row] = [{"item": "a", "points": points, "max_points": 100, "weight": 1}]
        if line:
            lines.append({"item": "b", "points": 0, "max_points": 1, "weight": 0} | line)
        for number in lines:
            given = {
                "topic": "other", "is_applicable": True, "criticality": "none", "is_fatal": False
            }  # fmt: skip
            self.add("qa_item", at, evaluation_id=name, evaluated_at=at, **given | number)


def _surveys(books: Books) -> None:
    books.answers("17 of 20", "csat", {5: 10, 4: 7, 3: 2, 1: 1}, high=5)
    books.answers("promoters", "nps", {10: 40, 9: 20, 8: 15, 7: 10, 6: 5, 0: 10}, high=10)
    books.answers("easy", "ces", {7: 1, 5: 2, 4: 1}, high=7)
    for queue, *scores in (("solved", 1, 1, 1, 0), ("all sorts", 1, 0, 0)):
        for score in scores:
            contact = books.contact(queue)
            books.invite(contact, at=START)
            books.add("survey_answer", START, invite_id=contact, question="q", kind="fcr",
                      answered_at=START, scale_min=None, scale_max=None, is_higher_better=None,
                      score=score)  # fmt: skip
    books.answers("all sorts", "csat", {5: 1, 1: 1}, high=5)
    books.answers("all sorts", "nps", {10: 3, 0: 1, 7: 1}, high=10)
    books.answers("all sorts", "ces", {7: 1, 1: 3}, high=7)
    for answered, delivered in ((True, True), (False, True), (False, True), (False, False)):
        at = START + DAY if answered else None
        books.invite(books.contact("asked"), at=START, answered_at=at, is_delivered=delivered)
    books.invite(books.contact("asked"), at=START, is_delivered=None)
    books.invite(books.contact("asked"), at=START, is_delivered=None, answered_at=START + DAY)
    books.invite(books.contact("asked now", READ_TO - 2 * DAY), at=READ_TO - DAY)


# Topic, and weights of a line met and of one that was not.
TOPICS = (("script", 3, 1), ("policy", 1, 1), ("communication", 2, 3), ("problem_solving", 4, 1))


def _quality(books: Books) -> None:
    fatal = {"is_fatal": True, "criticality": "compliance"}
    for points, line, status in (
        (90, None, "completed"),
        (80, None, "completed"),
        (100, fatal, "completed"),
        (None, None, "completed"),
        (70, None, "draft"),
        (0, None, "withdrawn"),
    ):
        books.evaluate(books.contact("forms"), points, line, status=status)
    for error in ("customer", "business", "business", "none", "none"):
        books.evaluate(books.contact("errors"), 100, {"criticality": error})
    books.evaluate(books.contact("errors"), 100, status="draft")
    # A form that tells of no line what is critical.
    books.evaluate(books.contact("errors"), 100)
    books.tables["qa_item"][-1]["criticality"] = None
    for topic, met, missed in TOPICS:
        for line in (
            {"weight": met, "points": 1},
            {"weight": missed},
            {"weight": 9, "is_applicable": False},
        ):
            books.evaluate(books.contact("lines"), 100, {"topic": topic} | line)
        draft = {"topic": topic, "weight": 7, "points": 1}
        books.evaluate(books.contact("lines"), 100, draft, status="draft")
    judged = books.contact("judged")
    for points in (90, 70, 50):
        books.evaluate(judged, points, calibration_id="k1")
    books.contact("judged", recording_ref="r1", reason="bill", disposition="done")
    books.contact("judged", reason="bill")
    books.contact("judged", disposition="done")
    # All of these by a medium of their own: what is nobody's has no queue either.
    told = {"recording_ref": "r", "reason": "bill", "disposition": "done"}
    for own, is_judged in (
        ({}, True),
        ({"recording_ref": "r"}, False),
        ({"reason": "bill", "disposition": "done"}, False),
        ({}, False),
        (told | {"kind": "consult"}, True),
        (told | {"is_handled": False}, True),
    ):
        name = books.contact("own", channel="social", **own)
        if is_judged:
            books.evaluate(name, 100)


def _repeats(books: Books) -> None:
    books.contact("history", START - 8 * DAY)
    for number, days in enumerate((None, 0.5, 2, 7.5, 20)):
        first = {"customer_ref": f"c{number}"}
        books.contact("back", **first)
        if days:
            books.contact("back again", START + days * DAY, **first)
    books.contact("back")
    books.contact("back now", READ_TO - 2 * DAY, customer_ref="late")
    books.contact("back now", READ_TO - DAY, customer_ref="late")
    books.contact("three weeks ago", READ_TO - 21 * DAY, customer_ref="lately")


@pytest.fixture(scope="module")
def con() -> duckdb.DuckDBPyConnection:
    books = Books()
    for fill in (_surveys, _quality, _repeats):
        fill(books)
    con = inputs(["Etc/UTC"], date(2025, 12, 20), READ_TO.date())
    for table, rows in books.tables.items():
        stage(con, table, rows)
    read_up_to(con, {"pbx": READ_TO})
    build_plainly(con, "marts.kpi_day", "marts.v_kpi_month")
    return con


def cell(con: duckdb.DuckDBPyConnection, metric: str, queue: str) -> Row:
    """The metric in one queue, in the month of its contacts."""
    month = READ_TO.replace(day=1).date() if queue.endswith(" now") else MONTH
    return published(con, Golden(metric, None, month, "queue", queue, "month"))


# Metric, queue, value, cases behind it.
EXAMPLES = [
    ("csat", "17 of 20", 85, 20),
    ("nps", "promoters", 45, 100),
    ("ces", "easy", 75, 4),
    ("csat", "all sorts", 50, 2),
    ("nps", "all sorts", 40, 5),
    ("ces", "all sorts", 25, 4),
    ("first_contact_resolution_survey", "all sorts", 100 / 3, 3),
    ("first_contact_resolution_survey", "solved", 75, 4),
    ("survey_response_rate", "asked", 100 / 3, 3),
    # 0.9, 0.8 and 0; what was not scored, is a draft or was withdrawn is left out.
    ("qa_score", "forms", 170 / 3, 3),
    ("critical_error_accuracy_compliance", "forms", 200 / 3, 3),
    ("critical_error_accuracy_customer", "errors", 80, 5),
    ("critical_error_accuracy_business", "errors", 60, 5),
    ("critical_error_accuracy_compliance", "errors", 100, 5),
    ("script_adherence", "lines", 75, 2),
    ("policy_adherence", "lines", 50, 2),
    ("communication_score", "lines", 40, 2),
    ("problem_solving_score", "lines", 80, 2),
    # |90 - 70|, |90 - 50|, |70 - 50|.
    ("calibration_gap", "judged", 80 / 3, 3),
    ("qa_coverage", "judged", 25, 4),
    ("recording_coverage", "judged", 25, 4),
    ("documentation_rate", "judged", 25, 4),
    ("first_contact_resolution", "back", 60, 5),
    ("repeat_contact_rate_1", "back", 20, 5),
    ("repeat_contact_rate_3", "back", 40, 5),
    ("repeat_contact_rate_7", "back", 40, 5),
    ("repeat_contact_rate_14", "back", 60, 5),
    ("repeat_contact_rate_30", "back", 80, 5),
]
GOLDEN = [
    Golden(metric, expected, MONTH, "queue", queue, "month")
    for metric, queue, expected, _ in EXAMPLES
]
# One of four handled contacts of customers; a consultation and one that nobody handled as well.
GOLDEN += [
    Golden(metric, 25, MONTH, "channel", "social", "month")
    for metric in ("qa_coverage", "recording_coverage", "documentation_rate")
]


@pytest.mark.parametrize("golden", GOLDEN, ids=str)
def test_golden_numbers(con, golden):
    assert_golden(con, golden)


def test_mutants_give_other_numbers(con):
    assert survivors(con, GOLDEN) == []


@pytest.mark.parametrize(("metric", "queue", "expected", "n"), EXAMPLES)
def test_cases_behind_an_example(con, metric, queue, expected, n):
    del expected
    assert cell(con, metric, queue)["n"] == n


@pytest.mark.parametrize(
    ("metric", "queue", "low", "high"),
    [("csat", "17 of 20", 63.96, 94.76), ("nps", "promoters", 30.42, 59.58)],
)
def test_an_estimate_has_its_interval(con, metric, queue, low, high):
    found = cell(con, metric, queue)
    assert (found["ci_low"], found["ci_high"]) == pytest.approx((low, high), abs=0.005)


def test_promoters_and_detractors_are_kept(con):
    (found,) = con.execute(
        "select n_pos, n_neg, n from marts.kpi_month where metric_id = 'nps' "
        "and scope_kind = 'queue' and scope_id = 'promoters'"
    ).fetchall()
    assert found == (60, 15, 100)


COVERAGES = [
    Golden(metric, coverage, MONTH, "queue", queue, "month")
    for metric, queue, coverage in (
        ("survey_response_rate", "asked", 4 / 6),
        ("qa_score", "forms", 3 / 4),
        ("first_contact_resolution", "back", 5 / 6),
        ("repeat_contact_rate_7", "back", 5 / 6),
    )
]


@pytest.mark.parametrize("golden", COVERAGES, ids=str)
def test_what_is_not_known_is_told_by_the_coverage(con, golden):
    assert cell(con, golden.metric, golden.which)["coverage"] == pytest.approx(golden.expected)


def test_a_faulty_coverage_is_another(con):
    assert coverage_survivors(con, COVERAGES) == []


# Trap 9.
def test_what_is_younger_than_its_window_is_not_counted_and_provisional(con):
    found = cell(con, "first_contact_resolution", "back now")
    assert (found["value"], found["n"], found["is_provisional"]) == (None, 0, True)
    found = cell(con, "repeat_contact_rate_1", "back now")
    assert (found["value"], found["n"]) == (100, 1)
    assert cell(con, "survey_response_rate", "asked now")["is_provisional"]
    assert not cell(con, "survey_response_rate", "asked")["is_provisional"]


def test_how_many_came_back_is_provisional_until_its_own_days_are_over(con):
    def provisional(queue):
        every = (1, 3, 7, 14, 30)
        cells = {days: cell(con, f"repeat_contact_rate_{days}", queue) for days in every}
        return [days for days, found in cells.items() if found["is_provisional"]]

    assert provisional("back") == []
    assert provisional("three weeks ago") == [30]
    assert provisional("back now") == [1, 3, 7, 14, 30]


def test_late_records_count_on_the_day_of_their_contact(con):
    for metric in ("csat", "nps", "qa_score"):
        days = con.execute(
            "select distinct local_date from marts.kpi_day where metric_id = ? "
            "and scope_kind = 'all' and n > 0",
            [metric],
        ).fetchall()
        assert days == [(START.date(),)], metric


def test_scores_are_the_agents_and_teams_too(con):
    rows = con.execute(
        "select metric_id, scope_id, n from marts.kpi_month where scope_kind = 'agent' "
        "and metric_id in ('csat', 'qa_score') and n > 0 order by all"
    ).fetchall()
    assert rows == [("csat", "anna", 22), ("qa_score", "anna", 24)]
