"""The oracle itself: contacts of both files, refusals, calls outside all queues."""

from tests.oracle.centre import read_centre
from tests.oracle.config import Config
from tests.oracle.logs import told


def _cdr(**fields: str) -> str:
    row = {
        "accountcode": "", "src": "0711555123", "dst": "1001", "dcontext": "", "clid": "",
        "channel": "PJSIP/trunk-1", "dstchannel": "PJSIP/1001-2", "lastapp": "Dial", "lastdata": "",
        "start": "2023-11-14 22:13:20", "answer": "2023-11-14 22:13:25",
        "end": "2023-11-14 22:14:25", "duration": "65", "billsec": "60",
        "disposition": "ANSWERED", "amaflags": "", "uniqueid": "9.1", "userfield": "",
    } | fields  # fmt: skip
    return ",".join('"' + value.replace('"', '""') + '"' for value in row.values()) + "\n"


def test_calls_outside_the_queues():
    rows = [
        _cdr(uniqueid="9.1"),
        _cdr(uniqueid="9.2", src="1001", dst="0711555123", channel="PJSIP/1001-7"),
        _cdr(uniqueid="9.3", src="5550100", dst="0711555123", channel="PJSIP/1001-9"),
        _cdr(uniqueid="9.4", src="1001", dst="1002"),
        _cdr(uniqueid="9.5", disposition="NO ANSWER", answer=""),
        _cdr(uniqueid="9.6", channel="Local/1001@x-1;2"),
        _cdr(uniqueid="9.7", src="anonymous", dst="s", lastapp="BackGround", dstchannel=""),
    ]
    config = Config(aliases={"1001": "Ann"})
    centre = told("0 NONE q Ann ADDMEMBER", config=config, cdr="".join(rows).encode())
    assert {c.contact_id: (c.direction, c.kind) for c in centre.contacts.values()} == {
        "9.1": ("inbound", "customer"),
        "9.2": ("outbound", "customer"),
        "9.3": ("outbound", "customer"),
        "9.4": ("internal", "internal"),
        "9.5": ("inbound", "customer"),
        "9.7": ("inbound", "customer"),
    }
    assert [(s.callid, s.agent, s.talk_ms) for s in centre.segments] == [
        ("9.1", "Ann", 60_000), ("9.2", "Ann", 60_000), ("9.3", "Ann", 60_000),
    ]  # fmt: skip


def test_refusals_logged_and_given_away_by_their_did():
    cdr = _cdr(uniqueid="d", dst="billing-JOINEMPTY", lastapp="Hangup")
    centre = told(
        "0 a q NONE FULL",
        "1 b q NONE DIVERT_HOLDTIME",
        "2 c q NONE DID 5550100",
        "2 c q NONE ENTERQUEUE |07|1",
        "3 d billing NONE DID 5550100",
        "4 e q NONE DID 5550100",
        "4 a q NONE DID 5550100",
        "13 f q NONE DID 5550100",
        "14 c q NONE ABANDON 1|1|1",
        cdr=cdr.encode(),
    )
    assert sorted((r.callid, r.queue, r.cause) for r in centre.refusals) == [
        ("a", "q", "full"),
        ("b", "q", "busy"),
        ("d", "billing", "empty"),
        ("e", "q", "unknown"),
    ]


def test_rows_of_call_records_that_cannot_be_read_are_refused():
    bad = _cdr() + 'a,b,"c\n' + "1,2,3\n" + _cdr(start="yesterday")
    logs = read_centre([], [bad.encode()]).logs
    assert len(logs.cdrs) == 1
    assert sorted(reason for reason, _ in logs.refused) == [
        "bad time",
        "unterminated quote",
        "wrong number of columns",
    ]
