"""The page of the glossary: every metric of the registry that has data."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from reports import format as fmt
from reports.language import _, ngettext
from reports.pages.frame import frame
from reports.pages.frame import glossary as entries_of
from reports.pages.questions import Asked

if TYPE_CHECKING:
    from reports.pages.frame import Site
    from reports.records import Numbers


def context(site: Site, numbers: Numbers) -> dict[str, Any]:
    """What the template of the glossary needs; `numbers` are of all days together."""
    told = [n.metric.id for n in numbers.of_scope("all") if n.value is not None]
    asked = Asked(None, site.days[0], site.days[-1])
    entries = entries_of(site, numbers, told, asked)
    return {
        **frame(site),
        "title": _("Glossary"),
        "subtitle": ngettext("{n} metric with data", "{n} metrics with data", len(entries))
        + f", {fmt.days(site.days[0], site.days[-1])}",
        "glossary": entries,
        "root": "",
    }
