"""The agents' timeline: memberships, pauses, log-ins, restarts, midnights."""

import random
from datetime import date, datetime, timedelta

from assets.ingest.calendar import local_day, local_midnight
from tests.assets.ingest.asterisk.harness import Centre

T = 1700000000  # 2023-11-14 22:13:20 UTC
MIDNIGHT = 1700006400


def timeline(log: str, **settings) -> list[tuple]:
    """(seconds since T, agent, queue, event, reason, is_inferred, is_carried), in replay order."""
    centre = Centre(**settings).load(log).derive_agents()
    columns = (
        f"epoch(event_at)::bigint - {T}", "agent", "queue", "event", "reason", "is_inferred",
        "is_carried",
    )  # fmt: skip
    return centre.rows("agent_event", *columns, order="event_at, agent, event_rank")


def plain(log: str) -> list[tuple]:
    return [(row[2], row[3], row[5]) for row in timeline(log)]


def test_as_logged():
    log = f"""
    {T}|MANAGER|q|A|ADDMEMBER|PAUSED
    {T + 1}|NONE|q|A|UNPAUSE|
    {T + 2}|NONE|NONE|A|PAUSEALL|Coaching: 1|1
    {T + 2}|NONE|q|A|PAUSE|Coaching: 1|1
    {T + 9}|1.2|NONE|A|AGENTLOGIN|PJSIP/1-00000001
    {T + 9}|MANAGER|q|A|REMOVEMEMBER|
    """
    assert timeline(log) == [
        (0, "A", "q", "join", None, False, False),
        (0, "A", "q", "pause", None, False, False),
        (1, "A", "q", "unpause", None, False, False),
        (2, "A", None, "pause", "Coaching: 1|1", False, False),
        (2, "A", "q", "pause", "Coaching: 1|1", False, False),
        (9, "A", None, "login", None, False, False),
        (9, "A", "q", "leave", None, False, False),
    ]


def test_a_bare_number_that_logs_in_is_the_agent_of_that_number():
    log = f"{T}|1.1|NONE|2019|AGENTLOGIN|PJSIP/1019-00000007\n{T + 1}|x|q|Agent/2019|ADDMEMBER|"
    assert {row[1] for row in timeline(log)} == {"Agent/2019"}
    centre = Centre(aliases={"2019": "Tamara"}).load(log).derive_agents()
    assert centre.rows("roster", "agent", "aliases", "extensions") == [
        ("Tamara", "2019;Agent/2019", "1019;2019")
    ]


def test_opposite_lines_of_one_instant_change_nothing():
    log = f"""
    {T}|x|q|A|ADDMEMBER|
    {T + 5}|x|q|A|REMOVEMEMBER|
    {T + 5}|x|q|A|ADDMEMBER|
    {T + 6}|x|q|A|UNPAUSE|
    {T + 6}|x|q|A|PAUSE|Lunch
    {T + 7}|1.1|NONE|A|AGENTLOGOFF|x|1
    {T + 7}|1.1|NONE|A|AGENTLOGIN|x
    """
    assert plain(log) == [("q", "join", False)]


def test_on_and_paused_again_at_one_instant_he_is_paused_for_the_new_reason():
    log = f"""
    {T}|x|q|A|ADDMEMBER|
    {T + 5}|x|q|A|PAUSE|Lunch
    {T + 6}|x|q|A|PAUSE|Training
    {T + 6}|x|q|A|UNPAUSE|
    {T + 7}|x|q|A|UNPAUSE|
    {T + 8}|x|q|A|PAUSE|Tea
    {T + 8}|x|q|A|UNPAUSE|
    """
    told = [(row[0], row[3], row[4]) for row in timeline(log)]
    assert told[1:] == [(5, "pause", "Lunch"), (6, "pause", "Training"), (7, "unpause", None)]


