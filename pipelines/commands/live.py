"""The live table of a run: one line a relation that was built, a bar while files are read."""

from types import TracebackType
from typing import Self

from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TaskID, TextColumn

from pipelines.progress import Built, Checked, Event, Note, Reading

_LONGEST = 240
"""Letters of what a warning found that a terminal shows."""


class LiveTable:
    """Prints events of a run; a bar per source disappears when all of it is read.

    A bar per file would be drawn again with each of thousands of small files.
    """

    def __init__(self, console: Console) -> None:
        self._console = console
        self._bars: dict[str, TaskID] = {}
        self._progress = Progress(
            TextColumn("{task.description}"),
            BarColumn(bar_width=30),
            DownloadColumn(),
            console=console,
            transient=True,
        )

    def __enter__(self) -> Self:
        self._progress.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._progress.stop()

    def show(self, event: Event) -> None:
        """Show one event."""
        match event:
            case Reading():
                self._read(event)
            case Built():
                held = "view" if event.rows is None else f"{event.rows:,} rows"
                line = f"  {event.relation:<36}{held:>18} {event.seconds:>7.2f} s"
                self._line("[green]✓[/]", line)
            case Checked(is_passed=False):
                is_critical = event.severity == "critical"
                detail = event.detail if is_critical else _shortened(event.detail)
                self._line(
                    "[red]✗[/]" if is_critical else "[yellow]![/]",
                    f"  {event.relation}.{event.name}: {detail}",
                )
            case Note():
                self._line("[cyan]i[/]", f"  {event.text}")
            case _:
                pass

    def _line(self, mark: str, text: str) -> None:
        self._progress.console.print(mark, end="")
        self._progress.console.print(text, markup=False, highlight=False, soft_wrap=True)

    def _read(self, event: Reading) -> None:
        bar = self._bars.get(event.source)
        if bar is None:
            bar = self._progress.add_task("", total=event.total)
            self._bars[event.source] = bar
        self._progress.update(bar, description=f"  {event.path}", completed=event.done)
        if event.done >= event.total:
            self._progress.remove_task(self._bars.pop(event.source))


def _shortened(detail: str) -> str:
    """What was found, as far as a line or two go; all of it is in the published warehouse."""
    if len(detail) <= _LONGEST:
        return detail
    kept = detail[:_LONGEST]
    return f"{kept.rpartition(';')[0] or kept}; ... (`callmart status` has more)"
