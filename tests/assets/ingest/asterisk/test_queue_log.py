"""Lines of a queue_log: times, refusals, what is hashed, masked or left out."""

from datetime import UTC, datetime

import pytest

from assets.ingest.asterisk.queue_log import REASONS
from tests.assets.ingest.asterisk.harness import Centre

NUMBER = "+442079460123"
NUMBERS = ("442079460123", "2079460123", "02079 460123", "020 7946 0123")


def parsed(line: str, **settings) -> dict:
    rows = Centre(**settings).parse([line]).rows
    assert rows.height == 1, line
    return rows.row(0, named=True)


def reason(line: str, **settings) -> str:
    bad = Centre(**settings).parse([line]).bad
    assert bad.height == 1, line
    return next(key for key, text in REASONS.items() if text == bad["reason"][0])


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC).replace(tzinfo=None)


@pytest.mark.parametrize(
    ("time", "utc"),
    [
        ("1700000000", "2023-11-14T22:13:20+00:00"),
        ("1700000000.5", "2023-11-14T22:13:20.500000+00:00"),
        ("1700000000.123456789", "2023-11-14T22:13:20.123456+00:00"),
        ("\ufeff1700000000", "2023-11-14T22:13:20+00:00"),
        ("2023-11-14 23:13:20", "2023-11-14T23:13:20+01:00"),
        ("2023-11-14 23:13:20.250000", "2023-11-14T23:13:20.250000+01:00"),
        ("2023-07-14T23:13:20", "2023-07-14T23:13:20+02:00"),
        # The hour that comes twice: nearest to the epoch in the call's id, else the earlier.
        ("2023-10-29 02:30:00", "2023-10-29T02:30:00+02:00"),
    ],
)
def test_times(time, utc):
    row = parsed(f"{time}|NONE|NONE|NONE|QUEUESTART|", zone="Europe/Berlin")
    assert row["line_at"] == at(utc)


@pytest.mark.parametrize(
    ("callid", "utc"),
    [
        ("1698539390.11", "2023-10-29T02:30:00+02:00"),
        ("pbx-1698542990.11", "2023-10-29T02:30:00+01:00"),
        ("c.1", "2023-10-29T02:30:00+02:00"),
    ],
)
def test_the_hour_that_comes_twice_is_settled_by_the_id(callid, utc):
    row = parsed(f"2023-10-29 02:30:00|{callid}|q|A|CONNECT|1|x|1", zone="Europe/Berlin")
    assert row["line_at"] == at(utc)


@pytest.mark.parametrize(
    ("line", "key"),
    [
        ("1700000000|c.1|q|NONE", "few"),
        ("hello", "few"),
        ("yesterday|c.1|q|NONE|ABANDON|1", "time"),
        ("-5|c.1|q|NONE|ABANDON|1", "time"),
        ("2023-02-30 10:00:00|c.1|q|NONE|ABANDON|1", "time"),
        ("99999999999999999999|c.1|q|NONE|ABANDON|1", "time"),
        ("2023-03-26 02:30:00|c.1|q|NONE|ABANDON|1", "gap"),
        ("915148800|c.1|q|NONE|ABANDON|1", "old"),
        ("1900000000|c.1|q|NONE|ABANDON|1", "ahead"),
        ("1700000000|c.1|q|NONE||1", "event"),
        ("1700000000|NONE|q|NONE|ENTERQUEUE||x|1", "callid"),
        ("1700000000|c.1|NONE|NONE|ENTERQUEUE||x|1", "queue"),
    ],
)
def test_refusals_say_why(line, key):
    assert reason(line, zone="Europe/Berlin") == key


def test_every_kind_of_rubbish_is_a_row_or_a_refusal():
    rubbish = ["|", "||||", "|||||||", "\x01\x02", "é" * 500, "1700000000" + "|" * 300, " | | | | "]
    done = Centre().parse(rubbish)
    assert done.rows.height + done.bad.height == len(rubbish)
    assert Centre().parse([]).rows.height == 0


