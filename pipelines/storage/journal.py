"""What is published: `var/publications.json`, written beside the files and not in them.

A version is entered as prepared before it gets its name and as published once the link names it.
So whatever a killed run leaves can be told apart, and a file that somebody changed is known by
the size and hash it no longer has.
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from pipelines.settings import Project
from pipelines.storage.errors import PublicationError
from pipelines.storage.integrity import write_whole

_VERSION = re.compile(r"warehouse-([1-9][0-9]*)\.duckdb")


@dataclass(frozen=True)
class Publication:
    """One published version of the warehouse."""

    number: int
    path: Path
    size: int
    sha256: str
    published_at: datetime
    """UTC."""
    run_id: str
    parent: int | None
    """Number of the publication it was built on."""
    code_version: str
    input_hash: str


class Entry(BaseModel):
    """One version in the journal."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    number: int
    state: Literal["prepared", "published"]
    size: int
    sha256: str
    published_at: datetime
    run_id: str
    parent: int | None
    code_version: str
    input_hash: str


class Journal(BaseModel):
    """All of `var/publications.json`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    format: Literal[1] = 1
    last_number: int = 0
    """Highest number ever published, so that none is given twice."""
    current: int | None = None
    """What the link named when callmart last set it."""
    publications: tuple[Entry, ...] = ()

    def entry(self, number: int | None) -> Entry | None:
        """The entry of a number, if there is one."""
        return next((e for e in self.publications if e.number == number), None)

    def with_entry(self, entry: Entry) -> "Journal":
        """The same with an entry added or replaced."""
        others = [e for e in self.publications if e.number != entry.number]
        entries = sorted([*others, entry], key=lambda e: e.number)
        return self.model_copy(update={"publications": tuple(entries)})

    def without(self, numbers: set[int]) -> "Journal":
        """The same with some entries left out."""
        kept = tuple(e for e in self.publications if e.number not in numbers)
        return self.model_copy(update={"publications": kept})


class Layout:
    """Where the files of publication are."""

    def __init__(self, project: Project) -> None:
        self.root = project.root
        self.var = project.var
        self.link = project.warehouse
        self.next = self.var / "next.duckdb"
        self.journal_file = self.var / "publications.json"
        self.lock_file = self.var / "run.lock"
        self.set_aside = self.var / "set-aside"

    def version(self, number: int) -> Path:
        """The file of a publication."""
        return self.var / f"warehouse-{number}.duckdb"

    def numbers_on_disk(self) -> set[int]:
        """Numbers of all version files that exist, recorded or not."""
        if not self.var.is_dir():
            return set()
        names = (_VERSION.fullmatch(path.name) for path in self.var.iterdir())
        return {int(found[1]) for found in names if found}

    def linked_number(self) -> int | None:
        """Number of the version that the link names; None for no link or a foreign one."""
        if not self.link.is_symlink():
            return None
        target = self.link.parent / self.link.readlink()
        found = _VERSION.fullmatch(target.name)
        if found is None or target.parent.resolve() != self.var.resolve():
            return None
        return int(found[1])

    def read_journal(self) -> Journal:
        """The journal; an empty one before the first publication.

        Raises:
            PublicationError: the file was changed by hand and is no journal any more.
        """
        try:
            text = self.journal_file.read_text(encoding="utf-8")
        except FileNotFoundError:
            return Journal()
        try:
            return Journal.model_validate_json(text)
        except ValidationError as error:
            first = error.errors()[0]
            raise PublicationError(
                f"{self.journal_file} is damaged ({first['msg']}). Move it away and accept the "
                "published file as it is with `callmart restore N --as-it-is`."
            ) from None

    def write_journal(self, journal: Journal) -> None:
        """Write the journal so that it is whole whatever happens."""
        write_whole(self.journal_file, journal.model_dump_json(indent=2) + "\n")

    def published_runs(self) -> dict[str, int]:
        """Run id -> number of what it published, also if it was killed right after that."""
        linked = self.linked_number()
        entries = self.read_journal().publications
        return {e.run_id: e.number for e in entries if e.state == "published" or e.number == linked}

    def publication(self, entry: Entry) -> Publication:
        """An entry as others see it."""
        return Publication(path=self.version(entry.number), **entry.model_dump(exclude={"state"}))


def utc_now() -> datetime:
    """This instant, to the microsecond, in UTC."""
    return datetime.now(UTC)
