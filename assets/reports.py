"""The report as an asset: built beside the last one, then put in its place in one step."""

import os
from pathlib import Path
from typing import TYPE_CHECKING

import dagster as dg

from assets.catalogue import PUBLICATION_KEY
from pipelines.resources import ProjectResource
from pipelines.settings import Project

if TYPE_CHECKING:
    from reports.build import SiteResult


def publish_site(project: Project, *, anew: bool = False) -> "SiteResult":
    """Build the site of the current publication as `var/site-<n>` and point `reports` at it.

    Args:
        project: whose.
        anew: write every page, also those whose numbers have not changed.

    Raises:
        PublicationError: nothing is published yet.
    """
    from pipelines.storage.errors import PublicationError
    from pipelines.storage.publication import Store
    from pipelines.storage.site import replace_site
    from reports.build import build_site

    current = Store(project).current()
    if current is None:
        raise PublicationError(f"{project.root}: nothing is published yet. Run `callmart run`.")

    def build(folder: Path, earlier: Path | None) -> "SiteResult":
        return build_site(
            current.path,
            folder,
            name=project.settings.centre.name,
            earlier=None if anew else earlier,
            processes=project.settings.storage.threads or os.cpu_count() or 1,
        )

    return replace_site(project, current.number, build)


def report_assets() -> list[dg.AssetsDefinition]:
    """The site."""

    @dg.asset(
        key=["reports", "site"],
        deps=[PUBLICATION_KEY],
        group_name="reports",
        kinds={"html", "plotly"},
        owners=["team:callmart"],
        description="The static site: pages for each local day, week and month.",
    )
    def site(project: ProjectResource) -> dg.MaterializeResult:
        target = project.project()
        result = publish_site(target)
        index = target.reports / "index.html"
        return dg.MaterializeResult(
            metadata={
                "pages": len(result.pages),
                "index": dg.MetadataValue.url(index.resolve().as_uri()),
            }
        )

    return [site]