def test_on_and_paused_again_in_all_queues():
    """Also in a queue that was paused by itself; not where a restart ended the pause before."""
    log = f"""
    {T}|x|q|A|ADDMEMBER|
    {T + 1}|x|q|A|PAUSE|Lunch
    {T + 2}|x|NONE|A|PAUSEALL|Training
    {T + 2}|x|NONE|A|UNPAUSEALL|
    {T + 3}|x|NONE|A|PAUSEALL|Tea
    {T + 4}|x|NONE|A|PAUSEALL|Training
    {T + 4}|x|NONE|A|UNPAUSEALL|
    {T + 5}|NONE|NONE|NONE|QUEUESTART|
    {T + 6}|x|NONE|A|PAUSEALL|Tea
    {T + 6}|x|NONE|A|UNPAUSEALL|
    """
    told = [(row[0], row[2], row[3], row[4]) for row in timeline(log)]
    assert told[1:] == [
        (1, "q", "pause", "Lunch"),
        (2, "q", "pause", "Training"),
        (3, None, "pause", "Tea"),
        (4, None, "pause", "Training"),
        (4, "q", "pause", "Training"),
        (5, "q", "leave", None),
        (5, None, "unpause", None),
    ]


def test_a_pause_for_all_and_its_end_in_one_queue():
    log = f"""
    {T}|x|p|A|ADDMEMBER|
    {T}|x|q|A|ADDMEMBER|
    {T + 5}|x|NONE|A|PAUSEALL|Lunch
    {T + 5}|x|q|A|UNPAUSE|
    """
    # Replayed in order, p is paused and q, which the two lines leave as it was, is not.
    assert plain(log)[2:] == [(None, "pause", False), ("q", "unpause", True)]


def test_what_only_a_member_does_shows_a_membership():
    log = f"""
    {T}|c.1|q|Steve|CONNECT|1|x|1
    {T + 5}|c.2|q|Steve|RINGNOANSWER|5000
    {T + 9}|NONE|p|Steve|PAUSE|Tea
    """
    assert plain(log) == [("q", "join", True), ("p", "join", True), ("p", "pause", False)]


def test_a_ring_in_the_minute_after_leaving_is_no_new_membership():
    for after, is_joined in ((9, False), (10, False), (69, False), (70, True)):
        rows = plain(
            f"{T}|x|q|A|ADDMEMBER|\n{T + 9}|x|q|A|REMOVEMEMBER|\n{T + after}|c.1|q|A|CONNECT|1|x|1"
        )
        assert (("q", "join", True) in rows) is is_joined


def test_a_restart_ends_everything():
    log = f"""
    {T}|x|q|A|ADDMEMBER|
    {T + 1}|x|NONE|A|PAUSEALL|Tea
    {T + 2}|1.1|NONE|A|AGENTLOGIN|x
    {T + 5}|NONE|NONE|NONE|QUEUESTART|
    {T + 5}|x|q|A|ADDMEMBER|
    {T + 7}|NONE|NONE|NONE|QUEUESTART|
    {T + 9}|NONE|NONE|NONE|QUEUESTART|
    """
    assert [row[:1] + row[2:4] + row[5:6] for row in timeline(log)][3:] == [
        (5, "q", "leave", True),
        (5, None, "unpause", True),
        (5, None, "logout", True),
        (5, "q", "join", False),
        (7, "q", "leave", True),
    ]


def test_at_midnight_the_standing_is_restated():
    log = f"""
    {T}|x|p|A|ADDMEMBER|
    {T}|x|q|A|ADDMEMBER|
    {T + 1}|x|NONE|A|PAUSEALL|Tea
    {T + 2}|x|q|A|UNPAUSE|
    {T + 3}|1.1|NONE|B|AGENTLOGIN|x
    {T + 4}|1.1|NONE|B|AGENTLOGOFF|x|1
    {T + 5}|x|r|C|CONNECT|1|x|1
    {MIDNIGHT}|x|p|A|UNPAUSE|
    """
    carried = [row[1:6] for row in timeline(log) if row[6]]
    assert carried == [
        ("A", None, "pause", "Tea", False),
        ("A", "p", "join", None, False),
        ("A", "q", "join", None, False),
        ("A", "p", "pause", "Tea", False),
        ("B", None, "logout", None, False),
        ("C", "r", "join", None, True),
    ]
    assert {row[0] for row in timeline(log) if row[6]} == {MIDNIGHT - T}


