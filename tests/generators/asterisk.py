"""Whole centres on Asterisk: queue_log, Master.csv and queues.conf, as bytes of files."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

from tests.generators.calls import MOMENT, Call, Cast, Draw, calls
from tests.generators.shifts import shifts
from tests.oracle.config import Config, read_queues_conf

ZONES = {
    # zone: local times from which a day or two hold a change of clocks, a midnight, or nothing.
    "Etc/UTC": ("2024-02-28 23:50", "2024-06-30 09:00"),
    "Europe/Berlin": ("2024-03-30 23:30", "2024-10-27 01:30", "2024-10-26 22:00"),
    "America/New_York": ("2024-11-02 23:00", "2025-03-08 20:00"),
    "Asia/Kolkata": ("2024-07-01 23:55",),
    "America/Havana": ("2024-03-09 22:00", "2024-11-02 21:00"),
}
_DAYS = timedelta(days=1)


@dataclass
class Made:
    """Files of one centre, and what is told of it."""

    zone: str
    lines: list[str]
    cdr_rows: list[str]
    queues_conf: str
    aliases: dict[str, str] = field(default_factory=dict)

    @property
    def queue_log(self) -> bytes:
        """The log as a file."""
        return "".join(f"{line}\n" for line in self.lines).encode()

    @property
    def master_csv(self) -> bytes:
        """The call records as a file."""
        return "".join(f"{row}\n" for row in self.cdr_rows).encode()

    def config(self) -> Config:
        """What the oracle has to know."""
        config = Config(zone=self.zone, centre_zone=self.zone, aliases=dict(self.aliases))
        read_queues_conf(self.queues_conf, config)
        return config


def _cast(draw: Draw, prefix: str, epoch: int) -> Cast:
    queues = [f"{prefix}{name}" for name in ("sales", "help", "vip")]
    agents = [f"{name} {prefix or 'x'}" for name in ("Ann", "Bob O'Neil", "Zoë, M.")]
    agents = agents[: draw(st.integers(1, 3))]
    extension_of = {agent: f"10{n:02d}" for n, agent in enumerate(agents) if draw(st.booleans())}
    return Cast(queues[: draw(st.integers(1, 3))], agents, extension_of, epoch)


def _conf(draw: Draw, cast: Cast) -> str:
    parts = ["[general]\npersistentmembers = yes\n"]
    for queue in cast.queues:
        parts.append(f"[{queue}]\nstrategy = rrmemory ; as it comes\n")
        level = draw(st.sampled_from((None, 0, 3, 20, 60)))
        ring = draw(st.sampled_from((None, 5, 15)))
        if level is not None:
            parts.append(f"servicelevel = {level}\n")
        if ring is not None:
            parts.append(f"timeout={ring}\n")
        for agent, extension in cast.extension_of.items():
            if draw(st.integers(0, 2)) == 0:
                parts.append(f"member => PJSIP/{extension},0,{_plain(agent)}\n")
    return "".join(parts)


def _plain(agent: str) -> str:
    return agent.replace(",", "")


def _local(epoch_ms: int, zone: str) -> str:
    moment = datetime.fromtimestamp(epoch_ms / 1000, UTC).astimezone(ZoneInfo(zone))
    return moment.strftime("%Y-%m-%d %H:%M:%S")


def _stamp(ms: int, style: str, zone: str, epoch: int) -> str:
    at = epoch * 1000 + ms
    if style == "text":
        return f"{_local(at, zone)}.{at % 1000:03d}000"
    return str(at // 1000) if at % 1000 == 0 else f"{at // 1000}.{at % 1000:03d}"


def _cdr(draw: Draw, call: Call, cast: Cast, zone: str) -> list[str]:
    """No, one or two records of a call that was in a queue."""
    rows = []
    first, last = call.moments[0][0], call.moments[-1][0]
    for _ in range(draw(st.sampled_from((0, 1, 1, 2)))):
        start = first - draw(st.sampled_from((0, 2000, 9000)))
        span, base = (start, last), cast.epoch * 1000
        rows.append(_row(call, base=base, zone=zone, span=span, app="Queue", dst="7001"))
    return rows


def _row(
    call: Call, *, base: int, zone: str, span: tuple[int, int], app: str, dst: str, agent: str = ""
) -> str:
    start, end = span
    start_at, end_at = _local(base + start, zone), _local(base + end, zone)
    talk = max(0, end - start) // 1000
    phone = f"PJSIP/{agent}-00000002" if agent else ""
    fields = [
        "", call.caller, dst, "from-trunk", f'"A ""B"" C" <{call.caller}>', "PJSIP/trunk-0000001",
        phone, app, "x", start_at, start_at, end_at, str(talk), str(talk), "ANSWERED",
        "DOCUMENTATION", call.callid, "",
    ]  # fmt: skip
    quoted = ['"' + value.replace('"', '""') + '"' for value in fields]
    quoted[4] = '"""A, B"" <' + call.caller + '>"'
    return ",".join(quoted)


