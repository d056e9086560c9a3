"""The week to mail: whole in itself, small, and harmless."""

import re

from tests.reports.centre import NASTY


def test_the_summary_of_a_week_stands_alone_and_says_what_its_pages_say(site):
    path = site.index.parent / "weeks/2026-W43/summary.html"
    text = path.read_text("utf-8")
    assert path.stat().st_size < 200_000
    assert not re.search(r"<(script|img|link|iframe|svg|form|object)\b", text)
    assert not re.search(r"\son\w+=|javascript:|https?://|url\(", text)
    page = path.with_name("service.html").read_text("utf-8")
    level = re.search(r'data-metric="service_level"[^>]*>([\d.]+)<', page)[1]
    assert f"{level}\u202f%" in text
    for words in (
        "What to know", "Key figures", "Against the week before", "by day",
        "Can these numbers be trusted?", "Publication 7", "Nordlicht &amp; Söhne",
    ):  # fmt: skip
        assert words in text, words
    links = set(re.findall(r'href="([^"]+)"', text))
    assert {"../2026-W43.html", "../2026-W43.xlsx", "handling.html"} <= links
    assert all((path.parent / link).is_file() for link in links)


def test_names_from_outside_are_text_in_a_summary(site):
    found = [path.read_text("utf-8") for path in site.index.parent.glob("weeks/*/summary.html")]
    assert len(found) == 2
    assert not [text for text in found if NASTY in text or "<img" in text]
    assert any("&lt;/script&gt;" in text for text in found)
