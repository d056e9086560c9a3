"""Contacts: what queue log and call detail records say together."""

from tests.assets.ingest.asterisk.harness import Centre
from tests.assets.ingest.asterisk.test_cdr import ID, row

LOG = f"1700000002|{ID}|q|NONE|ENTERQUEUE||02079460001|1\n1700000012|{ID}|q|NONE|ABANDON|1|1|10"
AGENT = "1699999000|x|q|Ann|ADDMEMBER|"
ANN = {"1004": "Ann"}


def contacts(log: str, records: list[str], *columns: str, **settings) -> list[tuple]:
    centre = Centre(**settings).load(log).load(records, "cdr").derive()
    return centre.rows("contact", *columns, order="contact_id")


KIND = ("kind", "direction", "is_in_queue_log", "is_in_cdr")


def test_a_call_in_both_files_is_one_contact():
    seconds = ("epoch(started_at)::bigint % 100", "epoch(ended_at)::bigint % 100", "disposition")
    assert contacts(LOG, [row(), row(lastapp="Playback")], *KIND, *seconds) == [
        ("customer", "inbound", True, True, 0, 20, "ANSWERED")
    ]
    assert contacts(LOG, [], *KIND, *seconds) == [("customer", "inbound", True, False, 2, 12, None)]


def test_who_called_whom_outside_queues():
    settings = {"aliases": ANN}
    inside = {"src": "1004", "channel": "PJSIP/1004-00000001", "lastapp": "Dial"}
    assert contacts(AGENT, [row(lastapp="Hangup")], *KIND) == [("customer", "inbound", False, True)]
    outbound = [row(**inside, dst="02079460009")]
    assert contacts(AGENT, outbound, *KIND, **settings) == [("customer", "outbound", False, True)]
    # The house's number in place of the extension: the phone tells.
    shown = [row(**inside | {"src": "02079461000"}, dst="02079460009")]
    assert contacts(AGENT, shown, "direction", "caller_extension", **settings) == [
        ("outbound", "1004")
    ]
    assert contacts(AGENT, [row(**inside, dst="2001")], *KIND[:2]) == [("internal", "internal")]


def test_local_channels_are_legs():
    local = row(',"1700000009.9"', channel="Local/1004@agents-00000001;2", lastapp="Dial")
    assert contacts(LOG, [local], "contact_id") == [(ID,)]


def test_records_without_unique_id():
    assert contacts(AGENT, [row("")], "contact_id") == []
    assert len(contacts(AGENT, [row("", lastapp="Dial")], "contact_id")) == 1
    centre = Centre().load([row("")], "cdr").derive()
    assert len(centre.rows("contact", "contact_id")) == 1


def test_calls_to_and_from_an_agents_phone_are_handled():
    called = row(lastapp="Dial", dst="1004", dstchannel="PJSIP/1004-00000001")
    centre = Centre(aliases=ANN).load(AGENT).load([called], "cdr").derive()
    columns = ("agent", "queue", "talk_ms", "visit_ordinal", "role")
    assert centre.rows("handle_segment", *columns) == [("Ann", None, 15_000, None, "customer")]
    calling = row(src="1004", channel="PJSIP/1004-00000001", dst="02079460009", lastapp="Dial")
    centre = Centre(aliases=ANN).load(AGENT).load([calling], "cdr").derive()
    assert centre.rows("handle_segment", "agent") == [("Ann",)]
    for other in (
        row(lastapp="Dial", dstchannel="PJSIP/1005-00000001"),
        row(lastapp="Dial", dstchannel="PJSIP/1004-00000001", disposition="NO ANSWER", answer=""),
        row(lastapp="Dial", dstchannel="PJSIP/1004-00000001", src="1005"),
    ):
        centre = Centre(aliases=ANN).load(AGENT).load([other], "cdr").derive()
        assert centre.rows("handle_segment", "agent") == []


def test_a_phone_that_two_agents_use_tells_nobody():
    log = "1700000000|1.1|NONE|7|AGENTLOGIN|SIP/1004-1\n1700000001|1.2|NONE|8|AGENTLOGIN|SIP/1004-2"
    called = row(lastapp="Dial", dst="1004", dstchannel="SIP/1004-00000001")
    centre = Centre().load(log).load([called], "cdr").derive()
    assert centre.rows("roster", "agent", "extensions") == [
        ("Agent/7", "1004"),
        ("Agent/8", "1004"),
    ]
    assert centre.rows("handle_segment", "agent") == []


def test_the_root_of_a_chain_comes_from_linked_ids():
    record = row(f',"{ID}","","","1699999999.9","3"')
    assert contacts(LOG, [record], "root_contact_id") == [("1699999999.9",)]
    assert contacts(LOG, [row()], "root_contact_id") == [(ID,)]
    cel = f'"CHAN_START","1700000000","","","","","","7","x","C","","","3","","{ID}","1699999998.1"'
    centre = Centre().load(LOG).load([cel], "cel").derive()
    assert centre.rows("contact", "root_contact_id") == [("1699999998.1",)]


def test_one_call_written_by_cdr_csv_and_cdr_custom_counts_once():
    called = row(lastapp="Dial", dst="1004", dstchannel="PJSIP/1004-00000001")
    times = '"2023-11-14 22:13:20","2023-11-14 22:13:25","2023-11-14 22:13:40","20","15"'
    custom = (
        '"""Jo"" <02079460001>","02079460001","1004","from-trunk","PJSIP/trunk-0000000a",'
        f'"PJSIP/1004-00000001","Dial","x",{times},"ANSWERED","3","","{ID}","{ID}","7",""'
    )
    centre = Centre(aliases=ANN).load(AGENT).load([called], "cdr").load([custom], "cdr_custom")
    assert len(centre.derive().rows("handle_segment", "agent")) == 1


def test_the_cause_of_a_refusal_is_in_the_name_of_the_extension():
    did = f"1700000000|{ID}|q|NONE|DID|5550100"
    for dst, cause in (("q-JOINEMPTY", "empty"), ("q-FULL", "full"), ("7001", "unknown")):
        centre = Centre().load(did).load([row(dst=dst, lastapp="Hangup")], "cdr").derive()
        assert centre.rows("queue_refusal", "cause") == [(cause,)]
        assert centre.rows("contact", "is_open", "kind") == [(False, "customer")]


def test_the_callers_hash_is_the_customer():
    (one,) = contacts(LOG, [row()], "customer_ref")
    (other,) = contacts("1700000000|NONE|NONE|NONE|CONFIGRELOAD|", [row()], "customer_ref")
    assert one == other
    withheld = LOG.replace("02079460001", "anonymous")
    assert contacts(withheld, [row(src="anonymous")], "customer_ref") == [(None,)]


def test_an_agents_own_calls_to_the_switch_are_no_inbound_contacts():
    log = f"1700000000|{ID}|q|Ann|ADDMEMBER|"
    record = row(src="1004", dst="*11", channel="PJSIP/1004-00000001", lastapp="Hangup")
    assert contacts(log, [record], *KIND) == [("internal", "internal", False, True)]
    assert contacts(log, [], *KIND) == []
