"""Templates to HTML: escaping is always on, and JSON in a page cannot end its script."""

from __future__ import annotations

import json
from functools import cache
from typing import TYPE_CHECKING, Any, cast

from markupsafe import Markup, escape

from reports import format as fmt
from reports.language import N_, _, ngettext, spoken
from reports.pages import cells

if TYPE_CHECKING:
    from jinja2 import Environment

STATES = {
    "met": ("good", "●", N_("met")),
    "near": ("warn", "▲", N_("near")),
    "missed": ("bad", "■", N_("missed")),
}
"""Status -> (class, shape, word): colour is never the only sign."""


def sign_of(status: str) -> tuple[str, str, str] | None:
    """Class, shape and word of a status; None where there is none to show."""
    found = STATES.get(status)
    return found and (found[0], found[1], _(found[2]))


_IN_SCRIPT = {
    "<": "\\u003c", ">": "\\u003e", "&": "\\u0026", "\u2028": "\\u2028", "\u2029": "\\u2029",
}  # fmt: skip


def script_json(value: Any) -> Markup:
    """JSON for a script element: no `</`, no `<!--`, no line separators."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    for sign, said in _IN_SCRIPT.items():
        text = text.replace(sign, said)
    return Markup(text)  # noqa: S704  escaped just above


def _text(text: str, /, **values: Any) -> Markup:
    """A text in the language spoken; what is put into its places is escaped."""
    return Markup(spoken().text(text)).format(**values)  # noqa: S704  a text of ours


def _counted(one: str, many: str, number: int) -> Markup:
    """The same in the form that a number takes."""
    return Markup(escape(ngettext(one, many, number)))  # noqa: S704  escaped


@cache
def environment() -> Environment:
    """The templates of `reports/templates`; an unknown name in one is an error."""
    from jinja2 import Environment, PackageLoader, StrictUndefined

    env = Environment(
        loader=PackageLoader("reports"), autoescape=True, undefined=StrictUndefined,
        trim_blocks=True, lstrip_blocks=True,
    )  # fmt: skip
    globals_ = cast("dict[str, Any]", env.globals)
    globals_ |= {"_": _text, "ngettext": _counted, "language": lambda: spoken().code}
    env.filters |= {
        "number": fmt.number, "short": fmt.short,
        "script_json": script_json, "instant": fmt.instant, "count": fmt.count, "day": fmt.day,
        "ask": cells.ask, "sign": cells.sign, "row": cells.row,
        "any_partial": cells.any_partial,
    }  # fmt: skip
    return env


def render(template: str, context: dict[str, Any]) -> str:
    """One page."""
    return environment().get_template(template).render(context)
