"""From when to when each fact is known: beyond, zeros would claim knowledge."""

from pipelines.sql_models.counting import ScopeKind
from pipelines.sql_models.kpi_sources import Source
from pipelines.sql_models.kpi_tables import OWNER
from pipelines.sql_models.metrics import Metric
from pipelines.sql_models.model import Column, Header, SqlModel
from pipelines.sql_models.registry import Registry
from pipelines.sql_models.syntax import parse_all

SILENT_DAYS = 31
"""A source so far behind others is no longer waited for."""
_FEWEST_WEEKS = 3
"""Of fewer weeks nobody can say when a weekday's last contacts come."""
_LATER_SHARE = 0.01
"""Of a day's contacts may usually come after the last line, for the day to be over."""
_OPTIONAL: tuple[ScopeKind, ...] = ("reason", "language")
"""Scopes that many sources tell nothing of: where none does, nothing is known of any of them."""


_WAITED = f"""fed as (
    select
        source, watermark_at, is_contact_feed, is_retired,
        max(watermark_at) over () as newest_at,
        max(case when is_contact_feed then watermark_at end) over () as newest_contact_at
    from ops.feed_watermark
),

-- How far each source was read; of one that tells of contacts, its file that was read least far.
last_line as (
    select
        source,
        max(case when is_contact_feed then 1 else 0 end) = 1 as is_of_contacts,
        coalesce(
            min(case when is_contact_feed then watermark_at end), max(watermark_at)
        ) as watermark_at
    from fed
    where not coalesce(is_retired, false)
        and watermark_at > coalesce(newest_contact_at, newest_at) - interval '{SILENT_DAYS}' day
    group by source
),

-- The day of that line, and when it has ended in every zone.
last_day as (
    select l.source, l.is_of_contacts, l.watermark_at, min(i.local_date) as local_date
    from last_line as l
    inner join core.dim_interval as i on i.interval_start = bucket15(l.watermark_at)
    group by l.source, l.is_of_contacts, l.watermark_at
),

read_to as (
    select
        d.source, d.is_of_contacts, d.watermark_at, d.local_date,
        max(i.interval_start) + interval '15' minute as day_end
    from last_day as d
    inner join core.dim_interval as i on i.local_date = d.local_date
    group by d.source, d.is_of_contacts, d.watermark_at, d.local_date
),

-- The contacts of the same hours one to four weeks before, and those of them that came later in the
-- day than the last line now.
before as (
    select
        source,
        count(*) as n,
        count(distinct weeks) as n_weeks,
        sum(case when to_end_ms - weeks * 604800000 < rest_ms then 1 else 0 end) as n_later
    from (
        select
            r.source,
            ms_between(c.started_at, r.day_end) as to_end_ms,
            cast(floor(ratio(ms_between(c.started_at, r.day_end), 604800000)) as bigint) as weeks,
            ms_between(r.watermark_at, r.day_end) as rest_ms
        from read_to as r
        inner join core.fact_contact as c
            on c.source = r.source
            and c.local_date between r.local_date - interval '30' day
                and r.local_date - interval '5' day
        where r.is_of_contacts
    ) as at_hours
    where weeks between 1 and 4 and to_end_ms - weeks * 604800000 < 86400000
    group by source
),

-- Nobody calls after closing time, and no line says so: a day is over where hardly anybody came
-- later on that weekday. What tells of no contacts is over with its last line's day.
waited as (
    select
        r.source,
        r.is_of_contacts,
        case
            when not r.is_of_contacts
                or (b.n_weeks >= {_FEWEST_WEEKS} and b.n_later <= {_LATER_SHARE} * b.n)
                then cast(r.local_date + interval '1' day as date)
            else r.local_date
        end as open_date
    from read_to as r
    left join before as b on b.source = r.source
)"""


