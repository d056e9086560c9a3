"""The section that compares: exceptions among people, places side by side, never a league table."""

from types import SimpleNamespace

from reports.mix import Subject
from reports.pages import comparison
from tests.reports.made import metric

METRICS = {("transfer_rate", 1): metric("transfer_rate", direction="lower")}
SITE = SimpleNamespace(
    metrics=METRICS,
    agents={"a0": {"agent_name": "Ada"}, "a1": {"agent_name": None}},
    scope_name=lambda _, scope: scope.title(),
)


def _those(prefix: str, *gaps: float, n: int = 2000, coarse: bool = False) -> list[Subject]:
    return [
        Subject(
            f"{prefix}{i}", n, (1 + gap) * 0.1 * n, 0.1 * n, 0.09 * n,
            n_same_queue=0 if coarse else n,
        )
        for i, gap in enumerate(gaps)
    ]  # fmt: skip


def _section(topic: str, **kinds: list[Subject]):
    return comparison.section(SITE, topic, {"transfer_rate": kinds})


def _column(section, label: str) -> list[str]:
    place = [column.label for column in section.columns].index(label)
    return [row[place].text or row[place].state[2] for row in section.rows]


def test_other_subjects_and_too_few_cases_have_none():
    assert _section("service", agent=_those("a", 0, 0)) is None
    assert _section("people", agent=_those("a", 0, 0, n=20)) is None
    assert comparison.section(SITE, "people", {}) is None


def test_of_people_only_those_are_listed_who_are_surely_apart():
    gaps = [0.02, -0.02, 0.01, -0.01, 0.0] * 6
    found = _section("people", agent=_those("a", 1.0, -0.9, *gaps))
    assert sorted(_column(found, "Who")) == ["Ada", "a1"]
    assert sorted(_column(found, "Than expected")) == ["better", "worse"]
    assert "Of 32 points in the funnels below, 2 lie beyond the 95 % lines" in found.said[1]
    assert "the 2 that are likely to differ in truth" in found.said[1]
    assert len(found.charts[0].rows) == 32


def test_nobody_is_listed_where_chance_explains_all():
    found = _section("people", agent=_those("a", *[0.02, -0.02] * 10))
    assert not found.rows
    assert "None of them is likely to differ in truth" in found.said[1]


def test_places_are_all_listed_side_by_side():
    found = _section("cost", site=_those("s", 0.5, 0.0), sourcing=_those("k", 0.2, -0.1, 0.1))
    assert _column(found, "Who") == ["S0", "S1", "K0", "K1", "K2"]
    assert _column(found, "Kind") == ["site"] * 2 + ["kind of sourcing"] * 3
    assert "as expected" in _column(found, "Than expected")
    assert [chart.span for chart in found.charts] == [6, 6]


def test_sites_that_are_one_sourcing_each_are_shown_once():
    sites, sourcing = _those("s", 0.5, 0.0), _those("k", 0.5, 0.0)
    found = _section("cost", site=sites, sourcing=sourcing)
    assert _column(found, "Who") == ["S0 (K0)", "S1 (K1)"]
    assert "Kind" not in [column.label for column in found.columns]
    assert len(found.charts) == 1


def test_agents_alone_take_the_whole_width_and_share_it_with_their_teams():
    agents = _those("a", *[0.0] * 6)
    assert [c.span for c in _section("people", agent=agents).charts] == [12]
    both = _section("people", agent=agents, team=_those("t", 0.0, 0.0))
    assert [c.span for c in both.charts] == [7, 5]
    assert all(chart.is_placed for chart in both.charts)


def test_coarse_comparisons_say_so():
    fine = _section("cost", site=_those("s", 0.0, 0.1))
    coarse = _section("cost", site=_those("s", 0.0, 0.1, coarse=True))
    assert len(fine.said) == 1
    assert (
        "S0 and S1 can in some of these only be held against all of their channel"
        in (coarse.said[1])
    )
