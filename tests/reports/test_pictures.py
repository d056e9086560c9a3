"""Pages look as they were approved to look.

After a wanted change write the pictures in `approved/` anew, and look at them before they are
committed: `CALLMART_APPROVE=1 pytest -m "soak or not soak" tests/reports/test_pictures.py`.
"""

import os

import pytest

from tests.reports import pictures
from tests.reports.browsing import visit

pytestmark = [pytest.mark.browser, pytest.mark.slow]

DAY, WEEK = "days/2026-10-28", "weeks/2026-W43/service"
WINDOWS = {"wide": {"width": 1280, "height": 1400}, "phone": {"width": 390, "height": 1600}}
APPROVED = [
    ("index", "wide", "light"), ("index", "phone", "dark"), (DAY, "wide", "dark"),
    (DAY, "phone", "light"), (WEEK, "wide", "light"), (WEEK, "phone", "dark"),
    ("trends", "wide", "dark"), ("trends", "phone", "light"),
]  # fmt: skip
OFTEN = {("index", "wide", "light"), (WEEK, "phone", "dark")}
"""These with every commit, the others in the soak."""
OTHER_LETTERS = (
    "*{font-kerning:none;text-rendering:geometricPrecision;font-style:oblique 3deg;"
    "letter-spacing:.03px;-webkit-text-stroke:.2px}"
)
"""What another version of a font or of the browser may do."""
BROKEN = {
    "no style at all": "*{all:revert!important}",
    "key figures one below the other": ".kpis{display:block!important}",
    "empty charts": ".chart{opacity:0}",
}


@pytest.fixture(scope="module")
def shown(one_window, site):
    """Shows a page in a width and colours."""
    visitor, page = visit(one_window, site.index.parent)

    def show(name: str, width: str, colours: str):
        page.emulate_media(color_scheme=colours)
        page.set_viewport_size(WINDOWS[width])
        visitor.go(page, f"{name}.html")
        return page, pictures.picture(page)

    return show


@pytest.mark.parametrize(
    ("name", "width", "colours"),
    [
        pytest.param(*one, marks=[] if one in OFTEN else pytest.mark.soak, id="-".join(one))
        for one in APPROVED
    ],
)
def test_a_page_looks_as_approved(shown, tmp_path, name, width, colours) -> None:
    page, now = shown(name, width, colours)
    path = pictures.FOLDER / f"{name.replace('/', '-')}-{width}-{colours}.png"
    if os.environ.get("CALLMART_APPROVE"):
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(pictures.approved_form(page, now))
    found = pictures.difference(page, path.read_bytes(), now)
    if not found.is_small:
        (tmp_path / path.name).write_bytes(now)
    assert found.is_small, f"{found}; now {tmp_path / path.name}, approved {path}"


@pytest.mark.soak
def test_what_is_broken_is_seen_and_another_drawing_of_letters_is_not(shown) -> None:
    page, right = shown("index", "wide", "light")
    approved = pictures.approved_form(page, right)
    looks = {"other letters": OTHER_LETTERS, **BROKEN}
    for what, style in looks.items():
        tag = page.add_style_tag(content=style)
        found = pictures.difference(page, approved, page.screenshot())
        assert found.is_small == (what not in BROKEN), (what, found)
        tag.evaluate("e => e.remove()")


def test_approved_pictures_are_small() -> None:
    sizes = [path.stat().st_size for path in pictures.FOLDER.glob("*.png")]
    assert len(sizes) == len(APPROVED)
    assert sum(sizes) < 1_000_000
