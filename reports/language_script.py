"""The script that tells a site's other scripts in which language they speak."""

from __future__ import annotations

import json
import re
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from reports.topics import KINDS

if TYPE_CHECKING:
    from reports.language import Language

SCRIPTS = ("page.js", "subject.js", "whatif.js")
_MARKED = re.compile(r"\b_\(\"((?:[^\"\\\\]|\\\\.)*)\"")


def language_script(language: Language) -> str:
    """Texts of the scripts, signs of numbers, and the chart library's own names of days and months.

    A site in English has none: what the scripts hold is English.
    """
    told = {
        "code": language.code,
        "decimal": language.decimal,
        "group": language.group,
        "texts": {text: language.text(text) for text in (*script_texts(), *KINDS.values())},
        "charts": _charts(language),
    }
    return f"window.callmartLanguage = {json.dumps(told, ensure_ascii=False, sort_keys=True)};\n"


@cache
def script_texts() -> tuple[str, ...]:
    """Every text marked in the scripts, in order."""
    found: dict[str, None] = {}
    for name in SCRIPTS:
        script = (files("reports") / "static" / name).read_text("utf-8")
        found |= {json.loads(f'"{text}"'): None for text in _MARKED.findall(script)}
    return tuple(found)


def _charts(language: Language) -> dict[str, Any]:
    """A locale of Plotly; its weeks begin on Sunday."""
    return {
        "moduleType": "locale",
        "name": language.code,
        "dictionary": {},
        "format": {
            "days": [language.long_days[-1], *language.long_days[:-1]],
            "shortDays": [language.days[-1], *language.days[:-1]],
            "months": list(language.long_months),
            "shortMonths": list(language.months),
            "decimal": language.decimal,
            "thousands": language.group,
            "grouping": [3],
        },
    }
