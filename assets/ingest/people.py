"""Who is who: names of agents that the rosters of mapped sources tell, valid in all sources.

A switch logs interfaces, a cloud platform e-mails, a planning tool surnames first. The roster
names each person by one durable id and lists the others as `aliases`; the agents of every source
are counted under that id.
"""

from collections.abc import Iterable, Mapping

import duckdb

from assets.ingest.manifest import Manifest
from assets.ingest.replacing import keep_memory, recall_sql
from assets.ingest.workspace import Workspace
from pipelines.settings import Project
from pipelines.storage import lake

NO_NAME = "-"
"""In a roster: no other names."""
_MET = "agent_name_met"
_MET_COLUMNS = {"name": "VARCHAR"}


def known_names(con: duckdb.DuckDBPyConnection, project: Project) -> dict[str, str]:
    """Another name of an agent -> the id to count under, by all rosters as they stand.

    A name that several people have, and one that is somebody else's id, stands for nobody.
    """
    owners = _owners(con, project)
    ids = {agent for agents in owners.values() for agent in agents}
    return {
        name: agents[0]
        for name, agents in sorted(owners.items())
        if len(agents) == 1 and name not in ids
    }


def shared_names(con: duckdb.DuckDBPyConnection, project: Project) -> list[str]:
    """What to tell of names that several people have."""
    return [
        f"roster: the name {name!r} is of {' and '.join(agents)}: it stands for none of them"
        for name, agents in sorted(_owners(con, project).items())
        if len(agents) > 1
    ]


def _owners(con: duckdb.DuckDBPyConnection, project: Project) -> dict[str, list[str]]:
    """Name -> ids of those who have it, over all versions of all rosters."""
    mapped = {n for n, source in project.settings.sources.items() if source.kind == "tabular"}
    # A roster is replaced whole: one file a source, all of whose rows count.
    paths = sorted(
        {f.path for f in lake.manifest(con, lake.STAGING, table="roster") if f.source in mapped}
    )
    if not paths:
        return {}
    rows = con.execute(
        f"""
        with told as (
            select agent, trim(unnest(string_split(aliases, ';'))) as name
            from {lake.read_files(project.lake, paths)}
            where aliases is not null and not is_inferred
        )
        select name, list(distinct agent order by agent)
        from told where name not in ('', $no_name, agent) group by name
        """,
        {"no_name": NO_NAME},
    ).fetchall()
    return dict(rows)


def names_that_count(names: Mapping[str, str], met: Iterable[str]) -> list[tuple[str, str]]:
    """Those of the names that rows derived so far may depend on: a newcomer's change nothing.

    Of an interface (`PJSIP/1009`) the extension alone may have been met; the case of letters is
    no difference.
    """
    seen = {name.casefold() for name in met}
    return [
        (name, agent)
        for name, agent in sorted(names.items())
        if name.casefold() in seen or name.rpartition("/")[2].casefold() in seen
    ]


def names_met(con: duckdb.DuckDBPyConnection, project: Project, manifest: Manifest) -> set[str]:
    """Names of agents that lines of a source have held so far."""
    files = manifest.files(lake.MEMORY, _MET)
    if not files:
        return set()
    rows = lake.read_files(project.lake, [file.path for file in files])
    return {name for (name,) in con.execute(f"select name from {rows}").fetchall()}


def remember_names(space: Workspace, new_paths: Mapping[str, list[str]]) -> None:
    """Add the names that new lines hold to those met so far."""
    parts = [
        f"select distinct {expression} as name from ({space.raw_sql(feed, paths)})"
        for feed, paths in sorted(new_paths.items())
        if paths
        for expression in space.adapter.agent_names.get(feed, ())
    ]
    if not parts:
        return
    met = recall_sql(space, _MET, _MET_COLUMNS)
    now = f"select name from ({' union all '.join(parts)}) where name is not null union {met}"
    keep_memory(space, _MET, now, _MET_COLUMNS)
