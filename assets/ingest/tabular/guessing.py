"""A first mapping for a file that nobody has described yet: looked at, guessed, to be corrected."""

import csv
import re
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from assets.ingest.content import decode, read_head
from assets.ingest.tabular.defaults import computed_columns
from assets.ingest.tabular.typing_sql import OFFSET
from pipelines.errors import ExpectedError
from pipelines.sql_models.contracts import Contract, ContractColumn, load_contracts

_LOOKED_AT = 200
_DELIMITERS = ",;\t|"
_TIMES = (
    "%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M", "%d.%m.%Y %H:%M:%S",
    "%d.%m.%Y %H:%M", "%d/%m/%Y %H:%M:%S", "%d/%m/%Y %H:%M", "%m/%d/%Y %H:%M:%S",
    "%m/%d/%Y %H:%M", "%m/%d/%Y %I:%M:%S %p", "%m/%d/%Y %I:%M %p", "%Y-%m-%d", "%d.%m.%Y",
    "%d/%m/%Y", "%m/%d/%Y",
)  # fmt: skip
_WORDS: dict[str, tuple[str, ...]] = {
    "contact_id": ("call id", "callid", "interaction id", "conversation id", "contact id", "id"),
    "started_at": ("start time", "started", "call start", "date/time", "timestamp", "date", "time"),
    "ended_at": ("end time", "ended", "call end", "hangup"),
    "entered_at": ("queue entry", "enqueue time", "entered queue", "start time"),
    "connected_at": ("answer time", "answered at", "connect time"),
    "customer_ref": ("caller", "customer number", "phone", "from", "caller id", "ani", "email"),
    "queue": ("queue", "group", "skill", "department", "ring group"),
    "agent": ("agent", "agent name", "user", "answered by", "operator", "employee", "server"),
    "wait_ms": ("wait", "wait time", "queue time", "speed of answer", "time in queue"),
    "talk_ms": ("talk time", "duration", "talk", "call duration", "billsec"),
    "hold_ms": ("hold time", "hold"),
    "wrap_ms": ("wrap up", "acw", "after call work", "wrap"),
    "outcome": ("status", "result", "outcome", "answered", "call status"),
    "score": ("rating", "score", "csat", "satisfaction", "answer"),
    "text": ("comment", "feedback", "text", "verbatim"),
    "sale_amount": ("amount", "value", "total"),
    "name": ("name", "full name"),
}


class NotGuessedError(ExpectedError):
    """Nothing can be said about a file; the text says why."""


@dataclass(frozen=True)
class Look:
    """What a file looks like."""

    delimiter: str
    header: list[str]
    samples: dict[str, list[str]]
    """Column -> its first values that are not empty."""


def look_at(path: Path) -> Look:
    """Look at the first lines of a text file.

    Raises:
        NotGuessedError: it has no header with at least two columns.
    """
    lines = decode(read_head(path)).lstrip("\ufeff").splitlines()[: _LOOKED_AT + 1]
    # The head ends anywhere: its last line may be half a line.
    lines = [line for line in (lines[:-1] if len(lines) > 2 else lines) if line.strip()]  # noqa: PLR2004
    if not lines:
        raise NotGuessedError(f"{path}: is empty")
    delimiter = max(_DELIMITERS, key=lines[0].count)
    header, *rows = csv.reader(lines, delimiter=delimiter)
    if len(header) < 2:  # noqa: PLR2004
        raise NotGuessedError(
            f"{path}: its first line has no columns: is there text before the header? Then write "
            "the mapping by hand from a template, with skip_lines"
        )
    samples = {
        name: [row[place].strip() for row in rows if place < len(row) and row[place].strip()]
        for place, name in enumerate(header)
    }
    return Look(delimiter, header, samples)


def guess_mapping(path: Path, table: str) -> str:
    """The text of a first mapping of a file to one staging table.

    Raises:
        NotGuessedError: the table does not exist, or the file has no header.
    """
    contracts = load_contracts()
    if table not in contracts:
        raise NotGuessedError(f"there is no staging table {table}: {', '.join(contracts)}")
    contract, look = contracts[table], look_at(path)
    pattern = re.sub(r"[0-9]+", "*", path.name.removesuffix(".gz"))
    lines = [
        f"description: {path.name}",
        f'files: "{re.sub(r"[*][-_.*]*[*]", "*", pattern)}"',
        f'delimiter: "{look.delimiter}"'.replace("\t", "\\t"),
        "# timezone: Europe/London    zone of the times; the source's when left out",
        "rows:",
        f"  - table: {table}",
        "    columns:",
    ]
    taken: set[str] = set()
    for name, spec in contract.own_columns.items():
        lines += _column_lines(contract, name, spec, look, taken)
    unused = [column for column in look.header if column not in taken]
    lines += [f"# Columns of the file that are not used: {', '.join(unused)}"] if unused else []
    return "\n".join(lines) + "\n"


def _column_lines(
    contract: Contract, name: str, spec: ContractColumn, look: Look, taken: set[str]
) -> list[str]:
    """The lines of one target column: a guess, or a comment that says what it would hold."""
    found = _best(name, look, taken)
    is_computed = name in computed_columns(contract.table)
    note = f"      # {name}: {spec.description}"
    if found is None:
        must = " Must be given." if spec.required and not is_computed else ""
        return [f"{note}{must}"] if must or not is_computed else []
    taken.add(found)
    details = [f"column: {_quoted(found)}", *_details(spec, look.samples[found])]
    body = _quoted(found) if len(details) == 1 else "{" + ", ".join(details) + "}"
    return [f"      {name}: {body}"]


def _best(name: str, look: Look, taken: set[str]) -> str | None:
    wanted = (name.replace("_", " "), *_WORDS.get(name, ()))
    free = [column for column in look.header if column not in taken]
    for word in wanted:
        for column in free:
            plain = re.sub(r"[^a-z0-9]+", " ", column.lower()).strip()
            if plain == re.sub(r"[^a-z0-9]+", " ", word).strip():
                return column
    return None


def _details(spec: ContractColumn, samples: list[str]) -> list[str]:
    if spec.type in ("TIMESTAMP", "DATE"):
        return _time_details(samples)
    if spec.type == "BIGINT" and samples:
        is_clock = all(re.fullmatch(r"([0-9]+:)?[0-9]+:[0-9]+([.][0-9]+)?", s) for s in samples)
        return ["unit: hms" if is_clock else "unit: s"]
    if spec.allowed:
        words = sorted(set(samples))[:20]
        pairs = ", ".join(f"{_quoted(w)}: {_near(w, spec.allowed)}" for w in words)
        return [f"values: {{{pairs}}}"]
    return []


def _time_details(samples: list[str]) -> list[str]:
    if samples and all(re.fullmatch(r"[0-9]{10}([.][0-9]+)?", s) for s in samples):
        return ["unit: epoch_s"]
    if samples and all(re.fullmatch(r"[0-9]{13}", s) for s in samples):
        return ["unit: epoch_ms"]
    bare = [re.sub(OFFSET, "", s) for s in samples]
    fitting = [form for form in _TIMES if bare and all(_fits(s, form) for s in bare)]
    return [f'formats: "{fitting[0]}"'] if fitting else []


def _fits(text: str, form: str) -> bool:
    try:
        datetime.strptime(text, form)  # noqa: DTZ007  only whether it fits
    except ValueError:
        return False
    return True


def _near(word: str, allowed: tuple[str, ...]) -> str:
    low = word.lower()
    return next((one for one in allowed if one in low or low in one), allowed[0])


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
