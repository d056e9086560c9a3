"""What must hold for the models together, on small centres made at random."""

from datetime import timedelta

import duckdb
import pytest

from pipelines.sql_models import Window, load_models
from pipelines.sql_models.counting import INTERVAL_SCOPES
from pipelines.sql_models.metrics import load_metrics
from tests.models.centre import FIRST, LAST, ZONES, Centre
from tests.models.replay import spans_of
from tests.models.warehouse import (
    MODELS,
    build,
    build_plainly,
    exported,
    inputs,
    models_with_rows,
    needed_for,
    read_up_to,
    stage,
)

# Out of order; the first reaches past all data.
STRETCHES = [
    Window(FIRST + timedelta(days=first), FIRST + timedelta(days=last))
    for first, last in ((4, 9), (0, 3))
]


def staged(centre: Centre, part: float = 1.0) -> duckdb.DuckDBPyConnection:
    con = inputs(ZONES.values(), FIRST, LAST)
    for table, rows in centre.tables.items():
        stage(con, table, rows[: round(len(rows) * part)])
    read_up_to(con, centre.watermarks)
    con.execute("insert into ops.centre values ('made', 'Europe/Berlin', 'EUR')")
    return con


@pytest.fixture(scope="module")
def centre() -> Centre:
    return Centre(seed=7)


@pytest.fixture(scope="module")
def con(centre: Centre) -> duckdb.DuckDBPyConnection:
    con = staged(centre)
    build_plainly(con)
    return con


def one(con: duckdb.DuckDBPyConnection, sql: str) -> object:
    row = con.execute(sql).fetchone()
    return row[0] if row and len(row) == 1 else row


# The parts of all facts' metrics are tables alike, each of which takes seconds to build thrice.
@pytest.mark.slow
@pytest.mark.parametrize(
    "facts",
    [
        ("fact_handle_segment", "fact_agent_state_interval"),
        pytest.param(None, marks=pytest.mark.soak),
    ],
    ids=["metrics of two facts", "of all"],
)
def test_built_stretch_by_stretch_it_is_what_is_built_at_once(centre, con, facts):
    other = staged(centre, part=0.6)
    every = load_models(facts=facts) if facts else models_with_rows(con)
    # What the other views say follows from the tables.
    tables = {m.relation for m in every if m.header.materialization != "view"}
    models = needed_for(every, tables)
    build(other, models)
    # What the first build had not read yet.
    for table, rows in centre.tables.items():
        other.execute(f"delete from staging.{table}")
        stage(other, table, rows)
    build(other, models, STRETCHES)
    for model in models:
        if model.schema_name == "core":
            assert exported(other, model.relation) == exported(con, model.relation), model.relation
        elif model.relation in tables:
            # All that it reads has been compared by now.
            at_once = other.execute(f"select * from ({model.sql}) order by all").fetchall()
            assert exported(other, model.relation) == at_once, model.relation


@pytest.mark.parametrize(
    "seed", [*range(4), *(pytest.param(seed, marks=pytest.mark.soak) for seed in range(4, 12))]
)
def test_states_are_those_of_a_slow_replay(seed):
    centre = Centre(seed, calls=25, events=20)
    con = staged(centre)
    con.execute("create schema core")
    for name in (
        *("dim_interval", "dim_queue", "dim_site", "dim_agent", "dim_state", "state_map"),
        *("agent_standing", "fact_agent_state"),
    ):
        sql = next(model.sql for model in MODELS if model.relation == f"core.{name}")
        con.execute(f"create table core.{name} as {sql}")
    found = con.execute(
        """
        select source, agent_id, from_at, to_at, state, reason, n_queues_available, is_inferred
        from core.fact_agent_state order by 1, 2, 3
        """
    ).fetchall()
    assert found == spans_of(centre, ZONES)


def test_spans_do_not_overlap_and_their_quarter_hours_add_up_to_them(con):
    overlaps = """
        select count(*) from (
            select from_at < lag(to_at) over (partition by source, agent_id order by from_at) as bad
            from core.fact_agent_state
        ) where bad
    """
    assert one(con, overlaps) == 0
    spans = one(con, "select sum(state_ms) from core.fact_agent_state")
    parts = """
        select sum(logged_in_ms),
            sum(handling_ms + wrap_ms + ringing_ms + available_ms + paused_ms)
        from core.fact_agent_state_interval
    """
    assert one(con, parts) == (spans, spans)
    assert one(con, "select max(logged_in_ms) from core.fact_agent_state_interval") == 900_000
    assert one(con, "select sum(logged_in_s) * 1000 from marts.agent_day") == spans


@pytest.mark.parametrize(
    ("fact", "table", "key"),
    [
        ("fact_queue_visit", "queue_visit", "visit_key"),
        ("fact_queue_refusal", "queue_refusal", "refusal_key"),
        ("fact_agent_offer", "agent_offer", "offer_key"),
        ("fact_handle_segment", "handle_segment", "segment_key"),
        ("fact_contact", "contact", "contact_key"),
    ],
)
def test_joins_neither_drop_nor_double_rows(con, fact, table, key):
    rows = one(con, f"select count(*) from staging.{table}")
    assert one(con, f"select count(*) from core.{fact}") == rows
    assert one(con, f"select count(distinct {key}) from core.{fact}") == rows


