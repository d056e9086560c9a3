"""What staging holds depends on the lines alone, never on how files brought them."""

import gzip
from collections.abc import Iterator, Sequence
from itertools import groupby, pairwise
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from pipelines.storage.errors import StorageError
from tests.assets.ingest.fake import Centre, at

# Each example is several runs: few of them, and no minutes of shrinking when one fails.
FEW = settings(
    max_examples=2,
    deadline=None,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=[HealthCheck.too_slow],
    print_blob=True,
)
Staging = dict[str, list[tuple]]


@st.composite
def logs(draw: st.DrawFn) -> list[str]:
    """A log of some days, in order of time, with repeated lines and crowded seconds."""
    seconds = draw(
        st.lists(
            st.builds(
                at,
                st.integers(1, 4),
                st.sampled_from([0, 9, 23]),
                st.sampled_from([0, 59]),
                st.sampled_from([0, 1, 59]),
            ),
            min_size=6,
            max_size=20,
        )
    )
    lines = []
    for second in sorted(seconds):
        event = draw(
            st.sampled_from(
                ["START", "ANSWER", "END", "ODD", "LOGIN", "LOGOFF", "RESTART", "COMMENT"]
            )
        )
        contact = draw(st.sampled_from(["c1", "c2", "c3"]))
        agent = draw(st.sampled_from(["ana", "bob"]))
        line = {
            "START": f"{second}|{contact}||START|+4420794600{contact[1]}1",
            "ANSWER": f"{second}|{contact}|{agent}|ANSWER|",
            "END": f"{second}|{contact}||END|",
            "ODD": f"{second}|{contact}||ODD|",
            "LOGIN": f"{second}||{agent}|LOGIN|",
            "LOGOFF": f"{second}||{agent}|LOGOFF|",
            "RESTART": f"{second}|||RESTART|",
            "COMMENT": f"{second}|too short",
        }[event]
        lines += [line] * draw(st.sampled_from([1, 1, 1, 2]))
    return lines


def by_second(lines: Sequence[str]) -> list[str]:
    """Whole seconds of a log."""
    grouped = groupby(lines, key=lambda line: line.partition("|")[0])
    return ["".join(f"{line}\n" for line in second) for _, second in grouped]


def new_centre() -> Iterator[Centre]:
    """A centre in a folder of its own."""
    with TemporaryDirectory() as folder:
        yield Centre(Path(folder))


def expected(lines: Sequence[str]) -> Staging:
    """Staging of a log that came as one file."""
    for centre in new_centre():
        centre.put("log", "".join(f"{line}\n" for line in lines))
        centre.run()
        centre.check_balance()
        return centre.staging()
    raise AssertionError


@FEW
@given(st.data())
def test_pieces_in_any_order_give_the_same(data: st.DataObject) -> None:
    lines = data.draw(logs())
    seconds = by_second(lines)
    cuts = sorted(data.draw(st.sets(st.integers(0, len(seconds)), max_size=3)))
    ends = [0, *cuts, len(seconds)]
    pieces = ["".join(seconds[a:b]) for a, b in pairwise(ends)]
    first, last = sorted(data.draw(st.tuples(*[st.integers(0, len(seconds))] * 2)))
    pieces.append("".join(seconds[first:last]))
    order = data.draw(st.permutations(range(len(pieces))))
    for centre in new_centre():
        for place, index in enumerate(order):
            content = pieces[index].encode()
            if data.draw(st.booleans()):
                centre.put(f"log.{index}.gz", gzip.compress(content))
            else:
                centre.put(f"log.{index}", content)
            if place == 0 or data.draw(st.booleans()):
                centre.run()
        centre.run()
        centre.check_balance()
        assert centre.staging() == expected(lines)


