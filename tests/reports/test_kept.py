"""A page is taken over where its rows are the same, and written again where one is not."""

import re
import shutil
from dataclasses import replace
from datetime import date, timedelta

import duckdb
import pytest

from reports.build import build_site, site_of
from reports.fingerprints import fingerprint_of, fingerprints
from reports.kept import is_page, take_over
from reports.queries import Reader
from reports.spans import Span
from tests.reports.conftest import CENTRE
from tests.reports.test_build import SINGLE

NAME = "Nordlicht & Söhne"
CHANGED = date(2026, 10, 26)
OF_MONTHS = "update marts.kpi_month_parts set offered = offered + 1"
_STAMP = re.compile(r"Publication (\d+) ·")


@pytest.fixture(scope="module")
def changed(warehouse, tmp_path_factory):
    """The next publication: one visit of one day waited longer."""
    path = tmp_path_factory.mktemp("changed") / "warehouse.duckdb"
    shutil.copyfile(warehouse, path)
    with duckdb.connect(str(path)) as con:
        con.execute(
            "update core.fact_queue_visit set wait_ms = wait_ms + 1 where visit_key in "
            "(select min(visit_key) from core.fact_queue_visit where local_date = ?)",
            [CHANGED],
        )
        con.execute("update ops.publication set publication_id = publication_id + 1")
    return path


@pytest.fixture(scope="module")
def shared(warehouse):
    """What all pages share, as the warehouse is now."""
    with Reader(warehouse) as reader:
        return site_of(reader, NAME)


def test_nothing_has_changed(site, warehouse, tmp_path):
    told = []
    again = build_site(
        warehouse, tmp_path, name=NAME, earlier=site.index.parent,
        on_page=lambda done, whole: told.append((done, whole)),
    )  # fmt: skip
    assert set(filter(is_page, again.kept)) == set(site.pages) - set(SINGLE)
    assert {"weeks/2026-W43.xlsx", "weeks/2026-W43/tables/service-by-queue.csv"} <= again.kept
    assert told == [(n, len(site.pages)) for n in range(1, len(site.pages) + 1)]
    for name in site.files:
        assert (tmp_path / name).read_bytes() == (site.index.parent / name).read_bytes(), name


def test_a_changed_row_changes_its_day_and_the_pages_that_show_that_day(site, changed, tmp_path):
    beside = site.index.parent / "days" / "2026-10-21" / "service.pdf"
    beside.write_bytes(b"printed")
    with Reader(changed) as reader:
        found = take_over(site_of(reader, NAME), site.index.parent, tmp_path)
    beside.unlink()
    kept = set(filter(is_page, found.files))
    # Week 44 begins on the 26th; the week before it does not show that day, its month does.
    first = [f"days/2026-10-{day}" for day in range(20, 26)]
    overviews = {f"{span}.html" for span in [*first, "weeks/2026-W43"]}
    assert {path for path in kept if path.count("/") == 1} == overviews
    assert "days/2026-10-21/service.pdf" in found.files
    assert (tmp_path / "days/2026-10-21/service.pdf").read_bytes() == b"printed"
    for path in kept:
        old, now = ((at / path).read_text("utf-8") for at in (site.index.parent, tmp_path))
        assert _STAMP.search(old)[1] != _STAMP.search(now)[1]
        assert _STAMP.sub("", old) == _STAMP.sub("", now)


def test_a_day_that_is_over_now_is_written_again(site, warehouse, tmp_path):
    later = tmp_path / "warehouse.duckdb"
    shutil.copyfile(warehouse, later)
    with duckdb.connect(str(later)) as con:
        (was,) = con.execute("select min(open_date) from marts.kpi_reach").fetchone()
        con.execute("update marts.kpi_reach set open_date = open_date + interval '1' day")
    with Reader(later) as reader:
        found = take_over(site_of(reader, NAME), site.index.parent, tmp_path / "new")
    days = {span.first for span in found.spans if span.grain == "day"}
    assert was not in days
    assert days == {CENTRE.first_day + timedelta(days=n) for n in range(CENTRE.days)} - {
        was + timedelta(days=n) for n in range(9)
    }


