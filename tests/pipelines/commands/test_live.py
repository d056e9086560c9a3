"""What is shown while a run works."""

import io
import time

from rich.console import Console

from pipelines.commands.live import LiveTable
from pipelines.progress import Built, Checked, Note, Reading


def test_thousands_of_small_files_cost_nothing_to_show():
    console = Console(file=io.StringIO(), force_terminal=True)
    started = time.process_time()
    with LiveTable(console) as table:
        for done in range(1, 3001):
            table.show(Reading("crm", f"landing/crm/{done}.csv", done, 3001))
    assert time.process_time() - started < 5


def test_lines_stay_and_bars_go():
    said = io.StringIO()
    with LiveTable(Console(file=said)) as table:
        table.show(Reading("pbx", "landing/pbx/queue_log", 5, 10))
        table.show(Reading("pbx", "landing/pbx/queue_log", 10, 10))
        table.show(Note("[odd] text stays as it is"))
        table.show(Built("core.fact_contact", 1234, 0.5))
    assert "[odd] text stays as it is" in said.getvalue()
    assert "1,234 rows" in said.getvalue()


def test_a_long_warning_is_cut_and_a_failure_is_not():
    said = io.StringIO()
    long = f"9 found: {'; '.join(f'contact_key {n}, local_date 2026-01-01' for n in range(99))}"
    with LiveTable(Console(file=said, width=10_000)) as table:
        table.show(Checked("core.a", "is_odd", "warning", False, long))
        table.show(Checked("core.b", "is_wrong", "critical", False, long))
        table.show(Checked("core.c", "is_short", "warning", False, "1 found: x 1"))
    odd, wrong, short = filter(str.strip, said.getvalue().splitlines())
    assert odd.endswith("local_date 2026-01-01; ... (`callmart status` has more)")
    assert len(odd) < 350
    assert wrong.endswith(long)
    assert short.endswith("is_short: 1 found: x 1")
