"""Text from outside, made harmless for the files it goes into."""

from __future__ import annotations

import re
from functools import lru_cache

_CONTROLS = re.compile("[\x00-\x1f\x7f-\x9f\ufffe\uffff\ud800-\udfff]+")
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")  # noqa: RUF001
"""What a spreadsheet may take for the beginning of a formula, full-width forms included."""


@lru_cache(maxsize=16_384)
def plain(text: str) -> str:
    """Text without control characters, which no sheet, mail or XML can hold; others stay."""
    return _CONTROLS.sub(" ", text).strip() if _CONTROLS.search(text) else text


@lru_cache(maxsize=16_384)
def defused(text: str) -> str:
    """Text for a CSV file: an apostrophe before what a spreadsheet would run as a formula.

    Source: OWASP, CSV Injection.
    """
    text = plain(text)
    return f"'{text}" if text.lstrip().startswith(_FORMULA) else text
