"""Facts of surveys, evaluations and repeats say what the oracle says of the same rows."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings

from tests.generators.feedback import START, ZONES, World, worlds
from tests.oracle.linking import handled
from tests.oracle.quality import gaps, told_evaluations
from tests.oracle.resolution import told_repeats
from tests.oracle.surveys import told_answers, told_invites

FACTS = (
    "fact_survey_invite",
    "fact_survey_answer",
    "fact_qa_evaluation",
    "fact_qa_item",
    "fact_contact_repeat",
)
STAGED = ("contact", "handle_segment", "survey_invite", "survey_answer", "qa_evaluation", "qa_item",
          "customer_alias")  # fmt: skip
STRETCH = (date(2026, 3, 12), date(2026, 3, 20))
"""Inside the made worlds, over no change of clocks; late records reach over it on both sides."""

Told = Mapping[Any, Mapping[str, Any]]


class Star:
    """The facts and what they are made of, built again for each world."""

    def __init__(self) -> None:
        from pipelines.sql_models import load_models
        from tests.models.warehouse import inputs, needed_for

        self._models = needed_for(load_models(), [f"core.{fact}" for fact in FACTS])
        self.con = inputs(ZONES.values(), START.date(), START.date() + timedelta(days=60))

    def build(self, world: World) -> None:
        """Lay the world's rows and build everything of them."""
        from tests.models.warehouse import lay_again, make

        lay_again(self.con, world.tables, world.watermarks, staged=STAGED)
        make(self.con, self._models)

    def rows(self, sql: str) -> list[dict[str, Any]]:
        """Rows as mappings."""
        found = self.con.execute(sql)
        names = [column[0] for column in found.description or ()]
        return [dict(zip(names, row, strict=True)) for row in found.fetchall()]

    def stretch(self) -> Iterator[tuple[str, list[Any], list[Any]]]:
        """Each fact, its rows of some days as they stand, and as a narrow build makes them."""
        from pipelines.storage.build_window import narrowed

        for model in self._models:
            if model.name in FACTS:
                stands = self.con.execute(
                    f"select * from {model.relation} where local_date between ? and ? order by all",
                    STRETCH,
                ).fetchall()
                with narrowed(self.con, *STRETCH):
                    made = self.con.execute(f"select * from ({model.sql}) order by all").fetchall()
                yield model.name, stands, made


@pytest.fixture(scope="module")
def star() -> Star:
    """One star for all worlds."""
    return Star()


def _compare(told: Told, found: list[dict[str, Any]], *key: str) -> None:
    assert len(found) == len(told)
    for row in found:
        name = tuple(row[column] for column in key)
        expected = told[name]
        assert {column: row[column] for column in expected} == expected, name


def _examples(number: int) -> settings:
    return settings(
        max_examples=number,
        deadline=None,
        derandomize=True,
        phases=(Phase.explicit, Phase.generate),
        suppress_health_check=list(HealthCheck),
    )


@_examples(3)
@given(world=worlds())
def test_facts_say_what_the_oracle_says(star: Star, world: World):
    _assert_agree(star, world)


@pytest.mark.soak
@_examples(12)
@given(world=worlds())
def test_facts_of_more_worlds_say_what_the_oracle_says(star: Star, world: World):
    _assert_agree(star, world)


def _assert_agree(star: Star, world: World) -> None:
    star.build(world)
    rows = defaultdict(list, world.tables)
    contacts = handled(rows["contact"], rows["handle_segment"])
    marks = world.watermarks

    invites = told_invites(rows["survey_invite"], rows["survey_answer"], contacts, marks)
    _compare(invites, star.rows("from core.fact_survey_invite"), "source", "invite_id")
    answers = told_answers(rows["survey_answer"], invites)
    found = star.rows("from core.fact_survey_answer")
    _compare(answers, found, "source", "invite_id", "question")

    evaluations = told_evaluations(rows["qa_evaluation"], rows["qa_item"], contacts)
    found = star.rows("from core.fact_qa_evaluation")
    _compare(evaluations, found, "source", "evaluation_id")
    pairs, differences = defaultdict(int), defaultdict(Decimal)
    for row in found:
        if row["n_calibration_pairs"] is not None:
            key = row["source"], row["contact_key"], row["calibration_id"], row["agent_id"]
            pairs[key] += row["n_calibration_pairs"]
            differences[key] += row["calibration_gap"]
    expected = sorted(gaps(rows["qa_evaluation"], evaluations).values())
    assert sorted((pairs[key], differences[key]) for key in pairs) == expected
    assert len(star.rows("from core.fact_qa_item")) == len(rows["qa_item"])

    repeats = told_repeats(contacts, rows["customer_alias"], marks)
    _compare(repeats, star.rows("from core.fact_contact_repeat"), "source", "contact_id")

    # A build of some days makes the same rows of them.
    for name, stands, made in star.stretch():
        assert made == stands, name


def test_the_worlds_hold_what_decides():
    """Enough of them, that is: a comparison of empty tables would agree as well."""
    from random import Random

    from tests.generators.feedback import make

    seen: dict[str, set[Any]] = defaultdict(set)
    for seed in range(12):
        rows = defaultdict(list, make(Random(seed)).tables)  # noqa: S311  equal from run to run
        world = make(Random(seed))  # noqa: S311
        contacts = handled(rows["contact"], rows["handle_segment"])
        told = told_repeats(contacts, rows["customer_alias"], world.watermarks)
        for row in told.values():
            for column in ("is_first_contact", "is_first_contact_resolved", "is_repeated_30d"):
                seen[column].add(row[column])
        invites = told_invites(
            rows["survey_invite"], rows["survey_answer"], contacts, world.watermarks
        )
        for row in invites.values():
            for column in ("is_linked", "is_delivered", "is_provisional"):
                seen[column].add(row[column])
        for row in told_answers(rows["survey_answer"], invites).values():
            for column in ("is_top_box", "nps_class", "is_easy", "is_resolved"):
                seen[column].add(row[column])
        evaluations = told_evaluations(rows["qa_evaluation"], rows["qa_item"], contacts)
        seen["pairs"] |= {n > 0 for n, _ in gaps(rows["qa_evaluation"], evaluations).values()}
        seen["errors"] |= {row["n_customer_errors"] for row in evaluations.values()}
    three = {True, False, None}
    for column in ("is_first_contact", "is_first_contact_resolved", "is_repeated_30d"):
        assert seen[column] == three, column
    for column in ("is_top_box", "is_easy", "is_resolved", "is_delivered"):
        assert seen[column] == three, column
    assert seen["is_linked"] == seen["is_provisional"] == seen["pairs"] == {True, False}
    assert seen["nps_class"] == {"promoter", "passive", "detractor", None}
    assert {None, 0, 1} <= seen["errors"]
