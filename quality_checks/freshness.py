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

WEEKS_COMPARED = 13
"""A day is compared with the same weekday of so many weeks before it."""

WEEKS_NEEDED = 4
"""With fewer of them nothing is said."""

DEVIATIONS = 5
"""How many robust deviations from their median a day may be."""

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

# The last day of a source may still be under way: it is not judged. Days without any row count
# as zero, from the source's first day on. The deviation is at least that of chance (Poisson), a
# twentieth of the median and one, so that a weekday that is always alike does not cry at once.
_VOLUME = f"""
with counted as (
    select source, local_date, count(*) as n from {{relation}} group by source, local_date
),

ends as (
    select source, min(local_date) as first_date, max(local_date) as last_date
    from counted
    group by source
),

days as (
    select source, unnest(range(first_date, last_date, interval 1 day))::date as local_date
    from ends
),

volume as (
    select days.source, days.local_date, coalesce(counted.n, 0) as n
    from days
    left join counted
        on counted.source = days.source and counted.local_date = days.local_date
),

usual as (
    select
        today.source,
        today.local_date,
        today.n as n_found,
        median(before.n) as n_usual,
        greatest(
            1.4826 * mad(before.n), sqrt(median(before.n)), 0.05 * median(before.n), 1
        ) as deviation
    from volume as today
    inner join volume as before
        on before.source = today.source
        and before.local_date < today.local_date
        and before.local_date >= today.local_date - interval {WEEKS_COMPARED} week
        and isodow(before.local_date) = isodow(today.local_date)
    where today.local_date between $from_date and $to_date
    group by today.source, today.local_date, today.n
    having count(*) >= {WEEKS_NEEDED}
)

select source, local_date, n_found, n_usual
from usual
where abs(n_found - n_usual) > {DEVIATIONS} * deviation
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
        *(
            SqlCheck(
                relation,
                "volume_is_usual",
                "warning",
                f"Each day has about as many {what} as that weekday usually has.",
                _VOLUME.format(relation=relation),
            )
            for relation, what in (
                ("core.fact_queue_visit", "queue visits"),
                ("core.fact_contact", "contacts"),
            )
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
