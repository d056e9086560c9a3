"""The whole way: files in landing, a published warehouse, and what the oracle says of the files.

Every number that both carry has to be the same: on the shipped sample, on made centres in several
zones at once, and on the scenarios of another product where they are at hand.
"""

import json
import re
import tomllib
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.agreement import MADE, SAME, differences
from tests.generators.asterisk import Made, centres
from tests.models.warehouse import make, needed_for
from tests.oracle.centre import Centre, read_centre
from tests.oracle.config import Config, read_queues_conf
from tests.test_wazo_scenarios import queue_log
from tests.warehouse import Warehouse

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

    from pipelines.settings import Project

pytestmark = pytest.mark.slow

KPIS = tuple(name for name in SAME if name.startswith("marts.kpi"))
"""Marts whose scope `all` adds several sources up."""


def _project(root: Path, sources: dict[str, dict[str, bytes]], toml: str) -> "Project":
    """A project with files by source."""
    from pipelines.settings import PROJECT_FILE, load_project

    root.mkdir(parents=True)
    (root / "var").mkdir(mode=0o700)
    (root / PROJECT_FILE).write_text(toml, encoding="utf-8")
    project = load_project(root)
    project.key_file.write_bytes(bytes(range(32)))
    project.key_file.chmod(0o600)
    for source, files in sources.items():
        landing = project.landing(source)
        landing.mkdir(parents=True)
        for name, content in files.items():
            (landing / name).write_bytes(content)
    return project


def built(root: Path, sources: dict[str, dict[str, bytes]], toml: str) -> "DuckDBPyConnection":
    """Read, derive and build as a run does, but for checks: a whole run takes thrice as long."""
    from assets.active import project_models
    from assets.ingest.refresh import ingest
    from assets.references import fill_references
    from pipelines.sql_models import install_macros
    from pipelines.storage.duck import connect
    from pipelines.storage.lake import attach_staging
    from pipelines.storage.ops import create_ops

    project = _project(root, sources, toml)
    con = connect(project.var / "built.duckdb", threads=1)
    create_ops(con)
    install_macros(con)
    ingest(con, project)
    fill_references(con, project)
    attach_staging(con, project)
    make(con, needed_for(project_models(project)[0], [name.split()[0] for name in SAME]))
    return con


def _source(name: str, zone: str, aliases: dict[str, str] | None = None) -> str:
    lines = [f"[sources.{name}]", 'kind = "asterisk"', f"timezone = {json.dumps(zone)}"]
    if aliases:
        lines.append(f"[sources.{name}.aliases]")
        lines += [
            f"{json.dumps(other)} = {json.dumps(agent, ensure_ascii=False)}"
            for other, agent in aliases.items()
        ]
    return "\n".join(lines) + "\n"


def _centre(zone: str) -> str:
    return f'[centre]\nname = "Test"\ntimezone = "{zone}"\n'


# The shipped sample


@pytest.fixture(scope="module")
def sample_warehouse(demo: tuple[Path, str]) -> Warehouse:
    """The shipped sample, published by a whole run."""
    return Warehouse.published((demo[0] / "warehouse.duckdb").resolve(), "pbx")


@pytest.fixture(scope="session")
def sample_told(sample: Path) -> Centre:
    """The shipped sample, read by the oracle as its project file says."""
    project = tomllib.loads((sample / "callmart.toml").read_text(encoding="utf-8"))
    pbx = project["sources"]["pbx"]
    config = Config(source="pbx", aliases=pbx["aliases"], exit_keys=pbx["options"]["exit_keys"])
    read_queues_conf((sample / "queues.conf").read_text(encoding="utf-8"), config)
    logs = [(sample / "queue_log").read_bytes()], [(sample / "Master.csv").read_bytes()]
    return read_centre(*logs, config)


@pytest.mark.parametrize("relation", SAME)
def test_sample(relation: str, sample_warehouse: Warehouse, sample_told: Centre):
    found = differences(relation, sample_told, sample_warehouse)
    assert not found, found


def test_sample_says_what_queue_show_says(sample_warehouse: Warehouse):
    """Asterisk's own numbers, as an analyst asks for them; see test_asterisk_sample for vip."""
    rows = sample_warehouse.rows(
        """
        select scope_id, metric_id, round(value, 1)
        from marts.v_kpi_day
        where scope_kind = 'queue' and scope_id <> 'vip'
            and metric_id in ('service_level_asterisk', 'service_level_asterisk2')
        """
    )
    told = {(queue, metric): value for queue, metric, value in rows}
    theirs = {"sales": (65.0, 59.1), "support": (76.2, 73.7), "billing": (93.9, 92.7)}
    for queue, levels in theirs.items():
        for metric, level in zip(("", "2"), levels, strict=True):
            assert abs(told[queue, f"service_level_asterisk{metric}"] - level) <= 0.3


