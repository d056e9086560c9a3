"""Files of the numbers: the same as the page, typed, and harmless."""

import csv
import re
import zipfile
from datetime import date
from html import unescape
from pathlib import Path
from xml.etree import ElementTree as ET

import duckdb
import polars as pl
import pytest

from reports.figures import entry
from reports.figures.base import Chart
from reports.outputs import files
from reports.outputs.cells import Looks, put_number, put_text
from reports.outputs.long import COLUMNS, columns
from reports.outputs.page_tables import PageTable, of_charts
from reports.outputs.text import defused, plain
from reports.outputs.workbook import sheet_names
from reports.pages.tables import Cell, Column, with_goal
from reports.queries import Reader
from reports.spans import Span
from tests.reports.centre import NASTY
from tests.reports.made import share

WEEK = Span("week", date(2026, 10, 19))
HOSTILE = (
    "=cmd|'/C calc'!A0", "@SUM(1+1)*cmd|' /C calc'!A0", "+1+1", "-2+3", "\t=1+1", "\r=1+1",
    "＝1+1", "<script>alert(1)</script>", "\u202eevil\u200f", "nul\x00\x01\x1b[31mred",  # noqa: RUF001
    "javascript:alert(1)", "https://example.org/x", "0049", NASTY, "x" * 40_000,
)  # fmt: skip
SPACE = {"m": "http://schemas.openxmlformats.org/spreadsheetml/2006/main"}


def table(names=HOSTILE, page="service", title="Queues"):
    rows = [
        [Cell(name, left=True), with_goal(share(30 + i, 60, scope=("queue", name))),
         Cell("1:00", sort=-3.5), Cell(name, left=True)]
        for i, name in enumerate(names)
    ]  # fmt: skip
    columns = [Column("Queue", left=True), Column("Service level"), Column("Change"),
               Column("Team", left=True)]  # fmt: skip
    return PageTable(page, "Service", "by-queue", title, columns, rows)


def sheet_rows(path: Path, number: int) -> list[dict[str, tuple[str, str]]]:
    """Cells of a sheet by column letter: kind and content, read from the workbook's XML."""
    with zipfile.ZipFile(path) as book:
        shared = [
            "".join(t.text or "" for t in si.iter(f"{{{SPACE['m']}}}t"))
            for si in ET.fromstring(book.read("xl/sharedStrings.xml"))  # noqa: S314
        ]
        sheet = ET.fromstring(book.read(f"xl/worksheets/sheet{number}.xml"))  # noqa: S314
    found = []
    for row in sheet.iterfind(".//m:row", SPACE):
        cells = {}
        for cell in row.iterfind("m:c", SPACE):
            assert cell.find("m:f", SPACE) is None, "a formula"
            value = cell.findtext("m:v", default="", namespaces=SPACE)
            kind = cell.get("t", "n")
            letter = re.sub(r"\d", "", cell.get("r"))
            cells[letter] = (kind, shared[int(value)] if kind == "s" else value)
        found.append(cells)
    return found


def test_hostile_texts_stay_text_in_csv_and_negative_numbers_stay_numbers(tmp_path):
    paths = files.write(tmp_path, [table()], WEEK)
    text = (tmp_path / paths[0]).read_text("utf-8-sig")
    rows = list(csv.DictReader(text.splitlines(keepends=True)))
    assert len(rows) == 3 * len(HOSTILE)
    for row in rows:
        for name in ("row", "scope_id", "column", "text"):
            assert not row[name].startswith(("=", "+", "-", "@", "\t", "\r", "＝")), row  # noqa: RUF001
            assert not re.search(r"[\x00-\x1f\x7f-\x9f]", row[name])
    assert {row["value"] for row in rows if row["column"] == "Change"} == {"-3.5"}
    assert rows[0]["row"] == "'" + HOSTILE[0]
    told = pl.read_parquet(tmp_path / paths[1])
    assert told["row"][0] == HOSTILE[0]
    assert told["value"][0] == 100 * 30 / 60


def test_hostile_texts_stay_text_in_a_workbook(tmp_path):
    import xlsxwriter

    path = tmp_path / "book.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet()
        for i, name in enumerate(HOSTILE):
            put_text(sheet, (i, 0), name)
        put_number(sheet, (0, 1), -3.5, "seconds", Looks(book))
    rows = sheet_rows(path, 1)
    assert [row["A"] for row in rows] == [("s", plain(name)[:32_000]) for name in HOSTILE]
    assert rows[0]["B"] == ("n", "-3.5")
    with zipfile.ZipFile(path) as book:
        assert not [name for name in book.namelist() if "rels" in name and "sheet1" in name]


