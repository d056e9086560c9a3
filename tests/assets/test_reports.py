"""What Dagster shows of the site: an asset for each kind of page, with its newest page."""

import pytest

from assets.reports import _results, newest_page, preview, report_assets
from reports.build import SiteResult
from reports.topics import PAGES, TOPICS, page_kind

HEAD = '<title>Service</title><meta name="description" content="Offered 7; A &amp; *B* 3 %">'


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("index.html", "overview"),
        ("weeks/2026-W44.html", "overview"),
        ("days/2026-10-28/self-service.html", "self-service"),
        ("trends.html", "trends"),
        ("outlook.html", "outlook"),
        ("data-quality.html", "data-quality"),
    ],
)
def test_a_path_tells_which_kind_of_page_it_is(path, kind):
    assert page_kind(path) == kind


def test_the_page_shown_is_that_of_all_days_or_the_newest():
    days = ["days/2026-10-27/service.html", "days/2026-10-28/service.html"]
    longer = ["weeks/2026-W44/service.html", "months/2026-10/service.html"]
    assert newest_page([*days, "index.html"]) == "index.html"
    assert newest_page([*longer, *days]) == days[1]
    assert newest_page(longer) == longer[0]


def test_a_preview_is_the_page_in_a_few_lines_that_are_no_markup(tmp_path):
    page = tmp_path / "service.html"
    page.write_text(HEAD, encoding="utf-8")
    assert preview(page) == "**Service**\n\n- Offered 7\n- A & \\*B\\* 3 %"


def test_each_kind_of_page_that_there_is_is_materialized(tmp_path):
    paths = ("days/2026-10-28/service.html", "days/2026-10-27/service.html", "index.html")
    for path in paths:
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(HEAD, encoding="utf-8")
    result = SiteResult(tmp_path / "index.html", paths, paths, frozenset(paths[1:2]))
    found = {r.asset_key.to_user_string(): r.metadata for r in _results(result, tmp_path)}
    assert found.keys() == {"reports/overview", "reports/service"}
    service = found["reports/service"]
    assert service["page"].value == (tmp_path / paths[0]).as_uri()
    assert (service["pages"], service["written"]) == (2, 1)
    assert "Offered 7" in service["preview"].value


def test_every_page_is_an_asset_that_says_which_question_it_answers():
    (site,) = report_assets()
    assert not site.can_subset
    assert {spec.key.path[-1] for spec in site.specs} == {k.replace("-", "_") for k in PAGES}
    assert {topic.question for topic in TOPICS} < {spec.description for spec in site.specs}
    assert all(spec.skippable and spec.owners and spec.kinds for spec in site.specs)
