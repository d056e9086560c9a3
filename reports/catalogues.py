"""Brings the catalogues of reports/locale up to what the code, templates and registry say.

`make texts` runs it. Texts that are new have no translation then, and texts that are gone are left
out; a test fails until every text of every language has its translation.
"""

from __future__ import annotations

from importlib.resources import files
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

import yaml
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

from pipelines.languages import LANGUAGES
from reports.language_script import script_texts

if TYPE_CHECKING:
    from collections.abc import Iterator

_KEYWORDS = {"_": None, "N_": None, "ngettext": (1, 2)}
_METHODS = [("**.py", "python"), ("templates/**.j2", "jinja2.ext:babel_extract")]
_OPTIONS = {"templates/**.j2": {"trimmed": "true", "silent": "false"}}
_DEFINED = ("name", "description", "formula")
_WIDTH = 100


def site_texts() -> Catalog:
    """Every text marked in Python, templates and scripts, with the files it is in."""
    catalogue = Catalog()
    root = Path(str(files("reports")))
    for path, _line, text, _comments, _context in extract_from_dir(
        root, _METHODS, _OPTIONS, _KEYWORDS
    ):
        catalogue.add(text, locations=[(Path(path).as_posix(), 0)])
    for text in script_texts():
        catalogue.add(text, locations=[("static", 0)])
    return catalogue


def metric_texts() -> Catalog:
    """Names, descriptions and formulas of the registry."""
    catalogue = Catalog()
    for text in _registry():
        catalogue.add(text)
    return catalogue


def _registry() -> Iterator[str]:
    folder = files("models") / "metrics"
    for file in sorted(folder.iterdir(), key=lambda f: f.name):
        if file.name.endswith(".yml"):
            for metric in yaml.safe_load(file.read_text("utf-8")):
                yield from (metric[key] for key in _DEFINED if metric.get(key))


TEMPLATES = {"site": site_texts, "metrics": metric_texts}
"""Domain -> what gives its texts."""


def path_of(code: str, domain: str) -> Path:
    """Where a catalogue is."""
    return Path(str(files("reports"))) / "locale" / code / "LC_MESSAGES" / f"{domain}.po"


def read(code: str, domain: str) -> Catalog:
    """A catalogue as it is."""
    with path_of(code, domain).open("rb") as file:
        return read_po(file, locale=code)


def update(code: str, domain: str) -> None:
    """Write a catalogue with the texts of today and the translations that it has."""
    catalogue = Catalog(locale=code, fuzzy=False)
    path = path_of(code, domain)
    old = read(code, domain) if path.exists() else Catalog(locale=code)
    for message in TEMPLATES[domain]():
        if message.id:
            known = old.get(message.id[0] if message.pluralizable else message.id)
            string = known.string if known else None
            catalogue.add(message.id, string, locations=message.locations)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(written(catalogue))


def written(catalogue: Catalog) -> bytes:
    """A catalogue as its file; without the hour it was made, so that only texts change it."""
    text = BytesIO()
    write_po(
        text, catalogue, width=_WIDTH, omit_header=True, include_lineno=False, sort_output=True
    )
    head = "".join(
        f'"{name}: {value}\\n"\n'
        for name, value in catalogue.mime_headers
        if name in {"Language", "Plural-Forms", "MIME-Version", "Content-Type"}
    )
    return f'msgid ""\nmsgstr ""\n{head}\n'.encode() + text.getvalue()


if __name__ == "__main__":
    for code_ in LANGUAGES:
        if code_ != "en":
            for domain_ in TEMPLATES:
                update(code_, domain_)
