"""Call detail records and channel events: columns, times, refusals, privacy."""

from datetime import datetime

import pytest

from tests.assets.ingest.asterisk.harness import Centre

BASE = (
    '"","{src}","{dst}","from-trunk","""Jo, ""B"" Doe"" <{src}>","{channel}","{dstchannel}",'
    '"{lastapp}","x","{start}","{answer}","{end}",20,{billsec},"{disposition}","DOCUMENTATION"'
)
USUAL = {
    "src": "02079460001", "dst": "7001", "channel": "PJSIP/trunk-0000000a", "dstchannel": "",
    "lastapp": "Queue", "start": "2023-11-14 22:13:20", "answer": "2023-11-14 22:13:25",
    "end": "2023-11-14 22:13:40", "billsec": "15", "disposition": "ANSWERED",
}  # fmt: skip
ID = "1700000000.1"


def row(rest: str = f',"{ID}"', **changes: str) -> str:
    return BASE.format(**(USUAL | changes)) + rest


def parsed(line: str, feed: str = "cdr", **settings) -> dict:
    done = Centre(**settings).parse([line], feed)
    assert done.bad.height == 0, done.bad
    return done.rows.row(0, named=True)


def refused(line: str, feed: str = "cdr", **settings) -> str:
    return Centre(**settings).parse([line], feed).bad["reason"][0]


@pytest.mark.parametrize(
    ("rest", "uniqueid", "userfield", "linkedid"),
    [
        ("", None, None, None),
        (f',"{ID}"', ID, None, None),
        (',"gold"', None, "gold", None),
        (f',"{ID}","gold"', ID, "gold", None),
        (f',"","{ID}","3"', None, None, ID),
        (f',"{ID}","","1.5","3"', ID, None, "1.5"),
        (f',"{ID}","gold","","1.5","3"', ID, "gold", "1.5"),
    ],
)
def test_sixteen_to_twenty_one_columns(rest, uniqueid, userfield, linkedid):
    got = parsed(row(rest))
    assert (got["uniqueid"], got["userfield"], got["linkedid"]) == (uniqueid, userfield, linkedid)


def test_the_seventeenth_column_can_be_told():
    assert parsed(row(), options={"cdr_column_17": "userfield"})["userfield"] is not None
    assert parsed(row(',"gold"'), options={"cdr_column_17": "uniqueid"})["uniqueid"] == "gold"


@pytest.mark.parametrize(
    ("line", "word"),
    [
        (row() + ',"1","2","3","4","5"', "22 columns"),
        ("a,b,c", "3 columns"),
        (row().replace('"7001"', '"7001'), "quote"),
        (row()[:60], "quote"),
        (row(start="soon"), "no time"),
        (row(end=""), "no time"),
        (row(start="1999-01-01 00:00:00"), "2000"),
        (row(start="2033-01-01 00:00:00"), "ahead"),
    ],
)
def test_refusals_say_why(line, word):
    assert word in refused(line)


def test_one_broken_line_does_not_take_others_with_it():
    lines = [row(), row().replace('"7001"', '"7001'), row(), 'a"b,"c', row()]
    done = Centre().parse(lines, "cdr")
    assert (done.rows.height, done.bad["line_no"].to_list()) == (3, [2, 4])


def test_times_are_local_unless_told_otherwise():
    start = {"start": "2023-11-14 23:13:20", "end": "2023-11-14 23:13:40"}
    local = parsed(row(**start, answer=""), zone="Europe/Berlin")
    assert (local["line_at"], local["answer_at"]) == (datetime(2023, 11, 14, 22, 13, 20), None)  # noqa: DTZ001
    utc = parsed(row(), zone="Europe/Berlin", options={"cdr_utc": True})
    assert utc["line_at"] == local["line_at"]
    gap = row(start="2023-03-26 02:30:00", end="2023-03-26 03:30:00")
    assert "does not exist" in refused(gap, zone="Europe/Berlin")


