"""Models as files: those shipped and those of a project."""

from collections.abc import Iterable
from functools import lru_cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

from pipelines.sql_models.model import SCHEMAS, SqlModel, parse_model


@lru_cache(maxsize=1)
def shipped_files() -> tuple[SqlModel, ...]:
    """Every model that ships as a file, by layer and name.

    Raises:
        ModelError: a file is wrong.
    """
    import models

    return tuple(_read_folder(files(models)))


def own_files(project: Path | None) -> Iterable[SqlModel]:
    """The models in a project's `models/core` and `models/marts`.

    Raises:
        ModelError: a file is wrong.
    """
    return () if project is None else _read_folder(project / "models")


def _read_folder(root: Traversable) -> Iterable[SqlModel]:
    for schema in SCHEMAS:
        folder = root / schema
        if not folder.is_dir():
            continue
        for file in sorted(folder.iterdir(), key=lambda f: f.name):
            if file.name.endswith(".sql"):
                name = f"{schema}.{file.name.removesuffix('.sql')}"
                yield parse_model(name, file.read_text(encoding="utf-8"), Path(str(file)))
