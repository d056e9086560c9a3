"""A row that comes again with other values: the newer counts, the older is kept, days follow."""

from datetime import date, datetime

from assets.ingest.engine import ingest_source
from pipelines.storage.lake import RAW, manifest, read_files

SALES = """\
description: Sales, told again whenever they change.
files: sales*.csv
version: changed
rows:
  - table: sale
    columns: {sale_id: id, sold_at: at, kind: what}
"""
NOW = datetime.fromisoformat("2026-03-01 00:00:00")
HEADER = "id,at,what,changed\n"


def test_what_was_told_before_is_kept_and_both_days_are_rebuilt(files):
    files.map("sales", SALES)
    files.land("sales_b.csv", HEADER + "1,2026-01-02 09:30:00,order,2026-01-02 10:00:00\n")
    files.run()
    # The correction is told in a file whose name sorts before the other.
    files.land("sales_a.csv", HEADER + "1,2026-01-03 09:30:00,payment,2026-02-01 08:00:00\n")
    done = ingest_source(files.con, files.project, "files", now=NOW)
    assert files.rows("sale", "kind, local_date") == [("payment", date(2026, 1, 3))]
    assert done.changed.contact_days == {date(2026, 1, 2), date(2026, 1, 3)}
    paths = [file.path for file in manifest(files.con, RAW, table="sales")]
    raw = files.con.sql(
        f"select file_name, r0_kind from {read_files(files.project.lake, paths)} order by all"
    ).fetchall()
    assert raw == [("sales_a.csv", "payment"), ("sales_b.csv", "order")]
