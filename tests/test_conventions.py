"""What holds for the whole repository and no tool of the linter knows."""

import ast
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from functools import cache
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("assets", "models", "pipelines", "quality_checks", "reports")
LOW = {
    *("settings", "resources", "storage", "sql_models", "progress", "errors", "yaml_text"),
    *("currencies", "erlang", "languages", "processes"),
}
"""Modules of `pipelines` that everything may import, and that import nothing above them."""

MAY_IMPORT = {
    "low": set(),
    "quality_checks": {"low"},
    "reports": {"low"},
    "assets": {"low", "quality_checks", "reports"},
    "pipelines": {"low", "quality_checks", "reports", "assets", "models"},
    "models": set(),
}
"""Layer -> layers it may import besides itself and, for data files, `models`."""

HEAVY = "dagster duckdb great_expectations pandas plotly polars pyarrow sqlalchemy sqlglot"
MOST_LINES = {".py": 400, ".sql": 400}
"""A model is one select: cutting it makes a relation that nobody should read."""


@cache
def tracked(*endings: str) -> tuple[Path, ...]:
    """Files under version control; without it, every file that is not hidden or built."""
    found = subprocess.run(
        ["git", "-C", str(ROOT), "ls-files", "-z"], capture_output=True, check=False
    )
    if found.returncode == 0:
        names = [name for name in found.stdout.decode().split("\0") if name]
        files = [ROOT / name for name in names]
    else:
        files = [f for top in (*PACKAGES, "tests", "docs") for f in (ROOT / top).rglob("*")]
    return tuple(f for f in files if f.is_file() and (not endings or f.suffix in endings))


def name_of(file: Path) -> str:
    return file.relative_to(ROOT).as_posix()


def source_files() -> list[Path]:
    return [f for f in tracked(".py") if f.relative_to(ROOT).parts[0] in PACKAGES]


@cache
def tree_of(file: Path) -> ast.Module:
    return ast.parse(file.read_text(encoding="utf-8"))


def modules_imported(file: Path) -> Iterator[tuple[int, str]]:
    for node in ast.walk(tree_of(file)):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.lineno, node.module
            yield from ((node.lineno, f"{node.module}.{alias.name}") for alias in node.names)


def layer_of(module: str) -> str | None:
    top, _, rest = module.partition(".")
    if top not in PACKAGES:
        return None
    if top == "pipelines":
        second = rest.partition(".")[0]
        return None if not second else "low" if second in LOW else "pipelines"
    return top


def test_imports_point_one_way():
    wrong = []
    for file in source_files():
        here = layer_of(".".join(file.relative_to(ROOT).with_suffix("").parts))
        for line, module in modules_imported(file):
            there = layer_of(module)
            if here is None or there in {None, here, "models"}:
                continue
            if there not in MAY_IMPORT[here]:
                wrong.append(f"{name_of(file)}:{line}: {here} must not import {module}")
    assert not wrong, "\n".join(sorted(set(wrong)))


def test_every_package_and_module_says_what_belongs_in_it():
    silent = [
        name_of(file)
        for file in source_files()
        if not ast.get_docstring(tree_of(file)) and "demo" not in file.parts
    ]
    assert not silent
    folders = {file.parent for file in source_files()}
    assert not [name_of(folder) for folder in folders if not (folder / "__init__.py").is_file()]


def test_no_file_is_longer_than_can_be_read():
    long = {
        name_of(file): lines
        for file in tracked(".py", ".sql")
        if (lines := len(file.read_text(encoding="utf-8").splitlines())) > MOST_LINES[file.suffix]
    }
    assert not long


def test_the_lake_is_read_by_its_manifest_and_never_by_pattern():
    """A file left by a killed run doubled rows in every trial that read by pattern."""
    wrong = []
    for file in source_files():
        for function in ast.walk(tree_of(file)):
            if not isinstance(function, ast.FunctionDef) or function.name == "remove_orphans":
                continue
            for node in ast.walk(function):
                text = node.value if isinstance(node, ast.Constant) else None
                if isinstance(text, str) and re.search(r"\*[^'\"\s]*\.parquet", text):
                    wrong.append(f"{name_of(file)}:{node.lineno}: {text!r}")
    assert not wrong, "only remove_orphans may list the lake:\n" + "\n".join(wrong)


def test_hive_folders_are_never_guessed():
    """A folder called `zone=x` would override the column in the file.

    Polars guesses only when it is given a folder.
    """
    wrong = []
    for file in [*source_files(), *tracked(".sql")]:
        text = file.read_text(encoding="utf-8")
        for found in re.finditer(r"(?<!pl\.)\bread_parquet\(", text):
            if "hive_partitioning" not in text[found.start() : found.start() + 200]:
                wrong.append(f"{name_of(file)}:{text.count(chr(10), 0, found.start()) + 1}")
    assert not wrong, f"read_parquet needs hive_partitioning = false: {wrong}"


