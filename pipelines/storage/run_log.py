"""Runs, refusals and waivers in `var/runs.duckdb`: what is true whether or not a run publishes.

Every call opens the file for a moment only; when another process has it, the call waits.
"""

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, Literal, TypeVar
from uuid import uuid4
from zoneinfo import ZoneInfo

import duckdb

from pipelines.settings import Project
from pipelines.storage.duck import connect_for
from pipelines.storage.errors import RunLogError
from pipelines.storage.journal import Layout
from pipelines.storage.lock import RunLock
from pipelines.storage.process import Process, is_here, is_running, this_process

Status = Literal["started", "published", "unchanged", "refused", "failed"]
Result = TypeVar("Result")

_WAIT_S = 30.0
_TABLES = (
    """
    create table if not exists runs (
        run_id varchar primary key, started_at timestamp, finished_at timestamp, status varchar,
        message varchar, command varchar, input_hash varchar, publication_id bigint,
        pid bigint, host varchar, boot varchar, process_started varchar
    )
    """,
    """
    create table if not exists refusals (
        run_id varchar, input_hash varchar, refused_at timestamp, message varchar
    )
    """,
    """
    create table if not exists waivers (
        check_name varchar, scope varchar, reason varchar, until_date date, accepted_at timestamp
    )
    """,
)
_BUSY_WORDS = ("could not set lock", "conflicting lock", "different configuration")
# DuckDB keeps processes apart; threads of one process would meet as conflicting transactions.
_in_this_process = threading.Lock()


@dataclass(frozen=True)
class Run:
    """One run, whatever became of it. Instants are UTC."""

    run_id: str
    started_at: datetime
    finished_at: datetime | None
    status: Status
    message: str
    command: str
    input_hash: str | None
    publication: int | None
    """Number of what it published."""


@dataclass(frozen=True)
class Refusal:
    """A run whose checks forbade publication."""

    run_id: str
    input_hash: str
    refused_at: datetime
    message: str


@dataclass(frozen=True)
class Waiver:
    """A failing check that somebody accepted for a time."""

    check: str
    """schema.table.check."""
    scope: str | None
    """What it is limited to; None means all."""
    reason: str
    until: date
    """Last day it holds."""
    accepted_at: datetime


