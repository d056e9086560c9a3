"""Which of Asterisk's files a file is, by its first lines and, where they say nothing, its name."""

import csv
import re

from assets.ingest.asterisk.cel import EVENTS as CEL_EVENTS

_TIME = r"(?:[0-9]{9,11}(?:\.[0-9]+)?|[0-9]{4}-[0-9]{2}-[0-9]{2}[ T][0-9:.]{8,})"
_QUEUE_LINE = re.compile(rf"\s*{_TIME}(?:\|[^|]*){{4,}}")
_IS_TIME = re.compile(rf"^{_TIME}$")
_BY_NAME = (
    (re.compile(r"^queue_log"), "queue_log"),
    (re.compile(r"^master\.csv"), "cdr"),
    (re.compile(r"^cel.*\.csv"), "cel"),
)
_LINES = 5
_CDR = range(16, 22)
_CDR_CUSTOM = (19, 20)
_CEL_LEAST = 16


def feed_of(name: str, head: bytes) -> str | None:
    """The feed of a file, None when it is none of Asterisk's."""
    lower = name.lower()
    if re.fullmatch(r"queues.*\.conf", lower):
        return "queues_conf"
    if lower.endswith((".conf", ".json", ".jsonl", ".md")):
        return None
    for line in _first_lines(head):
        if feed := _feed_of_line(line):
            return feed
    # Garbage under a known name is refused line by line, with a reason each.
    return next((feed for pattern, feed in _BY_NAME if pattern.match(lower)), None)


def _first_lines(head: bytes) -> list[str]:
    text = head.decode("utf-8", errors="replace").lstrip("\ufeff")
    return [line for line in text.splitlines() if line.strip()][:_LINES]


def _feed_of_line(line: str) -> str | None:
    if _QUEUE_LINE.match(line):
        return "queue_log"
    try:
        row = next(csv.reader([line]), [])
    except csv.Error:
        return None
    if len(row) >= _CEL_LEAST and row[0] in CEL_EVENTS:
        return "cel"
    # The custom mapping has the times one column earlier than cdr_csv.
    if len(row) in _CDR_CUSTOM and _are_times(row[8], row[10]):
        return "cdr_custom"
    if len(row) in _CDR and _are_times(row[9], row[11]):
        return "cdr"
    return None


def _are_times(*texts: str) -> bool:
    return all(_IS_TIME.match(text) for text in texts)
