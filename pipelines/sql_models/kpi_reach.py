"""How far each fact was read: beyond it nothing is known, and zeros would claim knowledge."""

from pipelines.sql_models.kpi_sources import Source
from pipelines.sql_models.kpi_tables import OWNER
from pipelines.sql_models.metrics import Metric
from pipelines.sql_models.model import Column, Header, SqlModel
from pipelines.sql_models.registry import Registry
from pipelines.sql_models.syntax import parse_all

SILENT_DAYS = 31
"""A source so far behind others is no longer waited for."""


def reach(registry: Registry) -> SqlModel:
    """`marts.kpi_reach`: the last local day of which each metric is known.

    A fact is known to the day of its last row, or to that of the last line of the sources in
    which it has rows, whichever is later: a plan reaches further than the log, and a quiet day
    of a log that was read is a true zero. A metric needs its denominator and any of its
    numerators.

    From the day on in which the last line was read it may still change; where its rows come from
    sources that tell of contacts, from the day of the one read least far. A source that has been
    retired, or has been silent for 31 days, is not waited for.
    """
    facts = sorted({registry.known_with(key) for key in registry.sources})
    parse_all(registry.of_fact(fact).model.sql for fact in facts)
    steps = ",\n\n".join(_step(registry.of_fact(fact)) for fact in facts)
    joins = "\n    cross join ".join(facts)
    union = "\n    union all\n".join(_metric(registry, metric) for metric in registry.metrics)
    sql = f"""with feed as (
    select w.source, min(i.local_date) as local_date
    from (
        select source, max(watermark_at) as watermark_at
        from ops.feed_watermark
        group by source
    ) as w
    inner join core.dim_interval as i on i.interval_start = bucket15(w.watermark_at)
    group by w.source
),

-- Of sources that tell of contacts, the day of the file that was read least far.
waited as (
    select f.source, min(i.local_date) as local_date
    from ops.feed_watermark as f
    cross join (
        select max(watermark_at) as watermark_at from ops.feed_watermark where is_contact_feed
    ) as latest
    inner join core.dim_interval as i on i.interval_start = bucket15(f.watermark_at)
    where f.is_contact_feed and not coalesce(f.is_retired, false)
        and f.watermark_at > latest.watermark_at - interval '{SILENT_DAYS}' day
    group by f.source
),

reading as (
    select max(local_date) as reading_date from feed
),

{steps},

known as (
    select *
    from {joins}
),

metric as (
{union}
)

select
    m.metric_id, m.metric_version, m.until_date,
    case when m.open_date < r.reading_date then m.open_date else r.reading_date end as open_date
from metric as m
cross join reading as r
where m.until_date is not null"""
    header = Header(
        description="How far each metric is known: to the day of the last row of its facts, or of "
        "the last line of the sources in which they have rows. The KPI marts have no rows beyond "
        "it, where zeros would claim knowledge. Metrics of what nobody delivers are not here.",
        owner=OWNER,
        grain=("metric_id", "metric_version"),
        columns={
            "until_date": Column(description="Last local day of which the metric is known."),
            "open_date": Column(
                description="From this local day on the metric may still change: the day of the "
                "last line read; or that of the source of its contacts that was read least far, "
                "unless it has been retired or silent for 31 days."
            ),
        },
    )
    return SqlModel("marts", "kpi_reach", header, sql)


def _metric(registry: Registry, metric: Metric) -> str:
    tops = list(dict.fromkeys(f"until_{registry.known_with(p.source)}" for p in metric.numerator))
    until = f"greatest({', '.join(tops)})" if len(tops) > 1 else tops[0]
    if metric.denominator:
        bottom = f"until_{registry.known_with(metric.denominator.source)}"
        if tops != [bottom]:
            # The least of a day and nothing is the day.
            known = f"{bottom} is not null and {until} is not null"
            until = f"case when {known} then least({bottom}, {until}) end"
    facts = sorted({registry.known_with(part.source) for part in metric.parts})
    opens = [f"open_{fact}" for fact in facts]
    return f"""    select
        '{metric.id}' as metric_id, {metric.version} as metric_version,
        {until} as until_date,
        {_earliest(opens)} as open_date
    from known"""


def _earliest(days: list[str]) -> str:
    """The least of some days; one that is not known does not count."""
    if len(days) == 1:
        return days[0]
    never = "date '9999-12-31'"
    least = ", ".join(f"coalesce({day}, {never})" for day in days)
    return f"least({least})"


def _step(source: Source) -> str:
    if source.has_source:
        return f"""{source.fact} as (
    select
        max(greatest(f.local_date, coalesce(s.local_date, f.local_date))) as until_{source.fact},
        min(w.local_date) as open_{source.fact}
    from (
        select source, max(local_date) as local_date from core.{source.fact} group by source
    ) as f
    left join feed as s on s.source = f.source
    left join waited as w on w.source = f.source
)"""
    return f"""{source.fact} as (
    select
        max(greatest(f.local_date, coalesce(r.reading_date, f.local_date))) as until_{source.fact},
        cast(null as date) as open_{source.fact}
    from core.{source.fact} as f
    cross join reading as r
)"""
