"""Landing as it really is: each oddity gives a message or a refused line, never silence."""

import gzip
import os
import stat
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from assets.ingest import chunks
from assets.ingest.engine import plan_source
from assets.ingest.errors import AdapterError
from pipelines.storage.lake import remove_orphans
from tests.assets.ingest.fake import SOURCE, Centre, at

GOOD = f"{at(1)}|c1||START|+442079460001\n{at(1, 10)}|c1||END|\n"


@pytest.fixture
def centre(tmp_path: Path) -> Centre:
    return Centre(tmp_path)


def told(centre: Centre) -> dict[str, tuple[str, str]]:
    """File name -> status and message of its last row."""
    rows = centre.query("select path, status, coalesce(message, '') from ops.load_file")
    return {Path(path).name: (status, message) for path, status, message in rows}


def test_what_cannot_be_read_is_told_with_its_remedy(centre: Centre) -> None:
    (centre.landing / "log.d").mkdir()
    (centre.landing / ".hidden").write_text("x")
    os.mkfifo(centre.landing / "log.pipe")
    (centre.landing / "log.gone").symlink_to(centre.landing / "nowhere")
    centre.put("log", "")
    centre.put("strange.bin", b"\x7fELF")
    centre.put("log.bz2", b"BZh91AY")
    centre.put("log.cut.gz", gzip.compress(GOOD.encode() * 50)[:-20])
    centre.put("log.noise.gz", b"\x1f\x8b" + b"\xff" * 50)
    done = centre.run()
    messages = told(centre)
    assert {status for status, _ in messages.values()} == {"unread"}
    assert "one level up" in messages["log.d"][1]
    assert "no ordinary file" in messages["log.pipe"][1]
    assert "remove it" in messages["log.gone"][1]
    assert "is empty" in messages["log"][1]
    assert "no file that asterisk is known to write" in messages["strange.bin"][1]
    assert "packed with bzip2" in messages["log.bz2"][1]
    assert "broken .gz" in messages["log.cut.gz"][1]
    assert "broken .gz" in messages["log.noise.gz"][1]
    assert ".hidden" not in messages
    assert len(done.messages) == len(messages) == 8
    assert centre.query("select count(*) from ops.lake_manifest where layer = 'raw'") == [(0,)]
    centre.run()
    assert len(told(centre)) == 8


def test_a_source_reads_its_own_files_of_a_shared_folder(centre: Centre) -> None:
    centre.set(sources={SOURCE: {"kind": "asterisk", "files": ["log_dublin*"]}})
    centre.put("log_Dublin.1", GOOD)
    centre.put("log_manila", GOOD.replace("c1", "c2"))
    centre.put("strange.bin", b"\x7fELF")
    with gzip.open(centre.landing / "log_dublin.gz", "wb") as packed:
        packed.write(GOOD.replace("c1", "c3").encode())
    assert not centre.run().messages
    assert set(told(centre)) == {"log_Dublin.1", "log_dublin.gz"}
    centre.staging()
    rows = centre.query("select contact_id from staging.contact order by all")
    assert rows == [("c1",), ("c3",)]


