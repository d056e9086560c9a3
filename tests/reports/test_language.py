"""The languages of a site: every text marked and translated, numbers and dates as CLDR has them."""

import html
import json
import re
from collections import Counter
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from pipelines.languages import LANGUAGES
from pipelines.settings import SettingsError, parse_settings
from reports import format as fmt
from reports.build import _Job, site_of
from reports.catalogues import TEMPLATES, path_of, read
from reports.language import _, language_of, ngettext, speaking
from reports.language_script import language_script
from reports.queries import Reader
from reports.units import Unit, Whole

S = fmt.SPACE
FOREIGN = [code for code in LANGUAGES if code != "en"]
ACCENTS = str.maketrans(
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ",
    "àƀçðéƒǧħîĵķļɱñöþɋŕšţûṽŵẋýžÀƁÇÐÉƑǦĦÎĴĶĻṀÑÖÞɊŔŠŢÛṼŴẊÝŽ",
)
_PLACES = re.compile(r"%\{[^}]*\}|\{\w+\}|<[^>]*>")
_WORD = re.compile(r"(?<!\w)[A-Za-z]{2,}(?!\w)")
# Units have international symbols, files and programs their own names.
_ANYWHERE = {
    "min", "Excel", "CSV", "Parquet", "SQL", "Europe", "Berlin", "callmart", "Nordlicht", "voice",
}  # fmt: skip


def places(text: str) -> Counter[str]:
    return Counter(_PLACES.findall(text))


def accented(text: str) -> str:
    """A text with an accent on every letter, but in its places."""
    parts = re.split(f"({_PLACES.pattern})", text)
    return "".join(p if _PLACES.fullmatch(p) else p.translate(ACCENTS) for p in parts)


@pytest.fixture(scope="module")
def texts():
    """Domain -> the texts of today, as they are marked."""
    return {domain: [m.id for m in found() if m.id] for domain, found in TEMPLATES.items()}


@pytest.fixture(scope="module")
def pseudo(texts):
    """A language in which every letter that is ours has an accent."""
    said = {}
    for one in (text for found in texts.values() for text in found):
        many = isinstance(one, tuple)
        said[one[0] if many else one] = tuple(map(accented, one)) if many else accented(one)
    english = language_of("en")
    names = {
        kind: tuple(name.translate(ACCENTS) for name in getattr(english, kind))
        for kind in ("days", "long_days", "months", "long_months")
    }
    return replace(english, code="en-accented", texts=said, **names)


@pytest.mark.parametrize("code", FOREIGN)
@pytest.mark.parametrize("domain", TEMPLATES)
def test_every_text_has_its_translation_with_the_same_places(texts, code, domain):
    catalogue = read(code, domain)
    known = {m.id: m.string for m in catalogue if m.id}
    assert set(known) == set(texts[domain]), "run `make texts`, and translate what is new"
    for one, other in known.items():
        english = one if isinstance(one, tuple) else (one,)
        translated = other if isinstance(other, tuple) else (other,)
        assert all(translated), one
        for text in translated:
            assert places(text) in [places(said) for said in english], text
            # A quotation mark would end an attribute.
            assert '"' not in text.replace('"unchanged"', ""), text


def test_a_page_in_another_language_has_no_text_left_in_english(pseudo, warehouse, tmp_path):
    with speaking(pseudo), Reader(warehouse) as reader:
        site = site_of(reader, "Nordlicht")
        job = _Job(warehouse, tmp_path, site, pseudo)
        newest = [Unit((every[-1],), has_topics=True) for every in site.spans.values()]
        written = [path for work in (Whole(), *newest) for path in job.write(reader, work)]
        ours = {m.source for m in site.metrics.values()}
    pages = [path for path in written if path.endswith(".html")]
    assert len(pages) > 15
    allowed = _ANYWHERE | set(_WORD.findall(" ".join(ours)))
    allowed |= _from_outside(site)
    for path in pages:
        page = (tmp_path / path).read_text(encoding="utf-8")
        left = {word: text for text in _read(page) for word in _WORD.findall(text)}
        # What checks and files say of themselves is what the warehouse holds.
        unmarked = {word: text for word, text in left.items() if word not in allowed}
        assert path == "data-quality.html" or not unmarked, path
        assert '<html lang="en-accented">' in page