@pytest.mark.soak
@FEW
@given(st.data())
def test_a_growing_and_rotated_file_gives_the_same(data: st.DataObject) -> None:
    lines = data.draw(logs())
    content = "".join(f"{line}\n" for line in lines).encode()
    sizes = sorted(data.draw(st.sets(st.integers(0, len(content)), min_size=1, max_size=2)))
    rotated = data.draw(st.sampled_from(["never", "renamed", "copied"]))
    # Rotation falls between two seconds.
    second = data.draw(st.integers(0, len(by_second(lines))))
    turn = len("".join(by_second(lines)[:second])) if rotated != "never" else len(content)
    for centre in new_centre():
        for size in [*(s for s in sizes if s < turn), turn]:
            centre.put("log", content[:size])
            centre.run()
        if rotated == "renamed":
            (centre.landing / "log").rename(centre.landing / "log.1")
        elif rotated == "copied":
            centre.put("log.1", content[:turn])
            centre.put("log", b"")
        for size in [*(s for s in sizes if s > turn), len(content)]:
            if rotated != "never":
                centre.put("log", content[turn:size])
            centre.run()
        centre.check_balance()
        assert centre.staging() == expected(lines)


DAYS = [
    f"{at(1, 8)}||ana|LOGIN|",
    f"{at(1, 9)}|c1||START|+442079460001",
    f"{at(1, 9, 1)}|c1|ana|ANSWER|",
    f"{at(1, 9, 4)}|c1|ana|END|",
    f"{at(2, 23, 59)}|c2||START|+442079460002",
    f"{at(3, 0, 5)}|c2|ana|ANSWER|",
    f"{at(3, 0, 6)}|c2|ana|END|",
    f"{at(4, 9)}||ana|LOGOFF|",
    f"{at(6, 9)}|c3||START|1013",
    f"{at(6, 9)}|c3||ODD|",
    f"{at(6, 9)}|c3||ODD|",
    f"{at(6, 9, 9)}|c3||END|",
]


def text(lines: Sequence[str]) -> str:
    """Lines as a file."""
    return "".join(f"{line}\n" for line in lines)


@pytest.fixture
def centre(tmp_path: Path) -> Centre:
    """A centre without files."""
    return Centre(tmp_path)


@pytest.mark.soak
def test_newest_first_line_by_line(centre: Centre) -> None:
    for number in range(len(DAYS) - 1, -1, -2):
        centre.put(f"log.{number}", text(DAYS[number - 1 : number + 1]))
        centre.run()
    centre.check_balance()
    # The two equal lines of one second lie in two files here: one event, and it is said so.
    assert centre.staging() == expected([*DAYS[:9], *DAYS[10:]])
    said = centre.query("select message from ops.load_file where message is not null")
    assert any("equal lines of both were counted once" in message for (message,) in said)


def test_equal_lines_of_one_file_are_several_events(centre: Centre) -> None:
    centre.put("log", text(DAYS))
    centre.run()
    assert len(centre.staging()["anomaly"]) == 2
    # The same second again, in a file that overlaps: nothing new; with a third line: one more.
    centre.put("log.again", text(DAYS[5:]))
    assert centre.run().changed.is_nothing
    centre.put("log.longer", text([*DAYS[7:11], *DAYS[10:]]))
    centre.run()
    assert len(centre.staging()["anomaly"]) == 3


def test_only_what_new_lines_touch_is_derived(centre: Centre) -> None:
    centre.put("log", text(DAYS[:8]))
    centre.run()
    before = set(centre.query("select path from ops.lake_manifest where layer = 'staging'"))
    centre.query("delete from ops.dirty_day")
    centre.put("log", text(DAYS))
    changed = centre.run().changed
    after = set(centre.query("select path from ops.lake_manifest where layer = 'staging'"))
    assert changed.n_contacts == 1
    assert {day.day for day in changed.contact_days} == {6}
    # From the day of the last watermark on: agents' spans ended there.
    assert {day.day for day in changed.agent_days} == {4, 5, 6}
    gone = {path for (path,) in before - after}
    assert all("/roster/" in path for path in gone)
    dirty = centre.query("select unit, day(local_date), cause from ops.dirty_day order by all")
    assert dirty == [*(("agent", d, "phone: new lines") for d in (4, 5, 6)),
                     ("contact", 6, "phone: new lines")]  # fmt: skip


