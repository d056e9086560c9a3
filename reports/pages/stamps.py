"""What each publication changes on every page: its stamp, and how far the numbers can be trusted.

It stands between marks, so that a page whose numbers are the same need not be made again.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from reports.pages import trust
from reports.pages.render import environment

if TYPE_CHECKING:
    from reports.records import Stamp, Trust

_MARKED = re.compile(r"<!--now (\w+)-->.*?<!--/now-->", re.DOTALL)


def of_site(stamp: Stamp, found: Trust) -> dict[str, Any]:
    """What the marked parts of every page are made of."""
    return {"stamp": stamp, "pill": trust.headline(found), "notes": trust.notes(found)}


def restamped(text: str, values: dict[str, Any], root: str) -> str:
    """A page of an earlier publication with the marked parts of this one.

    Args:
        text: the page as it was written.
        values: `of_site` of this publication.
        root: the way from the page to the site's top folder, as `../`.
    """
    parts = environment().get_template("now.html.j2").make_module({**values, "root": root})

    def now(match: re.Match[str]) -> str:
        return f"<!--now {match[1]}-->{getattr(parts, match[1])()}<!--/now-->"

    return _MARKED.sub(now, text)
