"""Bad input: a clear message or a quarantined row, never a traceback, never silence."""

from assets.ingest.refresh import ingest
from pipelines.storage.duck import connect
from pipelines.storage.lake import attach_staging
from pipelines.storage.ops import create_ops
from tests.harness import land, make_project

GOOD = (
    b"1795289907|NONE|NONE|NONE|QUEUESTART|\n"
    b"1795289921|1795289919.11|sales|NONE|ENTERQUEUE||01715551138|1\n"
    b"1795289922|1795289919.11|sales|Ana|CONNECT|1|1795289921.14|0\n"
    b"1795289930|1795289919.11|sales|Ana|COMPLETECALLER|1|8|1\n"
)


def run(project):
    """Read what is new; every note, the ledger, what was refused, and the answered visits."""
    with connect(project.var / "built.duckdb", threads=1) as con:
        create_ops(con)
        notes = ingest(con, project).messages
        attach_staging(con, project)
        files = con.sql("select * from ops.load_file order by path, first_line").pl().to_dicts()
        refused = con.sql("select * from ops.quarantine order by path, line_no").pl().to_dicts()
        answered = con.execute(
            "select count(*) from staging.queue_visit where outcome = 'answered'"
        ).fetchone()[0]
    return "\n".join(notes), files, refused, answered


BAD = {
    "field": b"1795289931|x|sales\n",
    "time": b"yesterday|x|sales|NONE|ENTERQUEUE||1|1\n",
    "event": b"1795289931|x|sales|NONE|\n",
    "NUL": b"1795289931|x|sa\x00les|NONE|ENTERQUEUE||1|1\n",
    "ahead of now": b"9995289931|x|sales|NONE|ENTERQUEUE||1|1\n",
    "long": b"1795289931|" + b"x" * 10_000_000 + b"|sales|NONE|ENTERQUEUE||1|1\n",
}
"""A word of the reason -> the line."""


def test_bad_lines_are_quarantined_and_the_rest_goes_on(tmp_path):
    log = GOOD + b"".join(BAD.values()) + GOOD.replace(b".11", b".99")
    project = make_project(tmp_path / "p", {"queue_log": log})
    notes, files, refused, answered = run(project)
    assert answered == 2
    assert [r["line_no"] for r in refused] == list(range(5, 5 + len(BAD)))
    for row, said in zip(refused, BAD, strict=True):
        assert said in row["reason"]
    assert files[0]["n_read"] == files[0]["n_loaded"] + len(BAD) == 8 + len(BAD)
    assert "refused" in notes
    kept = list(project.quarantine.rglob("*.txt"))
    assert len(kept) == 1
    assert kept[0].stat().st_mode & 0o777 == 0o600


def test_latin_1_names_and_unknown_events_are_kept_and_told(tmp_path):
    log = GOOD.replace(b"|Ana|", "|Zoë|".encode("latin-1"))
    log += b"1795289923|1795289919.11|sales|NONE|MOONPHASE|full|moon\n"
    notes, files, refused, answered = run(make_project(tmp_path / "p", {"queue_log": log}))
    assert (answered, refused) == (1, [])
    assert files[0]["n_loaded"] == 5
    assert "UTF-8" in notes
    assert "MOONPHASE" in notes


def test_a_truncated_last_line_waits_for_its_end(tmp_path):
    project = make_project(tmp_path / "p", {"queue_log": GOOD[:-10]})
    notes, files, _, _ = run(project)
    assert files[0]["n_read"] == 3
    assert "line 4" in notes
    land(project, {"queue_log": GOOD})
    _, files, refused, answered = run(project)
    assert sum(f["n_read"] for f in files) == 4
    assert (answered, refused) == (1, [])


def test_an_empty_file_a_folder_and_a_stranger_are_told(tmp_path):
    project = make_project(
        tmp_path / "p", {"queue_log": GOOD, "queue_log.1": b"", "holiday.jpg": b"\xff\xd8\xff"}
    )
    (project.landing("pbx") / "queue_log.2").mkdir()
    notes, files, _, answered = run(project)
    assert answered == 1
    for name in ("queue_log.1", "holiday.jpg"):
        assert name in notes
    assert {f["status"] for f in files} >= {"loaded", "unread"}


def test_a_broken_archive_is_told_and_read_when_mended(tmp_path):
    import gzip

    whole = gzip.compress(GOOD)
    project = make_project(tmp_path / "p", {"queue_log.gz": whole[:-12]})
    notes, files, _, answered = run(project)
    assert answered == 0
    assert files[0]["status"] == "unread"
    assert "queue_log.gz" in notes
    land(project, {"queue_log.gz": whole})
    assert run(project)[3] == 1


def test_a_wrong_time_zone_is_noticed(sample, tmp_path):
    files = {name: (sample / name).read_bytes() for name in ("queue_log", "Master.csv")}
    project = make_project(tmp_path / "p", files, zone="America/New_York")
    notes, *_ = run(project)
    assert "zone" in notes
    assert "Master.csv" in notes


def test_nothing_in_landing_is_told_and_no_error(tmp_path):
    notes, files, _, answered = run(make_project(tmp_path / "p", {}))
    assert "landing" in notes
    assert (files, answered) == ([], 0)