def refuse_to_open(refused: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    really_open = Path.open

    def open_(path: Path, *args: Any, **kwargs: Any) -> Any:
        if path == refused:
            raise PermissionError(13, "Permission denied", str(path))
        return really_open(path, *args, **kwargs)

    monkeypatch.setattr(Path, "open", open_)


def test_a_missing_landing_folder_is_told(centre: Centre) -> None:
    centre.landing.rmdir()
    assert "is not a folder" in centre.run().messages[0]


def test_an_unreadable_file_is_told(centre: Centre, monkeypatch: pytest.MonkeyPatch) -> None:
    path = centre.put("log", GOOD)
    path.chmod(0)
    if os.access(path, os.R_OK):  # root is refused nothing
        refuse_to_open(path, monkeypatch)
    centre.run()
    assert "right to read" in told(centre)["log"][1]


def test_bad_lines_are_refused_and_the_rest_is_read(centre: Centre) -> None:
    long = b"9" * 10_000_000
    centre.put(
        "log",
        b"\xef\xbb\xbf" + GOOD.encode()
        + b"\n   \r\n# note\nshort\n12\x0034|c|||\n" + long + b"\n"
        + f"{at(2)}|c2|Jos".encode() + b"\xe9|ANSWER|\r\n",
    )  # fmt: skip
    done = centre.run()
    centre.check_balance()
    row = centre.query(
        "select n_read, n_loaded, n_quarantined, n_skipped, skipped_by_rule from ops.load_file"
    )
    assert row == [(9, 3, 3, 3, '{"blank_line": 2, "comment": 1}')]
    refused = centre.query("select line_no, reason, masked from ops.quarantine order by line_no")
    assert [no for no, _, _ in refused] == [6, 7, 8]
    assert "five fields" in refused[0][1]
    assert "NUL byte" in refused[1][1]
    assert "longer than 1 MB" in refused[2][1]
    assert [len(masked) for _, _, masked in refused] == [5, 10, 200]
    assert refused[1][2] == "99\N{REPLACEMENT CHARACTER}99|x|||"
    assert "1 lines: not UTF-8, read as Windows-1252" in "".join(done.messages)
    assert [row[3] for row in centre.staging()["roster"]] == ["José"]
    assert done.loaded.n_quarantined == 3


def test_originals_are_kept_for_the_owner_only(centre: Centre) -> None:
    centre.put("log", GOOD + "call +44 20 7946 0009\n")
    centre.run()
    (path,) = centre.project.quarantine.rglob("*.txt")
    assert path.read_bytes() == b"3\tcall +44 20 7946 0009\n"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert stat.S_IMODE(centre.project.quarantine.stat().st_mode) == 0o700


def test_an_unterminated_line_waits_and_is_told(centre: Centre) -> None:
    centre.put("log", GOOD + f"{at(2)}|c2||STA")
    assert "line 3 has no line end yet" in "".join(centre.run().messages)
    assert "line 3 has no line end yet" in "".join(centre.run().messages)
    centre.put("log", GOOD + f"{at(2)}|c2||START|7\n")
    assert centre.run().loaded.n_read == 1
    assert len(centre.staging()["contact"]) == 2
    centre.put("log.gz", gzip.compress((GOOD + f"{at(2)}|c2||START|7\n{at(2)}|c2||END|").encode()))
    assert centre.run().loaded.n_read == 1
    centre.put("log.2", f"{at(3)}|c3||START|7")
    assert "line 1 has no line end yet" in "".join(centre.run().messages)
    centre.check_balance()


def test_known_content_under_another_name_is_not_read_again(centre: Centre) -> None:
    centre.put("log", GOOD)
    centre.run()
    (centre.landing / "log").rename(centre.landing / "log.1")
    centre.put("log.2.gz", gzip.compress(GOOD.encode()[:40]) + gzip.compress(GOOD.encode()[40:]))
    done = centre.run()
    assert done.loaded.n_read == 0
    assert told(centre)["log.1"] == (
        "duplicate",
        "holds what was read from landing/phone/log: not read again",
    )
    assert told(centre)["log.2.gz"][0] == "duplicate"
    assert not centre.run().messages
    assert len(centre.query("from ops.load_file")) == 3


def test_growth_is_read_from_where_it_began_whatever_the_name(centre: Centre) -> None:
    centre.put("log", GOOD)
    centre.run()
    (centre.landing / "log").rename(centre.landing / "log.1")
    more = f"{at(2)}|c2||START|1\n"
    centre.put("log.1", GOOD + more)
    centre.put("log", f"{at(3)}|c3||START|1\n")
    done = centre.run()
    assert done.loaded.n_read == 2
    rows = centre.query(
        "select path, first_byte, first_line, message from ops.load_file order by loaded_at, path"
    )
    assert ("landing/phone/log.1", len(GOOD), 3, "continues landing/phone/log") in rows
    assert ("landing/phone/log", 0, 1, "begins anew: it held something else before") in rows
    assert len(centre.query("select distinct file_id from ops.load_file")) == 2


def test_unchanged_files_are_not_even_opened(
    centre: Centre, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = centre.put("log", GOOD)
    os.utime(path, (1_700_000_000, 1_700_000_000))
    monkeypatch.setattr("assets.ingest.content._COARSEST_CLOCK_NS", -1)
    centre.run()
    opened = []
    monkeypatch.setattr("assets.ingest.ledger.measure", lambda *a: opened.append(a))
    centre.run()
    assert not opened
    # What the help says counts for nothing when the warehouse does not know the content.
    fresh = Centre(centre.root)
    with pytest.raises(AttributeError):
        fresh.run()
    assert opened


def test_a_plan_reads_nothing(centre: Centre) -> None:
    centre.put("log", GOOD)
    scan = plan_source(centre.con, centre.project, SOURCE, adapters=lambda *_: centre.adapter)
    assert [(plan.status, plan.n_bytes) for plan in scan.plans] == [("new", len(GOOD))]
    assert centre.query("from ops.load_file") == []


def test_a_file_that_changes_while_it_is_read_waits(
    centre: Centre, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = centre.put("log", GOOD * 2000)
    real = chunks.split_lines

    def meanwhile(*args: Any) -> Any:
        path.write_text("something else altogether\n" * 9000)
        return real(*args)

    centre.chunk_bytes = 20_000
    monkeypatch.setattr(chunks, "split_lines", meanwhile)
    assert "changed while it was read" in "".join(centre.run().messages)
    assert centre.query("select count(*) from ops.lake_manifest where layer = 'raw'") == [(0,)]
    monkeypatch.undo()
    centre.put("log", GOOD * 2000)
    assert centre.run().loaded.n_loaded == 4000
    centre.check_balance()


class KilledError(BaseException):
    """Stands for the end of the process."""


def test_what_a_killed_run_parsed_is_found_again(
    centre: Centre, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = [f"{at(1, 9, n)}|c{n}||START|+44207946{n:04}\n" for n in range(40)]
    lines[3] = "bad\n"
    centre.put("log", "".join(lines))
    centre.chunk_bytes = 200
    n_chunks = 0

    def die(step: str) -> None:
        nonlocal n_chunks
        n_chunks += step == "ingest.chunk"
        if n_chunks == 3:
            raise KilledError

    monkeypatch.setattr(chunks, "reached", die)
    with pytest.raises(KilledError):
        centre.run()
    monkeypatch.undo()
    before = centre.adapter.n_parsed
    again = Centre(centre.root, chunk_bytes=200)
    again.run()
    again.check_balance()
    assert 0 < before < 40
    assert again.adapter.n_parsed == 40 - before
    assert len(again.staging()["contact"]) == 39
    assert again.query("select line_no from ops.quarantine") == [(4,)]


STEPS = (
    "chunks:ingest.chunk", "loading:ingest.part", "loading:ingest.loaded",
    "staging:ingest.reference", "replacing:ingest.replaced", "contacts:ingest.contacts",
    "agents:ingest.agents", "staging:ingest.refreshed",
)  # fmt: skip


def test_killed_at_any_step_the_next_run_is_right(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def die(step: str) -> None:
        raise KilledError(step)

    clean = Centre(tmp_path / "clean")
    clean.put("log", GOOD)
    clean.run()
    for step in STEPS:
        centre = Centre(tmp_path / "killed")
        centre.put("log", GOOD)
        with monkeypatch.context() as patched, pytest.raises(KilledError):
            patched.setattr(f"assets.ingest.{step.partition(':')[0]}.reached", die)
            centre.run()
    centre = Centre(tmp_path / "killed")
    centre.run()
    centre.check_balance()
    assert centre.staging() == clean.staging()
    named = {path for (path,) in centre.query("select path from ops.lake_manifest")}
    assert remove_orphans(centre.project, named) == []
    remove_orphans(centre.project, named, older_than_s=-1)
    left = {str(p.relative_to(centre.project.lake)) for p in centre.project.lake.rglob("*.*")}
    assert left == named
    assert centre.run().changed.is_nothing


def test_numbers_are_nowhere_but_in_landing_and_quarantine(centre: Centre) -> None:
    planted = ["+442079460001", "02079460002", "0044 20 7946 0003", "7946000"]
    lines = [f"{at(1, 9, n)}|c{n}||START|{number}\n" for n, number in enumerate(planted)]
    lines += [f"bad {number}\n" for number in planted]
    lines += [f"{at(1)}|c9\x00||START|{planted[0]}\n", f"{planted[1]} " + "x" * 2_000_000 + "\n"]
    centre.put("log", "".join(lines))
    centre.put("log.gz", gzip.compress("".join(lines).encode()))
    centre.run()
    assert centre.query("select count(*) from ops.quarantine") == [(6,)]
    dump = centre.root / "dump.txt"
    tables = centre.query("select table_name from duckdb_tables() where schema_name = 'ops'")
    dump.write_text("".join(str(centre.query(f"from ops.{table}")) for (table,) in tables))
    for path in centre.root.rglob("*"):
        if not path.is_file() or path.is_relative_to(centre.landing):
            continue
        if path.is_relative_to(centre.project.quarantine):
            continue
        content = path.read_bytes().decode("latin-1")
        if path.suffix == ".parquet":
            content += str(pl.read_parquet(path).rows())
        for number in planted:
            assert number not in content, path
            assert number.replace(" ", "") not in content, path


def test_an_adapter_that_loses_lines_is_stopped(
    centre: Centre, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = centre.adapter.parse

    def careless(*args: Any) -> Any:
        parsed = real(*args)
        return type(parsed)(parsed.rows.head(1), parsed.bad)

    monkeypatch.setattr(centre.adapter, "parse", careless)
    centre.put("log", GOOD)
    with pytest.raises(AdapterError, match=r"log, lines 1 to 2: .* accounts for 1 of 2 lines"):
        centre.run()


def test_progress_is_told_in_bytes(centre: Centre) -> None:
    centre.put("log", GOOD * 20)
    centre.chunk_bytes = 300
    heard = []
    centre.run(on_progress=lambda *event: heard.append(event))
    assert heard[-1] == (SOURCE, "landing/phone/log", len(GOOD * 20), len(GOOD * 20))
    assert [done for _, _, done, _ in heard] == sorted(done for _, _, done, _ in heard)
    assert len(heard) > 2
