"""Lay down the project of the simulated centre, and simulate what its systems write."""

from importlib.resources import files
from pathlib import Path

from pipelines.demo.centre import Simulated, simulate
from pipelines.settings import PROJECT_FILE, Project, parse_settings

_PARTS = ("head.toml", "sources_contacts.toml", "sources_rest.toml")


def build_project(
    root: Path, *, seed: int = 1, days: int, processes: int = 1, more: str = ""
) -> Simulated:
    """Make a whole project in a folder: landing and the ledger, settings, key, mappings.

    The project file comes last: while there is none, the folder is no project yet, and another try
    begins anew.

    Args:
        root: the project's folder; what is in its `landing` and `truth` is made anew.
        seed: of chance; the same seed gives the same files.
        days: local days simulated at every site, from 1 October 2025 on.
        processes: how many processes simulate; two are used fully.
        more: further settings, as TOML.
    """
    simulated = simulate(root, seed=seed, days=days, processes=processes)
    lay_down(root, more=more)
    return simulated


def is_unfinished(root: Path) -> bool:
    """Whether a folder holds a simulation that did not come to its end, and nothing else."""
    if not root.is_dir() or (root / PROJECT_FILE).exists():
        return False
    names = {entry.name for entry in root.iterdir()}
    return "truth" in names and names <= {"truth", "landing", "mappings", "var"}


def lay_down(root: Path, *, more: str = "") -> None:
    """Write mappings and settings into a folder, and make the key unless there is one."""
    from assets.ingest.pseudonyms import create_key

    package = files("pipelines.demo.centre_project")
    (root / "mappings").mkdir(parents=True, exist_ok=True)
    for mapping in (package / "mappings").iterdir():
        if mapping.name.endswith(".yml"):
            text = mapping.read_text(encoding="utf-8")
            (root / "mappings" / mapping.name).write_text(text, encoding="utf-8")
    parts = [(package / name).read_text(encoding="utf-8") for name in _PARTS]
    text = "\n".join([*parts, more])
    project = Project(root, parse_settings(text))
    project.var.mkdir(mode=0o700, exist_ok=True)
    project.var.chmod(0o700)
    create_key(project.key_file)
    (root / PROJECT_FILE).write_text(text, encoding="utf-8")
