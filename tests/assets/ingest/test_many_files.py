"""Many small files are read together, and each keeps its own account."""

import gzip
from pathlib import Path
from typing import Any

import pytest

from assets.ingest import content, cutting, loading
from tests.assets.ingest.fake import Centre, at


@pytest.fixture
def centre(tmp_path: Path) -> Centre:
    return Centre(tmp_path)


def a_day(day: int) -> str:
    """A call, a comment, a damaged line."""
    return f"{at(day)}|c{day}||START|1\n# {day}\nbad {day}\n{at(day, 10)}|c{day}||END|\n"


def land(centre: Centre, days: range) -> None:
    for day in days:
        centre.put(f"log.{day:02}", a_day(day))


def lake_files(centre: Centre) -> int:
    (n,) = centre.query("select count(distinct path) from ops.lake_manifest where layer = 'raw'")[0]
    return n


def test_they_lie_in_one_file_of_the_lake_each_with_its_lines(centre: Centre) -> None:
    land(centre, range(1, 21))
    centre.run()
    assert lake_files(centre) == 1
    accounts = centre.query(
        "select distinct n_read, n_loaded, n_quarantined, n_skipped, skipped_by_rule "
        "from ops.load_file"
    )
    assert accounts == [(4, 2, 1, 1, '{"comment": 1}')]
    spans = centre.query("select path, first_at, last_at from ops.load_file order by path")
    assert [(Path(path).name, first.day, last.day) for path, first, last in spans] == [
        (f"log.{day:02}", day, day) for day in range(1, 21)
    ]
    refused = centre.query("select path, line_no, masked from ops.quarantine order by path")
    assert [line for _, line, _ in refused] == [3] * 20
    assert refused[9] == ("landing/phone/log.10", 3, "xxx 99")
    kept = sorted(path.read_bytes() for path in centre.project.quarantine.rglob("*.txt"))
    assert kept == sorted(f"3\tbad {day}\n".encode() for day in range(1, 21))
    centre.staging()
    lines = centre.query("select contact_id, line_no, file_id from staging.contact")
    assert {line for _, line, _ in lines} == {1}
    assert len({file_id for _, _, file_id in lines}) == 20
    centre.check_balance()


def test_what_is_to_know_of_a_file_is_told_of_that_file_alone(centre: Centre) -> None:
    land(centre, range(1, 4))
    centre.put("log.02", f"\ufeff\r\n{a_day(2)}{at(2, 11)}|c2||HUH|\r\n \n".encode())
    centre.put("log.03", f"{at(3)}|c3|Jos".encode() + b"\xe9|START|1\n")
    done = centre.run()
    assert lake_files(centre) == 1
    accounts = centre.query("select path, n_read, skipped_by_rule from ops.load_file order by path")
    assert [(Path(path).name, *rest) for path, *rest in accounts] == [
        ("log.01", 4, '{"comment": 1}'),
        ("log.02", 7, '{"blank_line": 2, "comment": 1}'),
        ("log.03", 1, "{}"),
    ]
    refused = centre.query("select path, line_no, masked from ops.quarantine order by path")
    assert [(Path(path).name, *rest) for path, *rest in refused] == [
        ("log.01", 3, "xxx 9"), ("log.02", 4, "xxx 9"),
    ]  # fmt: skip
    told = [m for m in done.messages if "refused" not in m]
    assert len(told) == 2
    assert "log.02: 1 lines: unknown event" in told[0]
    assert "log.03: 1 lines: not UTF-8" in told[1]
    assert [row[3] for row in centre.staging()["roster"]] == ["José"]
    centre.check_balance()


def test_lines_refused_are_told_once_for_all_files_of_a_feed(centre: Centre) -> None:
    land(centre, range(1, 4))
    several = centre.run().messages
    assert several == [
        "landing/phone/log.01 and 2 more files: 3 lines refused: ops.quarantine says which and why"
    ]
    land(centre, range(4, 5))
    one = centre.run().messages
    assert one == ["landing/phone/log.04: 1 line refused: ops.quarantine says which and why"]


def test_together_or_one_by_one_they_give_the_same(tmp_path: Path) -> None:
    together, apart = Centre(tmp_path / "together"), Centre(tmp_path / "apart", chunk_bytes=1)
    for centre in (together, apart):
        land(centre, range(1, 6))
        centre.run()
        centre.check_balance()
    assert lake_files(apart) > lake_files(together) == 1
    assert apart.staging() == together.staging()


def test_parts_of_one_stream_are_numbered_on(centre: Centre) -> None:
    centre.put("log.1", a_day(1))
    centre.put("log.2", a_day(1) + a_day(2))
    centre.put("log.3.gz", gzip.compress((a_day(1) + a_day(2) + a_day(3)).encode()))
    centre.run()
    parts = centre.query(
        "select first_line, n_read, file_id from ops.load_file order by first_line"
    )
    assert [part[:2] for part in parts] == [(1, 4), (5, 4), (9, 4)]
    assert len({file_id for _, _, file_id in parts}) == 1
    assert lake_files(centre) == 1
    assert centre.query("select line_no from ops.quarantine order by 1") == [(3,), (7,), (11,)]
    centre.check_balance()


def test_one_that_changes_meanwhile_costs_only_itself(
    centre: Centre, monkeypatch: pytest.MonkeyPatch
) -> None:
    land(centre, range(1, 6))

    def meanwhile(path: Path, *args: Any, **more: Any) -> Any:
        if path.name == "log.03":
            path.write_text("something else\n" * 9)
        return content.read_chunks(path, *args, **more)

    with monkeypatch.context() as patched:
        patched.setattr(cutting, "read_chunks", meanwhile)
        done = centre.run()
    assert "log.03: changed while it was read" in "".join(done.messages)
    assert done.loaded.n_read == 16
    unread = centre.query("select path from ops.load_file where status = 'unread'")
    assert unread == [("landing/phone/log.03",)]
    centre.check_balance()
    land(centre, range(3, 4))
    assert centre.run().loaded.n_read == 4
    assert len(centre.staging()["contact"]) == 5


def test_a_killed_run_finds_them_again(centre: Centre, monkeypatch: pytest.MonkeyPatch) -> None:
    class KilledError(BaseException):
        pass

    def die(step: str) -> None:
        raise KilledError(step)

    land(centre, range(1, 6))
    with monkeypatch.context() as patched, pytest.raises(KilledError):
        patched.setattr(loading, "reached", die)
        centre.run()
    again = Centre(centre.root)
    again.run()
    assert again.adapter.n_parsed == 0
    assert again.query("select count(*), sum(n_read) from ops.load_file") == [(5, 20)]
    assert again.query("select path, line_no from ops.quarantine order by 1") == [
        (f"landing/phone/log.{day:02}", 3) for day in range(1, 6)
    ]
    again.check_balance()


def test_of_a_file_of_the_lake_only_what_is_read_anew_goes(centre: Centre) -> None:
    land(centre, range(1, 4))
    centre.run()
    before = centre.staging()
    (centre.landing / "log.02").unlink()
    centre.run(full=True)
    assert centre.staging() == before
    assert lake_files(centre) == 2
    centre.check_balance()
