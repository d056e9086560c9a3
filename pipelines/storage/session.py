"""One run's working copy, and how it becomes the published warehouse."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

import duckdb

from pipelines.settings import Project
from pipelines.storage import recovery, steps
from pipelines.storage.base import Base
from pipelines.storage.duck import connect_for
from pipelines.storage.errors import PublicationError
from pipelines.storage.integrity import flip_link, hash_file, refuse_wal, sync, wal_of
from pipelines.storage.journal import Entry, Layout, Publication, utc_now
from pipelines.storage.look import read_back, tables_seen
from pipelines.storage.ops import comment_ops, create_ops


@dataclass
class Session:
    """One run's working copy, its connection and what it is built on."""

    project: Project
    _base: Base
    number: int
    """Number that it gets when it is published."""
    _lock: int
    con: duckdb.DuckDBPyConnection = field(init=False)
    """Read-write connection to the working copy, with an up-to-date `ops` schema."""
    published: Publication | None = field(init=False, default=None)

    def __post_init__(self) -> None:
        self._layout = Layout(self.project)
        self.base = None if self._base.entry is None else self._layout.publication(self._base.entry)
        """The publication it is a copy of; None for a first run."""
        self.notes = self._base.notes
        """What a person should know, such as a changed base that was refused."""
        self.con = self._connect()
        try:
            # One transaction: one sync to the disk instead of hundreds.
            self.con.execute("begin")
            create_ops(self.con)
            comment_ops(self.con)
            self.con.execute("commit")
        except BaseException:
            self.con.close()
            raise
        steps.reached("session.opened")

    @property
    def must_publish(self) -> bool:
        """Whether readers see something else than the base, so that "nothing new" is not enough."""
        return self.base is None or self.base.number != self._layout.linked_number()

    def publish(
        self,
        *,
        run_id: str,
        code_version: str,
        input_hash: str,
        watermarks: Mapping[str, datetime | str],
        n_checks: int,
        n_failed: int,
    ) -> Publication:
        """Close the copy, look at it from outside, and let the link name it.

        Args:
            run_id: The run, as in the run log.
            code_version: Version of callmart.
            input_hash: Hash of inputs, code and configuration.
            watermarks: Feed -> latest instant read (UTC).
            n_checks: Checks run.
            n_failed: Checks that did not hold (warnings and waived).

        Raises:
            PublicationError: the copy is not fit to be read; the last publication stands.
        """
        if self.published is not None:
            raise PublicationError("this session has published already; begin another one.")
        draft = Entry(
            number=self.number,
            state="prepared",
            size=0,
            sha256="",
            published_at=utc_now(),
            run_id=run_id,
            parent=None if self.base is None else self.base.number,
            code_version=code_version,
            input_hash=input_hash,
        )
        self._enter(draft, watermarks, n_checks, n_failed)
        steps.reached("publish.entered")
        self._finish_file()
        entry = draft.model_copy(update=self._content())
        self._make_current(entry)
        self.published = self._layout.publication(entry)
        self._tidy()
        return self.published

    def close(self) -> None:
        """Close the connection; the copy itself is removed by the store."""
        self.con.close()

    def _connect(self) -> duckdb.DuckDBPyConnection:
        try:
            return connect_for(self.project, self._layout.next)
        except duckdb.Error as error:
            raise PublicationError(
                f"the copy of the published warehouse cannot be opened: {error}. "
                "Was it written by a newer DuckDB? See `callmart version`."
            ) from error

    def _enter(
        self,
        draft: Entry,
        watermarks: Mapping[str, datetime | str],
        n_checks: int,
        n_failed: int,
    ) -> None:
        try:
            self.con.execute("begin")
        except duckdb.Error as error:
            # A commit of somebody else's transaction could silently be a rollback.
            raise PublicationError(
                "a transaction of the build is still open: it has to be committed or rolled back "
                f"before publication ({error})."
            ) from error
        marks = {
            feed: mark if isinstance(mark, str) else mark.isoformat(sep=" ")
            for feed, mark in sorted(watermarks.items())
        }
        self.con.execute(
            """
            insert into ops.publication by name
            select
                ?::bigint as publication_id, ? as run_id, ?::timestamp as published_at,
                ? as code_version, ? as input_hash, ? as watermarks,
                ?::bigint as n_checks, ?::bigint as n_failed
            """,
            [
                draft.number,
                draft.run_id,
                draft.published_at.replace(tzinfo=None),
                draft.code_version,
                draft.input_hash,
                json.dumps(marks),
                n_checks,
                n_failed,
            ],
        )
        self.con.execute("commit")

    def _finish_file(self) -> None:
        path = self._layout.next
        seen = tables_seen(self.con)
        try:
            self.con.execute("checkpoint")
        except duckdb.TransactionException as error:
            raise PublicationError(
                f"another connection of this process is at work in the copy: {error}"
            ) from error
        self.con.close()
        steps.reached("publish.closed")
        refuse_wal(path, "another connection to the working copy is still open in this process")
        found = read_back(self.project, path)
        if found != seen:
            tables = sorted(t for t in seen.keys() | found.keys() if seen.get(t) != found.get(t))
            raise PublicationError(
                f"{path.name} does not hold what the checks saw, in {', '.join(tables)}. "
                "Run again; if it happens again, check the disk and report it."
            )
        steps.reached("publish.looked")

    def _content(self) -> dict[str, str | int]:
        content = hash_file(self._layout.next, keep=self._lock)
        steps.reached("publish.hashed")
        return {"size": content.size, "sha256": content.sha256}

    def _make_current(self, entry: Entry) -> None:
        layout = self._layout
        layout.write_journal(layout.read_journal().with_entry(entry))
        steps.reached("publish.prepared")
        layout.next.chmod(0o444)
        layout.next.rename(layout.version(entry.number))
        sync(layout.var)
        steps.reached("publish.named")
        flip(layout, entry.number)
        steps.reached("publish.flipped")

    def _tidy(self) -> None:
        layout = self._layout
        try:
            journal = recovery.confirmed(layout.read_journal(), self.number)
            layout.write_journal(journal)
            steps.reached("publish.confirmed")
            recovery.prune(layout, journal, self.project.settings.storage.keep_publications)
            steps.reached("publish.pruned")
        except OSError as error:
            # It is published: what is left over is put right by the next run.
            self.notes.append(f"older publications could not be tidied up: {error}")


def flip(layout: Layout, number: int) -> None:
    """Let the link name a version; what lies in its place and is no link of ours is kept."""
    if layout.link.exists() and not layout.link.is_symlink():
        recovery.set_aside(layout, layout.link)
    if wal_of(layout.link).exists():
        recovery.set_aside(layout, wal_of(layout.link))
    flip_link(layout.link, layout.version(number))
