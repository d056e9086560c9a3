"""Bring the warehouse up to date: read, derive, build, check, publish; all of it or nothing.

Free of Dagster: `assets.build` is its asset, the command and the tests call it too.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from importlib.metadata import version
from typing import TYPE_CHECKING

from assets.active import project_models
from assets.building import Building, BuiltRelation
from assets.ingest.refresh import ingest
from assets.inspection import tell_checked
from assets.references import fill_references
from assets.restatement import restate
from assets.windows import windows_of, with_neighbours
from pipelines import progress
from pipelines.errors import ExpectedError
from pipelines.settings import Project
from pipelines.sql_models import Window, install_macros
from pipelines.storage.abreast import beside
from pipelines.storage.integrity import input_hash
from pipelines.storage.lake import attach_staging, tidy_lake
from pipelines.storage.publication import Session, Store
from pipelines.storage.run_log import RunLog, Waiver
from pipelines.storage.steps import reached
from quality_checks.result import CheckResult

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection


@dataclass(frozen=True)
class Options:
    """What to rebuild: what is dirty, a range of local days (ISO), or everything."""

    full: bool = False
    from_day: str | None = None
    to_day: str | None = None

    @property
    def days(self) -> set[date]:
        """The days of the range, if one is given."""
        if self.from_day is None or self.to_day is None:
            return set()
        first, last = date.fromisoformat(self.from_day), date.fromisoformat(self.to_day)
        return {date.fromordinal(n) for n in range(first.toordinal(), last.toordinal() + 1)}


@dataclass(frozen=True)
class Outcome:
    """What a run did."""

    number: int
    is_new: bool
    """False: there was nothing new, the publication before stands."""
    built: list[BuiltRelation] = field(default_factory=list)
    checks: list[CheckResult] = field(default_factory=list)
    dirty_days: set[date] = field(default_factory=set)


class PublicationRefusedError(ExpectedError):
    """A critical check failed: nothing was published, the last publication stands."""

    def __init__(self, checks: list[CheckResult], *, message: str | None = None) -> None:
        lines = [f"  {c.relation}.{c.name}: {c.detail}" for c in checks if c.is_blocking]
        super().__init__(message or "critical checks failed:\n" + "\n".join(lines))
        self.checks = checks


def refresh(
    project: Project, options: Options | None = None, *, run_id: str | None = None
) -> Outcome:
    """Do one whole run; what it does on the way is told to `pipelines.progress`.

    Raises:
        PublicationRefusedError: a critical check failed that nobody accepted.
        StorageError, SettingsError, ...: each text names what is wrong and the remedy.
    """
    log = RunLog(project)
    run_id = log.start_run(run_id=run_id)
    try:
        with Store(project).session(on_wait=_note) as session:
            outcome = _Run(project, session, options or Options(), run_id, log).whole()
    except PublicationRefusedError as refusal:
        log.finish_run(run_id, "refused", str(refusal))
        raise
    except BaseException as error:
        # Interrupted after the flip: what it published stands.
        current = Store(project).current()
        is_published = current is not None and current.run_id == run_id
        status = "published" if is_published else "failed"
        log.finish_run(run_id, status, str(error) or type(error).__name__)
        raise
    status = "published" if outcome.is_new else "unchanged"
    log.finish_run(run_id, status, publication=outcome.number)
    return outcome


def _note(text: str) -> None:
    progress.emit(progress.Note(text))


class _Run:
    """One run on the session's working copy."""

    def __init__(
        self, project: Project, session: Session, options: Options, run_id: str, log: RunLog
    ) -> None:
        self.project = project
        self.session = session
        self.con = session.con
        self.options = options
        self.run_id = run_id
        self.log = log
        self.models, self.active = project_models(project)
        self.built: list[BuiltRelation] = []
        self.checks: list[CheckResult] = []

    def whole(self) -> Outcome:
        for note in self.session.notes:
            _note(note)
        install_macros(self.con)
        changed = ingest(self.con, self.project, full=self.options.full)
        for message in changed.messages:
            _note(message)
        inputs = self._input_hash()
        if not changed.has_changed and self._is_as_published(inputs):
            _note("nothing new: the publication stands")
            return Outcome(self._base_number(), is_new=False, checks=self._published_checks())
        self._refuse_again(inputs)
        dirty = self._in_every_zone(changed.days | self.options.days)
        fill_references(self.con, self.project)
        attach_staging(self.con, self.project)
        try:
            windows = self._build_and_check(dirty)
            blocking = [check for check in self.checks if check.is_blocking]
            if blocking:
                refusal = PublicationRefusedError(self.checks)
                self.log.refuse(self.run_id, inputs, str(refusal))
                raise refusal
            self._restate(windows)
        finally:
            self.con.execute("detach database if exists staging")
        number = self._publish(inputs)
        return Outcome(number, True, self.built, self.checks, dirty)

    def _in_every_zone(self, days: set[date]) -> set[date]:
        settings = self.project.settings
        zones = {settings.zone_of(source) for source in settings.sources}
        return days if zones <= {settings.centre.timezone} else with_neighbours(days)

    # What is new -----------------------------------------------------------------------------

    def _input_hash(self) -> str:
        from quality_checks.runner import checks_version

        raw = self.con.execute(
            "select path from ops.lake_manifest where layer = 'raw' order by path"
        ).fetchall()
        return input_hash(
            {
                "raw": [path for (path,) in raw],
                "models": {model.relation: model.code_version for model in self.models},
                "checks": checks_version(self.project.root),
                "settings": self.project.settings.model_dump(mode="json", exclude={"delivery"}),
                "version": version("callmart"),
            }
        )

    def _is_as_published(self, inputs: str) -> bool:
        base = self.session.base
        asked = self.options.full or bool(self.options.days)
        same = base is not None and base.input_hash == inputs
        return same and not asked and not self.session.must_publish

    def _published_checks(self) -> list[CheckResult]:
        rows = self.con.execute(
            """
            select relation, check_name, severity, is_passed, n_bad, description, detail,
                failing_sql, is_waived, checked_at
            from ops.check_result
            """
        ).fetchall()
        return [CheckResult(*row) for row in rows]

    def _base_number(self) -> int:
        base = self.session.base
        assert base is not None  # noqa: S101  nothing is new only against a base
        return base.number

    def _refuse_again(self, inputs: str) -> None:
        refusal = self.log.last_refusal(inputs)
        if refusal is None or self.options.full:
            return
        when = refusal.refused_at.strftime("%Y-%m-%d %H:%M")
        raise PublicationRefusedError(
            [],
            message=f"the same files, code and settings were refused on {when} UTC:\n"
            f"{refusal.message}\nMend what it names, or accept it: "
            "callmart run --accept CHECK --reason TEXT --until DATE",
        )

    # Build and check -------------------------------------------------------------------------

    def _build_and_check(self, dirty: set[date]) -> list[Window] | None:
        """The stretches that were built again; None when everything was."""
        from quality_checks.runner import check_specs

        staging = {name for name in self.active if name.startswith("staging.")}
        windows = None if self.options.full else windows_of(dirty)
        self._count(staging)
        self._check(staging, windows)
        if any(check.is_blocking for check in self.checks):
            return windows
        building, windows = self._build_facts(windows, dirty)
        asked = {spec.relation for spec in check_specs(extra_models=self.project.root)}
        ops = {relation for relation in asked if relation.startswith("ops.")}
        built = (asked & self.active) - staging - ops
        held = self._build_figures(building, windows, built - building.figured)
        self._count(ops)
        self._check((built - held) | ops, windows)
        return windows

    def _restate(self, windows: list[Window] | None) -> None:
        if (base := self.session.base) is None:
            return
        told = restate(self.con, base.path, publication=self.session.number, windows=windows)
        if told.n_cells:
            _note(
                f"{told.n_cells:,} numbers of {told.n_days:,} days that were final have changed: "
                "ops.restatement says which and why"
            )

    def _count(self, relations: set[str]) -> None:
        for relation in sorted(relations):
            row = self.con.execute(f"select count(*) from {relation}").fetchone()
            self._tell_built(BuiltRelation(relation, row[0] if row else 0, 0.0))

    def _build_facts(
        self, windows: list[Window] | None, dirty: set[date]
    ) -> tuple[Building, list[Window] | None]:
        building = Building(
            self.con, self.project, self.models, self.active, self._has_current_views
        )
        for relation in building.gone:
            _note(f"{relation} is made by no model any more and was dropped")
        self._tell_all(building.references())
        if windows is not None:
            if stale := building.stale_days():
                _note(f"a table of reference changed: {len(stale):,} days are built again")
            windows = building.windows(dirty | stale)
        self._tell_all(building.facts(windows))
        return building, windows

    def _build_figures(
        self, building: Building, windows: list[Window] | None, facts: set[str]
    ) -> set[str]:
        """Build the tables of metrics; returns those of the facts whose checks all hold.

        These tables leave a core and little memory free: the facts are asked meanwhile. Of one
        that does not hold, want of memory may be the reason: it is asked again by itself.
        """
        if self.project.settings.storage.n_threads == 1:
            self._tell_all(building.figures(windows))
            return set()
        with beside(self.con, lambda con: self._asked(con, facts, windows)) as checking:
            self._tell_all(building.figures(windows))
        results = checking.result()
        held = facts - {result.relation for result in results if not result.is_passed}
        for result in results:
            if result.relation in held:
                tell_checked(result)
                self.checks.append(result)
        return held

    @property
    def _has_current_views(self) -> bool:
        base = self.session.base
        return (
            base is not None and base.code_version == version("callmart") and not self.options.full
        )

    def _tell_all(self, relations: Iterable[BuiltRelation]) -> None:
        for built in relations:
            self._tell_built(built)

    def _tell_built(self, built: BuiltRelation) -> None:
        if built.relation.startswith("ops.") or built.relation in self.active:
            self.built.append(built)
        progress.emit(progress.Built(built.relation, built.rows, built.seconds))

    def _check(self, relations: set[str], windows: list[Window] | None) -> None:
        waivers = {w.check: w for w in self.log.waivers(datetime.now(UTC).date())}
        results = self._asked(
            self.con,
            relations,
            windows,
            on_result=tell_checked,
            n_threads=self.project.settings.storage.n_threads,
        )
        self.checks += [_waived(result, waivers) for result in results]
        reached("check.done")

    def _asked(
        self,
        con: "DuckDBPyConnection",
        relations: set[str],
        windows: list[Window] | None,
        *,
        on_result: Callable[[CheckResult], None] | None = None,
        n_threads: int = 1,
    ) -> list[CheckResult]:
        from quality_checks.runner import run_checks

        return run_checks(
            con,
            relations=relations,
            window=_cover(windows),
            lake=self.project.lake,
            extra_models=self.project.root,
            on_result=on_result,
            n_threads=n_threads,
        )

    # Publish ---------------------------------------------------------------------------------

    def _publish(self, inputs: str) -> int:
        from quality_checks.runner import write_results

        self.con.begin()
        write_results(self.con, self.checks)
        self._write_waivers()
        self.con.commit()
        marks = self.con.execute(
            "select source || '.' || feed, watermark_at from ops.feed_watermark"
        ).fetchall()
        kept = [publication.path for publication in Store(self.project).publications()]
        tidy_lake(self.con, self.project, kept)
        publication = self.session.publish(
            run_id=self.run_id,
            code_version=version("callmart"),
            input_hash=inputs,
            watermarks=dict(marks),
            n_checks=len(self.checks),
            n_failed=sum(not check.is_passed for check in self.checks),
        )
        return publication.number

    def _write_waivers(self) -> None:
        self.con.execute("delete from ops.waiver")
        for waiver in self.log.waivers(datetime.now(UTC).date()):
            schema, table, check = waiver.check.split(".", 2)
            self.con.execute(
                """
                insert into ops.waiver
                    (relation, check_name, scope, reason, until_date, accepted_at)
                values (?, ?, ?, ?, ?, ?)
                """,
                [
                    f"{schema}.{table}",
                    check,
                    waiver.scope,
                    waiver.reason,
                    waiver.until,
                    waiver.accepted_at.replace(tzinfo=None),
                ],
            )


def _cover(windows: list[Window] | None) -> Window | None:
    """One window over all of them; None, all time, when everything or nothing was rebuilt."""
    if not windows:
        return None
    return Window(windows[0].from_date, windows[-1].to_date)


def _waived(result: CheckResult, waivers: dict[str, Waiver]) -> CheckResult:
    from dataclasses import replace

    if result.is_passed or f"{result.relation}.{result.name}" not in waivers:
        return result
    return replace(result, is_waived=True)