def test_a_late_line_reaches_the_days_that_hang_on_it(centre: Centre) -> None:
    centre.put("log", text([line for line in DAYS if "LOGOFF" not in line]))
    centre.run()
    assert len([row for row in centre.staging()["agent_event"] if row[-1]]) == 5
    centre.put("late", "")
    centre.put("log.late", text(DAYS[7:8]))
    changed = centre.run().changed
    assert {day.day for day in changed.agent_days} == {4, 5, 6}
    assert changed.n_agent_days == 3
    centre.put("log.later", text([f"{at(1, 10)}||bob|LOGIN|", f"{at(1, 11)}||bob|LOGOFF|"]))
    changed = centre.run().changed
    # The standing at midnight is as before: the days after it are let alone.
    assert changed.n_agent_days == 1
    assert {day.day for day in changed.agent_days} == {1}
    bob = [f"{at(1, 10)}||bob|LOGIN|", f"{at(1, 11)}||bob|LOGOFF|"]
    assert centre.staging() == expected([*DAYS[:4], *bob, *DAYS[4:]])


def test_an_open_contact_is_looked_at_until_it_ends(centre: Centre) -> None:
    centre.put("log", text([f"{at(1)}|c1||START|1", f"{at(20)}|c2||START|2", f"{at(20)}|c2||END|"]))
    assert centre.run().changed.n_contacts == 2
    centre.put("log.1", text([f"{at(25)}|||RESTART|"]))
    changed = centre.run().changed
    assert changed.n_contacts == 1
    assert {day.day for day in changed.contact_days} == {1}
    assert centre.staging()["queue_visit"][0][10] == "cut"
    centre.put("log.2", text([f"{at(26)}|||RESTART|"]))
    assert centre.run().changed.n_contacts == 0


def test_changed_settings_derive_anew_and_a_changed_reader_reads_anew(centre: Centre) -> None:
    centre.put("log", text(DAYS))
    centre.run()
    parsed = centre.adapter.n_parsed
    centre.put("setup.conf", "anything")
    changed = centre.run().changed
    assert changed.is_full
    assert centre.adapter.n_parsed == parsed
    assert not centre.run().changed.is_full
    centre.adapter.version = "2"
    done = centre.run()
    assert done.loaded.is_reread
    assert centre.adapter.n_parsed == 2 * parsed
    assert centre.staging() == expected(DAYS)
    centre.check_balance()


def test_lines_that_landing_lost_stay_as_they_were_read(centre: Centre) -> None:
    centre.put("log.1", text(DAYS[:6]))
    centre.put("log", text(DAYS[6:]))
    centre.run()
    (centre.landing / "log.1").unlink()
    assert centre.run().changed.is_nothing
    centre.adapter.version = "2"
    done = centre.run()
    assert "log.1: is no longer in landing" in "".join(done.messages)
    assert centre.staging() == expected(DAYS)
    centre.check_balance()


def test_what_was_rotated_away_is_not_taken_for_what_came_after(centre: Centre) -> None:
    centre.put("log", text(DAYS[:6]))
    centre.run()
    centre.put("log", text(DAYS[6:]))
    centre.run()
    centre.run(full=True)
    centre.check_balance()
    assert centre.staging() == expected(DAYS)
    ids = centre.query("select file_id, count(*) from ops.load_file group by 1")
    assert [n for _, n in ids] == [1, 1]


def test_a_lake_that_lost_files_is_told_and_built_anew(centre: Centre) -> None:
    centre.put("log.1", text(DAYS[:4]))
    centre.put("log", text(DAYS[4:]))
    centre.run()
    (centre.landing / "log.1").unlink()
    for path in (centre.project.lake / "raw").rglob("*.parquet"):
        path.unlink()
    with pytest.raises(StorageError, match="--full"):
        centre.run()
    assert "log.1: is neither in landing nor" in "".join(centre.run(full=True).messages)
    assert centre.staging() == expected(DAYS[4:])
    centre.check_balance()


def test_thresholds_are_reference_rows_only(centre: Centre) -> None:
    centre.put("log", text(DAYS))
    centre.run()
    centre.set(queues={"main": {"service_level_s": 30}})
    changed = centre.run().changed
    assert not changed.is_full
    assert changed.reference_tables == {"queue_config"}
    assert centre.staging()["queue_config"][0][7] == 30


def test_two_sources_stand_side_by_side(centre: Centre) -> None:
    from pipelines.storage.lake import attach_staging

    centre.put("log", text(DAYS))
    centre.run()
    attach_staging(centre.con, centre.project)
    attach_staging(centre.con, centre.project)
    assert centre.query("select count(*) from staging.contact where zone = 'Etc/UTC'") == [(3,)]
    assert centre.query("select count(*) from staging.agent_offer") == [(0,)]