@pytest.mark.parametrize(
    ("given", "safe"),
    [
        ("=1", "'=1"),
        (" +1", "' +1"),
        ("a=1", "a=1"),
        ("\t@x", "'@x"),
        ("\x00\x07-", "'-"),
        ("", ""),
    ],
)
def test_what_a_spreadsheet_would_run_gets_an_apostrophe(given, safe):
    assert defused(given) == safe


def test_sheets_have_names_that_excel_takes():
    long = [table(title=t) for t in ("Queues", "queues", "A very long heading of a table: [x]/y?")]
    names = sheet_names([*long, *long])
    assert len({name.lower() for name in names}) == 6
    assert all(len(name) <= 31 and not re.search(r"[\[\]:*?/\\]", name) for name in names)


def test_files_hold_every_number_of_the_page_at_full_precision(site, warehouse):
    folder = site.index.parent / "weeks/2026-W43/tables"
    with duckdb.connect(str(warehouse), read_only=True) as con:
        known = {
            row[:3]: row[3:]
            for row in con.execute(
                "select metric_id, scope_kind, scope_id, value, numerator, denominator, goal"
                " from marts.v_kpi_week where local_date = '2026-10-19'"
            ).fetchall()
        }
    page = (site.index.parent / "weeks/2026-W43/service.html").read_text("utf-8")
    for name in ("service-by-queue", "overview-queues", "overview-agents", "key-figures"):
        found = pl.read_parquet(folder / f"{name}.parquet")
        numbers = found.filter(pl.col("metric_id").is_not_null())
        assert numbers.height >= 4
        for row in numbers.iter_rows(named=True):
            value, numerator, denominator, goal = known[
                row["metric_id"], row["scope_kind"], row["scope_id"]
            ]
            assert row["value"] == value
            assert row["numerator"] == (None if numerator is None else float(numerator))
            assert row["denominator"] == (None if denominator is None else float(denominator))
            assert goal is None or row["goal"] == float(goal)
            assert row["is_small"] is not None
        again = pl.read_csv(folder / f"{name}.csv", infer_schema_length=None)
        assert again["value"].to_list() == found["value"].to_list()
        assert again.columns == found.columns
    assert 'href="../../weeks/2026-W43/tables/service-by-queue.csv"' in page
    assert 'href="../../weeks/2026-W43.xlsx"' in page
    agents = pl.read_parquet(folder / "overview-agents.parquet")
    logged = agents.filter(pl.col("column") == "Logged in")
    assert set(logged["unit"]) == {"seconds"}
    assert logged["value"].min() > 3600
    days = pl.read_parquet(folder / "overview-days.parquet")
    assert days["first_day"].max() == date(2026, 10, 25)
    assert set(days["grain"]) == {"day"}


def test_the_first_page_has_files_of_all_days(site, warehouse):
    folder = site.index.parent / "all" / "tables"
    page = site.index.read_text(encoding="utf-8")
    links = set(re.findall(r'href="(all/tables/[^"]+)"', page))
    assert links == {f"all/tables/{path.name}" for path in folder.iterdir()}
    rows = pl.read_parquet(folder / "overview-queues.parquet")
    assert set(rows["grain"]) == {"all"}
    with Reader(warehouse) as reader:
        days = [row["local_date"] for row in reader.days()]
        numbers = reader.period_numbers(days[0], days[-1], metrics=["offered", "service_level"])
    assert (rows["first_day"][0], rows["last_day"][0]) == (days[0], days[-1])
    for metric in ("offered", "service_level"):
        told = rows.filter(pl.col("metric_id") == metric).select("scope_id", "value").rows()
        assert dict(told) == {q: numbers.value(metric, "queue", q) for q, _ in told}
        assert len(told) > 2
    of_days = pl.read_parquet(folder / "overview-days.parquet")
    assert of_days["first_day"].n_unique() == len(days)