def test_models_resolve_no_time_zones():
    wrong = [
        name_of(file)
        for file in tracked(".sql")
        if file.is_relative_to(ROOT / "models")
        and re.search(r"at\s+time\s+zone", file.read_text(encoding="utf-8"), re.IGNORECASE)
    ]
    assert not wrong


def test_sql_is_written_in_small_letters():
    loud = re.compile(r"\b(?:SELECT|FROM|WHERE|JOIN|GROUP BY|ORDER BY|CASE|WHEN|UNION|WITH|AS)\b")
    wrong = []
    for file in tracked(".sql"):
        text = file.read_text(encoding="utf-8")
        # Names of events and words of comments may be large.
        bare = re.sub(r"/\*.*?\*/|--[^\n]*|'[^']*'", "", text, flags=re.DOTALL)
        wrong += [f"{name_of(file)}: {found.group()}" for found in loud.finditer(bare)]
    assert not wrong


def test_models_hold_data_and_no_python():
    found = [f for f in tracked(".py") if f.is_relative_to(ROOT / "models")]
    assert [name_of(file) for file in found] == ["models/__init__.py"]


def test_results_are_taken_in_a_way_that_duckdb_2_knows():
    gone = {"pl", "arrow", "df", "fetch_arrow_table"}
    wrong = []
    for file in tracked(".py"):
        for node in ast.walk(tree_of(file)):
            if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
                continue
            inner = node.func.value
            of_execute = (
                isinstance(inner, ast.Call)
                and isinstance(inner.func, ast.Attribute)
                and inner.func.attr == "execute"
            )
            if node.func.attr in gone and of_execute:
                wrong.append(f"{name_of(file)}:{node.lineno}: con.sql(...).{node.func.attr}()")
    assert not wrong


def test_annotations_that_dagster_reads_are_not_texts():
    wrong = []
    for file in source_files():
        imported = {module for _, module in modules_imported(file)}
        if "dagster" in imported and "__future__.annotations" in imported:
            wrong.append(name_of(file))
    assert not wrong, "Dagster rejects an annotation of `context` that is a text"


@pytest.mark.skipif(
    not (ROOT / "pipelines" / "cli.py").is_file(), reason="the command is not written yet"
)
def test_the_command_starts_without_heavy_libraries():
    code = (
        "import sys, pipelines.cli\n"
        f"print(*[name for name in {HEAVY.split()} if name in sys.modules])"
    )
    found = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT
    )
    assert found.stdout.split() == []


def test_top_level_names_are_ours_alone():
    found = {f.parent.name for f in ROOT.glob("*/__init__.py")}
    assert found - {"tests", "benchmarks"} == set(PACKAGES)
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    wheel = project["tool"]["hatch"]["build"]["targets"]["wheel"]
    assert sorted(wheel["packages"]) == list(PACKAGES)
    owners = packages_distributions()
    others = {name: set(owners.get(name, ())) - {"callmart"} for name in PACKAGES}
    assert not {name: owner for name, owner in others.items() if owner}


def test_no_path_of_somebody_s_machine():
    private = re.compile(r"(?<![\w.\-/])/(?:home|Users|root|work)/\w|[A-Z]:\\Users\\|\.\./shared\b")
    text_files = tracked(".py", ".sql", ".yml", ".yaml", ".toml", ".md", ".html", ".css", ".js", "")
    wrong = [
        f"{name_of(file)}:{number}: {line.strip()[:80]}"
        for file in text_files
        for number, line in enumerate(_lines(file), start=1)
        if private.search(line) and file != Path(__file__)
    ]
    assert not wrong, "\n".join(wrong)


def test_locks_work_with_any_mirror():
    for file in ROOT.glob("*.lock"):
        wrong = [line for line in _lines(file) if re.search(r"https?://|^--", line)]
        assert not wrong, f"{file.name} names an index: {wrong[:3]}"


def test_nothing_is_left_for_later():
    mark = re.compile(r"\b(?:TO" + r"DO|FIX" + r"ME|XX" + r"X)\b")
    wrong = [
        f"{name_of(file)}:{number}"
        for file in tracked(".py", ".sql", ".yml", ".md")
        for number, line in enumerate(_lines(file), start=1)
        if mark.search(line)
    ]
    assert not wrong


def _lines(file: Path) -> list[str]:
    return file.read_text(encoding="utf-8", errors="replace").splitlines()
