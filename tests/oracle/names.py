"""Who is an agent, under which name, and with which extensions."""

import re

from tests.oracle.config import Config
from tests.oracle.parsing import Logs

NOBODY = ("", "NONE")
LOGIN = ("AGENTLOGIN", "AGENTCALLBACKLOGIN")
LOGOFF = ("AGENTLOGOFF", "AGENTCALLBACKLOGOFF")
AGENT_EVENTS = (
    *LOGIN,
    *LOGOFF,
    "ADDMEMBER",
    "REMOVEMEMBER",
    "PAUSE",
    "UNPAUSE",
    "PAUSEALL",
    "UNPAUSEALL",
)
"""Changes of an agent's standing."""
OF_AN_AGENT = (
    *AGENT_EVENTS,
    "CONNECT",
    "COMPLETECALLER",
    "COMPLETEAGENT",
    "BLINDTRANSFER",
    "ATTENDEDTRANSFER",
    "TRANSFER",
    "RINGNOANSWER",
    "RINGCANCELED",
    "AGENTDUMP",
    "ABANDON",
    "WRAPUPSTART",
)
"""Events whose agent field names an agent (PENALTY and custom events may hold anything)."""
_EXTENSION = re.compile(r"\*?\d{1,6}")
_OF_CHANNEL = re.compile(r"[A-Za-z0-9_]+/(\d{1,6})(?:$|[-@/])")
_OF_CLID = re.compile(r'"?(.*?)"?\s*<(\d{1,6})>')


def is_extension(number: str) -> bool:
    """A number inside the house: up to six digits, perhaps after a star."""
    return bool(_EXTENSION.fullmatch(number))


def extension_of(channel: str) -> str | None:
    """The short number in a channel or interface: PJSIP/1013-0000001 -> 1013."""
    match = _OF_CHANNEL.match(channel)
    return match[1] if match else None


class Names:
    """The one name of each agent, and the extensions that are known to be his."""

    def __init__(self, logs: Logs, config: Config) -> None:
        self._config = config
        self.agents = set(config.members.values())
        for line in logs.lines:
            if line.agent not in NOBODY and line.event in OF_AN_AGENT:
                self.agents.add(self.of(line.agent, line.event))
        self.agent_of_extension = self._extensions(logs)

    def of(self, name: str, event: str = "") -> str:
        """The name under which an agent is counted.

        In lines of the agent log-in alone a bare number N is written for Agent/N.
        """
        if name in self._config.aliases:
            return self._config.aliases[name]
        if event in LOGIN + LOGOFF and name.isdigit():
            name = f"Agent/{name}"
        name = self._config.members.get(name, name)
        return self._config.aliases.get(name, name)

    def is_agents_number(self, caller: str) -> bool:
        """The caller is an agent: by extension, or by a name the aliases know."""
        return caller in self.agent_of_extension or caller in self._config.aliases

    def _extensions(self, logs: Logs) -> dict[str, str]:
        found: dict[str, str] = {}
        for line in logs.lines:
            if line.event in LOGIN and (number := extension_of(line.param(1))):
                found[number] = self.of(line.agent, line.event)
        for cdr in logs.cdrs:
            match = _OF_CLID.fullmatch(cdr.clid)
            if match and self.of(match[1]) in self.agents:
                found[match[2]] = self.of(match[1])
        for interface, name in self._config.members.items():
            if number := extension_of(interface):
                found[number] = self.of(name)
        for alias, name in self._config.aliases.items():
            number = alias if is_extension(alias) else extension_of(alias)
            if number:
                found[number] = name
        return found
