"""The SQL of the KPI marts, made from the registry of metrics.

`kpi_interval`, `kpi_day`, `kpi_week` and `kpi_month` say metric by metric what the tables of parts
hold; as tables of their own they would be twenty times as long. `v_kpi_*` divide, at the end.
"""

from collections.abc import Collection
from pathlib import Path
from textwrap import indent

from pipelines.sql_models.counting import GRAINS, INTERVAL_SCOPES, PERIODS, Grain
from pipelines.sql_models.kpi_change import change_models
from pipelines.sql_models.kpi_reach import reach
from pipelines.sql_models.kpi_tables import OWNER, interval_parts, period_parts
from pipelines.sql_models.metrics import Metric, Part
from pipelines.sql_models.model import Column, Header, SqlModel
from pipelines.sql_models.registry import Registry, load_registry

_WORDS = {"interval": "quarter hour", "day": "local day", "week": "week", "month": "month"}
_LAST_DAY = {
    "interval": "k.local_date",
    "day": "k.local_date",
    "week": "k.local_date + interval '6' day",
    "month": "k.local_date + interval '1' month - interval '1' day",
}


def _keys(grain: Grain) -> tuple[str, ...]:
    return ("local_date", "interval_start") if grain == "interval" else ("local_date",)


def generated_models(
    project: Path | None = None, *, facts: Collection[str] | None = None
) -> list[SqlModel]:
    """The KPI marts of the shipped registry and of a project's own metrics.

    Args:
        project: the project's folder, if it has one.
        facts: see `load_registry`.

    Raises:
        ModelError: the registry is wrong.
    """
    registry = load_registry(project, facts=facts)
    return [
        interval_parts(registry),
        *(period_parts(registry, grain) for grain in PERIODS),
        reach(registry),
        *(_long(registry, grain) for grain in GRAINS),
        *(_divided(grain) for grain in GRAINS),
        *change_models(),
    ]


def _long(registry: Registry, grain: Grain) -> SqlModel:
    """One row per metric, scope and period, out of the wide tables."""
    selects = []
    for metric in (m for m in registry.metrics if grain in m.grains):
        scopes: list[str] = [
            scope for scope in metric.scopes if grain != "interval" or scope in INTERVAL_SCOPES
        ]
        if scopes:
            selects.append(_select(registry, metric, grain, scopes))
    keys = ", ".join(f"k.{key}" for key in _keys(grain))
    union = "\n    union all\n".join(indent(select, "    ") for select in selects)
    sql = f"""with number as (
{union}
)

select
    k.metric_id, k.metric_version, k.scope_kind, k.scope_id, {keys}, k.zone,
    k.numerator, k.denominator, k.n, k.sum_sq, k.n_pos, k.n_neg, k.value_stored,
    k.is_open or coalesce({_LAST_DAY[grain]} >= r.open_date, false) as is_provisional,
    k.coverage
from number as k
inner join marts.kpi_reach as r
    on r.metric_id = k.metric_id and r.metric_version = k.metric_version
    -- Beyond nothing is known: there are no rows, and not zeros.
    and (
        ({_LAST_DAY[grain]} >= r.from_date and k.local_date <= r.until_date)
        -- What there is may be of the day before or after in the centre's own zone.
        or (
            (k.n > 0 or k.coverage is not null)
            and {_LAST_DAY[grain]} >= r.centre_from_date
            and k.local_date
            <= case k.scope_kind when 'all' then r.centre_until_date else r.until_date end
        )
    )
    and (k.scope_kind <> 'reason' or r.has_reason)
    and (k.scope_kind <> 'language' or r.has_language)"""
    return _view(
        f"kpi_{grain}",
        f"Every metric per scope and {_WORDS[grain]}: its two parts, which may be added up where "
        f"the metric's additivity says so. v_kpi_{grain} divides them.",
        grain,
        sql,
    )


def _view(name: str, description: str, grain: Grain, sql: str) -> SqlModel:
    columns = {}
    if grain in ("week", "month"):
        columns["local_date"] = Column(description=f"First day of the {grain}.")
    header = Header(
        description=description,
        owner=OWNER,
        grain=("metric_id", "metric_version", "scope_kind", "scope_id", *_keys(grain)),
        materialization="view",
        columns=columns,
    )
    return SqlModel("marts", name, header, sql)


def _select(registry: Registry, metric: Metric, grain: Grain, scopes: list[str]) -> str:
    parts = registry.parts

    def text(part: Part | None) -> str:
        return parts.over_columns(metric, part) if part else "null"

    numerator = " + ".join(text(part) for part in metric.numerator)
    n = text(metric.n or metric.denominator) if metric.n or metric.denominator else numerator
    unfinished = " or ".join(f"{rows} > 0" for rows in _unfinished(registry, metric)) or "false"
    coverage = "cast(null as double)"
    if metric.coverage:
        coverage = f"ratio({text(metric.coverage.known)}, {text(metric.coverage.of)})"
    kinds = ", ".join(f"'{scope}'" for scope in scopes)
    return f"""select
    '{metric.id}' as metric_id,
    {metric.version} as metric_version,
    scope_kind, scope_id, {", ".join(_keys(grain))}, zone,
    cast({"null" if metric.is_stored else numerator} as decimal(18, 6)) as numerator,
    cast({text(metric.denominator)} as decimal(18, 6)) as denominator,
    cast({n} as bigint) as n,
    cast({text(metric.square)} as decimal(38, 6)) as sum_sq,
    cast({text(metric.positive)} as bigint) as n_pos,
    cast({text(metric.negative)} as bigint) as n_neg,
    cast({numerator if metric.is_stored else "null"} as double) as value_stored,
    {unfinished} as is_open,
    {coverage} as coverage
from marts.kpi_{grain}_parts
where scope_kind in ({kinds})"""


