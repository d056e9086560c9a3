"""The base of a run: the newest publication that nobody changed, copied to `var/next.duckdb`."""

from dataclasses import dataclass, field
from pathlib import Path

from pipelines.storage.errors import DiskSpaceError, PublicationError
from pipelines.storage.integrity import (
    Content,
    copy_file,
    hash_file,
    is_disk_full,
    refuse_wal,
    require_space,
    wal_of,
)
from pipelines.storage.journal import Entry, Journal, Layout

# A day's build rewrites parts of the copy, and DuckDB writes anew before it frees the old.
_GROWTH = 1.25


@dataclass
class Base:
    """What a run starts from."""

    entry: Entry | None
    """None: from nothing."""
    notes: list[str] = field(default_factory=list)
    """What a person should know about the choice; empty when it is the obvious one."""


def take_base(layout: Layout, journal: Journal, *, lock: int, extra_bytes: int = 0) -> Base:
    """Copy the published version, or the newest untouched one in its place.

    Args:
        layout: Where the files are.
        journal: The settled journal.
        lock: Descriptor of the run lock.
        extra_bytes: Room the run needs besides the copy.

    Raises:
        PublicationError: there are publications, and none is as it was published.
        DiskSpaceError: the disk has no room for the copy.
    """
    notes = _link_notes(layout, journal)
    wanted = _wanted(layout, journal)
    if not layout.numbers_on_disk() and layout.linked_number() is None:
        require_space(layout.var, extra_bytes, "a first run")
        return Base(None, notes)
    if wanted is not None and journal.entry(wanted) is None:
        notes.append(
            f"{layout.version(wanted).name} is not in {layout.journal_file.name}: callmart did "
            "not publish it as it is, so it is no base"
        )
    for entry in _candidates(journal, wanted):
        fault = _fault(layout, entry) or _copy(layout, entry, lock, extra_bytes)
        if fault is None:
            if entry.number != wanted:
                notes.append(_instead(entry, wanted))
            return Base(entry, notes)
        notes.append(f"{fault}. It is not used as base")
    raise PublicationError(_none_left(layout, notes))


def fault_of(layout: Layout, entry: Entry) -> str | None:
    """What is wrong with a version without reading it whole: gone, changed in size, opened."""
    return _fault(layout, entry)


def content_fault(path: Path, entry: Entry, content: Content) -> str | None:
    """What the hash of a version says."""
    if content == Content(entry.sha256, entry.size):
        return None
    return (
        f"{path.name} was changed after it was published: its SHA-256 is {content.sha256[:12]}... "
        f"and was {entry.sha256[:12]}..."
    )


def _wanted(layout: Layout, journal: Journal) -> int | None:
    linked = layout.linked_number()
    if linked is not None:
        return linked
    if journal.entry(journal.current) is not None:
        return journal.current
    numbers = [entry.number for entry in journal.publications]
    return max(numbers, default=None)


def _link_notes(layout: Layout, journal: Journal) -> list[str]:
    if layout.linked_number() is not None:
        return []
    if layout.link.exists() or layout.link.is_symlink():
        return [
            f"{layout.link} is not the link that callmart publishes; it is moved to "
            f"{layout.set_aside} when this run publishes, and is no base"
        ]
    if not journal.publications:
        return []
    if not layout.numbers_on_disk():
        return ["no publication is left in the project: everything is built from landing"]
    return [f"{layout.link} was missing; it is made again when this run publishes"]


def _candidates(journal: Journal, wanted: int | None) -> list[Entry]:
    """The wanted version, then what it was built on, then the others, newest first.

    After a restore the newest file is one that somebody turned away from: its ancestors go first.
    """
    found: list[Entry] = []
    number = wanted
    while (entry := journal.entry(number)) is not None and entry not in found:
        found.append(entry)
        number = entry.parent
    others = sorted(journal.publications, key=lambda e: e.number, reverse=True)
    older = [e for e in others if wanted is not None and e.number < wanted and e not in found]
    return [*found, *older, *(e for e in others if e not in found and e not in older)]


def _fault(layout: Layout, entry: Entry) -> str | None:
    path = layout.version(entry.number)
    if path.is_symlink() or not path.is_file():
        return f"{path.name} is gone"
    for database in (path, layout.link):
        if entry.number != layout.linked_number() and database == layout.link:
            continue
        try:
            refuse_wal(database, "somebody opened the published file for writing")
        except PublicationError as error:
            return str(error)
    size = path.stat().st_size
    if size != entry.size:
        return (
            f"{path.name} was changed after it was published: "
            f"{size:,} bytes, and was {entry.size:,}"
        )
    return None


def _copy(layout: Layout, entry: Entry, lock: int, extra_bytes: int) -> str | None:
    path = layout.version(entry.number)
    what_for = f"a copy of publication {entry.number} with room to build"
    require_space(layout.var, int(entry.size * _GROWTH) + extra_bytes, what_for)
    try:
        content = copy_file(path, layout.next, keep=lock)
    except OSError as error:
        layout.next.unlink(missing_ok=True)
        return _unread(layout, path, lock, error)
    fault = content_fault(path, entry, content)
    if fault is not None:
        layout.next.unlink()
    return fault


def _unread(layout: Layout, path: Path, lock: int, error: OSError) -> str:
    """Why a version could not be copied, if that is the version's fault; else raises."""
    if is_disk_full(error):
        raise DiskSpaceError(
            f"the disk of {layout.var} became full while {path.name} was copied. Free some "
            "space and run again; the last publication stands."
        ) from error
    try:
        hash_file(path, keep=lock)
    except OSError:
        return f"{path.name} cannot be read ({error.strerror})"
    raise PublicationError(
        f"{layout.next} cannot be written ({error.strerror}). Run as the user who owns the "
        "project; if it happens again, check the disk. The last publication stands."
    ) from error


def _instead(entry: Entry, wanted: int | None) -> str:
    day = entry.published_at.strftime("%Y-%m-%d %H:%M")
    missed = f" instead of {wanted}" if wanted is not None else ""
    return (
        f"publication {entry.number} of {day} UTC is the base{missed}; "
        "what came later is read from landing and built again"
    )


def _none_left(layout: Layout, notes: list[str]) -> str:
    said = "\n".join(f"  {note}." for note in notes)
    wals = [wal_of(layout.version(n)) for n in sorted(layout.numbers_on_disk())]
    wal_hint = (
        "remove the .wal (what it holds was never published), "
        if any(w.exists() for w in wals)
        else ""
    )
    return (
        f"no publication is as callmart published it, so there is nothing to build on:\n{said}\n"
        f"Either {wal_hint}put the file back from a backup, accept one as it is with "
        "`callmart restore N --as-it-is`, or, to build everything again from landing, move "
        f"{layout.link.name} and {layout.var.name}/warehouse-*.duckdb out of {layout.root}."
    )