def reach(registry: Registry) -> SqlModel:
    """`marts.kpi_reach`: the first and the last local day of which each metric is known.

    A fact is known from the first day of which any source told something, or from that of its own
    first row where it comes from no source, such as a customer's first month. It is known to the
    day of its last row, or to that of the last line of the sources in which it has rows, whichever
    is later: a plan reaches further than the log, and a quiet day of a log that was read is a true
    zero. A metric needs its denominator and any of its numerators.

    A level when a day ends, such as a backlog, is known to the last day that every source of it
    was read to the end of, but for retired ones: with one missing it would look lower.

    It may still change from the day on that not every source of contacts, and of its own rows, was
    read to the end of: of a feed that runs ahead, such as answers to a survey, no other day is
    over. A source of contacts was, when a line lies beyond the day, or its last line so late in
    the day that hardly a contact of that weekday came later in the four weeks before. A source
    that has been retired, or has been silent for 31 days, is not waited for.
    """
    facts = sorted({registry.known_with(key) for key in registry.sources})
    parse_all(registry.of_fact(fact).model.sql for fact in facts)
    levels = {part.fact for metric in registry.stocks for part in metric.parts}
    found = {
        fact: _level_step(fact) if fact in levels else _step(registry.of_fact(fact))
        for fact in facts
    }
    found |= dict(step for fact in facts if (step := _kinds_step(registry.of_fact(fact))))
    steps = ",\n\n".join(found.values())
    joins = "\n    cross join ".join(found)
    told = [fact for fact in facts if registry.of_fact(fact).has_source]
    union = "\n    union all\n".join(_metric(registry, metric) for metric in registry.metrics)
    sql = f"""with feed as (
    select w.source, w.is_retired, min(i.local_date) as local_date
    from (
        select source, max(watermark_at) as watermark_at,
            min(case when is_retired then 1 else 0 end) = 1 as is_retired
        from ops.feed_watermark
        group by source
    ) as w
    inner join core.dim_interval as i on i.interval_start = bucket15(w.watermark_at)
    group by w.source, w.is_retired
),

{_WAITED},

reading as (
    select coalesce(w.over_date, f.reading_date) as over_date, f.reading_date
    from (select max(local_date) as reading_date from feed) as f
    cross join (
        select min(case when is_of_contacts then open_date end) as over_date from waited
    ) as w
),

{steps},

known as (
    select
        *,
        {_earliest([f"from_{fact}" for fact in told])} as first_date
    from {joins}
),

metric as (
{union}
)

select
    m.metric_id, m.metric_version, m.from_date, m.until_date,
    m.centre_from_date, m.centre_until_date,
    {", ".join(f"m.has_{kind}" for kind in _OPTIONAL)},
    case when m.open_date < r.over_date then m.open_date else r.over_date end as open_date
from metric as m
cross join reading as r
where m.until_date is not null"""
    header = Header(
        description="How far each metric is known: from the day of the first row of any source "
        "to that of the last of its facts, or of the last line of the sources in which they have "
        "rows. The KPI marts have no rows beyond, where zeros would claim knowledge. "
        "Metrics of what nobody delivers are not here.",
        owner=OWNER,
        grain=("metric_id", "metric_version"),
        columns={
            "from_date": Column(description="First local day of which the metric is known."),
            "until_date": Column(description="Last local day of which the metric is known."),
            "centre_from_date": Column(
                description="First day of the whole centre that may have rows: in its own zone the "
                "rows of a site's first local day may be of the day before."
            ),
            "centre_until_date": Column(
                description="Last day of the whole centre that may have rows: in its own zone the "
                "rows of a site's last local day may be of the day after."
            ),
            "has_reason": Column(description="Some of its rows say a reason."),
            "has_language": Column(description="Some of its rows say a language."),
            "open_date": Column(
                description="From this local day on the metric may still change: the first that "
                "not every source of contacts, and of its own rows, was read to the end of; none "
                "waits for one that has been retired or silent for 31 days."
            ),
        },
    )
    return SqlModel("marts", "kpi_reach", header, sql)