@st.composite
def _direct(draw: Draw, number: int, cast: Cast, zone: str, last_ms: int) -> list[str]:
    """A call to an agent's own phone that is over before the log ends.

    Records that reach further than the log would leave open how far agents' time is known.
    """
    start = draw(st.integers(0, last_ms // 1000))
    agent = draw(st.sampled_from(list(cast.extension_of.values()) or ["1099"]))
    call = Call(f"{cast.epoch + start}.{number}", "+442079460001")
    end = min((start + draw(st.sampled_from((0, 5, 60, 3600)))) * 1000, last_ms)
    span, base = (start * 1000, end), cast.epoch * 1000
    row = _row(call, base=base, zone=zone, span=span, app="Dial", dst=agent, agent=agent)
    return [row]


def _end_with_restart(call: Call, restarts: list[int]) -> None:
    """No call outlives a restart of its switch."""
    first = call.moments[0][0]
    later = [at for at in restarts if at >= first]
    if later:
        call.moments = [moment for moment in call.moments if moment[0] <= min(later)]


def _lost_and_doubled(draw: Draw, moments: list[MOMENT]) -> list[MOMENT]:
    """Some lines never reach the file, some stand in it twice."""
    if not moments:
        return moments
    places = st.sets(st.integers(0, len(moments) - 1), max_size=2)
    lost, doubled = draw(places), draw(places)
    kept = [moment for place, moment in enumerate(moments) if place not in lost]
    return kept + [moments[place] for place in sorted(doubled)]


@st.composite
def centres(draw: Draw, prefix: str = "", n_calls: int = 12) -> Made:
    """One centre over one or two days, in any zone, with everything that happens to logs.

    Times with fractions are whole milliseconds. Lines are in order of time, in any order within
    an instant.
    """
    zone = draw(st.sampled_from(sorted(ZONES)))
    local = datetime.fromisoformat(draw(st.sampled_from(ZONES[zone])))
    epoch = int(local.replace(tzinfo=ZoneInfo(zone)).timestamp())
    day_s = draw(st.sampled_from((30, 3600, 86_400, 150_000)))
    cast = _cast(draw, prefix, epoch)
    made_calls = [draw(calls(n, cast, day_s)) for n in range(draw(st.integers(0, n_calls)))]
    n_restarts = draw(st.sampled_from((0, 0, 1, 2)))
    restarts = [draw(st.integers(0, day_s)) * 1000 for _ in range(n_restarts)]
    for call in made_calls:
        _end_with_restart(call, restarts)
    moments = [moment for call in made_calls for moment in call.moments]
    for agent in cast.agents:
        moments += draw(shifts(agent, cast, day_s))
    moments += [(at, "NONE|NONE|NONE|QUEUESTART|") for at in restarts]
    if draw(st.booleans()):
        queue, agent = cast.queues[0], cast.agents[0]
        moments.append((1000, f"NONE|{queue}|{agent}|SUPERVISOR|note|barge, whisper"))
    moments = _lost_and_doubled(draw, moments)
    if draw(st.integers(0, 3)) == 0:
        shift = draw(st.sampled_from((1, 250, 999)))
        moments = [(ms + shift * (place % 3), text) for place, (ms, text) in enumerate(moments)]
    order = draw(st.randoms(use_true_random=False))
    order.shuffle(moments)
    moments.sort(key=lambda moment: moment[0])
    style = draw(st.sampled_from(("epoch", "epoch", "text")))
    cdr_rows = [row for call in made_calls for row in _cdr(draw, call, cast, zone)]
    last_ms = max((ms for ms, _ in moments), default=0)
    for number in range(draw(st.integers(0, 2))):
        cdr_rows += draw(_direct(1000 + number, cast, zone, last_ms))
    return Made(
        zone=zone,
        lines=[f"{_stamp(ms, style, zone, epoch)}|{text}" for ms, text in moments],
        cdr_rows=cdr_rows,
        queues_conf=_conf(draw, cast),
        aliases={number: agent for agent, number in cast.extension_of.items()},
    )