class RunLog:
    """The log of one project's runs; the file is made by the first that is written."""

    def __init__(self, project: Project, *, wait_s: float = _WAIT_S) -> None:
        self.project = project
        self.path = project.runs_db
        self._wait_s = wait_s

    def start_run(
        self, *, run_id: str | None = None, command: str = "run", input_hash: str | None = None
    ) -> str:
        """Note that a run begins; gives its id. Runs that died unnoticed are marked failed."""
        self.close_dead_runs()
        run_id = run_id or f"{_now():%Y%m%dT%H%M%S}-{uuid4().hex[:8]}"
        me = this_process()
        self._do(
            lambda con: con.execute(
                """
                insert or replace into runs by name
                select ? as run_id, ?::timestamp as started_at, 'started' as status,
                    '' as message, ? as command, ? as input_hash, ?::bigint as pid,
                    ? as host, ? as boot, ? as process_started
                """,
                [run_id, _now(), command, input_hash, me.pid, me.host, me.boot, me.started],
            )
        )
        return run_id

    def finish_run(
        self,
        run_id: str,
        status: Status,
        message: str = "",
        *,
        publication: int | None = None,
        input_hash: str | None = None,
    ) -> None:
        """Note how a run ended.

        Raises:
            RunLogError: the run was never started.
        """
        changed = self._do(
            lambda con: con.execute(
                """
                update runs set finished_at = ?::timestamp, status = ?, message = ?,
                    publication_id = ?, input_hash = coalesce(?, input_hash)
                where run_id = ? returning run_id
                """,
                [_now(), status, message, publication, input_hash, run_id],
            ).fetchall()
        )
        if not changed:
            raise RunLogError(f"{self.path} knows no run {run_id!r}: call start_run first.")

    def runs(self, limit: int = 20) -> list[Run]:
        """The newest runs, newest first."""
        rows = self._read(
            """
            select run_id, started_at, finished_at, status, message, command, input_hash,
                publication_id
            from runs order by started_at desc, run_id desc
            """
        )
        return [Run(*row) for row in rows[:limit]]

    def refuse(self, run_id: str, input_hash: str, message: str) -> None:
        """Remember that these inputs, with this code and configuration, were refused."""
        self._do(
            lambda con: con.execute(
                "insert into refusals values (?, ?, ?::timestamp, ?)",
                [run_id, input_hash, _now(), message],
            )
        )

    def last_refusal(self, input_hash: str) -> Refusal | None:
        """The refusal of exactly these inputs, unless a check was accepted since."""
        rows = self._read(
            """
            select run_id, input_hash, refused_at, message
            from refusals
            where refused_at > coalesce(
                (select max(accepted_at) from waivers), timestamp '0001-01-01'
            )
            order by refused_at desc
            """
        )
        refusals = (Refusal(*row) for row in rows)
        return next((r for r in refusals if r.input_hash == input_hash), None)

    def accept(self, check: str, scope: str | None, reason: str, until: date) -> Waiver:
        """Accept a failing check until a day; the last word on a check and scope counts.

        Args:
            check: `schema.table.check`.
            scope: What it is limited to; None for all.
            reason: Why, for everybody who reads the report.
            until: Last day it holds.

        Raises:
            RunLogError: no reason is given, or the day has passed.
        """
        if not reason.strip():
            raise RunLogError("a check is accepted with a reason; give one with --reason.")
        if until < datetime.now(ZoneInfo(self.project.settings.centre.timezone)).date():
            raise RunLogError(
                f"--until {until} has passed; give the last day on which {check} is accepted."
            )
        now = _now()
        waiver = Waiver(check, scope or None, reason.strip(), until, now.replace(tzinfo=UTC))
        self._do(
            lambda con: con.execute(
                "insert into waivers values (?, ?, ?, ?, ?::timestamp)",
                [
                    check,
                    waiver.scope,
                    waiver.reason,
                    until,
                    waiver.accepted_at.replace(tzinfo=None),
                ],
            )
        )
        return waiver

    def waivers(self, today: date) -> list[Waiver]:
        """What is accepted on a day, by check and scope."""
        rows = self._read(
            """
            select check_name, scope, reason, until_date, accepted_at
            from waivers
            qualify row_number() over (
                partition by check_name, scope order by accepted_at desc, until_date desc
            ) = 1
            order by check_name, scope nulls first
            """
        )
        return [w for w in (Waiver(*row) for row in rows) if w.until >= today]

    def close_dead_runs(self) -> list[str]:
        """Mark started runs failed whose process has ended; gives their ids.

        A run that was killed after the link was set did publish, and is marked so.
        """
        if not self.path.exists():
            return []
        published = Layout(self.project).published_runs()
        return self._do(lambda con: _close_dead(con, published, self._is_dead))

    def _is_dead(self, process: Process) -> bool:
        if is_here(process):
            return not is_running(process)
        # A process of another machine or container can't be asked; but a run has the run lock.
        lock = RunLock(Layout(self.project).lock_file)
        holder = lock.holder()
        return lock.is_free() or (holder is not None and holder[0] != process)

    def _read(self, sql: str) -> list[tuple[Any, ...]]:
        """Rows of a query without bound values: the first of a process costs DuckDB 1.4 s."""
        if not self.path.exists():
            return []
        return _aware(self._do(lambda con: con.execute(sql).fetchall()))

    def _do(self, work: Callable[[duckdb.DuckDBPyConnection], Result]) -> Result:
        """Do one piece of work in one transaction of one short connection."""
        with _in_this_process:
            con = self._open()
            try:
                con.execute("begin")
                for table in _TABLES:
                    con.execute(table)
                result = work(con)
                con.execute("commit")
            except duckdb.Error as error:
                raise RunLogError(self._unusable(error)) from error
            finally:
                con.close()
            return result

    def _open(self) -> duckdb.DuckDBPyConnection:
        self.path.parent.mkdir(mode=0o711, parents=True, exist_ok=True)
        end, pause = time.monotonic() + self._wait_s, 0.01
        while True:
            try:
                return connect_for(self.project, self.path)
            except duckdb.Error as error:
                busy = any(words in str(error).lower() for words in _BUSY_WORDS)
                if not busy:
                    raise RunLogError(self._unusable(error)) from error
                if time.monotonic() > end:
                    raise RunLogError(
                        f"{self.path} has been open in another program for {self._wait_s:g} s; "
                        f"close it there and try again ({error})."
                    ) from error
            time.sleep(pause)
            pause = min(pause * 2, 0.2)

    def _unusable(self, error: duckdb.Error) -> str:
        remedy = (
            "Run as the user who owns the project."
            if "permission denied" in str(error).lower()
            else "If it is damaged, move it away: the history of runs and accepted checks is "
            "lost, no data is."
        )
        return f"{self.path} cannot be used: {error}\n{remedy}"


def _close_dead(
    con: duckdb.DuckDBPyConnection,
    published: Mapping[str, int],
    is_dead: Callable[[Process], bool],
) -> list[str]:
    started = con.execute(
        "select run_id, pid, host, boot, process_started from runs where status = 'started'"
    ).fetchall()
    dead = [run_id for run_id, *process in started if is_dead(Process(*process))]
    for run_id in dead:
        number = published.get(run_id)
        status, message = (
            ("failed", "its process ended without a word (killed, or the machine stopped)")
            if number is None
            else ("published", "its process ended right after it had published")
        )
        con.execute(
            """
            update runs set status = ?, message = ?, publication_id = ?, finished_at = ?::timestamp
            where run_id = ?
            """,
            [status, message, number, _now(), run_id],
        )
    return dead


def _now() -> datetime:
    """This instant as the log keeps it: UTC, without saying so."""
    return datetime.now(UTC).replace(tzinfo=None)


def _aware(rows: list[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    return [
        tuple(v.replace(tzinfo=UTC) if isinstance(v, datetime) else v for v in row) for row in rows
    ]
