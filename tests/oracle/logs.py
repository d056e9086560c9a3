"""Short ways to write log lines in tests."""

from tests.oracle.centre import Centre, read_centre
from tests.oracle.config import Config
from tests.oracle.states import states_of_all

START = 1_700_000_000
"""An instant in epoch seconds (2023-11-14 22:13:20 UTC) from which tests count."""
SECOND = 1_000_000


def log(*lines: str) -> bytes:
    """Lines such as `5 c1 sales NONE ENTERQUEUE |0711|1` as a queue_log.

    The time counts in seconds from START; `~` in a name stands for a space; what follows the
    event is its parameters.
    """
    texts = []
    for line in lines:
        time, callid, queue, agent, event, *params = line.split(" ", 5)
        names = "|".join((callid, queue, agent.replace("~", " "), event))
        texts.append(f"{START + int(time)}|{names}|{params[0] if params else ''}\n")
    return "".join(texts).encode()


def told(*lines: str, config: Config | None = None, cdr: bytes = b"") -> Centre:
    """The oracle's reading of such lines."""
    return read_centre([log(*lines)], [cdr] if cdr else [], config)


def at(seconds: float) -> int:
    """Microseconds since 1970 of so many seconds after START."""
    return START * SECOND + round(seconds * SECOND)


def states_told(centre: Centre, agent: str) -> list[tuple[str, float, float]]:
    """(state, from, to) of an agent, in seconds from START; `~` marks what is inferred."""
    return [
        (
            s.state + ("~" if s.is_inferred else ""),
            *((t - at(0)) / 1e6 for t in (s.from_at, s.to_at)),
        )
        for s in states_of_all(centre)
        if s.agent == agent
    ]
