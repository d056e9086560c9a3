"""Cards and tables: what is shown, greyed, compared and in which order."""

from dataclasses import replace

from reports import format as fmt
from reports.pages import tables
from reports.records import Numbers
from tests.reports.made import share


def test_a_change_has_an_arrow_a_mood_and_what_it_is_compared_with():
    worse = tables.change(share(600, 1000), share(700, 1000), "day before")
    assert (worse.text, worse.mood) == ("▼ 10.0\u202fpts vs day before", "down")
    assert worse.title == "day before: 70.0\u202f%"
    lower_is_good = {"direction": "lower", "goal": 5.0}
    better = tables.change(
        share(10, 1000, **lower_is_good), share(100, 1000, **lower_is_good), "day before"
    )
    assert better.mood == "up"
    assert tables.change(share(600, 1000), share(605, 1000), "day before").mood == "flat"
    assert tables.change(share(600, 1000), None, "day before") is None
    part = replace(share(600, 1000, additivity="additive"), is_provisional=True)
    assert tables.change(part, share(700, 1000), "week before") is None


def test_a_change_that_the_figures_do_not_show_is_none():
    many = 100_000_000
    clear = tables.change(share(60_030_000, many), share(60_000_000, many), "day before")
    assert (clear.text, clear.mood) == ("≈ as day before", "flat")
    assert "chance" not in clear.title
    shown = tables.change(share(60_060_000, many), share(60_000_000, many), "day before")
    assert (shown.alone, shown.mood) == ("▲ 0.1\u202fpts", "up")


def test_what_has_no_range_is_judged_by_how_far_it_usually_moves():
    median, before = (
        replace(share(100, 100, unit="seconds", direction="lower"), value=x, low=None, high=None)
        for x in (262.0, 260.0)
    )
    unknown = tables.change(median, before, "week before")
    assert (unknown.text, unknown.mood) == ("▲ 2.0\u202fs vs week before", "flat")
    chance = tables.change(median, before, "week before", usual=9.0)
    assert (chance.text, chance.mood) == ("≈ as week before", "flat")
    assert "chance" in chance.title
    assert tables.change(median, before, "week before", usual=1.0).mood == "down"
    numbers = Numbers([before])
    card = tables.card(median, [("week before", numbers), ("year before", numbers)], [], [1.0])
    assert [change.mood for change in card.changes] == ["down", "flat"]


def test_key_figures_that_may_still_change_are_named():
    over = tables.card(share(70, 100, metric_id="abandonment_rate"), [], [])
    open_ = tables.card(replace(share(70, 100), is_provisional=True), [], [])
    assert tables.provisional([over]) == ""
    assert tables.provisional([over, open_]) == "Provisional: Service level"
    assert tables.provisional([open_]) == "Provisional"


def test_few_cases_are_greyed_and_have_no_state():
    few = tables.card(share(9, 10), [], [])
    assert few.state is None
    assert few.confidence == "only 10 cases"
    assert tables.cell(share(9, 10)).faint
    assert not tables.cell(share(90, 100)).faint
    assert tables.cell(None).text == fmt.UNKNOWN


def test_queues_stand_by_size_and_an_assumed_limit_is_marked():
    numbers = Numbers(
        [
            share(50, 100, scope=("queue", "small")),
            share(60, 100, scope=("queue", "large")),
            share(900, 1, scope=("queue", "large"), metric_id="offered", unit="count", goal=None),
        ]
    )
    queues = {"small": {"queue_name": "Small", "service_level_s": 20, "is_threshold_assumed": True}}
    columns, rows = tables.queue_table(numbers, queues, {})
    assert [c.label for c in columns] == [
        "Queue",
        "State",
        "T",
        "Contacts",
        "Service level",
        "In time",
    ]
    assert [(r[0].text, r[2].text) for r in rows] == [
        ("large", fmt.UNKNOWN),
        ("Small", "20\u202fs*"),
    ]


def test_agents_stand_by_name_and_show_how_their_time_was_spent():
    numbers = Numbers(
        [share(70, 100, scope=("agent", a), metric_id="occupancy") for a in ("zoe", "amy")]
    )
    time = [{"agent_id": "zoe", "state": "handling", "state_s": 3600}]
    columns, rows = tables.agent_table(numbers, {}, time)
    assert [r[0].text for r in rows] == ["amy", "zoe"]
    assert "Team" not in [c.label for c in columns]
    assert rows[1][2].text == "1\u202fh"
    assert "handling 100" in rows[1][3].text


def test_agents_who_neither_were_logged_in_nor_had_a_contact_are_not_listed():
    def of(agent, value, metric_id, n=20):
        return share(value, n, scope=("agent", agent), metric_id=metric_id)

    numbers = Numbers(
        [
            of("absent", 0, "handled_contacts"),
            of("absent", 5, "absence_rate"),
            of("busy", 3, "handled_contacts"),
            of("silent", 0, "handled_contacts"),
            of("silent", 0, "ring_no_answer_rate"),
            of("idle", 0, "handled_contacts"),
        ]
    )
    time = [
        {"agent_id": "idle", "state": "available", "state_s": 60},
        {"agent_id": "absent", "state": "offline", "state_s": None},
    ]
    assert tables.at_work(numbers, time) == {"busy", "silent", "idle"}
    _columns, rows = tables.agent_table(numbers, {}, time)
    assert [r[0].text for r in rows] == ["busy", "idle", "silent"]
