"""Files hold what the ledger holds, plus the dirt that is counted."""

import csv
from collections import Counter
from datetime import UTC, date, datetime
from pathlib import Path

import polars as pl
import pytest

from pipelines.demo.centre import Simulated, simulate
from tests.pipelines.demo.test_ledger import table


def listing(root: Path) -> dict[str, bytes]:
    return {p.relative_to(root).as_posix(): p.read_bytes() for p in root.rglob("*") if p.is_file()}


@pytest.mark.slow
def test_one_seed_gives_one_set_of_bytes(tmp_path: Path) -> None:
    day = date(2025, 10, 3)
    alone = simulate(tmp_path / "one", seed=3, days=1, start=day, size=0.2)
    together = simulate(tmp_path / "two", seed=3, days=1, start=day, size=0.2, processes=2)
    assert listing(alone.root) == listing(together.root)
    assert alone.contacts > 200


def log_lines(run: Simulated) -> list[list[str]]:
    files = sorted(
        (run.landing / "asterisk").glob("queue_log*"),
        key=lambda file: (file.name == "queue_log", file.name),
    )
    lines: list[str] = []
    for file in files:
        if not file.name.endswith(".1"):
            lines += file.read_text(encoding="utf-8").split("\n")
    return [line.split("|") for line in lines if line]


def seconds(at: datetime) -> int:
    return int(at.timestamp())


def test_each_visit_at_dublin_is_in_the_log_once(run: Simulated) -> None:
    entered = Counter(
        (int(line[0]), line[1], line[2]) for line in log_lines(run) if line[4:5] == ["ENTERQUEUE"]
    )
    visits = table(run, "visits").filter(
        pl.col("queue").is_in(["sales", "support", "billing", "vip"])
    )
    true = Counter(
        (seconds(row["entered_at"]), row["contact_id"], row["queue"])
        for row in visits.iter_rows(named=True)
    )
    assert entered == true


def test_visits_end_in_the_log_as_in_the_ledger(run: Simulated) -> None:
    """A cut visit or leg has no line of its end; the last line of the log is cut off."""
    ends = Counter(line[4] for line in log_lines(run) if len(line) > 4)
    visits = table(run, "visits").filter(
        pl.col("queue").is_in(["sales", "support", "billing", "vip"])
    )
    true = Counter(visits["outcome"].to_list())
    assert ends["CONNECT"] == true["answered"]
    assert ends["ABANDON"] == true["abandoned"]
    assert ends["EXITWITHKEY"] == true["exit_key"]
    legs = table(run, "legs").filter(
        (pl.col("site") == "Dublin")
        & (pl.col("channel") == "voice")
        & (pl.col("visit_ordinal") > 0)
        & ~pl.col("is_cut")
    )
    ended = ("COMPLETEAGENT", "COMPLETECALLER", "BLINDTRANSFER", "ATTENDEDTRANSFER")
    assert sum(ends[name] for name in ended) == legs.height
    assert ends["QUEUESTART"] == 2


def test_a_pause_ends_before_the_next_one_begins(run: Simulated) -> None:
    """From wrap-up to lunch: whoever reads the log in order finds the agent at lunch."""
    paused: dict[tuple[str, str], str | None] = {}
    n_again = 0
    for line in log_lines(run):
        name = (line[3], line[2]) if len(line) > 4 else ("", "")
        if line[4:5] in (["PAUSE"], ["PAUSEALL"]):
            assert paused.get(name) is None, line
            n_again += name in paused
            paused[name] = line[5]
        elif line[4:5] in (["UNPAUSE"], ["UNPAUSEALL"]):
            assert paused.get(name) is not None, line
            paused[name] = None
        elif line[4:5] == ["REMOVEMEMBER"]:
            paused = {key: None if key[0] == line[3] else why for key, why in paused.items()}
    assert n_again > 100


def test_the_log_holds_times_in_order_and_ends_torn(run: Simulated) -> None:
    newest = (run.landing / "asterisk" / "queue_log").read_bytes()
    assert not newest.endswith(b"\n")
    times = [int(line[0]) for line in log_lines(run) if len(line) > 4]
    assert times == sorted(times)


