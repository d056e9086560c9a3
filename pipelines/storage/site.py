"""The published site: built as `var/site-<n>.<k>`, then put behind `reports` in one step.

`n` is the publication shown, `k` counts how often its site was built.
"""

import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from pipelines.settings import Project
from pipelines.storage.errors import PublicationError
from pipelines.storage.integrity import flip_link
from pipelines.storage.steps import reached

Result = TypeVar("Result")

_SITE = re.compile(r"site-(\d+)\.(\d+)")


def shown_publication(project: Project) -> int | None:
    """Number of the publication that the site behind `reports` shows; None without a site."""
    link = project.reports
    if not link.is_symlink() or not link.exists():
        return None
    match = _SITE.fullmatch(link.readlink().name)
    return int(match[1]) if match else None


def replace_site(
    project: Project, number: int, build: Callable[[Path, Path | None], Result]
) -> Result:
    """Build the site of publication `number` beside the present one and show it.

    The present one stays readable until the new one is whole, then it is removed.

    Args:
        project: whose.
        number: of the publication.
        build: makes the site in the first folder; in the second is the present one, if any.

    Raises:
        PublicationError: `reports` in the project is not the link that callmart makes.
    """
    link = project.reports
    if link.exists() and not link.is_symlink():
        raise PublicationError(
            f"{link} is a folder of yours; callmart publishes its site there. Move it and try "
            "again."
        )
    target = project.var / f"site-{number}.{_times_built(project, number)}"
    building = project.var / "site-next"
    shutil.rmtree(building, ignore_errors=True)
    building.mkdir(parents=True)
    result = build(building, link.resolve() if link.exists() else None)
    reached("site.built")
    building.rename(target)
    flip_link(link, target)
    reached("site.flipped")
    for other in project.var.iterdir():
        if _SITE.fullmatch(other.name) and other != target:
            shutil.rmtree(other, ignore_errors=True)
    return result


def _times_built(project: Project, number: int) -> int:
    matches = (_SITE.fullmatch(path.name) for path in project.var.iterdir())
    return max((int(m[2]) for m in matches if m and int(m[1]) == number), default=0) + 1