def test_the_table_under_a_chart_has_files_with_its_numbers():
    rows = [
        [entry.day(date(2026, 10, 19)), entry.share(78.512), entry.hours(2.5),
         entry.between(entry.count(3), entry.count(5)), "customer"],
        [entry.day(date(2026, 10, 20)), entry.share(None), entry.unknown(),
         entry.between(entry.count(None), entry.count(5)), ""],
    ]  # fmt: skip
    head = ("Day", "Service level", "Required, h", "Range", "Harms")
    drawn = Chart("days", "Days", "", "", {}, head=head, rows=rows)
    (found,) = of_charts({"charts": [drawn]}).values()
    assert found.name == "overview-chart-days"
    told = dict(zip(COLUMNS, columns(found, WEEK), strict=True))
    assert list(zip(told["column"], told["unit"], told["value"], told["text"], strict=True)) == [
        ("Service level", "percent", 78.512, None),
        ("Required, h", "seconds", 9000.0, None),
        ("Range, from", "count", 3.0, None),
        ("Range, to", "count", 5.0, None),
        ("Harms", None, None, "customer"),
    ]
    assert set(told["first_day"]) == {date(2026, 10, 19)}


def test_a_row_under_a_chart_is_of_its_own_week_and_a_sum_that_lacks_a_part_is_no_number():
    before = Span("week", date(2026, 10, 12))
    rows = [[entry.Entry(before.short, span=before), entry.seconds(4.0), "≥ 5:00"]]
    drawn = Chart("course", "Course", "", "", {}, head=("Week", "Talk", "Together"), rows=rows)
    (found,) = of_charts({"charts": [drawn]}).values()
    told = dict(zip(COLUMNS, columns(found, WEEK), strict=True))
    assert (
        list(zip(told["grain"], told["first_day"], told["last_day"], strict=True))
        == [("week", date(2026, 10, 12), date(2026, 10, 18))] * 2
    )
    assert list(zip(told["value"], told["text"], strict=True)) == [(4.0, None), (None, "≥ 5:00")]


def test_every_chart_with_numbers_links_to_files_that_hold_what_it_lists(site):
    top, n_linked = site.index.parent, 0
    for page in (top / "weeks/2026-W43").glob("*.html"):
        text = page.read_text("utf-8")
        figures = re.findall(r"<figure.*?</figure>", text, re.DOTALL)
        for one in figures:
            listed = re.search(r"<tbody>(.*)</tbody>", one, re.DOTALL)
            paths = re.findall(r'href="([^"]*)" download', one)
            assert [path.rpartition(".")[2] for path in paths] == ["csv", "parquet"] * bool(listed)
            if listed:
                numbers = pl.read_parquet(page.parent / paths[1])
                assert numbers.height
                shown = {unescape(name) for name in re.findall(r'"row">(.*?)</th>', listed[1])}
                assert set(numbers["row"]) <= shown
                n_linked += 1
    assert n_linked > 8


def test_a_workbook_explains_itself_and_holds_typed_values(site):
    path = site.index.parent / "weeks/2026-W43.xlsx"
    about = [tuple(cell[1] for cell in row.values()) for row in sheet_rows(path, 1)]
    assert about[0] == ("Nordlicht & Söhne",)
    facts = {row[0]: row[1] for row in about if len(row) > 1}
    assert facts["Period"] == "Week 43, 19 to 25 Oct 2026"
    assert facts["Publication"] == "7"
    assert facts["Time zone"] == "Europe/Berlin"
    assert any(row[1:2] == ("service_level@1",) for row in about)
    with zipfile.ZipFile(path) as book:
        names = re.findall(r'<sheet name="([^"]+)"', book.read("xl/workbook.xml").decode())
        styles = book.read("xl/styles.xml").decode()
        sheet = book.read(f"xl/worksheets/sheet{names.index('Overview - Queues') + 1}.xml").decode()
    assert names[:2] == ["About", "Key figures"]
    assert names[-1] == "All numbers"
    assert {"Overview - Agents", "Overview - Days", "Service - Queues"} <= set(names)
    assert "0.0%" in styles
    assert "[h]:mm:ss" in styles
    assert 'state="frozen"' in sheet
    assert "<cols>" in sheet
    queues = sheet_rows(path, names.index("Overview - Queues") + 1)
    heads = {text: letter for letter, (_, text) in queues[0].items()}
    level = pl.read_parquet(path.with_suffix("") / "tables/overview-queues.parquet").filter(
        pl.col("column") == "In time"
    )["value"]
    told = [row[heads["In time"]] for row in queues[1:]]
    assert [kind for kind, _ in told] == ["n"] * len(told)
    assert [float(value) for _, value in told] == pytest.approx([v / 100 for v in level])
