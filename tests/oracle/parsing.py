"""Files of a switch -> lines: queue_log and Master.csv, with their refusals."""

import csv
import gzip
import re
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from tests.oracle.config import Config

SECOND = 1_000_000
"""One second in the oracle's microseconds."""
DAY = 86_400 * SECOND
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_EARLIEST_YEAR = 2000
_FEWEST_FIELDS = 5
_EPOCH_TIME = re.compile(r"\d{1,12}(\.\d+)?")
_TEXT_TIME = re.compile(r"(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d)(?:\.(\d{1,6})\d*)?")
_CALL_EPOCH = re.compile(r"(?:.*[^\d])?(\d{9,11})\.\d+")


class BadLineError(Exception):
    """A line that cannot be read; the text is the reason."""


@dataclass(frozen=True)
class Line:
    """One line of a queue_log."""

    at: int
    callid: str
    queue: str
    agent: str
    event: str
    params: tuple[str, ...]

    @property
    def params_text(self) -> str:
        """All parameters as logged: what orders equal events of one instant."""
        return "|".join(self.params)

    def param(self, number: int) -> str:
        """Parameter by its number from 1; empty when absent."""
        return self.params[number - 1] if number <= len(self.params) else ""

    def seconds(self, number: int) -> int | None:
        """Parameter as a whole number of seconds (or milliseconds), else None."""
        return whole(self.param(number))


@dataclass(frozen=True)
class Cdr:
    """One row of Master.csv."""

    src: str
    dst: str
    clid: str
    channel: str
    dstchannel: str
    lastapp: str
    start: int
    answer: int | None
    end: int | None
    billsec: int | None
    disposition: str
    uniqueid: str
    linkedid: str
    text: str


@dataclass
class Logs:
    """All lines of one source, each once, and what was refused."""

    lines: list[Line] = field(default_factory=list)
    cdrs: list[Cdr] = field(default_factory=list)
    refused: list[tuple[str, str]] = field(default_factory=list)
    """(reason, text) of each line that could not be read."""

    @property
    def watermark(self) -> int | None:
        """How far the queue_log is known: its latest instant."""
        return max((line.at for line in self.lines), default=None)

    @property
    def restarts(self) -> list[int]:
        """Instants at which the switch's queues started anew."""
        return sorted({line.at for line in self.lines if line.event == "QUEUESTART"})


def whole(text: str) -> int | None:
    """A text of digits alone as a number, else None."""
    return int(text) if re.fullmatch(r"[0-9]+", text) else None


def to_us(moment: datetime) -> int:
    """Microseconds since 1970 of an aware moment."""
    return (moment - _EPOCH) // timedelta(microseconds=1)


def to_moment(at: int) -> datetime:
    """The aware moment (UTC) of microseconds since 1970."""
    return _EPOCH + timedelta(microseconds=at)


def local_candidates(text: str, zone: str) -> list[int]:
    """The instants a local time can mean: none in a gap, two in a repeated hour, else one.

    Raises:
        BadLineError: the text is no time.
    """
    match = _TEXT_TIME.fullmatch(text)
    if not match:
        raise BadLineError("bad time")
    try:
        naive = datetime.strptime(match[1], "%Y-%m-%d %H:%M:%S")  # noqa: DTZ007 it is local
    except ValueError:
        raise BadLineError("bad time") from None
    naive = naive.replace(microsecond=int((match[2] or "0").ljust(6, "0")))
    found = []
    for fold in (0, 1):
        moment = naive.replace(tzinfo=ZoneInfo(zone), fold=fold).astimezone(UTC)
        back = moment.astimezone(ZoneInfo(zone)).replace(tzinfo=None)
        if back == naive and to_us(moment) not in found:
            found.append(to_us(moment))
    return sorted(found)


def local_to_us(text: str, zone: str, callid: str) -> int:
    """The instant of a local time; a repeated hour is settled by the epoch in the callid.

    Raises:
        BadLineError: no time, or one that the change of clocks skips.
    """
    found = local_candidates(text, zone)
    if not found:
        raise BadLineError("time does not exist in the zone")
    match = _CALL_EPOCH.fullmatch(callid)
    if match:
        epoch = int(match[1]) * SECOND
        return min(found, key=lambda at: (abs(at - epoch), at))
    return found[0]


def _instant(text: str, callid: str, config: Config) -> int:
    if _EPOCH_TIME.fullmatch(text):
        seconds, _, fraction = text.partition(".")
        at = int(seconds) * SECOND + int(fraction[:6].ljust(6, "0"))
    else:
        at = local_to_us(text, config.zone, callid)
    _check_plausible(at, config)
    return at


def _check_plausible(at: int, config: Config) -> None:
    if at < to_us(datetime(_EARLIEST_YEAR, 1, 1, tzinfo=UTC)):
        raise BadLineError("time before the year 2000")
    if config.now_us is not None and at > config.now_us + DAY:
        raise BadLineError("time in the future")


