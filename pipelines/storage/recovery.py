"""Puts right whatever a killed run left, from what the link and the journal say.

Everything here is called with the run lock held, and can itself be killed and repeated.
"""

import shutil
from datetime import UTC, datetime
from pathlib import Path

from pipelines.storage.base import fault_of
from pipelines.storage.integrity import partial_name, spill_of, wal_of
from pipelines.storage.journal import Journal, Layout


def settle(layout: Layout) -> Journal:
    """Discard unfinished work, confirm what the link already names; gives the true journal.

    The link decides: a version it names is published, a prepared one that it doesn't name is not.
    """
    discard_copy(layout)
    journal = layout.read_journal()
    linked = layout.linked_number()
    settled = journal
    for entry in journal.publications:
        if entry.state == "prepared" and entry.number == linked:
            settled = confirmed(settled, linked)
        elif entry.state == "prepared":
            remove_version(layout, entry.number)
            settled = settled.without({entry.number})
    if linked is not None and settled.entry(linked) is not None and settled.current != linked:
        settled = settled.model_copy(update={"current": linked})
    if settled != journal:
        layout.write_journal(settled)
    return settled


def discard_copy(layout: Layout) -> None:
    """Remove the working copy and every other half-made file of ours."""
    for path in (
        layout.next,
        wal_of(layout.next),
        partial_name(layout.link),
        partial_name(layout.journal_file),
    ):
        path.unlink(missing_ok=True)
    shutil.rmtree(spill_of(layout.next), ignore_errors=True)


def confirmed(journal: Journal, number: int) -> Journal:
    """The journal after the link was set to a version."""
    entry = journal.entry(number)
    if entry is not None:
        journal = journal.with_entry(entry.model_copy(update={"state": "published"}))
    last = max(journal.last_number, number)
    return journal.model_copy(update={"current": number, "last_number": last})


def next_number(layout: Layout, journal: Journal) -> int:
    """A number that no publication has or had, and no file."""
    recorded = {entry.number for entry in journal.publications}
    return max({journal.last_number} | recorded | layout.numbers_on_disk()) + 1


def prune(layout: Layout, journal: Journal, keep: int) -> Journal:
    """Remove versions older than the newest `keep` whole ones; never the one the link names.

    A version that was changed, or was never recorded, goes with the whole ones of its time.
    """
    linked = layout.linked_number()
    on_disk = layout.numbers_on_disk()
    whole = [e.number for e in journal.publications if fault_of(layout, e) is None]
    oldest = min(sorted(whole, reverse=True)[:keep], default=0)
    gone = {number for number in on_disk if number < oldest and number != linked}
    for number in gone:
        remove_version(layout, number)
    absent = {e.number for e in journal.publications} - (on_disk - gone)
    pruned = journal.without(absent - {linked})
    if pruned != journal:
        layout.write_journal(pruned)
    return pruned


def remove_version(layout: Layout, number: int) -> None:
    """Remove a version file and what DuckDB may have left beside it."""
    path = layout.version(number)
    path.unlink(missing_ok=True)
    wal_of(path).unlink(missing_ok=True)
    shutil.rmtree(spill_of(path), ignore_errors=True)


def set_aside(layout: Layout, path: Path) -> Path:
    """Move a file that isn't ours, but lies where ours must be, to `var/set-aside`."""
    layout.set_aside.mkdir(parents=True, exist_ok=True)
    stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%S%f")
    target = layout.set_aside / f"{path.name}.{stamp}"
    shutil.move(path, target)
    return target
