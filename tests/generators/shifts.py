"""Agents' log-ins, memberships and pauses, as lines of a queue_log."""

from hypothesis import strategies as st

from tests.generators.calls import GAPS, MOMENT, Cast, Draw

REASONS = ("", "Break", "Pausa café", "Wrap-up, notes", "Coaching: 1|1", "Auto-Pause")
LONG = st.sampled_from((0, 1, 59, 60, 61, 600, 7200, 30_000, 90_000))
_EVENTS = (
    "ADDMEMBER",
    "ADDMEMBER",
    "REMOVEMEMBER",
    "PAUSE",
    "UNPAUSE",
    "PAUSEALL",
    "UNPAUSEALL",
    "AGENTLOGIN",
    "AGENTLOGOFF",
)


@st.composite
def shifts(draw: Draw, agent: str, cast: Cast, day_s: int) -> list[MOMENT]:
    """What one agent does: anything after anything, often in one second."""
    second = draw(st.integers(0, day_s // 2) | st.just(0))
    has_login = draw(st.integers(0, 4)) == 0
    events = _EVENTS if has_login else _EVENTS[:-2]
    moments: list[MOMENT] = []
    for _ in range(draw(st.integers(0, 7))):
        event = draw(st.sampled_from(events))
        queue = draw(st.sampled_from(cast.queues))
        params = ""
        if event in ("PAUSE", "UNPAUSE", "PAUSEALL", "UNPAUSEALL"):
            params = draw(st.sampled_from(REASONS))
        elif event == "ADDMEMBER":
            params = draw(st.sampled_from(("", "", "", "PAUSED")))
        if event.endswith("ALL"):
            queue = "NONE"
        elif event.startswith("AGENT"):
            queue, params = "NONE", f"PJSIP/{cast.extension_of.get(agent, '9')}-0000001"
        moments.append((second * 1000, f"MANAGER|{queue}|{agent}|{event}|{params}"))
        second += draw(GAPS | LONG)
    return moments