@pytest.mark.parametrize("name", ["agent", "queue"])
def test_versions_leave_no_gap_and_do_not_overlap(con, name):
    bad = f"""
        select count(*) from (
            select valid_from,
                lag(valid_to) over (partition by {name}_id order by valid_from) as before,
                row_number() over (partition by {name}_id order by valid_from) as place
            from core.dim_{name}
        ) where coalesce(before, date '0001-01-01') <> valid_from
    """
    assert one(con, bad) == 0
    assert one(con, f"select count(*) from core.dim_{name} where is_current") == one(
        con, f"select count(distinct {name}_id) from core.dim_{name}"
    )


_SCOPES = ", ".join(f"'{scope}'" for scope in INTERVAL_SCOPES)
_ADDED = """
    with added as (
        select metric_id, scope_kind, scope_id, {period} as local_date,
            sum(numerator) as numerator, sum(denominator) as denominator, sum(n) as n,
            sum(sum_sq) as sum_sq
        from marts.{parts}
        group by all
    )
    select t.metric_id, count(*)
    from marts.{total} as t
    join core.dim_metric as m using (metric_id)
    left join added as a using (metric_id, scope_kind, scope_id, local_date)
    where m.additivity in ('additive', 'ratio') and t.metric_id not like '%handle_time%'
        and {condition}
        and (a.numerator is distinct from t.numerator
            or a.denominator is distinct from t.denominator
            or a.n is distinct from t.n or a.sum_sq is distinct from t.sum_sq)
    group by all
"""


# Trap 2, but for wrap-up that is known of some: what it is in is taken from the rows.
def test_quarter_hours_add_up_to_days(con):
    fine = ", ".join(f"'{m.id}'" for m in load_metrics() if "interval" in m.grains)
    found = con.execute(
        _ADDED.format(
            period="local_date",
            parts="kpi_interval",
            total="kpi_day",
            condition=f"t.scope_kind in ({_SCOPES}) and t.metric_id in ({fine})",
        )
    ).fetchall()
    # Hours are rounded to millionths, quarter hours each.
    assert [metric for metric, _ in found if metric != "contacts_per_hour"] == []


@pytest.mark.parametrize("period", ["week", "month"])
def test_days_add_up_to_weeks_and_months_in_every_scope(con, period):
    daily = ", ".join(f"'{m.id}'" for m in load_metrics() if "day" in m.grains)
    found = con.execute(
        _ADDED.format(
            period=f"cast(date_trunc('{period}', local_date) as date)",
            parts="kpi_day",
            total=f"kpi_{period}",
            condition=f"t.metric_id in ({daily})",
        )
    ).fetchall()
    assert [metric for metric, _ in found if metric != "contacts_per_hour"] == []
    assert one(con, f"select count(distinct scope_kind) from marts.kpi_{period}") > 6


def test_outcomes_balance(con):
    cells = """
        select count(*) from (
            select scope_kind, scope_id, local_date,
                sum(numerator) filter (where metric_id = 'offered') as offered,
                sum(numerator) filter (
                    where metric_id in ('answered', 'abandoned', 'exited', 'cut', 'still_open')
                ) as ended
            from marts.kpi_day where scope_kind <> 'agent' group by all
        ) where offered is distinct from ended
    """
    assert one(con, cells) == 0
    offered = one(con, "select sum(n_offered) from marts.queue_day")
    assert offered == one(con, "select count(*) from staging.queue_visit where not is_consult")


def test_credited_contacts_of_agents_add_up_to_the_centre(con):
    for metric in ("handled_contacts", "transfer_rate"):
        column = "numerator" if metric == "handled_contacts" else "denominator"
        sums = dict(
            con.execute(
                f"""
                select scope_kind, sum({column}) from marts.kpi_day
                where metric_id = '{metric}' and scope_kind in ('all', 'agent') group by all
                """
            ).fetchall()
        )
        assert sums["all"] == sums["agent"] > 0


def test_what_went_out_is_told_apart_from_what_came_in(con):
    split = dict(
        con.execute(
            """
            select scope_kind || ' ' || scope_id, sum(numerator) from marts.kpi_day
            where metric_id = 'handled_contacts' and scope_kind in ('all', 'direction') group by all
            """
        ).fetchall()
    )
    assert split["direction outbound"] > 0
    assert split["all all"] == split["direction inbound"]


def test_the_wide_tables_say_what_the_metrics_say(con):
    for column, metric in (
        ("n_offered", "offered"),
        ("n_answered", "answered"),
        ("n_abandoned", "abandoned"),
        ("n_short_abandoned", "short_abandoned"),
        ("n_blocked", "blocked"),
        ("n_consult", "consults"),
        ("longest_wait_s", "longest_wait"),
    ):
        bad = f"""
            select count(*) from marts.queue_interval as q
            join marts.v_kpi_interval as k
                on k.scope_kind = 'queue' and k.scope_id = q.queue_id
                and k.interval_start = q.interval_start
            where k.metric_id = '{metric}' and k.value is distinct from q.{column}
        """
        assert one(con, bad) == 0, metric


def test_the_whole_centre_counts_its_days_in_its_own_zone(con):
    days = con.execute(
        "select distinct zone from marts.kpi_day where scope_kind = 'all'"
    ).fetchall()
    assert days == [("Europe/Berlin",)]
    late = one(
        con,
        """
        select count(*) from core.fact_queue_visit as v
        join core.dim_interval as i
            on i.zone = 'Europe/Berlin' and i.interval_start = v.interval_start
        where i.local_date <> v.local_date and v.zone = 'America/New_York'
        """,
    )
    assert isinstance(late, int)
    assert late > 0