def test_a_call_over_the_end_of_the_hour_that_comes_twice():
    # 02:59:50 of the second pass; a minute later it is 03:00:50.
    times = {"start": "2023-10-29 02:59:50", "answer": "2023-10-29 02:59:55"}
    line = row(',"1698544790.1"', **times, end="2023-10-29 03:00:10")
    got = parsed(line, zone="Europe/Berlin")
    assert got["line_at"] == datetime(2023, 10, 29, 1, 59, 50)  # noqa: DTZ001
    assert (got["end_at"] - got["line_at"]).seconds == 20
    assert (got["answer_at"] - got["line_at"]).seconds == 5


def test_a_wrong_zone_is_noticed_and_named():
    def lines(offset: int) -> list[str]:
        return [row(f',"{1700000000 + offset + n}.1"') for n in range(5)]

    assert Centre().parse(lines(0), "cdr").notes == {}
    (note,) = Centre().parse(lines(-3600), "cdr").notes[0]
    assert "UTC+01:00" in note
    (note,) = Centre(zone="Europe/Berlin").parse(lines(0), "cdr").notes[0]
    assert "cdr_utc = true" in note


def test_a_wrong_zone_is_judged_by_file():
    def file(offset: int) -> list[str]:
        return [row(f',"{1700000000 + offset + n}.1"') for n in range(5)]

    both = Centre().parse_files([file(0), file(-3600), file(0)[:2]], "cdr")
    assert both.rows["chunk_no"].to_list() == [0] * 5 + [1] * 5 + [2] * 2
    assert list(both.notes) == [1]
    assert list(both.notes[1].values()) == [5]


def test_no_name_and_no_number_of_a_customer_stays():
    line = row(
        src="+442079460123", dst="00442079460123", channel="SIP/02079460123-0000001a",
        dstchannel="Local/2079460123@x-0000001b;1",
    )  # fmt: skip
    got = parsed(line + ',"note 020 7946 0123"')
    text = str({k: v for k, v in got.items() if k not in ("line_id", "line_at")})
    assert "2079460123" not in text
    assert "7946" not in text
    assert "Doe" not in text
    assert got["channel"].endswith("-0000001a")


def test_a_colleague_keeps_his_name():
    line = row(src="1004", channel="PJSIP/1004-00000000").replace('Jo, ""B"" Doe', "Ann")
    assert parsed(line)["staff_name"] == "Ann"
    assert parsed(row(src="1004"))["staff_name"] is None


def test_a_prefix_that_fetches_a_line_is_no_part_of_the_number():
    outbound = row(src="1004", dst="902079460123", channel="PJSIP/1004-00000000")
    plain = row(src="1004", dst="02079460123", channel="PJSIP/1004-00000000")
    options = {"dial_prefixes": ["9"]}
    assert parsed(outbound, options=options)["dst"] == parsed(plain)["dst"]
    assert parsed(outbound)["dst"] != parsed(plain)["dst"]


def test_custom_mappings():
    times = '"2023-11-14 22:13:20","","2023-11-14 22:13:40","20.5","0.0"'
    start = f'"""A"" <1004>","1004","7001","x","PJSIP/1004-00000000","","Queue","",{times}'
    got = parsed(f'{start},"ANSWERED","3","","1.1","1.0","7","u"', "cdr_custom")
    assert (got["uniqueid"], got["linkedid"], got["userfield"]) == ("1.1", "1.0", "u")
    got = parsed(f'{start},"ANSWERED","3","","1.1","u","7"', "cdr_custom")
    assert (got["uniqueid"], got["linkedid"], got["userfield"]) == ("1.1", None, "u")


def test_channel_events_keep_the_link_alone():
    line = '"{}","1700000000.5","Jo","0207946"' + ',""' * 10 + ',"{}.2","{}.1","","","",""'
    lines = [line.format(e, 1700000000, 1700000000) for e in ("CHAN_START", "ANSWER", "HANGUP")]
    done = Centre().parse([*lines, line.format("CHAN_START", "x", "y"), "oops"], "cel")
    assert done.rows["event"].to_list() == ["CHAN_START", "HANGUP"]
    assert (done.skipped["rule"].to_list(), done.bad.height) == (["cel_event_unused"] * 2, 1)
    assert "Jo" not in str(done.rows.rows())
    late = line.format("HANGUP", 1700000000, 1700000000).replace('"1700000000.5"', '"noon"')
    assert "dateformat" in Centre().parse([late], "cel").bad["reason"][0]