def _from_outside(site) -> set[str]:
    """Words of the centre's own: names of its queues and agents, files, feeds and checks."""
    words = json.dumps(
        [site.queue_names, site.agents, site.trust.files, site.trust.feeds, site.trust.checks,
         site.trust.waivers, list(site.names.values())], default=str,
    )  # fmt: skip
    # Names are cut where there is no room.
    return {
        word[:n] for word in re.findall(r"[A-Za-z]{2,}", words) for n in range(2, 1 + len(word))
    }


_SAID = {"text", "hovertemplate", "customdata", "ticktext", "label", "title", "name", "words",
         "formula", "spans", "over", "against", "period"}  # fmt: skip


def _read(page: str) -> list[str]:
    """All that a page says: between its tags, in its attributes and in its charts."""
    figures = re.findall(r'<script type="application/json"[^>]*>(.*?)</script>', page, re.DOTALL)
    shown = re.sub(r"<(script|style|code|pre)\b.*?</\1>", "", page, flags=re.DOTALL)
    found = re.findall(r'(?:aria-label|title|placeholder)="([^"]*)"', shown)
    found += re.sub(r"<[^>]+>", "\n", shown).split("\n")
    found = [html.unescape(text) for text in found]
    for figure in figures:
        # What charts show is escaped for their library.
        found += map(html.unescape, _strings(json.loads(figure), ""))
    return [re.sub(r"%\{[^}]*\}|<[^>]*>", "", text) for text in found]


def _strings(value, key):
    if isinstance(value, dict):
        return [text for k, v in value.items() for text in _strings(v, k)]
    if isinstance(value, list):
        return [text for v in value for text in _strings(v, key)]
    return [value] if isinstance(value, str) and key in _SAID else []


def test_german_numbers_and_dates():
    with speaking(language_of("de")):
        assert fmt.count(1234) == "1.234"
        assert fmt.share(78.46) == f"78,5{S}%"
        assert fmt.seconds(4.46) == f"4,5{S}s"
        assert fmt.seconds(3982) == "1:06:22"
        assert fmt.value(1234.5, "money") == "1.234,50"
        assert fmt.part(5664.25) == "5.664,25"
        assert fmt.day(date(2026, 11, 21)) == "Sa, 21. Nov"
        assert fmt.long_day(date(2026, 11, 21)) == "Samstag, 21. Nov 2026"
        assert fmt.long_month(date(2026, 3, 1)) == "März 2026"
        assert fmt.days(date(2026, 11, 1), date(2026, 11, 30)) == "1. bis 30. Nov 2026"
        assert fmt.weekday(6) == "Sa"
        assert fmt.words(["a", "b", "c", "d", "e", "f"]) == "a, b, c und 3 weitere"
        assert ngettext("only {n} case", "only {n} cases", 1) == "nur 1 Fall"
        assert ngettext("only {n} case", "only {n} cases", 1200) == "nur 1.200 Fälle"
    assert fmt.count(1234) == "1,234"


def test_the_language_ends_with_the_work_it_was_set_for():
    with speaking(language_of("de")):
        assert _("Agents") == "Agenten"
        with speaking(language_of("en")):
            assert _("Agents") == "Agents"
        assert _("Agents") == "Agenten"
    assert _("Agents") == "Agents"


def test_scripts_are_told_their_texts():
    script = language_script(language_of("de"))
    told = json.loads(script.removeprefix("window.callmartLanguage = ").rstrip(";\n"))
    assert told["texts"]["only {n} cases"] == "nur {n} Fälle"
    assert (told["decimal"], told["group"]) == (",", ".")
    assert told["charts"]["format"]["shortDays"][0] == "So"


def test_a_project_names_its_language_or_is_told_which_there_are():
    assert parse_settings("").report.language == "en"
    assert parse_settings('[report]\nlanguage = "de"').report.language == "de"
    with pytest.raises(SettingsError, match=r"report\.language.*'fr'.*en \(English\), de \(Deuts"):
        parse_settings('[report]\nlanguage = "fr"')


def test_catalogues_are_there_for_every_language_and_no_other():
    folder = path_of("de", "site").parents[2]
    assert sorted(p.name for p in Path(folder).iterdir() if p.is_dir()) == sorted(FOREIGN)