def test_sample_knows_each_caller_once(sample_warehouse: Warehouse, sample_told: Centre):
    """One number, however written, is one reference; withheld ones have none."""
    refs = dict(
        sample_warehouse.rows(
            "select contact_id, customer_ref from core.fact_contact where direction = 'inbound'"
        )
    )
    number_of: dict[str, str] = {}
    for visit in sample_told.visits:
        if visit.is_consult:
            continue
        caller = visit.entry.param(2)
        digits = "".join(ch for ch in caller if ch.isdigit())
        ref = refs[visit.callid]
        assert (ref is None) == (len(digits) < 7), caller
        if ref is not None:
            # A national number of Great Britain and its international form are one.
            plain = digits if caller.startswith("+") else f"44{digits[1:]}"
            plain = digits if not caller.startswith(("+", "0")) else plain
            assert ref.startswith("c_")
            assert digits not in ref
            assert number_of.setdefault(ref, plain) == plain


@pytest.mark.soak
def test_agents_time_ends_with_the_queue_log(sample: Path, tmp_path: Path):
    """Newer call records say nothing of agents: nobody stays available because a log is late."""
    log = b"".join((sample / "queue_log").read_bytes().splitlines(keepends=True)[:400])
    calls = (sample / "Master.csv").read_bytes()
    toml = _centre("Etc/UTC") + _source("pbx", "Etc/UTC")
    con = built(tmp_path / "p", {"pbx": {"queue_log": log, "Master.csv": calls}}, toml)
    told = read_centre([log], [calls], Config(source="pbx"))
    found = [differences(name, told, Warehouse(con, "pbx")) for name in SAME]
    assert not any(found), "\n".join(text for text in found if text)


@pytest.mark.soak
def test_a_restart_in_the_instant_of_a_connection_was_before_it(tmp_path: Path):
    """The talk lasts until the next one."""
    log = b"""100|NONE|NONE|NONE|QUEUESTART|
100|MANAGER|q|Ann|ADDMEMBER|
102|c1|q|NONE|ENTERQUEUE||02079460001|1
105|NONE|NONE|NONE|QUEUESTART|
105|c1|q|Ann|CONNECT|3|c1.9|1
109|NONE|NONE|NONE|QUEUESTART|
110|c2|q|NONE|ENTERQUEUE||02079460002|1
"""
    log = re.sub(rb"(?m)^1(\d\d)\|", rb"17305951\1|", log)
    toml = _centre("Etc/UTC") + _source("pbx", "Etc/UTC")
    con = built(tmp_path / "p", {"pbx": {"queue_log": log}}, toml)
    told = read_centre([log], [], Config(source="pbx"))
    found = [differences(name, told, Warehouse(con, "pbx")) for name in SAME]
    assert not any(found), "\n".join(text for text in found if text)
    states = con.execute("select state, state_ms from core.fact_agent_state order by from_at")
    assert ("handling", 4000) in states.fetchall()


# Made centres


@pytest.mark.soak
@settings(
    max_examples=6,
    deadline=None,
    derandomize=True,
    phases=(Phase.explicit, Phase.generate),
    suppress_health_check=list(HealthCheck),
)
@given(made=st.tuples(*[centres(prefix=letter, n_calls=20) for letter in "abcd"]))
def test_made_centres(made: tuple[Made, ...], tmp_path_factory: pytest.TempPathFactory):
    sources = {letter: centre for letter, centre in zip("abcd", made, strict=True) if centre.lines}
    if not sources:
        return
    toml = _centre("Etc/UTC") + "".join(
        _source(name, centre.zone, centre.aliases) for name, centre in sources.items()
    )
    files = {
        name: {
            "queue_log": centre.queue_log,
            "Master.csv": centre.master_csv,
            "queues.conf": centre.queues_conf.encode(),
        }
        for name, centre in sources.items()
    }
    con = built(tmp_path_factory.mktemp("made") / "project", files, toml)
    found = []
    for name, centre in sources.items():
        config = replace(centre.config(), source=name)
        told = read_centre([centre.queue_log], [centre.master_csv], config)
        warehouse = Warehouse(con, name)
        relations = [relation for relation in MADE if relation not in KPIS]
        found += [differences(relation, told, warehouse) for relation in relations]
    con.close()
    assert not any(found), "\n".join(text for text in found if text)


# Another product's scenarios


@pytest.mark.soak
def test_wazo_scenarios(shared_data: Path, tmp_path: Path):
    path = shared_data / "wazo" / "scenarios.json"
    if not path.is_file():
        pytest.skip(f"the scenarios are not at {path}")
    logs = {
        f"s{number}": queue_log(scenario)
        for number, scenario in enumerate(json.loads(path.read_text(encoding="utf-8")))
    }
    toml = _centre("Etc/UTC") + "".join(_source(name, "Etc/UTC") for name in logs)
    files = {name: {"queue_log": log} for name, log in logs.items()}
    con = built(tmp_path / "project", files, toml)
    found = []
    for name, log in logs.items():
        told = read_centre([log], [], Config(source=name))
        warehouse = Warehouse(con, name)
        # Marts add up the queues of one name over all sources; facts tell them apart.
        core = [relation for relation in SAME if relation.startswith("core")]
        found += [differences(relation, told, warehouse) for relation in core]
    con.close()
    assert not any(found), "\n".join(text for text in found if text)