def rows_of(run: Simulated, pattern: str, separator: str = ",") -> list[list[str]]:
    rows: list[list[str]] = []
    for file in sorted(run.landing.glob(pattern)):
        if not file.stem.endswith(" (1)"):
            text = file.read_text(encoding="utf-8-sig")
            rows += list(csv.reader(text.splitlines(), delimiter=separator))[1:]
    return rows


def planted_dirt(run: Simulated, folder: str, name: str) -> Counter[str]:
    dirt = table(run, "dirt").filter(
        pl.col("file").str.starts_with(f"{folder}/{name}")
        & ~pl.col("file").str.contains(" (1)", literal=True)
    )
    counts: Counter[str] = Counter()
    for row in dirt.iter_rows(named=True):
        counts[row["kind"]] += row["n"]
    return counts


@pytest.mark.parametrize(
    ("folder", "name", "of", "where"),
    [
        ("ivr/dublin", "sessions", "ivr_sessions", pl.col("site") == "Dublin"),
        ("digital/manila", "messages", "messages", pl.col("site") == "Manila"),
        ("dialler", "attempts", "outbound_attempts", pl.lit(value=True)),
        ("cloud_bogota", "alerts", "offers", pl.col("site") == "Bogota"),
    ],
)
def test_rows_are_the_ledger_and_the_dirt(
    run: Simulated, folder: str, name: str, of: str, where: pl.Expr
) -> None:
    separator = ";" if folder == "cloud_bogota" else ","
    rows = rows_of(run, f"{folder}/{name}-*.csv", separator)
    dirt = planted_dirt(run, folder, name)
    extra = dirt["doubled_row"] + dirt["bad_row"] + dirt["corrected_row"]
    assert len(rows) == table(run, of).filter(where).height + extra
    known = {tuple(row) for row in rows}
    assert len(rows) - len(known) <= extra


def test_bad_rows_are_counted(run: Simulated) -> None:
    """Every bad row has no id or a time that does not exist, and is counted."""
    found = 0
    for folder in ("dublin", "manila", "bogota"):
        for row in rows_of(run, f"ivr/{folder}/sessions-*.csv"):
            found += not row[0] or row[4].startswith("2025-13")
    counted = sum(
        planted_dirt(run, f"ivr/{folder}", "sessions")["bad_row"]
        for folder in ("dublin", "manila", "bogota")
    )
    assert found == counted


def test_cloud_contacts_are_the_visits_and_callbacks(run: Simulated) -> None:
    with_id = [row for row in rows_of(run, "cloud_manila/contacts-*.csv") if row[0]]
    seen = {(row[0], row[1]) for row in with_id if not row[7].startswith("2025-13")}
    visits = table(run, "visits").filter(pl.col("queue").is_in(["tech_us", "billing_us"]))
    back = table(run, "legs").filter((pl.col("site") == "Manila") & (pl.col("visit_ordinal") == 0))
    true = {(r["contact_id"], str(r["visit_ordinal"])) for r in visits.iter_rows(named=True)}
    true |= {(r["contact_id"], str(r["visit_ordinal"])) for r in back.iter_rows(named=True)}
    assert seen == true


def test_call_records_have_eighteen_columns(run: Simulated) -> None:
    text = (run.landing / "asterisk" / "Master.csv-20251001").read_text(encoding="utf-8")
    rows = list(csv.reader(text.splitlines()))
    assert {len(row) for row in rows} == {18}
    for row in rows:
        start, end = (
            datetime.strptime(row[place], "%Y-%m-%d %H:%M:%S").replace(tzinfo=UTC)
            for place in (9, 11)
        )
        assert abs((end - start).total_seconds() - int(row[12])) <= 1


def test_files_with_odd_bytes(run: Simulated) -> None:
    answers = next((run.landing / "surveys").glob("answers_bogota_*.csv")).read_bytes()
    customers = (run.landing / "crm" / "customers_bogota.csv").read_bytes()
    for raw in (answers, customers):
        raw.decode("latin-1")
    with pytest.raises(UnicodeDecodeError):
        customers.decode("utf-8")
    responses = next((run.landing / "surveys").glob("responses_dublin_*.csv")).read_bytes()
    assert responses.startswith(b"\xef\xbb\xbf")
    assert responses.count(b"ImportId") == 9
