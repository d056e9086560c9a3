"""Contacts: the calls of both files as wholes, what was refused, and calls outside all queues."""

import re
from collections import defaultdict
from dataclasses import dataclass, field

from tests.oracle.legs import Segment
from tests.oracle.names import Names, extension_of, is_extension
from tests.oracle.parsing import SECOND, Cdr, Line, Logs
from tests.oracle.visits import STORY, TALK_ENDS, WAIT_ENDS, Visit

REFUSALS = {
    "FULL": "full",
    "JOINEMPTY": "empty",
    "CLOSED": "closed",
    "DIVERT_CA_RATIO": "busy",
    "DIVERT_HOLDTIME": "busy",
}
_SETTLED_AFTER = 10 * SECOND
_CAUSE_OF_DST = {"JOIN": "empty", "LEAVE": "empty", "FULL": "full"}


@dataclass(frozen=True)
class Refusal:
    """One try to enter a queue that refused it."""

    callid: str
    queue: str
    at: int
    cause: str


@dataclass
class Contact:
    """One call end to end."""

    contact_id: str
    lines: list[Line] = field(default_factory=list)
    cdrs: list[Cdr] = field(default_factory=list)
    visits: list[Visit] = field(default_factory=list)
    segments: list[Segment] = field(default_factory=list)
    refusals: list[Refusal] = field(default_factory=list)
    kind: str = "customer"
    direction: str = "inbound"
    is_in_queue_log: bool = False
    is_in_cdr: bool = False
    """Some record has its identifier, be it only of a Local channel."""

    @property
    def is_open(self) -> bool:
        """A visit waits, or a leg goes on, as far as the log is known."""
        waits = any(visit.outcome == "open" for visit in self.visits)
        return waits or any(segment.is_open for segment in self.segments)

    @property
    def started_at(self) -> int:
        """The first that is known of it."""
        return min([cdr.start for cdr in self.cdrs] + [line.at for line in self.lines])

    @property
    def ended_at(self) -> int | None:
        """The last end that is known, None while open.

        Reading: a call with neither an end in the log nor a record ended with its last line.
        """
        if self.is_open:
            return None
        ends = [cdr.end for cdr in self.cdrs if cdr.end is not None]
        ends += [line.at for line in self.lines if line.event in TALK_ENDS + WAIT_ENDS]
        return max(ends or [line.at for line in self.lines], default=None)

    @property
    def n_transfers(self) -> int:
        """Legs that ended in a transfer."""
        return sum(1 for segment in self.segments if segment.transfer_type)

    @property
    def is_handled(self) -> bool:
        """An agent spoke with the customer."""
        return any(segment.role == "customer" for segment in self.segments)

    @property
    def root_contact_id(self) -> str:
        """First call of the chain, where the records tell."""
        known = sorted({cdr.linkedid for cdr in self.cdrs if cdr.linkedid})
        return known[0] if known else self.contact_id


def is_about_a_call(line: Line) -> bool:
    """The line tells of a contact, not of an agent or of the switch.

    Reading: the callid of a line such as ADDMEMBER is the agent's own call to the log-in
    number; that does not make it an inbound contact.
    """
    return line.event in STORY or line.event in REFUSALS or line.event == "DID"


def _gather(logs: Logs, visits: list[Visit], segments: list[Segment]) -> dict[str, Contact]:
    contacts: dict[str, Contact] = {}
    has_queue_log = bool(logs.lines)
    for line in logs.lines:
        if is_about_a_call(line):
            contacts.setdefault(line.callid, Contact(line.callid)).is_in_queue_log = True
    for number, cdr in enumerate(logs.cdrs):
        if cdr.channel.startswith("Local/"):
            continue
        if not cdr.uniqueid and cdr.lastapp == "Queue" and has_queue_log:
            continue
        contact_id = cdr.uniqueid or f"cdr-{number}"
        contact = contacts.setdefault(contact_id, Contact(contact_id, is_in_cdr=True))
        contact.cdrs.append(cdr)
    for line in logs.lines:
        if line.callid in contacts:
            contacts[line.callid].lines.append(line)
    for cdr in logs.cdrs:
        if cdr.uniqueid in contacts:
            contacts[cdr.uniqueid].is_in_cdr = True
    for visit in visits:
        contacts[visit.callid].visits.append(visit)
    for segment in segments:
        contacts[segment.callid].segments.append(segment)
    return contacts


def calling_agent(cdr: Cdr, names: Names) -> str | None:
    """The agent who dialled a call: by the caller's number, else by the channel it came from.

    Reading: agents' calls to the outside often show the house's main number as their caller
    (all 31 of the sample do), so that the number alone makes them calls from the outside.
    """
    by_number = names.agent_of_extension.get(cdr.src)
    return by_number or names.agent_of_extension.get(extension_of(cdr.channel) or "")


