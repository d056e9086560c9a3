"""queues.conf: what the switch's own settings say about queues and their members."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

_SECTION = re.compile(r"^\[([^\]]+)\]\s*(?:\(([^)]*)\))?")
_SETTING = re.compile(r"^([^=;\[#][^=]*?)\s*=>?\s*(.*)$")
_NO_QUEUE = frozenset({"general", "globals"})
DEFAULT_RING_TIMEOUT_S = 15


@dataclass(frozen=True)
class Member:
    """A static member of a queue."""

    queue: str
    interface: str
    name: str | None


@dataclass(frozen=True)
class QueueSettings:
    """What one queue's section says; None where it says nothing."""

    service_level_s: int | None
    ring_timeout_s: int
    wrap_limit_s: int | None


@dataclass
class _Section:
    is_template: bool = False
    values: dict[str, str] = field(default_factory=dict)
    members: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class QueuesConf:
    """All queues of one or more files."""

    queues: dict[str, QueueSettings]
    members: tuple[Member, ...]


def read_queues_conf(texts: Iterable[str]) -> QueuesConf:
    """Read queues.conf files in order; a later file adds to and overrides an earlier one.

    Lines that are no settings, and `#include`, are passed over: included files are read when they
    lie beside it under a name that begins with queues.
    """
    sections: dict[str, _Section] = {}
    for text in texts:
        _read(text, sections)
    queues = {
        name: section
        for name, section in sections.items()
        if not section.is_template and name.lower() not in _NO_QUEUE
    }
    return QueuesConf(
        queues={name: _settings(section.values) for name, section in queues.items()},
        members=tuple(
            member
            for name, section in queues.items()
            for text in section.members
            if (member := _member(name, text)) is not None
        ),
    )


def _read(text: str, sections: dict[str, _Section]) -> None:
    current: _Section | None = None
    for line in _lines(text):
        if match := _SECTION.match(line):
            name, traits = match.group(1).strip(), match.group(2) or ""
            current = sections.setdefault(name, _Section())
            for trait in (t.strip() for t in traits.split(",")):
                if trait == "!":
                    current.is_template = True
                elif trait in sections:
                    current.values |= sections[trait].values
                    current.members += sections[trait].members
        elif current is not None and (match := _SETTING.match(line)):
            key, value = match.group(1).strip().lower(), match.group(2).strip()
            if key == "member":
                current.members.append(value)
            else:
                current.values[key] = value


def _lines(text: str) -> Iterable[str]:
    """Lines without comments: `;` to the end, and `;-- ... --;` over several lines."""
    text = re.sub(r";--.*?--;", "", text.lstrip("\ufeff"), flags=re.DOTALL)
    for raw in text.splitlines():
        line = re.sub(r"(?<!\\);.*$", "", raw).replace("\\;", ";").strip()
        if line:
            yield line


def _settings(values: dict[str, str]) -> QueueSettings:
    timeout = _whole(values.get("timeout"))
    return QueueSettings(
        service_level_s=_whole(values.get("servicelevel")),
        # Zero means: ring until the caller gives up.
        ring_timeout_s=timeout if timeout else DEFAULT_RING_TIMEOUT_S,
        wrap_limit_s=_whole(values.get("wrapuptime")),
    )


def _whole(text: str | None) -> int | None:
    return int(text) if text is not None and re.fullmatch(r"[0-9]{1,6}", text) else None


def _member(queue: str, text: str) -> Member | None:
    parts = [part.strip().strip('"') for part in text.split(",")]
    if not parts[0]:
        return None
    name = parts[2] if len(parts) > 2 else ""  # noqa: PLR2004  interface, penalty, name
    return Member(queue=queue, interface=parts[0], name=name or None)
