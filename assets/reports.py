"""The report as assets, one for each kind of page; the whole site is shown in one step."""

import os
from collections.abc import Iterable, Iterator
from html import unescape
from pathlib import Path
from re import search
from typing import TYPE_CHECKING

import dagster as dg

from assets.catalogue import PUBLICATION_KEY
from pipelines.resources import ProjectResource
from pipelines.settings import Project

if TYPE_CHECKING:
    from reports.build import SiteResult

_HEAD_CHARS = 4000


def publish_site(
    project: Project, *, anew: bool = False, language: str | None = None
) -> "SiteResult":
    """Build the site of the current publication as `var/site-<n>` and point `reports` at it.

    Args:
        project: whose.
        anew: write every page, also those whose numbers have not changed.
        language: code of the language of the pages; the project's when left out.

    Raises:
        PublicationError: nothing is published yet.
    """
    from pipelines.storage.errors import PublicationError
    from pipelines.storage.publication import Store
    from pipelines.storage.site import replace_site
    from reports.build import build_site
    from reports.language import language_of

    current = Store(project).current()
    if current is None:
        raise PublicationError(f"{project.root}: nothing is published yet. Run `callmart run`.")

    def build(folder: Path, earlier: Path | None) -> "SiteResult":
        return build_site(
            current.path,
            folder,
            name=project.settings.centre.name,
            project=project.root,
            earlier=None if anew else earlier,
            language=language_of(language or project.settings.report.language),
            processes=project.settings.storage.threads or os.cpu_count() or 1,
        )

    return replace_site(project, current.number, build)


def report_assets() -> list[dg.AssetsDefinition]:
    """The site: an asset for each kind of page; one that nothing was brought for is left out."""
    from reports.topics import PAGES

    @dg.multi_asset(
        name="site",
        specs=[
            dg.AssetSpec(
                _key(kind),
                deps=[PUBLICATION_KEY],
                group_name="reports",
                kinds={"html", "plotly"},
                owners=["team:callmart"],
                description=question,
                skippable=True,
            )
            for kind, question in PAGES.items()
        ],
    )
    def site(project: ProjectResource) -> Iterator[dg.MaterializeResult]:
        target = project.project()
        yield from _results(publish_site(target), target.reports)

    return [site]


def _key(kind: str) -> dg.AssetKey:
    return dg.AssetKey(["reports", kind.replace("-", "_")])


def _results(result: "SiteResult", folder: Path) -> Iterator[dg.MaterializeResult]:
    from reports.topics import PAGES, page_kind

    pages: dict[str, list[str]] = {}
    for path in result.pages:
        pages.setdefault(page_kind(path), []).append(path)
    for kind in PAGES:
        if found := pages.get(kind):
            newest = folder.absolute() / newest_page(found)
            yield dg.MaterializeResult(
                asset_key=_key(kind),
                metadata={
                    "page": dg.MetadataValue.url(newest.as_uri()),
                    "preview": dg.MetadataValue.md(preview(newest)),
                    "pages": len(found),
                    "written": len(set(found) - result.kept),
                },
            )


def newest_page(paths: Iterable[str]) -> str:
    """The page that somebody wants to see first: of all days, else the newest day, week, month."""
    order = ("", "months", "weeks", "days")
    folders = {path: path.rpartition("/")[0] for path in paths}
    top = [path for path, folder in folders.items() if not folder]
    return top[0] if top else max(folders, key=lambda p: (order.index(p.split("/")[0]), p))


def preview(page: Path) -> str:
    """A page in a few lines of Markdown: its title and key figures, as its head tells them."""
    with page.open(encoding="utf-8") as lines:
        head = lines.read(_HEAD_CHARS)
    title = search(r"<title>(.*?)</title>", head)
    told = search(r'<meta name="description" content="(.*?)">', head)
    figures = unescape(told[1]).split("; ") if told and told[1] else []
    return "\n".join([f"**{unescape(title[1]) if title else page.name}**", "",
                      *(f"- {_plain(figure)}" for figure in figures)])  # fmt: skip


def _plain(text: str) -> str:
    """Text without what Markdown takes for markup."""
    return "".join(f"\\{sign}" if sign in "\\`*_{}[]<>#|!" else sign for sign in text)