def house_devices(cdrs: list[Cdr]) -> set[str]:
    """Numbers of phones in the house: those from which a call came under the phone's own number."""
    return {
        cdr.src for cdr in cdrs if is_extension(cdr.src) and cdr.src == extension_of(cdr.channel)
    }


def _classify(contact: Contact, names: Names, devices: set[str]) -> None:
    """Say who began the contact and with whom it is.

    Reading: of several records of one call the first one started tells who called whom.
    Outside is a number of seven digits or more: destinations such as `s` or `` are not.
    """
    if any(visit.is_consult for visit in contact.visits):
        contact.kind, contact.direction = "consult", "internal"
    elif contact.is_in_queue_log:
        contact.kind, contact.direction = "customer", "inbound"
    else:
        first = min(contact.cdrs, key=lambda cdr: (cdr.start, cdr.text))
        from_inside = extension_of(first.channel) in devices or calling_agent(first, names)
        if not is_extension(first.src) and not from_inside:
            contact.direction = "inbound"
        elif is_outside(first.dst):
            contact.direction = "outbound"
        else:
            contact.direction = "internal"
        contact.kind = "internal" if contact.direction == "internal" else "customer"


def is_outside(number: str) -> bool:
    """A number out of the house: at least seven digits, whatever else is in it."""
    return sum(ch.isdigit() for ch in number) >= 7 and bool(re.fullmatch(r"[+\d\s().-]+", number))


def find_contacts(
    logs: Logs, visits: list[Visit], segments: list[Segment], names: Names
) -> dict[str, Contact]:
    """All contacts of both files, with direct calls' legs and refusals put in."""
    contacts = _gather(logs, visits, segments)
    devices = house_devices(logs.cdrs)
    for contact in contacts.values():
        contact.visits.sort(key=lambda visit: visit.ordinal)
        _classify(contact, names, devices)
        contact.segments += direct_segments(contact, names)
        contact.segments.sort(key=lambda segment: (segment.connected_at, segment.agent))
    dsts = defaultdict(set)
    for cdr in logs.cdrs:
        dsts[cdr.uniqueid].add(cdr.dst)
    for contact in contacts.values():
        contact.refusals = refusals_of(contact, dsts[contact.contact_id], logs.watermark)
    return contacts


def direct_segments(contact: Contact, names: Names) -> list[Segment]:
    """Legs of a call that no queue handed out: to an agent's phone, or from it to the outside.

    Reading: a call that was in a queue has its legs from the queue_log alone; where such a
    call is passed on to an agent's extension, that leg has no row.
    """
    if contact.visits:
        return []
    found = []
    for cdr in contact.cdrs:
        if cdr.lastapp != "Dial" or cdr.disposition != "ANSWERED" or cdr.answer is None:
            continue
        called = names.agent_of_extension.get(extension_of(cdr.dstchannel) or "")
        calling = calling_agent(cdr, names)
        if called and not calling and not is_extension(cdr.src):
            found.append(_direct(contact, cdr, called, "inbound"))
        elif calling and is_outside(cdr.dst):
            found.append(_direct(contact, cdr, calling, "outbound"))
    return found


def _direct(contact: Contact, cdr: Cdr, agent: str, direction: str) -> Segment:
    return Segment(
        callid=contact.contact_id,
        visit=None,
        queue=None,
        agent=agent,
        role="customer",
        connected_at=cdr.answer or cdr.start,
        ended_at=cdr.end,
        restart_at=None,
        talk_ms=None if cdr.billsec is None else cdr.billsec * 1000,
        wrap_ms=None,
        transfer_type=None,
        transfer_to=None,
        is_open=False,
        is_cut=False,
        is_talk_unreliable=False,
        direction=direction,
    )


def refusals_of(contact: Contact, dsts: set[str], watermark: int | None) -> list[Refusal]:
    """Refusals as logged, and those that only a DID with no entry gives away.

    Reading: a contact with no entry is settled when a call record of it is there, or when its
    DID is at least 10 s older than the newest line.
    """
    found = [
        Refusal(line.callid, line.queue, line.at, REFUSALS[line.event])
        for line in contact.lines
        if line.event in REFUSALS
    ]
    entered = {visit.queue for visit in contact.visits} | {refusal.queue for refusal in found}
    for line in contact.lines:
        if line.event != "DID" or line.queue in entered or line.queue in ("", "NONE"):
            continue
        settled = watermark is not None and line.at <= watermark - _SETTLED_AFTER
        if contact.cdrs or settled:
            entered.add(line.queue)
            found.append(Refusal(line.callid, line.queue, line.at, _cause(line.queue, dsts)))
    return found


def _cause(queue: str, dsts: set[str]) -> str:
    for dst in sorted(dsts):
        if dst.startswith(f"{queue}-"):
            for word, cause in _CAUSE_OF_DST.items():
                if dst.removeprefix(f"{queue}-").startswith(word):
                    return cause
    return "unknown"
