"""A small warehouse whose every half-built state can be seen from outside."""

from pathlib import Path

import duckdb

from pipelines.settings import Project, Settings
from pipelines.storage.publication import Publication, Session, Store

DAYS = 4
ROWS = 500


def project_in(folder: Path, **storage: object) -> Project:
    """A project with these storage settings."""
    return Project(folder, Settings.model_validate({"storage": {"threads": 1, **storage}}))


def build(session: Session) -> None:
    """Rebuild one day in several commits, as models do; between them the tables disagree."""
    con, number = session.con, session.number
    con.execute("create schema if not exists core")
    con.execute("create table if not exists core.fact (day int, number int, v bigint)")
    con.execute("create table if not exists core.day (day int, number int, n bigint, total bigint)")
    con.execute(
        "create or replace view core.v_day as select day, n, total / n as mean from core.day"
    )
    con.execute("begin")
    con.execute("delete from core.fact where day = ?", [number % DAYS])
    con.execute(
        "insert into core.fact select ?, ?, i * ? from range(?) as r(i)",
        [number % DAYS, number, number, ROWS],
    )
    con.execute("commit")
    con.execute("begin")
    con.execute("delete from core.day where day = ?", [number % DAYS])
    con.execute(
        "insert into core.day select day, number, count(*), sum(v) from core.fact "
        "where day = ? group by all",
        [number % DAYS],
    )
    con.execute("commit")


def publish(session: Session, run_id: str = "") -> Publication:
    """Publish a session with some account of it."""
    return session.publish(
        run_id=run_id or f"run-{session.number}",
        code_version="0.1.0",
        input_hash=f"inputs-{session.number}",
        watermarks={"asterisk.queue_log": "2026-11-21 10:00:00"},
        n_checks=3,
        n_failed=1,
    )


def run(project: Project, **options: object) -> Publication:
    """One whole run."""
    with Store(project).session(**options) as session:
        build(session)
        return publish(session)


def number_seen(con: duckdb.DuckDBPyConnection) -> int:
    """Number of the publication a connection sees, after a proof that it is a whole one."""
    torn = con.execute(
        f"""
        with fact as (
            select day, max(number) as number, count(*) as n, sum(v) as total
            from core.fact group by day
        )
        select count(*) from fact full join core.day as d using (day)
        where fact.number is distinct from d.number or fact.n is distinct from d.n
            or fact.total is distinct from d.total or fact.n <> {ROWS}
        """
    ).fetchone()
    assert torn == (0,), "a half-built state was published"
    seen = con.execute(
        """
        select (select max(number) from core.fact), max(publication_id), last(publication_id)
        from (select publication_id from ops.publication order by rowid)
        """
    ).fetchone()
    assert seen is not None
    assert len(set(seen)) == 1, f"data and their account differ: {seen}"
    return int(seen[0])