def _metric(registry: Registry, metric: Metric) -> str:
    tops = list(dict.fromkeys(registry.known_with(p.source) for p in metric.numerator))
    untils = [f"until_{fact}" for fact in tops]
    until = f"greatest({', '.join(untils)})" if len(untils) > 1 else untils[0]
    if metric.denominator:
        bottom = registry.known_with(metric.denominator.source)
        if tops != [bottom]:
            # The least of a day and nothing is the day.
            known = f"until_{bottom} is not null and {until} is not null"
            until = f"case when {known} then least(until_{bottom}, {until}) end"
    facts = sorted({registry.known_with(part.source) for part in metric.parts})
    opens = [f"open_{fact}" for fact in facts]
    since = [f"from_{fact}" for fact in facts if not registry.of_fact(fact).has_source]
    from_ = _earliest(["first_date", *since])
    has = ",\n        ".join(f"{_has(registry, facts, k)} as has_{k}" for k in _OPTIONAL)
    spill = f"interval '{_spill(registry, metric)}' day"
    return f"""    select
        '{metric.id}' as metric_id, {metric.version} as metric_version,
        {from_} as from_date,
        {until} as until_date,
        cast({from_} - {spill} as date) as centre_from_date,
        cast({until} + {spill} as date) as centre_until_date,
        {_earliest(opens)} as open_date,
        {has}
    from known"""


def _spill(registry: Registry, metric: Metric) -> int:
    """How many days those of the centre's own zone may lie beyond those of its sites.

    Facts that are told apart by quarter hours are counted in its zone, all others and levels by
    their own days.
    """
    finest = {registry.sources[part.source].counting.finest for part in metric.parts}
    return 1 if finest == {"interval"} and metric.additivity != "semi" else 0


def _has(registry: Registry, facts: list[str], kind: ScopeKind) -> str:
    """Whether each of a metric's facts that can be told apart by a kind of scope is, in any row."""
    told = [f"{kind}_{f}" for f in facts if kind in registry.of_fact(f).counting.scopes]
    return " and ".join(told) or "false"


def _kinds_step(source: Source) -> tuple[str, str] | None:
    """Which of the kinds that many sources tell nothing of are told in any row of a fact."""
    scopes = source.counting.scopes
    told = [
        f"count({scopes[kind]}) > 0 as {kind}_{source.fact}" for kind in _OPTIONAL if kind in scopes
    ]
    if not told:
        return None
    name = f"{source.fact}_kinds"
    listed = ",\n        ".join(told)
    return (
        name,
        f"""{name} as (
    select
        {listed}
    from core.{source.fact} as f
)""",
    )


def _earliest(days: list[str]) -> str:
    """The least of some days; one that is not known does not count."""
    if len(days) == 1:
        return days[0]
    never = "date '9999-12-31'"
    least = ", ".join(f"coalesce({day}, {never})" for day in days)
    return f"least({least})"


def _level_step(fact: str) -> str:
    """A day that is not over for one of the sources has only a part of the level."""
    return f"""{fact} as (
    select
        e.from_date as from_{fact},
        e.until_date as until_{fact},
        cast(e.until_date + interval '1' day as date) as open_{fact}
    from (
        select
            min(l.from_date) as from_date,
            coalesce(
                min(case when not coalesce(l.is_retired, false) then l.until_date end),
                max(l.until_date)
            ) as until_date
        from (
            select
                s.is_retired,
                f.from_date,
                greatest(
                    f.local_date,
                    coalesce(cast(s.local_date - interval '1' day as date), f.local_date)
                ) as until_date
            from (
                select source, min(local_date) as from_date, max(local_date) as local_date
                from core.{fact}
                group by source
            ) as f
            left join feed as s on s.source = f.source
        ) as l
    ) as e
)"""


def _step(source: Source) -> str:
    if source.has_source:
        return f"""{source.fact} as (
    select
        min(f.from_date) as from_{source.fact},
        max(greatest(f.local_date, coalesce(s.local_date, f.local_date))) as until_{source.fact},
        min(w.open_date) as open_{source.fact}
    from (
        select source, min(local_date) as from_date, max(local_date) as local_date
        from core.{source.fact}
        group by source
    ) as f
    left join feed as s on s.source = f.source
    left join waited as w on w.source = f.source
)"""
    return f"""{source.fact} as (
    select
        min(f.local_date) as from_{source.fact},
        max(greatest(f.local_date, coalesce(r.reading_date, f.local_date))) as until_{source.fact},
        cast(null as date) as open_{source.fact}
    from core.{source.fact} as f
    cross join reading as r
)"""
