"""Pages of an earlier publication whose numbers have not changed: taken over with a new stamp."""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING

from reports.fingerprints import fingerprint_of
from reports.outputs import summary
from reports.pages.stamps import restamped

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from reports.pages.frame import Site
    from reports.spans import Span


@dataclass(frozen=True)
class Kept:
    """What was taken over."""

    spans: frozenset[Span] = frozenset()
    files: tuple[str, ...] = ()
    """Paths within the site."""

    @property
    def pages(self) -> int:
        """How many of the files are pages."""
        return sum(map(is_page, self.files))


NOTHING = Kept()


def is_page(path: str) -> bool:
    """Whether a file of the site is one of its pages, not a summary to mail or numbers."""
    return path.endswith(".html") and not path.endswith(f"/{summary.NAME}")


def take_over(site: Site, earlier: Path, out: Path) -> Kept:
    """Bring the pages of an earlier site whose rows are the same, and all that lies beside them."""
    spans = [span for every in site.spans.values() for span in every]
    same = [span for span in spans if _is_same(site, span, earlier)]
    values = site.now
    brought: list[str] = []
    for span in same:
        for file in _files_of(span, earlier):
            path = file.relative_to(earlier).as_posix()
            (out / path).parent.mkdir(parents=True, exist_ok=True)
            if file.suffix == ".html":
                text = restamped(file.read_text("utf-8"), values, "../" * path.count("/"))
                (out / path).write_text(text, encoding="utf-8", newline="\n")
            else:
                _link(file, out / path)
            brought.append(path)
    return Kept(frozenset(same), tuple(brought))


def _is_same(site: Site, span: Span, earlier: Path) -> bool:
    subjects = (earlier / span.folder / f"{topic.id}.html" for topic in site.topics_of(span))
    pages = [earlier / f"{span.folder}.html", *subjects]
    return all(fingerprint_of(page) == site.made_of[span] for page in pages)


def _files_of(span: Span, earlier: Path) -> Iterator[Path]:
    """The pages of a span and all files beside them."""
    folder = earlier / span.folder
    yield from sorted(folder.parent.glob(f"{folder.name}.*"))
    yield from sorted(path for path in folder.rglob("*") if path.is_file())


def _link(file: Path, to: Path) -> None:
    """The same file at another place; a copy where the disk knows no second name."""
    try:
        os.link(file, to)
    except OSError:
        shutil.copyfile(file, to)
