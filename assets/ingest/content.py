"""The bytes of a landing file, unpacked: how many, what they hash to, and whole lines of them."""

import gzip
import os
import time
import zlib
from collections.abc import Callable, Collection, Generator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from io import BufferedIOBase
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

if TYPE_CHECKING:
    from hashlib import _Hash

CHUNK_BYTES = 32 * 1024 * 1024
_HEAD_BYTES = 4096
_BLOCK = 4 * 1024 * 1024
_COARSEST_CLOCK_NS = 2_000_000_000
_NEWLINE = ord("\n")
_GZIP = b"\x1f\x8b"
_OTHER_PACKERS = {
    b"BZh": "bzip2",
    b"\xfd7zXZ\x00": "xz",
    b"\x28\xb5\x2f\xfd": "zstd",
    b"PK\x03\x04": "zip",
    b"7z\xbc\xaf": "7z",
}


class UnreadableError(Exception):
    """A file cannot be read, whole or in part; the text says why and what to do."""


@dataclass(frozen=True)
class Stat:
    """What the file system says of a file: equal means that nobody wrote to it."""

    size: int
    mtime_ns: int
    ctime_ns: int
    inode: int

    @classmethod
    def of(cls, found: os.stat_result) -> "Stat":
        """From the result of `os.stat`."""
        return cls(found.st_size, found.st_mtime_ns, found.st_ctime_ns, found.st_ino)

    @property
    def is_settled(self) -> bool:
        """Old enough that a later write must change it: clocks of file systems are coarse."""
        return time.time_ns() - max(self.mtime_ns, self.ctime_ns) > _COARSEST_CLOCK_NS


@dataclass(frozen=True)
class Measured:
    """The unpacked content of a file up to its last whole line (or its end, when packed)."""

    stat: Stat
    size: int
    """Bytes up to there."""
    digest: str
    """SHA-256 of them."""
    tail: int
    """Bytes after them: the beginning of a line that is still being written."""
    states: dict[int, "_Hash"] = field(default_factory=dict)
    """Hash of the first n bytes, for each n asked for that ends a line; 0 always."""


@contextmanager
def _translate(path: Path) -> Generator[None]:
    try:
        yield
    except PermissionError:
        raise UnreadableError("may not be read: give this user the right to read it") from None
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise UnreadableError(
            f"is a broken .gz file ({error}); nothing of it was read: copy it here again"
        ) from None
    except OSError as error:
        raise UnreadableError(f"cannot be read ({error.strerror}): check the disk") from None


@contextmanager
def open_unpacked(path: Path) -> Generator[tuple[BufferedIOBase, BinaryIO, bool]]:
    """Open a plain or gzip file, told apart by its first bytes, whatever its name.

    Yields:
        The unpacked bytes, the file itself (for the position in it), whether it is packed.

    Raises:
        UnreadableError: it is packed in another way, broken or may not be read.
    """
    with _translate(path), path.open("rb") as file:
        start = file.read(8)
        file.seek(0)
        for magic, packer in _OTHER_PACKERS.items():
            if start.startswith(magic):
                raise UnreadableError(f"is packed with {packer}: only gzip is read; unpack it")
        if start.startswith(_GZIP):
            with gzip.open(file, "rb") as unpacked:
                yield unpacked, file, True
        else:
            yield file, file, False


Opener = Callable[[Path], AbstractContextManager[tuple[BufferedIOBase, BinaryIO, bool]]]
"""Opens a file as bytes in lines, as `open_unpacked` does."""


def read_head(path: Path, opener: Opener = open_unpacked) -> bytes:
    """The first bytes of the content.

    Raises:
        UnreadableError: see `open_unpacked`.
    """
    with opener(path) as (content, _, _):
        return content.read(_HEAD_BYTES)


def read_text(path: Path) -> str:
    """The whole content of a small file as text.

    Raises:
        UnreadableError: see `open_unpacked`.
    """
    with open_unpacked(path) as (content, _, _):
        return decode(content.read())


def decode(data: bytes) -> str:
    """Text of bytes: UTF-8, else cp1252, else latin-1, which is never wrong."""
    for encoding in ("utf-8-sig", "cp1252"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    return data.decode("latin-1")


def measure(path: Path, marks: Collection[int] = (), opener: Opener = open_unpacked) -> Measured:
    """Read a file once, to know what it holds.

    Args:
        path: plain or gzip.
        marks: numbers of bytes for which the hash of the file's beginning is wanted.
        opener: of the file's bytes.

    Raises:
        UnreadableError: see `open_unpacked`.
    """
    running, at_line = sha256(), sha256()
    states = {0: sha256()}
    position = line_end = 0
    with opener(path) as (content, file, is_packed):
        stat = Stat.of(os.fstat(file.fileno()))
        while block := content.read(_BLOCK):
            newline, start = block.rfind(b"\n") + 1, 0
            # Of many marks nearly all lie within a line: no hash stops there.
            ends = {mark - position for mark in marks if 0 < mark - position <= len(block)}
            ends = {end for end in ends if block[end - 1] == _NEWLINE}
            for end in sorted(ends | {newline} - {0}):
                running.update(block[start:end])
                at_line, line_end, start = running.copy(), position + end, end
                if end in ends:
                    states[line_end] = at_line
            running.update(block[start:])
            position += len(block)
    if is_packed:
        at_line, line_end = running, position
    return Measured(stat, line_end, at_line.hexdigest(), position - line_end, states)


def read_chunks(
    path: Path,
    first_byte: int,
    end: int,
    state: "_Hash",
    *,
    chunk_bytes: int = CHUNK_BYTES,
    opener: Opener = open_unpacked,
) -> Generator[bytes]:
    """Whole lines of the unpacked bytes `first_byte` to `end`, in chunks that depend on them only.

    Args:
        path: plain or gzip.
        first_byte: where a line begins.
        end: where a line ends, or the content of a packed file.
        state: hash of the bytes before; when all is read it is the hash up to `end`.
        chunk_bytes: about how large a chunk is.
        opener: of the file's bytes.

    Raises:
        UnreadableError: see `open_unpacked`.
    """
    with opener(path) as (content, _, is_packed):
        if is_packed:
            _skip(content, first_byte)
        else:
            content.seek(first_byte)
        left, pending = end - first_byte, []
        while left and (block := content.read(min(chunk_bytes, left))):
            state.update(block)
            left -= len(block)
            newline = block.rfind(b"\n") + 1
            if newline or not left:
                newline = newline if left else len(block)
                yield b"".join((*pending, block[:newline]))
                block = block[newline:]
                pending = []
            pending.append(block)


def _skip(content: BufferedIOBase, n_bytes: int) -> None:
    while n_bytes and (block := content.read(min(_BLOCK, n_bytes))):
        n_bytes -= len(block)
