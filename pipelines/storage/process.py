"""Which process did something, told apart from a later one with the same number."""

import os
import socket
import subprocess
from dataclasses import dataclass
from functools import cache
from pathlib import Path


@dataclass(frozen=True)
class Process:
    """One process of one machine since one start of it."""

    pid: int
    host: str
    boot: str
    """Identifies the machine's last start; empty where the system does not say."""
    started: str
    """When the process started, in the system's own words; empty where it does not say."""


def _output(*command: str) -> str:
    try:
        done = subprocess.run(  # noqa: S603
            command,
            capture_output=True,
            text=True,
            check=False,
            timeout=10,
            env={"LC_ALL": "C", "TZ": "UTC"},
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout.strip() if done.returncode == 0 else ""


@cache
def _boot() -> str:
    linux = Path("/proc/sys/kernel/random/boot_id")
    try:
        return linux.read_text(encoding="ascii").strip()
    except OSError:
        return _output("/usr/sbin/sysctl", "-n", "kern.bootsessionuuid")


def _started(pid: int) -> str:
    """When a process started; empty if there is none with this number."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(encoding="latin-1")
    except OSError:
        return (
            ""
            if Path("/proc/self/stat").exists()
            else _output("/bin/ps", "-o", "lstart=", "-p", str(pid))
        )
    # The second field is the command in parentheses and may hold blanks: count from its end.
    state, *rest = stat.rpartition(")")[2].split()
    return "" if state == "Z" else rest[18]


def this_process() -> Process:
    """The process that asks."""
    pid = os.getpid()
    return Process(pid=pid, host=socket.gethostname(), boot=_boot(), started=_started(pid))


def is_here(process: Process) -> bool:
    """Whether it ran on this machine, so that `is_running` can tell."""
    return process.host == socket.gethostname()


def is_running(process: Process) -> bool:
    """Whether a process of this machine is still at work."""
    if process.boot != _boot():
        return False
    try:
        os.kill(process.pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    started = _started(process.pid)
    return started == process.started if started or process.started else True
