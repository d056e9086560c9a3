"""The language of a site: its texts, and the signs and names with which it writes.

Texts are English in the code and marked: `_` translates one, `ngettext` one that counts, `N_` only
marks a text that is made at import and translated where it is shown. A text is a whole sentence
with named places, `_("{n} of {all} lines", n=..., all=...)`, since the order of words differs.

Which language is spoken belongs to the work, not to the program: `speaking` sets it for all that is
done within, in this thread alone.
"""

from __future__ import annotations

from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import cache
from gettext import c2py
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from pipelines.languages import check_language

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Mapping

DOMAINS = ("site", "metrics")
"""Catalogues of a language: what the pages say, and the registry's names and definitions."""
_PLURAL = "(n != 1)"


@dataclass(frozen=True)
class Language:
    """Texts, signs and names of a language; it can be handed to another process."""

    code: str
    decimal: str = "."
    group: str = ","
    days: tuple[str, ...] = ()
    """Short names from Monday, as they stand alone: a full stop after them would end a sentence."""
    long_days: tuple[str, ...] = ()
    months: tuple[str, ...] = ()
    long_months: tuple[str, ...] = ()
    texts: Mapping[str, str | tuple[str, ...]] = field(default_factory=dict)
    """English text -> the text, or its forms where it counts."""
    plural: str = _PLURAL
    """Which of the forms a number takes, as gettext writes it."""

    signs: dict[int, str] | None = field(init=False)
    """What to replace in a number written with point and commas; None where nothing is."""

    def __post_init__(self) -> None:
        is_english = (self.decimal, self.group) == (".", ",")
        signs = None if is_english else {ord("."): self.decimal, ord(","): self.group}
        object.__setattr__(self, "signs", signs)

    def text(self, english: str) -> str:
        """One text; the English one where there is no other."""
        found = self.texts.get(english, english)
        return found if isinstance(found, str) else found[0]

    def form(self, one: str, many: str, number: int) -> str:
        """The form of a text that a number takes."""
        found = self.texts.get(one)
        if isinstance(found, tuple):
            return found[_rule(self.plural)(number)]
        return one if number == 1 else many

    def number(self, text: str) -> str:
        """A number that Python wrote, with the language's own signs."""
        return text.translate(self.signs) if self.signs else text


@cache
def _rule(plural: str) -> Callable[[int], int]:
    return c2py(plural)


@cache
def language_of(code: str) -> Language:
    """A language with its texts and what CLDR knows of it.

    Raises:
        ValueError: There is no such language; the text names those that there are.
    """
    from babel import Locale

    check_language(code)
    locale = Locale.parse(code)
    signs = locale.number_symbols["latn"]
    texts, plural = _texts(code)
    return Language(
        code=code,
        decimal=signs["decimal"],
        group=signs["group"],
        days=tuple(locale.days["stand-alone"]["abbreviated"][day] for day in range(7)),
        long_days=tuple(locale.days["format"]["wide"][day] for day in range(7)),
        months=tuple(locale.months["stand-alone"]["abbreviated"][n] for n in range(1, 13)),
        long_months=tuple(locale.months["format"]["wide"][n] for n in range(1, 13)),
        texts=texts,
        plural=plural,
    )


def _texts(code: str) -> tuple[dict[str, str | tuple[str, ...]], str]:
    """All translated texts of a language, and its rule of plurals."""
    from babel.messages.pofile import read_po

    texts: dict[str, str | tuple[str, ...]] = {}
    plural = _PLURAL
    if code == "en":
        return texts, plural
    for domain in DOMAINS:
        path = files("reports") / "locale" / code / "LC_MESSAGES" / f"{domain}.po"
        with path.open("rb") as file:
            catalogue = read_po(file, locale=code)
        plural = catalogue.plural_expr
        for message in catalogue:
            if isinstance(message.id, tuple) and message.string and all(message.string):
                texts[message.id[0]] = tuple(message.string)
            elif isinstance(message.id, str) and message.id and message.string:
                texts[message.id] = str(message.string)
    return texts, plural


_SPOKEN: ContextVar[Language] = ContextVar("language")


def spoken() -> Language:
    """The language of the work at hand; English where nobody has said."""
    found = _SPOKEN.get(None)
    return language_of("en") if found is None else found


@contextmanager
def speaking(language: Language) -> Generator[None]:
    """All that is made within is in this language."""
    token = _SPOKEN.set(language)
    try:
        yield
    finally:
        _SPOKEN.reset(token)


def N_(text: str) -> str:  # noqa: N802  the name by which catalogues find texts
    """Mark a text that is translated later."""
    return text


def _(text: str, /, **values: Any) -> str:
    """A text in the language spoken, its places filled."""
    found = spoken().text(text)
    return found.format(**values) if values else found


def ngettext(one: str, many: str, number: int, /, **values: Any) -> str:
    """A text in the form that a number takes; its place `{n}` is that number."""
    language = spoken()
    written = language.number(f"{number:,}")
    return language.form(one, many, number).format(n=written, **values)
