"""Templates to HTML: escaping is always on, and JSON in a page cannot end its script."""

from __future__ import annotations

import json
from functools import cache
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from reports import format as fmt
from reports.pages import cells

if TYPE_CHECKING:
    from jinja2 import Environment

STATES = {
    "met": ("good", "●", "met"),
    "near": ("warn", "▲", "near"),
    "missed": ("bad", "■", "missed"),
}
"""Status -> (class, shape, word): colour is never the only sign."""

_IN_SCRIPT = {
    "<": "\\u003c", ">": "\\u003e", "&": "\\u0026", "\u2028": "\\u2028", "\u2029": "\\u2029",
}  # fmt: skip


def script_json(value: Any) -> Markup:
    """JSON for a script element: no `</`, no `<!--`, no line separators."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    for sign, said in _IN_SCRIPT.items():
        text = text.replace(sign, said)
    return Markup(text)  # noqa: S704  escaped just above


@cache
def environment() -> Environment:
    """The templates of `reports/templates`; an unknown name in one is an error."""
    from jinja2 import Environment, PackageLoader, StrictUndefined

    env = Environment(
        loader=PackageLoader("reports"), autoescape=True, undefined=StrictUndefined,
        trim_blocks=True, lstrip_blocks=True,
    )  # fmt: skip
    env.filters |= {
        "script_json": script_json, "instant": fmt.instant, "count": fmt.count, "day": fmt.day,
        "ask": cells.ask, "sign": cells.sign, "row": cells.row,
    }  # fmt: skip
    return env


def render(template: str, context: dict[str, Any]) -> str:
    """One page."""
    return environment().get_template(template).render(context)
