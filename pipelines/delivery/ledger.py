"""What was delivered: one line for each, in `var/deliveries.jsonl`."""

import json
import os
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Literal

from pipelines.settings import Project

Channel = Literal["email", "webhook"]


@dataclass(frozen=True)
class Delivered:
    """A delivery that was made."""

    period: str
    publication: int
    channel: Channel
    at: str
    """Instant, UTC, ISO 8601."""


class Ledger:
    """The deliveries of a project, the oldest first."""

    def __init__(self, project: Project) -> None:
        self.path = project.var / "deliveries.jsonl"

    def all(self) -> list[Delivered]:
        """Every delivery; a line that a stopped machine left half written is none."""
        if not self.path.exists():
            return []
        found = []
        for line in self.path.read_text(encoding="utf-8").splitlines():
            try:
                found.append(Delivered(**json.loads(line)))
            except (ValueError, TypeError):
                continue
        return found

    def find(self, period: str, publication: int, channel: Channel) -> Delivered | None:
        """The last delivery of a period and publication by a channel."""
        key = (period, publication, channel)
        made = [d for d in self.all() if (d.period, d.publication, d.channel) == key]
        return made[-1] if made else None

    def add(self, period: str, publication: int, channel: Channel) -> None:
        """Note a delivery, safe from a stop of the machine right after."""
        now = datetime.now(UTC).isoformat(timespec="seconds")
        line = json.dumps(asdict(Delivered(period, publication, channel, now)))
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with self.path.open("a", encoding="utf-8") as file:
            # Of its own line, even where the last was not finished.
            file.write(("" if self._ends_well() else "\n") + line + "\n")
            file.flush()
            os.fsync(file.fileno())

    def _ends_well(self) -> bool:
        text = self.path.read_bytes() if self.path.exists() else b""
        return not text or text.endswith(b"\n")
