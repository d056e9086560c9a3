"""What is delivered of a period: the summary that the published site has of it."""

import json
import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import urljoin
from zoneinfo import ZoneInfo

from pipelines.delivery.errors import DeliveryError
from pipelines.settings import Project
from pipelines.storage.site import shown_publication
from reports.outputs.summary import plain_text
from reports.spans import Span, span_named, span_of

_HREF = re.compile(r' href="([^"]*)"')


@dataclass(frozen=True)
class Content:
    """A period's summary, ready for any channel."""

    span: Span
    publication: int
    data: dict[str, Any]
    """As the site has it for programs."""
    html: str
    site: Path
    link: str | None
    """The period's page, where people reach it."""

    @property
    def name(self) -> str:
        """What tells deliveries apart: period and publication."""
        return f"{self.span.name}-p{self.publication}"

    @property
    def text(self) -> str:
        """The summary in plain text."""
        return plain_text(self.data, self.link)


def newest_span(project: Project, now: datetime) -> Span:
    """The last day or week that is over by the centre's clock; `now` has a zone."""
    delivery, zone = project.settings.delivery, ZoneInfo(project.settings.centre.timezone)
    yesterday = now.astimezone(zone).date() - timedelta(days=1)
    if delivery.every == "day":
        return span_of("day", yesterday)
    return span_of("week", yesterday - timedelta(days=6))


def span_asked(period: str) -> Span:
    """The day or week of a name such as 2026-11-21 or 2026-W47.

    Raises:
        DeliveryError: it names none.
    """
    span = span_named(period)
    if span is None or span.grain == "month":
        raise DeliveryError(
            f"--period {period!r}: write a day as 2026-11-21, a week as 2026-W47; months have no "
            "summary."
        )
    return span


def content_of(project: Project, span: Span) -> Content:
    """The summary of a period, as the published site has it.

    Raises:
        DeliveryError: there is no site, or it has no summary of the period.
    """
    number, folder = shown_publication(project), project.reports / span.folder
    if number is None:
        raise DeliveryError(f"{project.reports}: there is no report yet. Run `callmart run`.")
    if not (folder / "summary.json").is_file():
        of_grain = sorted((project.reports / f"{span.grain}s").glob("*/summary.json"))
        newest = f"; the newest is of {of_grain[-1].parent.name}" if of_grain else ""
        raise DeliveryError(
            f"the report of publication {number} has no summary of {span.name}{newest}. Summaries "
            "are of weeks and of the last 14 days: bring the data with `callmart run`, or name "
            "another with --period."
        )
    link = _link(project.settings.delivery.link, f"{span.folder}.html")
    return Content(
        span,
        number,
        json.loads((folder / "summary.json").read_text("utf-8")),
        _linked((folder / "summary.html").read_text("utf-8"), project, f"{span.folder}/"),
        project.reports.resolve(),
        link,
    )


def _link(base: str | None, path: str) -> str | None:
    return None if base is None else urljoin(base.rstrip("/") + "/", path)


def _linked(html: str, project: Project, folder: str) -> str:
    """The page with whole links, or none where nobody can say where the report is reached."""
    base = project.settings.delivery.link

    def whole(match: re.Match[str]) -> str:
        found = _link(base, urljoin(folder, unescape(match[1])))
        return "" if found is None else f' href="{found.replace("&", "&amp;")}"'

    return _HREF.sub(whole, html)
