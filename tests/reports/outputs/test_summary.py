"""The day or week to mail: whole in itself, small, and harmless."""

import json
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
    found = [path.read_text("utf-8") for path in site.index.parent.glob("*/*/summary.html")]
    assert len(found) == 2 + 9
    assert not [text for text in found if NASTY in text or "<img" in text]
    assert any("&lt;/script&gt;" in text for text in found)


def test_a_day_s_summary_is_against_the_day_before_and_has_no_bars(site):
    text = (site.index.parent / "days/2026-10-28/summary.html").read_text("utf-8")
    assert "Against the day before" in text
    assert "The whole report of the day" in text
    assert "vs day before" not in text
    assert "by day" not in text


def test_programs_read_the_same_numbers(site):
    folder = site.index.parent / "weeks/2026-W43"
    data = json.loads((folder / "summary.json").read_text("utf-8"))
    html = (folder / "summary.html").read_text("utf-8")
    assert data["period"] == "2026-W43"
    assert data["centre"] == "Nordlicht & Söhne"
    assert data["findings"]
    figures = {figure["metric"]: figure for figure in data["figures"]}
    level = figures["service_level"]
    assert level["value"] == 100 * level["numerator"] / level["denominator"]
    assert all(figure["text"] in html for figure in data["figures"])
