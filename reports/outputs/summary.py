"""A day or week on one page to mail: what its pages say, in a form that mail programs show.

Mail programs drop scripts, style sheets and drawings: everything is tables with styles of their
own, and a course is drawn as bars of table cells.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from reports import format as fmt
from reports.language import N_, _, language_of, speaking, spoken
from reports.outputs.text import plain

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from reports.pages.frame import Site
    from reports.pages.tables import Card, Cell
    from reports.spans import Span

KEPT = ("topic", "cards", "more_cards", "story", "days", "queue_table", "notes", "provisional")
"""What the summary needs of its span's pages."""
_OF_SUBJECT = 3
"""Key figures told of each subject."""
_MOST_FIGURES, _MOST_MISSED = 30, 8


@dataclass(frozen=True)
class Line:
    """A key figure of the summary."""

    subject: str
    href: str
    card: Card


@dataclass(frozen=True)
class Bar:
    """A day's value as a bar, 0 to 100."""

    day: str
    text: str
    size: float
    mood: str


@dataclass(frozen=True)
class Missed:
    """A goal that was missed, and the page to look at."""

    text: str
    href: str


NAME = "summary.html"


def path(span: Span) -> str:
    """Where a span's summary is, relative to the site's top folder."""
    return f"{span.folder}/{NAME}"


GRAINS = ("day", "week")
"""What has a summary."""


def data_path(span: Span) -> str:
    """Where the same is for programs."""
    return f"{span.folder}/summary.json"


def data(context: Mapping[str, Any]) -> dict[str, Any]:
    """A summary for programs, from what its template needs."""
    site, span = context["site"], context["span"]
    return {
        "language": spoken().code,
        "centre": plain(site.name),
        "period": span.name,
        "grain": span.grain,
        "first_day": span.first.isoformat(),
        "last_day": span.last.isoformat(),
        "title": span.title,
        "provisional": context["provisional"],
        "page": f"{span.folder}.html",
        "findings": [{"head": plain(s.head), "text": plain(s.text)} for s in context["story"]],
        "missed": [plain(missed.text) for missed in context["missed"]],
        "figures": [_figure(line) for line in context["lines"]],
    }


_STATES = {
    "met": N_("goal met"), "near": N_("goal near"), "missed": N_("goal MISSED"),
}  # fmt: skip


def plain_text(told: Mapping[str, Any], link: str | None) -> str:
    """A summary for programs as plain text in its own language, with the way to its page."""
    with speaking(language_of(told.get("language", "en"))):
        lines = [told["centre"], told["title"]]
        lines += [told["provisional"]] if told["provisional"] else []
        lines += ["", *(f"{found['head']}: {found['text']}" for found in told["findings"])]
        if told["missed"]:
            lines += ["", _("What to look at"), *(f"- {text}" for text in told["missed"])]
        lines += ["", _("Key figures"), *map(_text_of, told["figures"])]
    return "\n".join([*lines, *(["", link] if link else []), ""])


def _text_of(figure: Mapping[str, Any]) -> str:
    state = _STATES.get(figure["status"], "")
    said = _("few cases") if figure["is_small"] else _(state) if state else ""
    return f"- {figure['name']}: {figure['text']}" + (f" ({said})" if said else "")


def _figure(line: Line) -> dict[str, Any]:
    number = line.card.number
    return {
        "metric": number.metric.id, "version": number.metric.version, "name": number.metric.name,
        "subject": line.subject, "unit": number.metric.unit, "value": number.value,
        "text": line.card.text, "numerator": number.numerator, "denominator": number.denominator,
        "goal": number.goal, "status": number.status, "is_small": number.is_small,
        "is_provisional": number.is_provisional,
    }  # fmt: skip


def context(site: Site, span: Span, pages: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """What the template needs, from what the span's pages were made of; the overview is first."""
    overview = pages[0]
    lines = _lines(span, pages)
    name, bars = _bars(overview)
    return {
        "site": site,
        "stamp": site.stamp,
        "span": span,
        "provisional": overview["provisional"],
        "story": overview["story"],
        "lines": lines,
        "missed": _missed(lines, overview, f"../{span.name}.html"),
        "bars_of": name,
        "bars": bars,
        "notes": overview["notes"],
        "root": "../../",
        "workbook": f"../{span.name}.xlsx",
        "overview": f"../{span.name}.html",
        "before": span.compared[0][0].removeprefix("the "),
    }


def _lines(span: Span, pages: Sequence[Mapping[str, Any]]) -> list[Line]:
    """The overview's key figures and the first of each subject, each metric once."""
    found: dict[str, Line] = {}
    for page in pages:
        topic = page.get("topic")
        subject = _(topic.title) if topic else _("Overview")
        href = f"{topic.id}.html" if topic else f"../{span.name}.html"
        for card in page["cards"][: _OF_SUBJECT if topic else None]:
            found.setdefault(card.number.metric.id, Line(subject, href, card))
    return list(found.values())[:_MOST_FIGURES]


def _missed(lines: Sequence[Line], overview: Mapping[str, Any], href: str) -> list[Missed]:
    """Goals that the centre missed, then queues that missed their service level."""
    found = [
        Missed(_("{name} was {text}, goal {goal}",
            name=line.card.number.metric.name,
            text=line.card.text,
            goal=line.card.goal
            ),
               line.href)
        for line in lines
        if line.card.number.status == "missed" and not line.card.number.is_small
    ]  # fmt: skip
    for row in overview["queue_table"][1]:
        number = next((c.number for c in row if _is_level(c)), None)
        if number and number.status == "missed" and not number.is_small:
            level = fmt.value(number.value, "percent")
            found.append(
                Missed(
                    _("Queue {text}: service level {level}", text=row[0].text, level=level), href
                )
            )
    return found[:_MOST_MISSED]


def _is_level(cell: Cell) -> bool:
    return cell.number is not None and cell.number.metric.id == "service_level"


def _bars(overview: Mapping[str, Any]) -> tuple[str, list[Bar]]:
    """The service level by day, the earliest first."""
    moods = {"missed": "bad", "near": "warn", "met": "good"}
    name, found = "", []
    for row in reversed(overview["days"][1] if "days" in overview else []):
        number = next(
            (c.shown for c in row if c.shown and c.shown.metric.id == "service_level"), None
        )
        if number is not None and number.value is not None:
            name = number.metric.name
            size = max(0.0, min(100.0, number.value))
            mood = "" if number.is_small else moods.get(number.status, "")
            found.append(Bar(row[0].text, fmt.share(number.value), size, mood))
    return name, found
