"""The SQL of the KPI marts, made from the registry of metrics.

`kpi_interval` and `kpi_day` say metric by metric what the tables of parts hold; as tables of
their own they would be twenty times as long. `v_kpi_interval` and `v_kpi_day` divide, at the end.
"""

from pathlib import Path
from textwrap import indent

from pipelines.sql_models.kpi_tables import (
    OWNER,
    SCOPES,
    agent_day_parts,
    day_parts,
    interval_parts,
    still_open,
)
from pipelines.sql_models.metrics import Grain, Metric, Part, load_metrics
from pipelines.sql_models.model import Header, SqlModel
from pipelines.sql_models.parts import Parts

_WORDS = {"interval": "quarter hour", "day": "local day"}
_KEYS = {
    "interval": ("local_date", "interval_start"),
    "day": ("local_date",),
}


def generated_models(metrics: Path | None = None) -> list[SqlModel]:
    """The KPI marts of the shipped registry and of a project's own metrics.

    Args:
        metrics: the project's folder of metrics, if it has one.

    Raises:
        ModelError: the registry is wrong.
    """
    registry = load_metrics(metrics)
    parts = Parts(registry)
    return [
        interval_parts(registry, parts),
        day_parts(registry, parts),
        agent_day_parts(registry, parts),
        _long(registry, parts, "interval"),
        _long(registry, parts, "day"),
        _divided("interval"),
        _divided("day"),
    ]


def _long(metrics: list[Metric], parts: Parts, grain: Grain) -> SqlModel:
    """One row per metric, scope and period, out of the wide tables."""
    selects = []
    for metric in (m for m in metrics if grain in m.grains):
        scopes: list[str] = [scope for scope in metric.scopes if scope in SCOPES]
        if scopes:
            selects.append(_select(metric, parts, grain, f"kpi_{grain}_parts", scopes))
        if grain == "day" and "agent" in metric.scopes:
            selects.append(_select(metric, parts, grain, "kpi_agent_day_parts", ["agent"]))
    keys = ", ".join(f"k.{key}" for key in _KEYS[grain])
    union = "\n    union all\n".join(indent(select, "    ") for select in selects)
    sql = f"""with number as (
{union}
),

-- The local day in which the last line was read: it is not over, nor is any after it.
reading as (
    select min(i.local_date) as local_date
    from core.dim_interval as i
    inner join (select max(watermark_at) as watermark_at from ops.feed_watermark) as w
        on i.interval_start = bucket15(w.watermark_at)
)

select
    k.metric_id, k.metric_version, k.scope_kind, k.scope_id, {keys}, k.zone,
    k.numerator, k.denominator, k.n, k.sum_sq, k.n_pos, k.n_neg, k.value_stored,
    k.is_open or coalesce(k.local_date >= r.local_date, false) as is_provisional,
    k.coverage
from number as k
cross join reading as r"""
    return SqlModel(
        "marts",
        f"kpi_{grain}",
        Header(
            description=f"Every metric per scope and {_WORDS[grain]}: its two parts, which may be "
            f"added up where the metric's additivity says so. v_kpi_{grain} divides them.",
            owner=OWNER,
            grain=("metric_id", "metric_version", "scope_kind", "scope_id", *_KEYS[grain]),
            materialization="view",
        ),
        sql,
    )


def _select(metric: Metric, parts: Parts, grain: Grain, table: str, scopes: list[str]) -> str:
    def text(part: Part) -> str:
        return parts.over_columns(part)

    numerator = " + ".join(text(part) for part in metric.numerator)
    n = text(metric.n or metric.denominator or metric.numerator[0])
    if metric.n is None and metric.denominator is None:
        n = numerator
    square = text(metric.square) if metric.square else "null"
    opens = [still_open(name) for name in dict.fromkeys(a.source for p in metric.parts
                                                         for a in parts.of(p))]  # fmt: skip
    unfinished = " or ".join(f"{a.name} > 0" for a in opens if a) or "false"
    coverage = "cast(null as double)"
    if metric.coverage:
        coverage = f"ratio({text(metric.coverage.known)}, {text(metric.coverage.of)})"
    kinds = ", ".join(f"'{scope}'" for scope in scopes)
    return f"""select
    '{metric.id}' as metric_id,
    {metric.version} as metric_version,
    scope_kind, scope_id, {", ".join(_KEYS[grain])}, zone,
    cast({"null" if metric.is_stored else numerator} as decimal(18, 6)) as numerator,
    cast({text(metric.denominator) if metric.denominator else "null"} as decimal(18, 6))
        as denominator,
    cast({n} as bigint) as n,
    cast({square} as decimal(38, 6)) as sum_sq,
    cast(null as bigint) as n_pos,
    cast(null as bigint) as n_neg,
    cast({numerator if metric.is_stored else "null"} as double) as value_stored,
    {unfinished} as is_open,
    {coverage} as coverage
from marts.{table}
where scope_kind in ({kinds})"""


_DIVIDED = """with number as (
    select
        k.*,
        m.metric_name, m.unit, m.direction, m.goal, m.min_n, m.interval_method,
        case when m.unit = 'percent' then 100 else 1 end as scale,
        cast(k.numerator as double) as top,
        cast(k.denominator as double) as bottom
    from marts.kpi_{grain} as k
    inner join core.dim_metric as m
        on m.metric_id = k.metric_id and m.metric_version = k.metric_version
),

-- Half the length of the 95 % interval and its middle: Wilson's of a share, the normal of a mean.
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
            when bottom > 1 and interval_method = 't' then ratio(top, bottom)
        end as middle,
        case
            when bottom > 0 and interval_method = 'wilson'
                then ratio(
                    1.959963984540054
                    * sqrt(greatest(ratio(top * (bottom - top), bottom), 0) + 0.960364705173531),
                    bottom + 3.841458820694124
                ) * 100
            when bottom > 1 and interval_method = 't'
                then 1.959963984540054 * sqrt(
                    ratio(
                        greatest(cast(sum_sq as double) - ratio(top * top, bottom), 0),
                        (bottom - 1) * bottom
                    )
                )
        end as half
    from number
),

compared as (
    select
        *,
        case direction when 'higher' then value - goal when 'lower' then goal - value end as gap
    from estimated
)

select
    metric_id, metric_version, metric_name, scope_kind, scope_id, {keys}, zone, unit,
    value,
    case when half is not null then greatest(middle - half, 0) end as ci_low,
    case
        when half is null then null
        when unit = 'percent' then least(middle + half, 100)
        else middle + half
    end as ci_high,
    goal,
    case
        when gap >= 0 then 'met'
        when gap >= -0.05 * abs(goal) then 'near'
        when gap < 0 then 'missed'
        else 'none'
    end as status,
    n < min_n as is_small,
    numerator, denominator, n, sum_sq, n_pos, n_neg, value_stored, is_provisional, coverage
from compared"""


def _divided(grain: Grain) -> SqlModel:
    """The values: divided, with interval, goal and status."""
    sql = _DIVIDED.format(grain=grain, keys=", ".join(_KEYS[grain]))
    return SqlModel(
        "marts",
        f"v_kpi_{grain}",
        Header(
            description=f"Every metric per scope and {_WORDS[grain]} with its value, interval, "
            "goal and status. Values of several rows are never averaged: add up the two parts of "
            f"kpi_{grain} and divide.",
            owner=OWNER,
            grain=("metric_id", "metric_version", "scope_kind", "scope_id", *_KEYS[grain]),
            materialization="view",
        ),
        sql,
    )