def test_who_was_silent_for_a_day_is_no_inferred_member_any_longer():
    day = 86_400
    log = f"""
    {T}|c.1|q|Steve|CONNECT|1|x|1
    {T}|x|q|A|ADDMEMBER|
    {T + 3 * day}|NONE|NONE|NONE|CONFIGRELOAD|
    """
    carried = [(row[0], row[1]) for row in timeline(log) if row[6]]
    nights = [MIDNIGHT - T + n * day for n in range(3)]
    assert carried == [(nights[0], "A"), (nights[0], "Steve"), (nights[1], "A"), (nights[2], "A")]


def test_days_begin_at_the_midnight_of_the_zone():
    log = f"{T}|x|q|A|ADDMEMBER|\n{T + 3600}|NONE|NONE|NONE|CONFIGRELOAD|"
    assert [row[0] for row in timeline(log, zone="Europe/Berlin") if row[6]] == [2800]


def test_derived_in_windows_it_is_the_same():
    lines = _shifts(random.Random(5))  # noqa: S311
    centre = Centre(zone="Europe/Berlin").load(lines).derive_agents()
    columns = "agent, queue, event_at, event_rank, event_repeat, event, reason, is_inferred"
    whole = centre.sql(f"select {columns}, is_carried from out_agent_event order by all")
    assert whole == _in_windows(centre, columns, date(2023, 11, 16), date(2023, 11, 18))


def _shifts(rng: random.Random) -> list[str]:
    words = {
        "ADDMEMBER": "", "REMOVEMEMBER": "", "PAUSE": "x", "UNPAUSE": "", "PAUSEALL": "all",
        "UNPAUSEALL": "", "CONNECT": "1|x|1", "AGENTLOGIN": "PJSIP/1-00000001",
        "AGENTLOGOFF": "PJSIP/1-00000001|9", "QUEUESTART": "",
    }  # fmt: skip
    weights = [6, 4, 4, 4, 2, 2, 6, 2, 2, 1]
    lines = []
    for at in sorted(T + rng.randrange(5 * 86_400) // 1800 * 1800 for _ in range(160)):
        event = rng.choices(list(words), weights)[0]
        agent = "NONE" if event == "QUEUESTART" else rng.choice("ABC")
        queue = rng.choice("pq") if event in ("ADDMEMBER", "REMOVEMEMBER", "PAUSE") else "NONE"
        queue = rng.choice("pq") if event in ("UNPAUSE", "CONNECT") else queue
        lines.append(f"{at}|c.1|{queue}|{agent}|{event}|{words[event]}")
    return lines


def _in_windows(centre: Centre, columns: str, *cuts: date) -> list[tuple]:
    con, zone = centre.con, centre.zone
    con.execute("create or replace temp table every_line as from raw_queue_log")
    first = local_day(zone, datetime(2023, 11, 14, 22))  # noqa: DTZ001
    starts = [local_midnight(zone, day) for day in (first, *cuts)]
    rows: list[tuple] = []
    for start, end in zip(starts, [*starts[1:], None], strict=True):
        con.execute(
            """
            create or replace temp table raw_queue_log as from every_line
            where line_at >= $since and ($end is null or line_at < $end)
            """,
            {"since": start - timedelta(hours=1), "end": end},
        )
        ctx = centre.context(from_at=start, until_at=end)
        centre.adapter.derive_agents(con, ctx)
        kept = con.execute(
            f"select {columns}, is_carried from out_agent_event where $1 is null or event_at < $1",
            [end],
        )
        rows += kept.fetchall()
        con.execute(
            "create or replace temp table handed as from out_agent_event where event_at = ?", [end]
        )
        con.execute("create or replace temp table work_standing as from handed")
    return [tuple(row) for row in sorted(rows, key=_nulls_last)]


def _nulls_last(row: tuple) -> tuple:
    return tuple((value is None, value) for value in row)
