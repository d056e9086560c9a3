"""Numbers and names of callers are nowhere in what a run writes, but in landing and quarantine."""

import csv
import gzip
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from assets.ingest.refresh import ingest
from pipelines.storage.duck import connect
from pipelines.storage.ops import create_ops
from tests.harness import make_project

PLANTED = (b"5551230", b"5559870", b"5554560", b"5557410", b"5558520", b"5553690", b"5552580")
NAMES = (b"Planted Caller", b"Wanted Person")

LOG = b"""\
1795289907|NONE|NONE|NONE|QUEUESTART|
1795289921|1795289919.11|sales|NONE|DID|0800123
1795289921|1795289919.11|sales|NONE|ENTERQUEUE||+4420 7946 5551230|1|Planted Caller
1795289922|1795289919.11|sales|Ana|CONNECT|1|1795289921.14|0
1795289930|1795289919.11|sales|Ana|BLINDTRANSFER|0079465559870|internal|1|8|1
1795289931|1795289919.11|sales|NONE|CALLBACKREQ|+442079465554560
1795289932|1795289919.11|sales|NONE|NOTE|call back (020) 7946-555 7410 soon
17952899xx|1795289919.12|sales|NONE|ENTERQUEUE||+442079465558520|1|Wanted Person
"""
CDR_ROWS = (
    b'"","+442079465551230","7001","queues","""Planted Caller"" <+442079465551230>",'
    b'"PJSIP/+442079465551230-00000006","PJSIP/1013-00000008","Queue","sales,tT,,,14",'
    b'"2026-11-21 19:38:39","2026-11-21 19:38:39","2026-11-21 19:38:50",11,11,"ANSWERED",'
    b'"DOCUMENTATION","1795289919.11","+442079465553690"\n'
    b'"","1004","02079465552580","internal","""Ana"" <1004>",'
    b'"PJSIP/1004-00000001","PJSIP/trunk-00000002","Dial","PJSIP/02079465552580@trunk,30",'
    b'"2026-11-21 19:39:39","2026-11-21 19:39:40","2026-11-21 19:39:50",11,10,"ANSWERED",'
    b'"DOCUMENTATION","1795289979.20",""\n'
)


LONG = 9
"""Digits of a number that is a caller's, and not an extension's or an event's own."""


def test_planted_numbers_and_names_stay_in_landing_and_quarantine(tmp_path):
    """In every field where each file may hold them: reading keeps none."""
    project = make_project(tmp_path / "p", {"queue_log": LOG, "Master.csv": CDR_ROWS})
    with connect(project.root / "var" / "built.duckdb", threads=1) as con:
        create_ops(con)
        told = "\n".join(ingest(con, project).messages).encode()
    looked = 0
    for path in written(project.root):
        looked += 1
        for text in (told, *texts_of(path)):
            for planted in (*PLANTED, *NAMES):
                assert planted not in text, f"{planted!r} is in {path.relative_to(project.root)}"
    assert looked > 5
    quarantined = b"".join(p.read_bytes() for p in project.quarantine.rglob("*") if p.is_file())
    assert b"5558520" in quarantined


@pytest.mark.slow
def test_no_caller_of_the_sample_is_in_anything_the_whole_way_writes(demo, sample):
    """Lake, warehouses, Dagster's own records, pages and the files beside them."""
    callers = callers_of(sample)
    assert len(callers) > 400
    assert callers <= ends_of((sample / "queue_log").read_bytes()) | ends_of(
        (sample / "Master.csv").read_bytes()
    )
    kinds = set()
    for path in written(demo[0]):
        kinds.add(path.suffix)
        for text in texts_of(path):
            found = callers & ends_of(text)
            assert not found, f"{sorted(found)[:3]} in {path}"
    assert {".duckdb", ".parquet", ".html", ".db", ".csv", ".xlsx"} <= kinds


def callers_of(sample: Path) -> set[bytes]:
    """Numbers of the sample's callers, as its files have them and without what leads them in."""
    lines = (sample / "queue_log").read_text(encoding="utf-8").splitlines()
    told = {line.split("|")[6] for line in lines if "|ENTERQUEUE|" in line}
    with (sample / "Master.csv").open(encoding="utf-8", newline="") as file:
        told |= {field for row in csv.reader(file) for field in row[1:3]}
    numbers = {number.lstrip("+") for number in told if re.fullmatch(r"\+?\d+", number)}
    numbers |= {number.lstrip("0") for number in numbers}
    return {number.encode() for number in numbers if len(number) >= LONG}


def ends_of(text: bytes) -> set[bytes]:
    """What every long number of a text ends on: it may begin with a country's code or not."""
    numbers = set(re.findall(rb"\d{%d,}" % LONG, text))
    return {number[-long:] for number in numbers for long in range(LONG, 18)}


def written(root: Path) -> Iterator[Path]:
    """Every file of a project that may hold no caller's number or name."""
    for path in sorted(root.rglob("*")):
        inside = path.relative_to(root).parts
        may_not = inside[0] != "landing" and inside[:2] != ("var", "quarantine")
        if may_not and path.is_file() and not path.is_symlink():
            yield path


def texts_of(path: Path) -> list[bytes]:
    """A file's bytes, and every value of a Parquet file or database, which may be compressed."""
    import duckdb

    found = [path.read_bytes()]
    if path.suffix == ".gz":
        found.append(gzip.decompress(found[0]))
    if path.suffix == ".xlsx":
        with zipfile.ZipFile(path) as book:
            found += [book.read(name) for name in book.namelist()]
    if path.suffix == ".parquet":
        rows = duckdb.sql(f"select to_json(t)::varchar from read_parquet('{path}') as t").fetchall()
        found += [row[0].encode() for row in rows]
        metadata = duckdb.sql(f"select value from parquet_kv_metadata('{path}')").fetchall()
        found += [bytes(row[0]) for row in metadata]
    if path.suffix == ".duckdb":
        with duckdb.connect(str(path), read_only=True) as con:
            # A view holds nothing of its own.
            tables = con.execute(
                "select table_schema || '.' || table_name from information_schema.tables"
                " where table_type = 'BASE TABLE'"
            ).fetchall()
            for (table,) in tables:
                rows = con.execute(f"select to_json(t)::varchar from {table} as t").fetchall()
                found += [row[0].encode() for row in rows]
    return found
