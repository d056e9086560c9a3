"""Pieces of work: all that is wanted is in one of them, and the small come last."""

import pytest

from reports.build import site_of
from reports.outputs.writer import has_files
from reports.queries import Reader
from reports.units import CallLists, Unit, Whole, work_of


@pytest.fixture(scope="module")
def made(warehouse):
    with Reader(warehouse) as reader:
        return site_of(reader, "Nordlicht")


@pytest.mark.parametrize("chosen", [slice(0), slice(None), slice(None, None, 3), slice(4, None)])
def test_what_is_wanted_is_in_one_unit_of_its_kind(made, chosen):
    wanted = {span for spans in made.spans.values() for span in spans[chosen]}
    work = work_of(made, wanted)
    units = [piece for piece in work if isinstance(piece, Unit)]
    assert sorted(span for unit in units for span in unit.spans) == sorted(wanted)
    for unit in units:
        assert {span.grain for span in unit.spans} == {unit.spans[0].grain}
        assert {bool(made.topics.get(span)) for span in unit.spans} == {unit.has_topics}
        assert {has_files(made, span) for span in unit.spans} == {unit.has_files}
    assert sum(isinstance(piece, Whole) for piece in work) == 1


def test_call_lists_are_work_of_their_own_for_the_wanted_days_that_have_any(made):
    listed = {day for one in made.lists for day in one.days}
    first, *others = made.spans["day"][-3:]
    assert {first.first, *(other.first for other in others)} <= listed
    [lists] = [piece for piece in work_of(made, {first}) if isinstance(piece, CallLists)]
    assert lists.days == (first.first,)
    assert not [p for p in work_of(made, set(made.spans["week"])) if isinstance(p, CallLists)]


def test_the_largest_come_first(made):
    work = work_of(made, {span for spans in made.spans.values() for span in spans})
    efforts = [piece.effort for piece in work]
    assert efforts == sorted(efforts, reverse=True)
    assert len(set(efforts)) > 2
