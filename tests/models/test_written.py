"""Cases, exchanges in writing and opening hours, held against a replay of the same rows."""

import random
from datetime import UTC, date, datetime, timedelta
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

import duckdb
import pytest

from pipelines.sql_models import Window, build_model, load_models
from tests.models.warehouse import MODELS, exported, inputs, make, needed_for, read_up_to, stage
from tests.oracle.written import HOUR, SILENCE, exchanges, open_spans, worked

ZONE = "Europe/Berlin"
FIRST = date(2026, 3, 20)
LAST = date(2026, 4, 12)
# The change of clocks lies within; the first day is a Friday.
START = datetime.fromisoformat("2026-03-20 00:00:00")
EVENTS = ("reopened", "resolved", "resolved", "closed", "cancelled")
HOURS = {"monday": ("08:20", "17:05"), "tuesday": ("22:00", "02:30"), "friday": ("00:00", "24:00")}
HOLIDAY = date(2026, 4, 3)
WRITTEN = ("core.fact_case_span", "core.fact_message_thread")


def at(second: int) -> datetime:
    return START + timedelta(seconds=second)


def second(instant: datetime | None) -> int | None:
    return None if instant is None else round((instant - START).total_seconds())


def row(instant: datetime | None, **columns: Any) -> dict[str, Any]:
    local = instant and instant.replace(tzinfo=UTC).astimezone(ZoneInfo(ZONE)).date()
    return {"source": "desk", "zone": ZONE, "local_date": local} | columns


@cache
def shop() -> list[tuple[int, int]]:
    """When the shop is open: the local wall clock, minute by minute."""
    open_minutes = []
    minute = timedelta(minutes=1)
    instant = START - timedelta(days=3)
    while instant < START + timedelta(days=30):
        local = instant.replace(tzinfo=UTC).astimezone(ZoneInfo(ZONE))
        clock = local.strftime("%H:%M")
        name = local.strftime("%A").lower()
        yesterday = (local.date() - timedelta(days=1)).strftime("%A").lower()
        opens, closes = HOURS.get(name, ("00:00", "00:00"))
        is_open = opens <= clock < closes or (closes < opens <= clock)
        if local.date() == HOLIDAY:
            is_open = False
        late_opens, late_closes = HOURS.get(yesterday, ("00:00", "00:00"))
        if local.date() - timedelta(days=1) != HOLIDAY and late_closes < late_opens:
            is_open = is_open or clock < late_closes
        if is_open:
            open_minutes.append(second(instant))
        instant += minute
    return [(begin, begin + 60) for begin in open_minutes]


def made(seed: int) -> tuple[dict[str, tuple[int, list]], dict[str, list]]:
    """Cases with what happened to them, and threads with their messages."""
    dice = random.Random(seed)  # noqa: S311  equal from run to run
    cases, threads = {}, {}
    for n in range(60):
        opened = dice.randrange(0, 5 * 24 * HOUR)
        times = [opened + HOUR * dice.choice((-1, 0, 1, 2, 30, 30, 50, 200)) for _ in range(4)]
        cases[f"k{n}"] = (opened, [(t, dice.choice(EVENTS)) for t in times[: dice.randrange(5)]])
        now, messages = dice.randrange(0, 6 * 24 * HOUR), []
        for _ in range(dice.randrange(1, 9)):
            author = dice.choice(("customer", "customer", "agent", "agent", "auto"))
            messages.append((now, author, author != "customer" and dice.random() < 0.3))
            now += dice.choice((1, 47, 610, 5000, 40_000, SILENCE, SILENCE + 1))
        threads[f"t{n}"] = messages
    return cases, threads


