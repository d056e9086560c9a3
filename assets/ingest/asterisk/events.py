"""The events of a queue_log: which class each belongs to, and in which order they count.

The order decides inside one instant, where the order of lines says nothing.
"""

from typing import Literal

EventClass = Literal[
    "enter", "connect", "talk_end", "wait_end", "offer", "refusal", "restart", "agent", "wrap",
    "other",
]  # fmt: skip

_BY_CLASS: dict[EventClass, tuple[str, ...]] = {
    "enter": ("ENTERQUEUE",),
    "connect": ("CONNECT",),
    "talk_end": (
        "COMPLETECALLER", "COMPLETEAGENT", "BLINDTRANSFER", "ATTENDEDTRANSFER", "TRANSFER",
    ),
    "wait_end": (
        "ABANDON", "EXITWITHKEY", "EXITWITHTIMEOUT", "EXITEMPTY", "LEAVEEMPTY", "WITHDRAW",
        "SYSCOMPAT",
    ),
    "offer": ("RINGNOANSWER", "RINGCANCELED", "AGENTDUMP"),
    "refusal": ("FULL", "JOINEMPTY", "CLOSED", "DIVERT_CA_RATIO", "DIVERT_HOLDTIME"),
    "restart": ("QUEUESTART",),
    "agent": (
        "ADDMEMBER", "REMOVEMEMBER", "AGENTLOGIN", "AGENTCALLBACKLOGIN", "AGENTLOGOFF",
        "AGENTCALLBACKLOGOFF", "PAUSE", "UNPAUSE", "PAUSEALL", "UNPAUSEALL",
    ),
    "wrap": ("WRAPUPSTART",),
    "other": ("DID", "PENALTY", "RINGINUSE", "CONFIGRELOAD", "INFO", "OUTCALL"),
}  # fmt: skip

EVENTS: dict[str, tuple[EventClass, int]] = {
    event: (kind, order)
    for kind, events in _BY_CLASS.items()
    for order, event in enumerate(events, start=1)
}
"""Event -> its class and its place within the class. What is not here is custom."""

CALL_CLASSES: frozenset[str] = frozenset(
    {"enter", "connect", "talk_end", "wait_end", "offer", "refusal"}
)
"""Classes of events that mean nothing without a call and a queue."""

CALL_EVENTS: tuple[str, ...] = tuple(e for e, (kind, _) in EVENTS.items() if kind in CALL_CLASSES)
LOGIN_EVENTS: tuple[str, ...] = (
    "AGENTLOGIN", "AGENTCALLBACKLOGIN", "AGENTLOGOFF", "AGENTCALLBACKLOGOFF",
)  # fmt: skip
