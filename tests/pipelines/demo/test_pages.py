"""The pages of a whole year are still pages that open at once."""

import shutil
from pathlib import Path

import pytest

from reports.build import build_site

MOST = 1_000_000
"""Bytes of a page: what a slow line brings in a few seconds."""


@pytest.mark.soak
def test_no_page_of_a_year_is_larger_than_a_megabyte(published_year: Path, tmp_path: Path) -> None:
    copy = Path(shutil.copy(published_year / "warehouse.duckdb", tmp_path))
    site = build_site(copy, tmp_path / "site", processes=2)
    sizes = {page: (tmp_path / "site" / page).stat().st_size for page in site.pages}
    assert len(sizes) > 1000
    assert {page: size for page, size in sizes.items() if size > MOST} == {}