@pytest.fixture(scope="module", params=[1, pytest.param(2, marks=pytest.mark.soak)])
def told(request):
    cases, threads = made(request.param)
    con = inputs([ZONE], FIRST, LAST + timedelta(days=30))
    stage(con, "service_case", [
        row(at(opened), case_id=case, kind="request", opened_at=at(opened))
        for case, (opened, _) in cases.items()
    ])  # fmt: skip
    stage(con, "service_case_event", [
        row(at(t), case_id=case, event=event, event_at=at(t), event_repeat=n)
        for case, (_, events) in cases.items()
        for n, (t, event) in enumerate(events)
    ])  # fmt: skip
    stage(con, "message", [
        row(at(t), message_id=f"{thread}-{n}", thread_id=thread, channel="email", queue="mail")
        | {"direction": "inbound" if author == "customer" else "outbound", "sent_at": at(t)}
        | {"author_kind": author, "is_resolving": marks}
        for thread, messages in threads.items()
        for n, (t, author, marks) in enumerate(messages)
    ])  # fmt: skip
    stage(con, "queue_visit", [
        row(at(t), contact_id=visit, visit_ordinal=1, queue="mail", entered_at=at(t))
        | {"entry_repeat": 1, "outcome": "abandoned", "next_step": "none", "is_consult": False}
        for visit, t in entries().items()
    ])  # fmt: skip
    plain = {"channel": "email", "service_level_s": 20, "short_abandon_s": 5}
    stage(con, "queue_config", [
        row(None, queue="mail", calendar="shop", is_threshold_assumed=False) | plain
    ])  # fmt: skip
    week = [(day, None, *times) for day, times in HOURS.items()]
    stage(con, "calendar", [
        row(None, calendar="shop", day_rule=rule, valid_from=day)
        | {"opens_local_time": opens, "closes_local_time": closes}
        for rule, day, opens, closes in [("special", HOLIDAY, "09:00", "09:00"), *week]
    ])  # fmt: skip
    read_up_to(con, {"desk": datetime.combine(LAST, datetime.min.time())})
    con.execute("insert into ops.centre by name select 'made' as centre_name, "
                "'Europe/Berlin' as reporting_zone")  # fmt: skip
    make(con, needed_for(MODELS, [*WRITTEN, "core.fact_queue_visit"]))
    return con, cases, threads