def _unfinished(registry: Registry, metric: Metric) -> list[str]:
    """The counts of rows that are not over, of each fact that a metric counts and that has any."""
    if metric.unfinished == "never":
        return []
    own = metric.open_part
    keys = dict.fromkeys(part.source for part in metric.parts)
    found = [
        aggregate.name
        for key in keys
        if (own is None or key != own.source) and (aggregate := registry.unfinished(key))
    ]
    return [*found, registry.parts.over_columns(metric, own)] if own else found


_DIVIDED = """with number as (
    select
        k.*,
        m.metric_name, m.unit, m.direction, m.min_n, m.interval_method,
        case
            when o.metric_id is not null then o.goal
            when c.metric_id is not null then c.goal
            else m.goal
        end as goal,
        case when m.unit in ('percent', 'points') then 100 else 1 end as scale,
        case m.unit when 'points' then -100 else 0 end as lowest,
        cast(k.numerator as double) as top,
        cast(k.denominator as double) as bottom,
        -- Of a net score every case is 1, 0 or -1.
        cast(
            case m.interval_method when 'nps' then k.n_pos + k.n_neg else k.sum_sq end as double
        ) as squares
    from marts.kpi_{grain} as k
    inner join core.dim_metric as m
        on m.metric_id = k.metric_id and m.metric_version = k.metric_version
    -- The goal of the very scope, else the centre's.
    left join core.dim_goal as o
        on o.metric_id = k.metric_id and o.scope_kind = k.scope_kind and o.scope_id = k.scope_id
        and k.local_date >= o.valid_from and k.local_date < o.valid_to
    left join core.dim_goal as c
        on c.metric_id = k.metric_id and c.scope_kind = 'all'
        and k.local_date >= c.valid_from and k.local_date < c.valid_to
),

-- Half the length of the 95 % interval and its middle: Wilson's of a share, the normal of a mean
-- and of a net promoter score. Counts have Byar's limits, which are not as far on both sides.
estimated as (
    select
        *,
        case
            when bottom is null then coalesce(value_stored, top)
            else ratio(top, bottom) * scale
        end as value,
        case
            when bottom > 0 and interval_method = 'wilson'
                then ratio(top + 1.920729410347062, bottom + 3.841458820694124) * 100
            when bottom > 1 and interval_method in ('t', 'nps') then ratio(top, bottom) * scale
        end as middle,
        case
            when bottom > 0 and interval_method = 'wilson'
                then ratio(
                    1.959963984540054
                    * sqrt(greatest(ratio(top * (bottom - top), bottom), 0) + 0.960364705173531),
                    bottom + 3.841458820694124
                ) * 100
            when bottom > 1 and interval_method in ('t', 'nps')
                then scale * 1.959963984540054 * sqrt(
                    ratio(
                        greatest(squares - ratio(top * top, bottom), 0), (bottom - 1) * bottom
                    )
                )
        end as half
    from number
),

bounded as (
    select
        *,
        case
            when half is not null then greatest(middle - half, lowest)
            when interval_method = 'poisson' and top > 0
                then top * power(1 - ratio(1, 9 * top) - ratio(1.959963984540054, 3 * sqrt(top)), 3)
            when interval_method = 'poisson' then 0
        end as ci_low,
        case
            when half is null and interval_method = 'poisson' then (top + 1) * power(
                1 - ratio(1, 9 * (top + 1)) + ratio(1.959963984540054, 3 * sqrt(top + 1)), 3
            )
            when half is null then null
            when unit in ('percent', 'points') then least(middle + half, 100)
            else middle + half
        end as ci_high,
        case direction when 'higher' then value - goal when 'lower' then goal - value end as gap
    from estimated
)

select
    metric_id, metric_version, metric_name, scope_kind, scope_id, {keys}, zone, unit,
    value, ci_low, ci_high, goal,
    -- Few cases say neither that a goal is met nor that it is missed.
    case
        when n < min_n then 'none'
        when gap >= 0 then 'met'
        when gap >= -0.05 * abs(goal) then 'near'
        when gap < 0 then 'missed'
        else 'none'
    end as status,
    n < min_n as is_small,
    numerator, denominator, n, sum_sq, n_pos, n_neg, value_stored, is_provisional, coverage
from bounded"""


def _divided(grain: Grain) -> SqlModel:
    """The values: divided, with interval, goal and status."""
    return _view(
        f"v_kpi_{grain}",
        f"Every metric per scope and {_WORDS[grain]} with its value, interval, goal and status. "
        "Values of several rows are never averaged: add up the two parts of "
        f"kpi_{grain} and divide.",
        grain,
        _DIVIDED.format(grain=grain, keys=", ".join(_keys(grain))),
    )
