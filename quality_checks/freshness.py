"""Is everything there that should be: feeds that are late or missing, unread files, odd volumes.

All are warnings: late data is published, and said to be late.
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

from pipelines.sql_models.build import Window
from quality_checks.result import CheckResult
from quality_checks.sql_check import SqlCheck, run_check

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_LATE = """
select source, feed, watermark_at, late_after_hours as expected_within_hours
from ops.feed_watermark
where watermark_at is not null
    and not coalesce(is_retired, false)
    and epoch_ms($now) - epoch_ms(watermark_at) > late_after_hours * 3600000
"""

_MISSING = """
select source, feed
from ops.feed_watermark
where watermark_at is null
"""

_UNREAD = """
select source, feed, path
from ops.load_file
where status = 'unread'
"""

_VOLUME = """
select source, fact, local_date, n_rows as n_found, usual_rows as n_usual
from marts.volume_day
where not is_usual and local_date between $from_date and $to_date
"""


def freshness_checks() -> list[SqlCheck]:
    """The checks of this module; `$now` in their SQL stands for the instant of judging."""
    return [
        SqlCheck(
            "ops.load_file",
            "feeds_are_in_time",
            "warning",
            "Every feed has lines as recent as its source promises.",
            _LATE,
        ),
        SqlCheck(
            "ops.load_file",
            "feeds_have_data",
            "warning",
            "Every feed has brought at least one line.",
            _MISSING,
        ),
        SqlCheck(
            "ops.load_file",
            "files_are_read",
            "warning",
            "Every file that landed could be read.",
            _UNREAD,
        ),
        SqlCheck(
            "marts.volume_day",
            "volume_is_usual",
            "warning",
            "Each day has about as many contacts and visits of each source as that weekday usually "
            "has.",
            _VOLUME,
        ),
    ]


def run_freshness(
    con: "DuckDBPyConnection",
    checks: Iterable[SqlCheck],
    window: Window | None = None,
    *,
    now: datetime,
) -> Iterator[CheckResult]:
    """Carry out checks of this module; an error is a finding, not an exception.

    Args:
        con: the warehouse is its default catalog.
        checks: from `freshness_checks`.
        window: days whose volume is judged; the weeks before them are read as well.
        now: the instant (UTC) at which lateness is judged.
    """
    instant = f"timestamp '{now.isoformat(sep=' ')}'"
    for check in checks:
        yield run_check(con, replace(check, sql=check.sql.replace("$now", instant)), window)