def entries() -> dict[str, int]:
    """Visits to the queue, at any second of the time and at the edges of quarter hours."""
    dice = random.Random(3)  # noqa: S311  equal from run to run
    end = (LAST - FIRST).days * 24 * HOUR
    edges = [n * 900 + 300 * k for n in range(0, end // 900, 3) for k in (0, 1)]
    return {f"v{n}": t for n, t in enumerate([dice.randrange(end) for _ in range(200)] + edges)}


def rows(con: duckdb.DuckDBPyConnection, sql: str) -> list[tuple[Any, ...]]:
    return con.execute(sql).fetchall()


def test_cases_are_open_when_a_replay_has_them_open(told):
    con, cases, _ = told
    found: dict[str, list] = {case: [] for case in cases}
    for case, start, end, kind in rows(
        con,
        "select case_id, from_at, to_at, coalesce(end_kind, '') from core.fact_case_span "
        "order by case_id, span_ordinal",
    ):
        found[case].append((second(start), second(end), kind))
    assert found == {case: open_spans(*happened) for case, happened in cases.items()}
    assert sum(len(spans) > 1 for spans in found.values()) > 2


def test_exchanges_are_those_of_a_replay(told):
    con, _, threads = told
    found: dict[str, list] = {thread: [] for thread in threads}
    for thread, *instants, customers, agents, automatic in rows(
        con,
        """
        select thread_id, started_at, first_customer_at, first_reply_at, resolved_at,
            last_message_at, n_customer_messages, n_agent_messages, n_automatic_messages
        from core.fact_message_thread order by thread_id, started_at
        """,
    ):
        found[thread].append((*map(second, instants), customers, agents, automatic))
    expected = {
        thread: [
            (e.started, e.asked, e.replied, e.resolved, e.last, *e.counts.values())
            for e in exchanges(messages)
        ]
        for thread, messages in threads.items()
    }
    assert found == expected
    assert sum(len(parts) > 1 for parts in found.values()) > 5


def test_opening_hours_pass_as_a_clock_on_the_wall_counts_them(told):
    con, _, _ = told
    open_minutes = shop()
    answered = rows(
        con,
        """
        select first_customer_at, first_reply_at, first_response_ms, first_response_business_ms
        from core.fact_message_thread where first_reply_at is not null
        """,
    )
    assert any(0 < worked_ms < ms for _, _, ms, worked_ms in answered)
    for asked, replied, _, worked_ms in answered:
        assert worked_ms == 1000 * worked(second(asked), second(replied), open_minutes)


def test_visits_are_in_hours_when_the_clock_on_the_wall_says_so(told):
    con, _, _ = told
    open_minutes = {begin for begin, _ in shop()}
    found = dict(rows(con, "select contact_id, is_in_hours from core.fact_queue_visit"))
    assert found == {visit: t - t % 60 in open_minutes for visit, t in entries().items()}
    assert {*found.values()} == {True, False}


def percentile(values: list[float], share: float) -> float:
    """Between the two neighbours of the place, by a straight line."""
    ordered = sorted(values)
    place = (len(ordered) - 1) * share
    low = int(place)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (ordered[high] - ordered[low]) * (place - low)


def week(at_second: int) -> date:
    """Monday of the week in which an instant is, by the clock of the centre."""
    day = at(at_second).replace(tzinfo=UTC).astimezone(ZoneInfo(ZONE)).date()
    return day - timedelta(days=day.weekday())


def test_percentiles_of_weeks_are_those_of_the_rows(told):
    """Replies of the exchanges that began in the week, resolutions of those that fell in it.

    A resolution counts from the opening of its case, also the one after a reopening.
    """
    con, cases, threads = told
    lasted: dict[tuple[str, date], list[float]] = {}
    for exchange in (e for messages in threads.values() for e in exchanges(messages)):
        # What the centre began is told apart from what came in.
        if exchange.asked == exchange.started and exchange.replied is not None:
            reply = exchange.replied - exchange.asked
            inside = worked(exchange.asked, exchange.replied, shop())
            began = week(exchange.started)
            lasted.setdefault(("first_response", began), []).append(reply)
            lasted.setdefault(("first_response_business", began), []).append(inside)
    for opened, events in cases.values():
        for _, end, how in open_spans(opened, events):
            if end is not None and how == "resolved":
                lasted.setdefault(("resolution_time", week(end)), []).append(end - opened)
    expected = {
        (f"{name}_p{share}", on, kind): pytest.approx(percentile(seconds, share / 100))
        for (name, on), seconds in lasted.items()
        for share in (50, 90)
        for kind in ("all", "channel")
        if name != "resolution_time" or kind == "all"
    }
    models = load_models(facts=("fact_message_thread", "fact_case_resolution"))
    make(con, needed_for(models, ["marts.v_kpi_week"]))
    found = rows(
        con,
        """
        select metric_id, local_date, scope_kind, value from marts.v_kpi_week
        where value is not null and scope_kind in ('all', 'channel')
            and (metric_id like 'first_response%_p_0' or metric_id like 'resolution_time_p_0')
        """,
    )
    assert {(name, on, kind): value for name, on, kind, value in found} == expected
    assert len({on for _, on in lasted}) > 1


def test_built_day_by_day_they_are_what_is_built_at_once(told):
    con, _, _ = told
    for model in (m for m in MODELS if m.relation in WRITTEN):
        build_model(con, model)
        whole = exported(con, model.relation)
        for days in range(0, 24, 2):
            day = FIRST + timedelta(days=days)
            build_model(con, model, Window(day, day + timedelta(days=1)))
        assert exported(con, model.relation) == whole
        assert whole
