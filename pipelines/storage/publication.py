"""A run as a transaction on a copy: published as a whole, or nothing has happened.

`warehouse.duckdb` is a relative link to `var/warehouse-<n>.duckdb`, mode 0444. A run copies that
file to `var/next.duckdb`, works there, and ends by giving the copy the next number and the link.
"""

from collections.abc import Callable, Generator
from contextlib import contextmanager

import duckdb

from pipelines.settings import Project
from pipelines.storage import recovery, steps
from pipelines.storage.base import content_fault, fault_of, take_base
from pipelines.storage.duck import connect_published, usual_memory
from pipelines.storage.errors import DiskSpaceError, MemoryLimitError, PublicationError
from pipelines.storage.integrity import hash_file, is_disk_full, refuse_wal
from pipelines.storage.journal import Entry, Layout, Publication, utc_now
from pipelines.storage.lock import RunLock
from pipelines.storage.look import read_back
from pipelines.storage.session import Session, flip

__all__ = ["Publication", "Session", "Store", "connect_published"]

OnWait = Callable[[str], object]


class Store:
    """The publications of one project."""

    def __init__(self, project: Project) -> None:
        self.project = project
        self._layout = Layout(project)
        self._lock = RunLock(self._layout.lock_file)

    @contextmanager
    def session(
        self,
        *,
        on_wait: OnWait | None = None,
        wait_s: float | None = None,
        extra_bytes: int = 0,
        what: str = "run",
    ) -> Generator[Session, None, None]:
        """Have the project alone, with a working copy of what is published.

        Leaving the block without `Session.publish` discards the copy.

        Args:
            on_wait: Called with a message when another run has the project.
            wait_s: For how many seconds to wait for it; as long as it takes when left out.
            extra_bytes: Room on the disk that the run needs besides the copy.
            what: What others who wait are told is going on.

        Raises:
            LockError: the other run did not end in time.
            DiskSpaceError: the disk has no room, or became full on the way.
            MemoryLimitError: DuckDB may take too little memory for a statement.
            PublicationError: there are publications, and none is as it was published.
        """
        layout = self._layout
        # Others may go through to the published file, not look around.
        layout.var.mkdir(mode=0o711, parents=True, exist_ok=True)
        with self._lock.hold(what, on_wait=on_wait, wait_s=wait_s) as lock:
            steps.reached("session.locked")
            journal = recovery.settle(layout)
            steps.reached("session.settled")
            base = take_base(layout, journal, lock=lock, extra_bytes=extra_bytes)
            steps.reached("session.copied")
            number = recovery.next_number(layout, journal)
            try:
                session = Session(self.project, base, number, lock)
                try:
                    yield session
                finally:
                    session.close()
                    steps.reached("session.closed")
            except (OSError, duckdb.Error) as error:
                if is_disk_full(error):
                    raise DiskSpaceError(
                        f"the disk of {layout.var} became full during the run ({error}). Free "
                        "some space and run again; the last publication stands."
                    ) from error
                if isinstance(error, duckdb.OutOfMemoryException):
                    raise MemoryLimitError(self._short_of_memory(error)) from error
                raise
            finally:
                recovery.settle(layout)
                steps.reached("session.ended")

    def _short_of_memory(self, error: duckdb.Error) -> str:
        limit = self.project.settings.storage.memory_limit or usual_memory()
        return (
            f"the {limit} of memory that DuckDB may take were too little "
            f"({str(error).splitlines()[0]}). Give it more with memory_limit under [storage] in "
            "callmart.toml, and run again; the last publication stands."
        )

    def current(self) -> Publication | None:
        """What is published at this moment; None before the first run or if unrecorded."""
        entry = self._layout.read_journal().entry(self._layout.linked_number())
        return None if entry is None else self._layout.publication(entry)

    def publications(self) -> list[Publication]:
        """Every publication that can be gone back to, newest first."""
        layout = self._layout
        entries = reversed(layout.read_journal().publications)
        return [layout.publication(e) for e in entries if fault_of(layout, e) is None]

    def faults(self, *, deep: bool = False) -> list[str]:
        """What is wrong with the published files, for a person; empty when all is well.

        Args:
            deep: Also read every version whole and compare its hash (1 GB in a second).
        """
        layout = self._layout
        journal = layout.read_journal()
        linked = layout.linked_number()
        faults = []
        if linked is None and (layout.link.exists() or layout.link.is_symlink()):
            faults.append(f"{layout.link} is not the link that callmart publishes.")
        elif linked is None and journal.publications:
            faults.append(f"{layout.link} is missing. `callmart restore` makes it again.")
        elif linked is not None and journal.entry(linked) is None:
            faults.append(f"{layout.version(linked)} is not in {layout.journal_file}.")
        for entry in journal.publications:
            fault = fault_of(layout, entry)
            if fault is None and deep:
                path = layout.version(entry.number)
                fault = content_fault(path, entry, hash_file(path))
            if fault is not None:
                faults.append(f"{fault}. The next run does not build on it.")
        return faults

    def restore(
        self,
        number: int | None = None,
        *,
        as_it_is: bool = False,
        on_wait: OnWait | None = None,
        wait_s: float | None = None,
    ) -> Publication:
        """Publish an earlier version again; the next run builds on it and gets a new number.

        Args:
            number: Which; the one before the present one when left out.
            as_it_is: Accept a file that was changed, or that callmart does not know, after
                reading it whole.
            on_wait: Called with a message when another run has the project.
            wait_s: For how many seconds to wait for it; as long as it takes when left out.

        Raises:
            PublicationError: there is no such publication, or it was changed.
        """
        layout = self._layout
        layout.var.mkdir(mode=0o711, parents=True, exist_ok=True)
        with self._lock.hold("restore", on_wait=on_wait, wait_s=wait_s) as lock:
            journal = recovery.settle(layout)
            chosen = self._earlier() if number is None else number
            entry = journal.entry(chosen)
            if as_it_is:
                entry = self._accepted(chosen, entry, lock)
                journal = journal.with_entry(entry)
                layout.write_journal(journal)
            elif entry is None:
                raise PublicationError(self._no_such(chosen))
            else:
                self._verify(entry, lock)
            steps.reached("restore.verified")
            flip(layout, entry.number)
            steps.reached("restore.flipped")
            layout.write_journal(recovery.confirmed(journal, entry.number))
            return layout.publication(entry)

    def _earlier(self) -> int:
        current = self._layout.linked_number()
        earlier = [p.number for p in self.publications() if current is None or p.number < current]
        if not earlier:
            raise PublicationError(self._no_such(None))
        return earlier[0]

    def _no_such(self, number: int | None) -> str:
        there = [str(p.number) for p in self.publications()]
        asked = "earlier publication" if number is None else f"publication {number}"
        known = f"there are {', '.join(there)}" if there else "`callmart run` makes the first"
        return f"{self.project.root} has no {asked}: {known}."

    def _verify(self, entry: Entry, lock: int) -> None:
        path = self._layout.version(entry.number)
        fault = fault_of(self._layout, entry)
        if fault is None:
            fault = content_fault(path, entry, hash_file(path, keep=lock))
        if fault is not None:
            raise PublicationError(
                f"{fault}. Choose another, or accept it with "
                f"`callmart restore {entry.number} --as-it-is`."
            )

    def _accepted(self, number: int, entry: Entry | None, lock: int) -> Entry:
        """An entry for a file as it is now."""
        path = self._layout.version(number)
        if path.is_symlink() or not path.is_file():
            raise PublicationError(self._no_such(number))
        refuse_wal(path, "remove it (what it holds was never published) and try again")
        read_back(self.project, path)
        content = hash_file(path, keep=lock)
        path.chmod(0o444)
        known = entry or Entry(
            number=number,
            state="published",
            size=content.size,
            sha256=content.sha256,
            published_at=utc_now(),
            run_id="",
            parent=None,
            code_version="",
            input_hash="",
        )
        # Equal inputs no longer mean that it holds what they give.
        changes = {"size": content.size, "sha256": content.sha256, "input_hash": ""}
        return known.model_copy(update=changes)