def _not_taken_over(site, warehouse, folder, *statements):
    """What is written again after some changes of the warehouse."""
    later = folder / "warehouse.duckdb"
    shutil.copyfile(warehouse, later)
    with duckdb.connect(str(later)) as con:
        for statement in statements:
            con.execute(statement)
    with Reader(later) as reader:
        new = site_of(reader, NAME)
        found = take_over(new, site.index.parent, folder / "new")
    return {span for spans in new.spans.values() for span in spans if span not in found.spans}


def test_who_joins_or_leaves_changes_no_page_of_the_time_before(site, warehouse, tmp_path):
    joined, left = date(2026, 10, 24), date(2026, 10, 27)
    copied = (
        "insert into core.dim_agent by name select * replace (md5_key('x') as agent_key, "
        "'{agent}' as agent_id, date '{day}' as valid_from) from core.dim_agent "
        "where is_current and agent_key <> -1 limit 1"
    )
    found = _not_taken_over(site, warehouse, tmp_path, copied.format(agent="new", day=joined))
    assert min(span.last for span in found) == joined
    over = tmp_path / "left"
    over.mkdir()
    ended = (
        f"update core.dim_agent set valid_to = date '{left}', left_on = date '{left}' "
        "where agent_key = (select max(agent_key) from core.dim_agent)"
    )
    found = _not_taken_over(site, warehouse, over, ended)
    assert min(span.last for span in found) == left


def test_another_name_of_an_agent_changes_every_page_since_they_are_known(
    site, warehouse, tmp_path
):
    renamed = "update core.dim_agent set agent_name = 'Ada' where is_current and agent_key <> -1"
    found = _not_taken_over(site, warehouse, tmp_path, renamed)
    assert min(span.last for span in found) == CENTRE.first_day


def test_numbers_of_a_month_are_on_no_page_of_a_day_or_week(site, warehouse, tmp_path):
    found = _not_taken_over(site, warehouse, tmp_path, OF_MONTHS)
    assert {span.grain for span in found} == {"month"}


def test_a_campaign_dialled_once_more_changes_its_days_alone(site, warehouse, tmp_path):
    dialled = "update core.dim_campaign set last_on = last_on + 1"
    assert _not_taken_over(site, warehouse, tmp_path, dialled) == set()
    over = tmp_path / "renamed"
    over.mkdir()
    renamed = "update core.dim_campaign set campaign_name = 'Autumn' where is_current"
    found = _not_taken_over(site, warehouse, over, renamed)
    assert min(span.last for span in found) == CENTRE.first_day


def test_a_page_that_is_gone_or_not_ours_is_written_again(site, shared, tmp_path):
    old = tmp_path / "old"
    shutil.copytree(site.index.parent, old)
    (old / "days/2026-10-21/service.html").unlink()
    (old / "days/2026-10-22.html").write_text("not ours", encoding="utf-8")
    found = take_over(shared, old, tmp_path / "new")
    every = {span for spans in shared.spans.values() for span in spans}
    assert every - found.spans == {Span("day", date(2026, 10, 21)), Span("day", date(2026, 10, 22))}
    assert not any("2026-10-22" in path for path in found.files)


def test_another_name_is_on_every_page(site, shared, warehouse, tmp_path):
    other = replace(shared, name="Another")
    with Reader(warehouse) as reader:
        other = replace(other, made_of=fingerprints(reader, other))
    assert not take_over(other, site.index.parent, tmp_path).files
    assert fingerprint_of(tmp_path / "none.html") is None


@pytest.mark.soak
@pytest.mark.parametrize("more", ["select 1", OF_MONTHS])
def test_taken_over_or_written_again_a_page_is_what_it_would_be_anew(site, changed, tmp_path, more):
    later = tmp_path / "warehouse.duckdb"
    shutil.copyfile(changed, later)
    with duckdb.connect(str(later)) as con:
        con.execute(more)
    new = build_site(later, tmp_path / "some", name=NAME, earlier=site.index.parent)
    build_site(later, tmp_path / "all", name=NAME)
    for path in new.pages:
        some, whole = ((tmp_path / name / path).read_bytes() for name in ("some", "all"))
        assert some == whole, path


@pytest.mark.soak
def test_several_processes_write_the_same(site, warehouse, tmp_path, monkeypatch):
    monkeypatch.setattr("reports.build._MUCH", 0)
    build_site(warehouse, tmp_path, name=NAME, processes=2)
    for name in site.files:
        assert (tmp_path / name).read_bytes() == (site.index.parent / name).read_bytes(), name
