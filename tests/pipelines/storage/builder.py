"""A process with everything imported that runs each command in a fork of itself.

A kill then costs what the run did up to it, and not half a second of imports. A fork can be
killed at any point: at every named step, and before every change it makes to the project's files.
"""

import json
import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
CHANGES = (
    "os.rename",
    "os.remove",
    "os.symlink",
    "os.chmod",
    "os.mkdir",
    "os.truncate",
    "shutil.move",
    "shutil.rmtree",
    "subprocess.Popen",
)
_WRITING = os.O_WRONLY | os.O_RDWR


@dataclass(frozen=True)
class Outcome:
    """What became of one command."""

    is_killed: bool
    points: list[str]
    """Every point reached, in order; the last one is where it was killed."""
    error: str | None


class Builder:
    """The side of the tests: sends commands, gets outcomes."""

    def __enter__(self) -> "Builder":
        self._server = subprocess.Popen(
            [sys.executable, "-m", "tests.pipelines.storage.builder"],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        return self

    def __exit__(self, *_: object) -> None:
        assert self._server.stdin is not None
        self._server.stdin.close()
        self._server.wait(timeout=20)

    def do(self, command: str, folder: Path, **options: object) -> Outcome:
        """Do one command to its end, or to the point at which it kills itself.

        Options: `kill_at`, the point at which it dies and at which time of reaching it;
        `kill_after_s`, an instant instead; `bytes_free`, how large its files may grow.
        """
        assert self._server.stdin is not None
        assert self._server.stdout is not None
        request = {"command": command, "folder": str(folder), **options}
        self._server.stdin.write(json.dumps(request) + "\n")
        self._server.stdin.flush()
        return Outcome(**json.loads(self._server.stdout.readline()))


def _command(request: dict) -> None:
    from pipelines.storage.publication import Store
    from tests.pipelines.storage import centre

    project = centre.project_in(Path(request["folder"]), keep_publications=3)
    if request["command"] == "two runs":
        os.fork()
        centre.run(project)
    elif request["command"] == "run":
        centre.run(project)
    elif request["command"] == "restore":
        Store(project).restore()
    else:
        raise ValueError(request["command"])


def _watch(request: dict, report: int) -> None:
    """Report every point, and die at the chosen one."""
    from pipelines.storage import steps

    reached: Counter[str] = Counter()
    fatal = request.get("kill_at")

    def point(name: str) -> None:
        reached[name] += 1
        os.write(report, f"{name}\n".encode())
        if fatal == [name, reached[name]]:
            os.kill(os.getpid(), signal.SIGKILL)

    def audit(event: str, arguments: tuple) -> None:
        if not watching or threading.current_thread() is not threading.main_thread():
            return
        opens = event == "open" and isinstance(arguments[2], int) and arguments[2] & _WRITING
        if event == "os.remove" and not os.path.lexists(arguments[0]):
            return
        if (event in CHANGES or opens) and request["folder"] in repr(arguments):
            place = repr(arguments).replace(request["folder"], "")
            point(re.sub(r"\d+", "N", f"{event} {place[:80]}"))

    watching = True
    steps.reached = point
    sys.addaudithook(audit)


def _limit(request: dict) -> None:
    if "bytes_free" in request:
        import resource

        # Python leaves SIGXFSZ ignored, so that a write beyond it fails as on a full disk.
        limit = request["bytes_free"]
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
    if "kill_after_s" in request:

        def kill() -> None:
            time.sleep(request["kill_after_s"])
            os.kill(os.getpid(), signal.SIGKILL)

        threading.Thread(target=kill, daemon=True).start()


def _child(request: dict, report: int) -> None:
    try:
        _watch(request, report)
        _limit(request)
        _command(request)
    except BaseException as error:
        os.write(report, f"!{type(error).__name__}: {error}".replace("\n", " ").encode() + b"\n")
    os._exit(0)


def _serve() -> None:
    import duckdb

    from tests.pipelines.storage import centre  # noqa: F401

    # The first bound value of a process makes DuckDB import pandas and pyarrow.
    with duckdb.connect(config={"threads": 1}) as con:
        con.execute("select ?", [1])
    for line in sys.stdin:
        request = json.loads(line)
        reading, report = os.pipe()
        child = os.fork()
        if child == 0:
            os.close(reading)
            _child(request, report)
        os.close(report)
        # Ends when the last process that can report has ended.
        with os.fdopen(reading, encoding="utf-8") as reports:
            said = reports.read().splitlines()
        _, status = os.waitpid(child, 0)
        errors = [text[1:] for text in said if text.startswith("!")]
        answer = {
            "is_killed": os.WIFSIGNALED(status),
            "points": [text for text in said if not text.startswith("!")],
            "error": errors[0] if errors else None,
        }
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    _serve()
