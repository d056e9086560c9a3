"""What the engine asks of the adapter: feeds, options, configuration files, versions."""

import pytest

from assets.ingest.adapter import STANDARD_COLUMNS, adapter_for
from assets.ingest.asterisk.queues_conf import Member, read_queues_conf
from pipelines.settings import QueueSettings, SettingsError, Thresholds
from tests.assets.ingest.asterisk.harness import Centre
from tests.assets.ingest.asterisk.test_cdr import row

QUEUE_LINE = b"1700000000|NONE|NONE|NONE|QUEUESTART|\n"
CEL_LINE = b'"CHAN_START","1700000000.1"' + b',""' * 18


@pytest.mark.parametrize(
    ("name", "head", "feed"),
    [
        ("queue_log", QUEUE_LINE, "queue_log"),
        ("anything.txt", b"\n\n" + QUEUE_LINE, "queue_log"),
        ("queue_log.1", b"", "queue_log"),
        ("queue_log", b"garbage\n", "queue_log"),
        ("db.txt", b"2023-11-14 22:13:20.000000|c.1|q|NONE|ABANDON|1\n", "queue_log"),
        ("Master.csv", row().encode(), "cdr"),
        ("Master.csv", b"", "cdr"),
        ("export-of-may", row("").encode(), "cdr"),
        ("Master.csv", CEL_LINE, "cel"),
        ("queues.conf", b"[general]", "queues_conf"),
        ("queues_additional.conf", b"", "queues_conf"),
        ("cdr.conf", b"", None),
        ("readme.txt", b"hello, world", None),
        ("picture.png", b"\x89PNG\x00\xff\xfe|||||", None),
        ("other.csv", b"a,b,c\n1,2,3\n", None),
        ("empty.txt", b"", None),
    ],
)
def test_a_file_is_known_by_its_lines(name, head, feed):
    assert adapter_for("asterisk").feed_of(name, head) == feed


def test_the_sample_is_known(sample):
    adapter = adapter_for("asterisk")
    for path in (p for p in sample.iterdir() if p.suffix not in (".py", ".toml")):
        expected = {"queue_log": "queue_log", "Master.csv": "cdr", "queues.conf": "queues_conf"}
        if path.is_file():
            assert adapter.feed_of(path.name, path.read_bytes()[:4096]) == expected[path.name]


def test_raw_tables_begin_with_the_standard_columns():
    adapter = adapter_for("asterisk")
    for columns in adapter.raw_tables.values():
        assert list(columns)[: len(STANDARD_COLUMNS)] == list(STANDARD_COLUMNS)
    assert adapter.version != adapter.derive_version


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"exit_key": {}}, ("options.exit_key: unknown option", "exit_keys")),
        ({"exit_keys": {"0": "boss"}}, ("options.exit_keys.0", "operator")),
        ({"cdr_column_17": "x"}, ("options.cdr_column_17",)),
        ({"dial_prefixes": ["nine"]}, ("options.dial_prefixes.0",)),
    ],
)
def test_wrong_options_are_named(options, words):
    with pytest.raises(SettingsError) as error:
        adapter_for("asterisk").check_options(options)
    assert all(word in str(error.value) for word in words)


CONF = """
[general]
persistentmembers = yes
[usual](!)
servicelevel=10   ; seconds
timeout = 0
;-- [ghost]
servicelevel = 1 --;
[sales](usual)
WrapUpTime => 5
member => PJSIP/1013,0,Static Steve,hint:1013@x
member => PJSIP/1014
[support](usual)
servicelevel = soon
timeout = 8
"""


def test_queues_conf():
    conf = read_queues_conf([CONF])
    assert sorted(conf.queues) == ["sales", "support"]
    sales, support = conf.queues["sales"], conf.queues["support"]
    assert (sales.service_level_s, sales.ring_timeout_s, sales.wrap_limit_s) == (10, 15, 5)
    assert (support.service_level_s, support.ring_timeout_s) == (None, 8)
    assert conf.members == (
        Member("sales", "PJSIP/1013", "Static Steve"), Member("sales", "PJSIP/1014", None),
    )  # fmt: skip
    assert read_queues_conf(["\x00 [", "[]", "= 3", "[a", "member =>"]).queues == {}


def test_thresholds_and_where_they_come_from():
    log = "\n".join(f"1700000000|c.{q}|{q}|NONE|ENTERQUEUE||x|1" for q in "abcd")
    centre = Centre(
        queues_conf="[a]\nservicelevel=3\n[b]\nservicelevel=30\n[e]\nservicelevel=9\n",
        queues={"b": QueueSettings(service_level_s=60, short_abandon_s=7, group="g")},
    )
    columns = ("queue", "service_level_s", "short_abandon_s", "queue_group", "is_threshold_assumed")
    assert centre.load(log).derive().rows("queue_config", *columns) == [
        ("a", 3, 3, None, False),
        ("b", 60, 7, "g", False),
        ("c", 20, 5, None, True),
        ("d", 20, 5, None, True),
        ("e", 9, 5, None, False),
    ]
    centre = Centre(defaults=Thresholds(service_level_s=15)).load(log).derive()
    assert centre.rows("queue_config", *columns)[0] == ("a", 15, 5, None, False)


def test_whose_site_it_is():
    log = """
    1700000000|c.1|a|NONE|ENTERQUEUE||x|1
    1700000009|c.1|a|NONE|EXITWITHTIMEOUT|1|1|9
    1700000010|c.1|b|NONE|ENTERQUEUE||x|1
    1700000000|c.2|b|NONE|ENTERQUEUE||x|1
    1700000000|c.3|b|NONE|FULL|
    1700000000|x|a|PJSIP/1013|ADDMEMBER|
    """
    cork = {"b": QueueSettings(site="Cork")}
    centre = Centre(site="Dublin", queues=cork, queues_conf=CONF).load(log).derive()
    assert centre.rows("contact", "contact_id", "site", "site_queue", order="contact_id") == [
        ("c.1", "Dublin", "a"), ("c.2", "Dublin", "b"), ("c.3", "Dublin", "b"),
    ]  # fmt: skip
    assert ("a", None) in centre.rows("queue_config", "queue", "site")
    assert ("b", "Cork") in centre.rows("queue_config", "queue", "site")
    assert {*centre.rows("roster", "site", "is_site_assumed")} == {("Dublin", True)}
    centre = Centre(queues_conf=CONF).load(log).derive()
    assert {*centre.rows("contact", "site")} == {(None,)}
    assert {*centre.rows("roster", "site", "is_site_assumed")} == {(None, False)}


def test_one_agent_under_several_names():
    log = """
    1700000000|x|q|PJSIP/1013|ADDMEMBER|
    1700000001|x|q|Static Steve|PAUSE|Tea
    1700000002|x|q|SIP/1020|ADDMEMBER|
    """
    centre = Centre(queues_conf=CONF, aliases={"Static Steve": "Steve", "SIP/1020": "Steve"})
    centre.load(log).derive()
    assert centre.rows("roster", "agent", "aliases", "extensions", "is_inferred") == [
        ("Steve", "PJSIP/1013;SIP/1020;Static Steve", "1013;1020", False)
    ]


def test_with_no_lines_at_all_every_table_is_there_and_empty():
    centre = Centre().derive().derive_agents()
    for table in ("contact", "queue_visit", "agent_event", "roster", "anomaly"):
        assert centre.rows(table, "count(*)") == [(0,)]
