"""Staging of the simulated centre's project against its ledger: contacts and what happens in them.

Every difference has a name here: what a system cannot see, or as how much of a second it writes.
That core holds each row of staging is what the reconciliations check.
"""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import duckdb
import pytest

from pipelines.demo.centre.world import SITES, day_factor, instant
from pipelines.settings import load_project
from pipelines.storage.reading import connect_with_staging
from tests.pipelines.demo.conftest import START

pytestmark = pytest.mark.slow

SOURCE = """
    case
        when channel <> 'voice' then 'digital_' || lower(site)
        when direction = 'outbound' then 'dialler'
        when site = 'Dublin' then 'dublin'
        else 'cloud_' || lower(site)
    end
"""
"""Which source knows a contact of the ledger."""
SEEN = """
    -- A callback that nobody took leaves no trace in any system.
    not (direction = 'callback' and disposition = 'no_answer')
    -- Nor does one that a restart of the switch cut: it was in no queue and has no call record.
    and not (direction = 'callback' and disposition = 'cut')
    -- The cloud platform exports visits to queues: who stays in the menu has none, nor has who
    -- finds the queue full.
    and not (
        site <> 'Dublin' and direction = 'inbound'
        and disposition in ('menu_left', 'self_service', 'refused')
    )
"""


@pytest.fixture(scope="module")
def read(published: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """Staging, and the ledger as `told.<table>`."""
    with connect_with_staging(load_project(published)) as con:
        con.execute("set timezone = 'UTC'")
        con.execute("attach ':memory:' as told")
        for file in (published / "truth").glob("*.parquet"):
            con.execute(f"create view told.{file.stem} as from '{file}'")
        con.execute(
            f"create table told.contact as select *, {SOURCE} as source "
            f"from told.contacts where {SEEN}"
        )
        yield con


def no_difference(con: duckdb.DuckDBPyConnection, staged: str, told: str) -> None:
    """Two queries give the same rows, each as often, and some."""
    for one, other in ((staged, told), (told, staged)):
        assert con.execute(f"({one}) except all ({other}) order by all limit 5").fetchall() == []
    assert con.execute(f"select count(*) from ({staged})").fetchall() > [(0,)]


def test_each_contact_is_there_once(read):
    no_difference(
        read,
        "select source, contact_id, site, channel, direction, is_open from staging.contact",
        # A switch sees a call from an extension, whatever it was made for.
        """
        select source, contact_id, site, channel,
            if(source = 'dublin' and direction = 'callback', 'outbound', direction),
            ended_at is null
        from told.contact
        """,
    )


def test_what_a_contact_was_about(read):
    # The switch knows no reasons; the cloud platform says how the last agent wrapped up instead.
    no_difference(
        read,
        """
        select contact_id, reason, related_contact_id,
            case when not starts_with(source, 'cloud') then disposition end
        from staging.contact where source <> 'dublin'
        """,
        """
        select contact_id, reason, related_id,
            case when not starts_with(source, 'cloud') then disposition end
        from told.contact where source <> 'dublin'
        """,
    )


def test_visits_with_their_outcomes(read):
    no_difference(
        read,
        "select contact_id, visit_ordinal, queue, outcome, next_step from staging.queue_visit",
        # What a restart cut short left no word of what came next, nor does the switch say what
        # comes after a time-out.
        """
        select contact_id, visit_ordinal, queue, outcome,
            case
                when outcome = 'cut' then 'none'
                when outcome = 'timeout' and site = 'Dublin' then 'unknown'
                else next_step
            end
        from told.visits
        """,
    )


def test_visits_are_in_hours_as_the_sites_were_open(read):
    read.execute("create table told.opening (site varchar, opens_ms bigint, closes_ms bigint)")
    for site in SITES.values():
        for day in (START + timedelta(days=n) for n in range(-1, 61)):
            if day_factor(site, day) > 0:
                times = (instant(day, minute, site.zone) for minute in (site.opens, site.closes))
                read.execute("insert into told.opening values (?, ?, ?)", [site.name, *times])
    no_difference(
        read,
        """
        select contact_id, visit_ordinal, site, is_in_hours, is_in_counted_hours
        from core.fact_queue_visit
        """,
        # What is written at night waits for the morning, and counts. A contact is taken to last a
        # week at most: who writes again after that is at no site.
        """
        select contact_id, visit_ordinal,
            case when v.entered_at::date - c.started_at::date <= 7 then v.site end,
            o.site is not null,
            o.site is not null or c.channel in ('email', 'social')
        from told.visits as v
        inner join told.contacts as c using (contact_id)
        left join told.opening as o
            on o.site = v.site
            and epoch_ms(v.entered_at) >= o.opens_ms and epoch_ms(v.entered_at) < o.closes_ms
        """,
    )
    outside = "select channel, count(*) from core.fact_queue_visit where not is_in_hours group by 1"
    assert {"email", "social", "voice"} <= dict(read.execute(outside).fetchall()).keys()


def test_waits_to_what_each_source_resolves(read):
    no_difference(
        read,
        """
        select source, contact_id, visit_ordinal, wait_ms
        from staging.queue_visit
        where source <> 'cloud_manila'
        """,
        # The switch's clock and Bogota's export have whole seconds; a restart ends unlogged.
        """
        select source, contact_id, visit_ordinal,
            case
                when outcome = 'cut' then null
                when source = 'dublin'
                    then (epoch_ms(left_at) // 1000 - epoch_ms(entered_at) // 1000) * 1000
                when source = 'cloud_bogota' then wait_ms // 1000 * 1000
                else wait_ms
            end
        from told.visits inner join (select contact_id, source from told.contact) using (contact_id)
        where source <> 'cloud_manila'
        """,
    )


def test_manilas_durations_are_tenths_of_seconds(read):
    rows = read.execute(
        """
        select max(abs(v.wait_ms - t.wait_ms)), count(*) filter (v.wait_ms % 100 <> 0), count(*)
        from staging.queue_visit as v
        inner join told.visits as t using (contact_id, visit_ordinal)
        where v.source = 'cloud_manila'
        union all
        select max(greatest(abs(s.talk_ms - t.talk_ms), abs(s.hold_ms - t.hold_ms),
                abs(s.wrap_ms - t.wrap_ms))),
            count(*) filter (s.talk_ms % 100 <> 0), count(*)
        from staging.handle_segment as s
        inner join told.legs as t on t.contact_id = s.contact_id
            and epoch_ms(t.connected_at) // 1000 = epoch_ms(s.connected_at) // 1000
        where s.source = 'cloud_manila'
        """
    ).fetchall()
    assert all(most <= 50 and odd == 0 and n > 1500 for most, odd, n in rows)


def test_legs_with_their_agents_and_talk(read):
    no_difference(
        read,
        """
        select source, contact_id, agent,
            if(source = 'dialler', null, epoch_ms(connected_at) // 1000),
            if(source = 'cloud_manila', null, talk_ms), transfer_type, is_cut
        from staging.handle_segment
        """,
        # The switch knows no hold: talk runs from connection to end, by a clock of whole seconds;
        # that of a callback is counted by the call record. The dialler adds milliseconds to an
        # answer in whole seconds.
        """
        select source, contact_id, agent_id,
            if(source = 'dialler', null, epoch_ms(connected_at) // 1000),
            case
                when is_cut or source = 'cloud_manila' then null
                when source = 'dublin' and visit_ordinal = 0
                    then (epoch_ms(l.ended_at) - epoch_ms(connected_at)) // 1000 * 1000
                when source = 'dublin'
                    then (epoch_ms(l.ended_at) // 1000 - epoch_ms(connected_at) // 1000) * 1000
                when source = 'cloud_bogota' then talk_ms // 1000 * 1000
                else talk_ms
            end,
            transfer_type, is_cut
        from told.legs as l
        inner join (select contact_id, source from told.contact) using (contact_id)
        """,
    )


def test_rings_and_refusals(read):
    no_difference(
        read,
        "select contact_id, visit_ordinal, queue, agent, outcome from staging.agent_offer",
        "select contact_id, visit_ordinal, queue, agent_id, outcome from told.offers",
    )
    no_difference(
        read,
        "select contact_id, queue, epoch_ms(refused_at) // 1000 from staging.queue_refusal",
        """
        select contact_id, queue, epoch_ms(refused_at) // 1000
        from told.refusals semi join told.contact using (contact_id)
        """,
    )


def test_menus_and_bots(read):
    no_difference(
        read,
        "select session_id, contact_id, kind, end_kind from staging.ivr_session",
        "select session_id, contact_id, kind, end_kind from told.ivr_sessions",
    )
    no_difference(
        read,
        "select session_id, step_ordinal, node, task, outcome from staging.ivr_step",
        """
        select session_id, step_ordinal, node, goal, if(outcome = 'reached', 'done', outcome)
        from told.ivr_steps
        """,
    )
    no_difference(
        read,
        """
        select s.contact_id from staging.ivr_session as s
        anti join staging.contact as c
            on c.source = s.contact_source and c.contact_id = s.contact_id
        """,
        # Of these the cloud platform has no line.
        f"select contact_id from told.contacts where not ({SEEN}) and direction = 'inbound'",
    )


def test_messages_and_dials(read):
    no_difference(
        read,
        "select message_id, contact_id, queue, agent, direction, author_kind, sent_at "
        "from staging.message",
        "select message_id, contact_id, queue, agent_id, direction, author_kind, "
        "cast(sent_at as timestamp) from told.messages",
    )
    no_difference(
        read,
        "select attempt_id, contact_id, campaign, agent, amd_result, result "
        "from staging.outbound_attempt",
        """
        select attempt_id, contact_id, campaign, agent_id, amd_result,
            case result when 'invalid' then 'invalid_number' when 'wrong_party' then 'wrong_number'
                else result end
        from told.outbound_attempts
        """,
    )


def test_all_agents_are_known_by_their_number(read):
    unknown = read.execute(
        """
        select distinct agent from (
            select agent from staging.agent_event union all select agent from staging.agent_offer
            union all select agent from staging.handle_segment
        )
        where agent not in (select agent_id from told.people)
        """
    ).fetchall()
    assert unknown == []


def test_what_is_refused_was_planted(read):
    # Two sources read the dialler's attempts; the one of calls passes by those without a call.
    no_difference(
        read,
        """
        select path, count(*) from ops.quarantine
        where split_part(path, '/', 2)
            in ('cloud_manila', 'cloud_bogota', 'digital', 'ivr', 'dialler')
            and (source <> 'dialler' or path not like '%/attempts-%')
        group by path
        """,
        """
        select 'landing/' || file, sum(n)::bigint from told.dirt
        where kind = 'bad_row' and split_part(file, '/', 1)
            in ('cloud_manila', 'cloud_bogota', 'digital', 'ivr', 'dialler')
        group by file
        """,
    )