def test_custom_events_are_kept_and_counted():
    lines = [f"1700000000|NONE|q|A|SUPERVISOR|note|barge, {n}" for n in range(3)]
    done = Centre().parse([*lines, "1700000000|NONE|q|A|PENALTY|2"])
    assert done.rows["params"].to_list()[0] == "note|barge, 0"
    assert done.notes[0] == {"event 'SUPERVISOR' is not Asterisk's own: kept, counted nowhere": 3}
    many = Centre().parse([f"1700000000|NONE|q|A|E{n}|" for n in range(500)])
    assert len(many.notes[0]) == 21
    assert sum(many.notes[0].values()) == 500


@pytest.mark.parametrize(
    "line",
    [
        f"1700000000|c.1|q|NONE|ENTERQUEUE|http://crm/{NUMBER}|{NUMBER}|1|Jo 020 7946 0123",
        f"1700000000|c.1|q|A|BLINDTRANSFER|{NUMBER}|internal|1|2|3",
        f"1700000000|c.1|q|A|ATTENDEDTRANSFER|LINK|SIP/{NUMBER}-0000001a|Local/2079460123@x|1|2|3",
        f"1700000000|c.1|q|NONE|CALLBACKREQ|{NUMBER}",
        f"1700000000|c.1|q|{NUMBER}|CALLERSAYS|02079 460123",
        "1700000000|NONE|NONE|A|PAUSEALL|call 020 7946 0123 back",
        f"1700000000|c.1|q|NONE|WITHDRAW|1|1|5|{NUMBER} wanted out",
        f"1700000000|c.1|NONE|2019|AGENTLOGIN|SIP/{NUMBER}-00000007",
        f"1700000000|{NUMBER}|q|NONE|ABANDON|1|1|5",
        f"1700000000|c.1|q|NONE|OUTCALL|ANSWER|20|{NUMBER}",
        f"1700000000|c.1|q|NONE|{NUMBER}|x",
    ],
)
def test_no_number_of_a_customer_stays(line):
    text = str({k: v for k, v in parsed(line).items() if k not in ("line_id", "line_at")})
    assert not [number for number in NUMBERS if number in text], text


def test_one_number_has_one_hash_however_it_is_written():
    lines = [f"1700000000|c.1|q|NONE|ENTERQUEUE||{number}|1" for number in (NUMBER, *NUMBERS[2:])]
    assert Centre().parse(lines).rows["caller"].n_unique() == 1


@pytest.mark.parametrize("caller", ["", "anonymous", "Unknown", "<unknown>"])
def test_withheld_callers_are_nobody(caller):
    assert parsed(f"1700000000|c.1|q|NONE|ENTERQUEUE||{caller}|1")["caller"] is None


def test_extensions_own_numbers_and_agents_names_stay():
    enter = "1700000000|c.1|q|NONE|ENTERQUEUE||%s|1"
    assert parsed(enter % "1001")["caller"] == "1001"
    assert parsed(enter % "5550100", own_numbers=(r"5550\d{3}",))["caller"] == "5550100"
    assert parsed(enter % "jo.smith")["caller"].startswith("c_")
    assert parsed(enter % "ann", aliases={"ann": "Ann"})["caller"] == "ann"
    agent = "1700000000|c.1|q|%s|CONNECT|1|1795289921.14|0"
    for name in ("Zoë Müller", "Berg, Jonas", "Local/01715550100@from-queue/n"):
        row = parsed(agent % name)
        assert (row["agent"], row["params"]) == (name, "1|1795289921.14|0")
    login = parsed("1700000000|c.1|NONE|2019|AGENTLOGOFF|PJSIP/1019-00000007|128")
    assert (login["agent"], login["params"]) == ("Agent/2019", "PJSIP/1019-00000007|128")
    assert parsed("1700000000|c.1|q|NONE|DID|02079460000|Jo")["params"] == "02079460000"


def test_who_is_nobody():
    row = parsed("1700000000|MANAGER|NONE|NONE|CONFIGRELOAD|")
    assert (row["contact_id"], row["queue"], row["agent"]) == (None, None, None)
    assert parsed("1700000000|1795289911.0|q|A|ADDMEMBER|")["contact_id"] == "1795289911.0"
