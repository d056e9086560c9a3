"""Bytes that can be trusted: hashes, copies, syncs, room on the disk, one-step replacement."""

import errno
import hashlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from pipelines.storage import file_worker
from pipelines.storage.errors import DiskSpaceError, PublicationError

_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
_FULL_WORDS = ("no space left on device", "disk quota exceeded", "file too large")
_SPARE_BYTES = 64 * 1024 * 1024


@dataclass(frozen=True)
class Content:
    """What tells one content of a file from any other."""

    sha256: str
    size: int


def hash_file(path: Path, *, keep: int | None = None) -> Content:
    """Hash a closed database file and make it outlast a power cut, in a child process.

    Args:
        path: The file.
        keep: Descriptor of the run lock, kept by the child in case this process dies.

    Raises:
        OSError: the file could not be read or synced.
    """
    return _work(["hash", str(path)], keep)


def copy_file(source: Path, target: Path, *, keep: int | None = None) -> Content:
    """Copy a file to a new one in a child process; gives the hash of what was copied.

    Raises:
        OSError: the source could not be read, or the target exists or could not be written.
    """
    return _work(["copy", str(source), str(target)], keep)


def _work(arguments: list[str], keep: int | None) -> Content:
    # -I and -S: nothing but the standard library is needed, and so it starts in 20 ms.
    command = [sys.executable, "-I", "-S", file_worker.__file__, *arguments]
    done = subprocess.run(  # noqa: S603
        command,
        stdout=subprocess.PIPE,
        check=False,
        pass_fds=() if keep is None else (keep,),
    )
    try:
        answer = json.loads(done.stdout)
    except ValueError:
        raise OSError(
            errno.EIO, f"{' '.join(arguments)}: its process ended with code {done.returncode}"
        ) from None
    if "errno" in answer:
        raise OSError(answer["errno"], answer["error"])
    return Content(**answer)


def sync(path: Path) -> None:
    """Make a file's content, or a folder's names, outlast a power cut."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        file_worker.sync_descriptor(descriptor)
    finally:
        os.close(descriptor)


def write_whole(path: Path, text: str) -> None:
    """Write a small file so that it holds the old text or the new one, never a part."""
    part = partial_name(path)
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8", closefd=False) as writer:
            writer.write(text)
        file_worker.sync_descriptor(descriptor)
    finally:
        os.close(descriptor)
    part.replace(path)
    sync(path.parent)


def flip_link(link: Path, target: Path) -> None:
    """Let a symbolic link name another target, in one step; the link is made relative."""
    part = partial_name(link)
    part.unlink(missing_ok=True)
    part.symlink_to(os.path.relpath(target, link.parent))
    part.replace(link)
    sync(link.parent)


def partial_name(path: Path) -> Path:
    """Where the next content of a file or link is made before it takes its place."""
    return path.with_name(f".{path.name}.part")


def require_space(folder: Path, need: int, what_for: str) -> None:
    """Refuse to begin what the disk has no room for.

    Raises:
        DiskSpaceError: fewer than `need` bytes, and some to spare, are free.
    """
    free, need = shutil.disk_usage(folder).free, need + _SPARE_BYTES
    if free < need:
        raise DiskSpaceError(
            f"{folder} is on a disk with {_words(free)} free; {what_for} needs {_words(need)}. "
            "Free some space (older publications are kept according to "
            "[storage] keep_publications in callmart.toml) and run again. Nothing was changed."
        )


def is_disk_full(error: BaseException) -> bool:
    """Whether an error means that the disk, or a quota on it, was full."""
    if isinstance(error, OSError) and error.errno in _FULL:
        return True
    return isinstance(error, duckdb.Error) and any(
        words in str(error).lower() for words in _FULL_WORDS
    )


def _words(n_bytes: int) -> str:
    gigabytes = n_bytes / 1e9
    return f"{gigabytes:.1f} GB" if gigabytes >= 1 else f"{n_bytes / 1e6:.0f} MB"


def input_hash(parts: Mapping[str, Any]) -> str:
    """One hash of everything a run depends on: files, code, configuration.

    Args:
        parts: Anything JSON can say, by name; the order of names does not matter.
    """
    text = json.dumps(parts, sort_keys=True, ensure_ascii=False, separators=(",", ":"), default=str)
    return hashlib.sha256(text.encode()).hexdigest()


def folder_state(folders: Iterable[Path]) -> list[tuple[str, str, int, int]]:
    """Folder, path, size and time of change (ns) of every file in some folders, sorted.

    Enough to see that nothing is new without reading a line; hidden files are left out.
    """
    found: list[tuple[str, str, int, int]] = []
    for folder in folders:
        for path in folder.rglob("*"):
            inner = path.relative_to(folder)
            if any(part.startswith(".") for part in inner.parts):
                continue
            try:
                stat = path.stat()
            except OSError:
                # A file that goes while we look is seen by the next run.
                continue
            if not path.is_dir():
                found.append((folder.name, inner.as_posix(), stat.st_size, stat.st_mtime_ns))
    return sorted(found)


def refuse_wal(database: Path, remedy: str) -> None:
    """Refuse a database file with a write-ahead log beside it: they are not one state.

    Raises:
        PublicationError: there is one.
    """
    wal = wal_of(database)
    if wal.exists():
        raise PublicationError(f"{wal} lies beside {database.name}: {remedy}")


def wal_of(database: Path) -> Path:
    """Where DuckDB keeps what is not yet in the file itself."""
    return database.with_name(database.name + ".wal")


def spill_of(database: Path) -> Path:
    """The folder in which DuckDB puts what does not fit into memory."""
    return database.with_name(database.name + ".tmp")
