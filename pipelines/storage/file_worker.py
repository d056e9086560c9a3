"""Copies and hashes database files in a process of its own; standard library only.

A process that opens and closes a file it also has open in DuckDB loses DuckDB's lock on it, so
the bytes of a database are never read in the process that works with it.

Run as `python file_worker.py copy FROM TO` or `python file_worker.py hash FILE`; prints JSON.
"""

import fcntl
import hashlib
import json
import os
import sys

# Larger blocks do not stay in the cache of a processor: 4 MiB took twice the time.
_BLOCK = 256 * 1024
_FULL_SYNC = getattr(fcntl, "F_FULLFSYNC", None)


def sync_descriptor(descriptor: int) -> None:
    """Make what was written to an open file or folder outlast a power cut."""
    if _FULL_SYNC is not None:
        try:
            fcntl.fcntl(descriptor, _FULL_SYNC)
        except OSError:
            # Some file systems of macOS know only the weaker call.
            os.fsync(descriptor)
    else:
        os.fsync(descriptor)


def hash_file(path: str) -> dict[str, object]:
    """SHA-256 and size of a file, after making it outlast a power cut."""
    with open(path, "rb", buffering=0) as file:  # noqa: PTH123
        digest = hashlib.file_digest(file, "sha256")
        size = os.fstat(file.fileno()).st_size
        sync_descriptor(file.fileno())
    return {"sha256": digest.hexdigest(), "size": size}


def copy_file(source: str, target: str) -> dict[str, object]:
    """Copy a file to a new one (mode 0600) and hash the very bytes that were copied."""
    digest = hashlib.sha256()
    size = 0
    with (
        open(source, "rb", buffering=0) as reader,  # noqa: PTH123
        open(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as writer,  # noqa: PTH123
    ):
        while block := reader.read(_BLOCK):
            digest.update(block)
            writer.write(block)
            size += len(block)
    return {"sha256": digest.hexdigest(), "size": size}


def main(arguments: list[str]) -> int:
    """Do one piece of work and print its result, or the error with its number."""
    work = {"copy": copy_file, "hash": hash_file}[arguments[0]]
    try:
        print(json.dumps(work(*arguments[1:])))
    except OSError as error:
        print(json.dumps({"errno": error.errno, "error": str(error)}))
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
