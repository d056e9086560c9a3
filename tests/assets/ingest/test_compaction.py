"""Few large files say the same as many small ones."""

from pathlib import Path

from assets.ingest.compaction import compact
from assets.ingest.engine import forget_unnamed_sources
from pipelines.settings import Project, Settings
from tests.assets.ingest.fake import SOURCE, Centre, at


def grown(centre: Centre, n_parts: int) -> None:
    """A log that grew day by day, each part read on its own."""
    lines = ""
    for day in range(1, n_parts + 1):
        lines += f"{at(day)}|c{day}||START|1\n{at(day, 10)}||ana|LOGIN|\n"
        centre.put("log", lines)
        centre.run()


def test_compacted_lakes_hold_the_same(tmp_path: Path) -> None:
    centre = Centre(tmp_path)
    grown(centre, 3)
    before, paths = centre.staging(), "select count(distinct path) from ops.lake_manifest"
    n_files = centre.query(paths)[0][0]
    assert compact(centre.con, centre.project, SOURCE, max_files=100) == 0
    assert compact(centre.con, centre.project, SOURCE, max_files=1) > 4
    assert centre.query(paths)[0][0] < n_files - 4
    assert centre.staging() == before
    centre.check_balance()
    assert centre.run().changed.is_nothing
    # What comes later touches days of merged files, and of raw lines in them.
    centre.put("log.late", f"{at(2, 11)}|c2||END|\n{at(3)}|c3||ANSWER|\n")
    assert centre.run().changed.n_contacts == 3
    compact(centre.con, centre.project, SOURCE, max_files=1)
    late = centre.staging()
    centre.run(full=True)
    assert centre.staging() == late
    centre.check_balance()


def test_a_merged_raw_file_is_parted_when_some_of_it_is_read_anew(tmp_path: Path) -> None:
    centre = Centre(tmp_path)
    for day in (1, 2, 3):
        centre.put(f"log.{day}", f"{at(day)}|c{day}||START|1\n")
    centre.run()
    before = centre.staging()
    compact(centre.con, centre.project, SOURCE, max_files=1)
    (centre.landing / "log.2").unlink()
    centre.adapter.version = "2"
    done = centre.run()
    assert done.loaded.n_read == 2
    assert centre.staging() == before
    centre.check_balance()


def test_a_source_that_nobody_names_any_more_goes(tmp_path: Path) -> None:
    centre = Centre(tmp_path)
    grown(centre, 2)
    project = Project(tmp_path, Settings())
    gone = forget_unnamed_sources(centre.con, project)
    assert {day.day for day in gone[SOURCE]} == {1, 2}
    for table in ("load_file", "lake_manifest", "feed_watermark", "quarantine", "model_state"):
        assert centre.query(f"from ops.{table}") == []
    assert forget_unnamed_sources(centre.con, project) == {}
