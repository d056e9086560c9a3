"""Files of a site's pages: which there are, and when they are written."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from reports.outputs import files, frames, summary
from reports.outputs.page_tables import key_figures, of_charts, of_page
from reports.outputs.workbook import write_workbook
from reports.pages.render import render

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from reports.outputs.page_tables import PageTable
    from reports.pages.frame import Site
    from reports.spans import AllDays, Span


_FILE_DAYS = 14
"""Days with files, the newest; older ones are read in the files of their week and month."""


@dataclass(frozen=True)
class Download:
    """A table's files; paths are relative to the site's top folder."""

    title: str
    csv: str
    parquet: str


@dataclass(frozen=True)
class Downloads:
    """What can be had of a page."""

    tables: list[Download]
    workbook: str = ""
    summary: str = ""
    charts: dict[str, Download] = field(default_factory=dict)
    """Of the numbers of each chart, by its identifier."""


def has_files(site: Site, span: Span) -> bool:
    """Whether files lie beside the pages of a day, week or month."""
    return span not in site.spans.get("day", ())[:-_FILE_DAYS]


class Writer:
    """Writes the files of each page shown to it, and a span's workbook with its last page."""

    def __init__(self, out: Path, site: Site) -> None:
        self._out = out
        self._site = site
        self._pages: dict[Span, list[tuple[Mapping[str, Any], list[PageTable]]]] = {}

    def page(self, context: Mapping[str, Any]) -> tuple[Downloads | None, list[str]]:
        """Write a page's files; returns what its template lists and all paths written.

        Days older than two weeks have none, nor have pages of no day, week or month, but for the
        first, which is of all days, and for the rows that others bring.
        """
        span = context.get("span")
        if span is None and (all_days := context.get("all_days")):
            return self._tables(context, all_days)
        if span is None:
            return self._rows(context.get("rows_beside", ()))
        if not has_files(self._site, span):
            return None, []
        tables, of_chart = of_page(context), of_charts(context)
        written = files.write(self._out, [*tables, *of_chart.values()], span)
        pages = self._pages.setdefault(span, [])
        # Charts of all days would fill the memory.
        pages.append(({key: context[key] for key in summary.KEPT if key in context}, tables))
        if len(pages) == 1 + len(self._site.topics_of(span)):
            written += self._finish(span)
        to_mail = summary.path(span) if span.grain in summary.GRAINS else ""
        listed = [key_figures([context]), *tables]
        book = workbook_path(span)
        return _downloads(listed, of_chart, span, workbook=book, summary=to_mail), written

    def _tables(
        self, context: Mapping[str, Any], all_days: AllDays
    ) -> tuple[Downloads | None, list[str]]:
        tables, of_chart = [key_figures([context]), *of_page(context)], of_charts(context)
        written = files.write(self._out, [*tables, *of_chart.values()], all_days)
        return _downloads(tables, of_chart, all_days), written

    def _rows(self, every: Sequence[frames.Rows]) -> tuple[Downloads | None, list[str]]:
        if not every:
            return None, []
        listed = [Download(rows.title, rows.csv, rows.parquet) for rows in every]
        return Downloads(listed), list(frames.write(self._out, every))

    def _finish(self, span: Span) -> list[str]:
        """Write what is made of all pages of a span."""
        pages = self._pages.pop(span)
        figures = key_figures([context for context, _ in pages])
        tables = [table for _, found in pages for table in found]
        path = workbook_path(span)
        write_workbook(self._out / path, self._site, span, figures, tables)
        written = [path, *files.write(self._out, [figures], span)]
        if span.grain in summary.GRAINS:
            told = summary.context(self._site, span, [context for context, _ in pages])
            texts = {
                summary.path(span): render("summary.html.j2", told),
                summary.data_path(span): json.dumps(summary.data(told), ensure_ascii=False),
            }
            for path, text in texts.items():
                (self._out / path).write_text(text, encoding="utf-8", newline="\n")
            written += texts
        return written


def _downloads(
    tables: Sequence[PageTable],
    of_chart: Mapping[str, PageTable],
    span: Span | AllDays,
    **more: str,
) -> Downloads:
    charts = {one: _download(table, span) for one, table in of_chart.items()}
    return Downloads([_download(table, span) for table in tables], charts=charts, **more)


def _download(table: PageTable, span: Span | AllDays) -> Download:
    return Download(table.title, *files.paths(table, span))


def workbook_path(span: Span) -> str:
    """Where a span's workbook is, relative to the site's top folder."""
    return f"{span.folder}.xlsx"
