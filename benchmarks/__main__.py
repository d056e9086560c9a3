"""Time a first run and an increment of the sample, as whole processes; `make bench`.

The baseline is what a script by hand would do with the same queue_log in plain DuckDB: split the
lines and count answered and lost calls per queue, with no account, no checks and no history.
"""

import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

RUNS = 3
SAMPLE = Path(__file__).resolve().parent.parent / "pipelines" / "demo" / "asterisk"
CALLMART = Path(sys.executable).with_name("callmart")
BASELINE = """
import duckdb, sys
duckdb.sql(f'''
    with line as (
        select string_split(column0, '|') as p
        from read_csv({sys.argv[1]!r}, header=false, delim='\\x01', quote='', all_varchar=true)
    )
    select p[3] as queue, count(*) filter (where p[5] = 'CONNECT') as answered,
        count(*) filter (where p[5] in ('ABANDON', 'EXITWITHTIMEOUT', 'EXITEMPTY')) as lost
    from line group by queue
''').fetchall()
"""


def seconds(*command: str | Path) -> float:
    """Wall seconds of one process.

    Raises:
        CalledProcessError: it failed.
    """
    started = time.monotonic()
    subprocess.run([*map(str, command)], check=True, capture_output=True)
    return time.monotonic() - started


def project(folder: Path) -> Path:
    """A project with the sample's files in landing, not yet run."""
    landing = folder / "landing" / "pbx"
    subprocess.run([CALLMART, "init", folder], check=True, capture_output=True)
    for name in ("queue_log", "Master.csv", "queues.conf"):
        (landing / name).write_bytes((SAMPLE / name).read_bytes())
    return landing / "queue_log"


def measure(folder: Path) -> dict[str, float]:
    """One round: baseline, first run, a run with nothing new, a run with the last lines new."""
    log = project(folder)
    lines = log.read_bytes().splitlines(keepends=True)
    log.write_bytes(b"".join(lines[:-200]))
    found = {"baseline by hand": seconds(sys.executable, "-c", BASELINE, log)}
    found["first run"] = seconds(CALLMART, "--project", folder, "run")
    found["nothing new"] = seconds(CALLMART, "--project", folder, "run")
    log.write_bytes(b"".join(lines))
    found["200 new lines"] = seconds(CALLMART, "--project", folder, "run")
    return found


def main() -> None:
    """Print minimum, median and maximum of each."""
    rounds = []
    for number in range(RUNS):
        with tempfile.TemporaryDirectory() as folder:
            rounds.append(measure(Path(folder) / f"centre{number}"))
    print(f"{'wall seconds':<20}{'min':>8}{'median':>8}{'max':>8}   {RUNS} rounds")
    for name in rounds[0]:
        times = sorted(found[name] for found in rounds)
        print(f"{name:<20}{times[0]:>8.2f}{statistics.median(times):>8.2f}{times[-1]:>8.2f}")


if __name__ == "__main__":
    main()
