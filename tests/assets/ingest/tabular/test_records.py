"""Files that are not one row a line: Excel, Parquet, texts over lines, other encodings."""

import io
import zipfile
from datetime import datetime
from decimal import Decimal
from xml.sax.saxutils import escape

import polars as pl
import pytest

MAPPING = """\
description: Answers.
files: answers*
{more}
rows:
  - table: survey_answer
    columns: {{invite_id: id, question: {{constant: q}}, kind: {{constant: text}},
      answered_at: done, text: words, score: score}}
"""
ROWS = {
    "id": ["1", "2"],
    "done": ["2026-01-02 08:00:00", "2026-01-02 09:00:00"],
    "words": ['two\nlines, "quoted"', "Grüße"],
    "score": ["4", None],
}
EXPECTED = [
    ("1", datetime.fromisoformat("2026-01-02 08:00"), "two\nlines, \"quoted\"", Decimal("4")),
    ("2", datetime.fromisoformat("2026-01-02 09:00"), "Grüße", None),
]  # fmt: skip


def answers(files):
    return files.rows("survey_answer", "invite_id, answered_at, text, score")


def as_excel():
    """The least that is an Excel workbook: one sheet with its texts in the cells."""
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    package = "http://schemas.openxmlformats.org/package/2006"
    lines = [list(ROWS), *zip(*ROWS.values(), strict=True)]
    rows = "".join(
        "<row>"
        + "".join(
            f'<c t="inlineStr"><is><t xml:space="preserve">{escape(text or "")}</t></is></c>'
            for text in line
        )
        + "</row>"
        for line in lines
    )
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{package}/content-types">'
        '<Default Extension="rels" '
        'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="xml" ContentType="application/xml"/></Types>',
        "_rels/.rels": f'<Relationships xmlns="{package}/relationships"><Relationship Id="r1" '
        f'Type="{office}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{main}" xmlns:r="{office}"><sheets>'
        '<sheet name="Data" sheetId="1" r:id="r1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{package}/relationships">'
        f'<Relationship Id="r1" Type="{office}/worksheet" Target="worksheets/sheet1.xml"/>'
        "</Relationships>",
        "xl/worksheets/sheet1.xml": f'<worksheet xmlns="{main}"><sheetData>{rows}</sheetData>'
        "</worksheet>",
    }
    book = io.BytesIO()
    with zipfile.ZipFile(book, "w") as archive:
        for name, text in parts.items():
            archive.writestr(name, f'<?xml version="1.0" encoding="UTF-8"?>{text}')
    return book.getvalue()


def as_parquet():
    file = io.BytesIO()
    typed = pl.DataFrame(ROWS).with_columns(
        pl.col("done").str.to_datetime(), pl.col("score").cast(pl.Int64)
    )
    typed.write_parquet(file)
    return file.getvalue()


def as_csv(encoding):
    return pl.DataFrame(ROWS).write_csv().encode(encoding)


@pytest.mark.parametrize(
    ("more", "name", "content"),
    [
        ("format: excel", "answers.xlsx", as_excel),
        ("format: parquet", "answers.parquet", as_parquet),
        ("multiline: true", "answers.csv", lambda: as_csv("utf-8")),
        ("multiline: true\nencoding: utf-16", "answers.csv", lambda: as_csv("utf-16")),
        ("multiline: true\nencoding: latin-1", "answers.csv", lambda: as_csv("latin-1")),
    ],
    ids=["excel", "parquet", "multiline", "utf-16", "latin-1"],
)
def test_every_kind_gives_the_same_rows(files, more, name, content):
    files.map("answers", MAPPING.format(more=more))
    files.land(name, content())
    files.run()
    assert answers(files) == EXPECTED
    assert files.refused() == []
    files.run()
    assert answers(files) == EXPECTED


def test_a_text_over_lines_is_told_where_the_mapping_does_not_say_so(files):
    files.map("answers", MAPPING.format(more=""))
    files.land("answers.csv", as_csv("utf-8"))
    files.run()
    assert [row[0] for row in answers(files)] == ["2"]
    assert all("multiline: true" in reason for _, reason in files.refused())


@pytest.mark.parametrize(
    ("more", "name", "said"),
    [
        ("format: excel", "answers.xlsx", "no Excel file"),
        ("format: parquet", "answers.parquet", "no Parquet file"),
        ("encoding: utf-16", "answers.csv", "see `encoding`"),
    ],
)
def test_what_is_no_such_file_is_told_and_the_rest_goes_on(files, more, name, said):
    files.map("answers", MAPPING.format(more=more))
    files.land(name, b"id,done,words,score\n1,2\n3")
    files.run()
    assert answers(files) == []
    assert said in "\n".join(files.messages)