def parse_line(text: str, config: Config) -> Line:
    """Read one line of a queue_log.

    Raises:
        BadLineError: too few fields, no time, a time that cannot be, or no event.
    """
    if "\0" in text:
        raise BadLineError("NUL byte")
    fields = text.split("|")
    if len(fields) < _FEWEST_FIELDS:
        raise BadLineError("fewer than 5 fields")
    time, callid, queue, agent, event, *params = fields
    if not event:
        raise BadLineError("no event")
    return Line(_instant(time, callid, config), callid, queue, agent, event, tuple(params))


def _uniqueid_is_column_17(rows: list[list[str]], config: Config) -> bool:
    if config.cdr_column_17 != "auto":
        return config.cdr_column_17 == "uniqueid"
    values = [row[16] for row in rows if len(row) in (17, 20)]
    return all(re.fullmatch(r".*\d+\.\d+", value) for value in values)


def _cdr_time(text: str, zone: str, uniqueid: str, near: int | None, config: Config) -> int | None:
    """A time of a record; in a repeated hour the instant nearest to where it has to be.

    Reading: the start is settled by the epoch in uniqueid, the end by start and duration, the
    answer by end and billsec.
    """
    if not text:
        return None
    at = local_to_us(text, zone, uniqueid)
    if near is not None:
        at = min(local_candidates(text, zone), key=lambda at: (abs(at - near), at))
    _check_plausible(at, config)
    return at


def parse_cdr(text: str, row: list[str], config: Config, *, has_id: bool) -> Cdr:
    """Read one row of Master.csv that was split into fields.

    16 columns; a 17th is uniqueid or userfield (`has_id`), an 18th userfield; three more
    (peeraccount, linkedid, sequence) may follow any of these.

    Raises:
        BadLineError: a time that cannot be.
    """
    extra = len(row) - 3 if len(row) > 18 else len(row)
    uniqueid = row[16] if extra == 18 or (extra == 17 and has_id) else ""
    linkedid = row[-2] if len(row) > 18 else ""

    zone = "Etc/UTC" if config.cdr_is_utc else config.zone
    start = _cdr_time(row[9], zone, uniqueid, None, config)
    if start is None:
        raise BadLineError("bad time")
    duration, billsec = whole(row[12]) or 0, whole(row[13]) or 0
    end = _cdr_time(row[11], zone, uniqueid, start + duration * SECOND, config)
    near = start if end is None else end - billsec * SECOND
    return Cdr(
        src=row[1],
        dst=row[2],
        clid=row[4],
        channel=row[5],
        dstchannel=row[6],
        lastapp=row[7],
        start=start,
        answer=_cdr_time(row[10], zone, uniqueid, near, config),
        end=end,
        billsec=whole(row[13]),
        disposition=row[14],
        uniqueid=uniqueid,
        linkedid=linkedid,
        text=text,
    )


def _split_csv(text: str) -> list[str]:
    if text.count('"') % 2:
        raise BadLineError("unterminated quote")
    row = next(csv.reader([text]))
    if not 16 <= len(row) <= 21:
        raise BadLineError("wrong number of columns")
    return row


def file_lines(content: bytes) -> list[str]:
    """Whole lines of a file, plain or gzip; the unfinished last one of a plain file is left out.

    Bytes that are no UTF-8 are read as Windows-1252, line by line.
    """
    packed = content[:2] == b"\x1f\x8b"
    if packed:
        content = gzip.decompress(content)
    parts = content.split(b"\n")
    last = parts.pop()
    if packed and last:
        parts.append(last)
    texts = []
    for part in parts:
        line = part.removesuffix(b"\r")
        try:
            texts.append(line.decode("utf-8"))
        except UnicodeDecodeError:
            texts.append(line.decode("cp1252", errors="replace"))
    return [text for text in texts if text.strip()]


def _each_once(files: list[list[str]]) -> list[str]:
    """Lines of several files, each as often as in the file that has it most often.

    An equal line twice in one file happened twice; an equal line in two files is one line.
    """
    most: Counter[str] = Counter()
    for lines in files:
        most |= Counter(lines)
    return sorted(most.elements())


def read_logs(queue_logs: list[bytes], cdr_files: list[bytes], config: Config) -> Logs:
    """Read all files of one source, in whatever order and overlap they come."""
    logs = Logs()
    for text in _each_once([file_lines(content) for content in queue_logs]):
        try:
            logs.lines.append(parse_line(text, config))
        except BadLineError as error:
            logs.refused.append((str(error), text))
    _read_cdrs(_each_once([file_lines(content) for content in cdr_files]), logs, config)
    logs.lines.sort(key=lambda line: line.at)
    return logs


def _read_cdrs(texts: list[str], logs: Logs, config: Config) -> None:
    split: list[tuple[str, list[str]]] = []
    for text in texts:
        try:
            split.append((text, _split_csv(text)))
        except BadLineError as error:
            logs.refused.append((str(error), text))
    has_id = _uniqueid_is_column_17([row for _, row in split], config)
    for text, row in split:
        try:
            logs.cdrs.append(parse_cdr(text, row, config, has_id=has_id))
        except BadLineError as error:
            logs.refused.append((str(error), text))
