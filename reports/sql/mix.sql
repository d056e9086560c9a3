-- One metric of every agent, team, site and kind of sourcing beside what the whole centre would have
-- got with the same contacts, by the first day of the day, week or month.
--
-- Each case is held against the mean of its cell: the cases of the same channel and direction, queue,
-- reason and quarter of the day (from midnight). A cell with too few cases, or of which one alone has
-- most, says little about anybody else: the next coarser one is taken.
--
-- All sums are of whole numbers (of which doubles hold 15 digits) or decimals: those of other doubles
-- are not equal from run to run.
with dealt as (
    select
        cast(date_trunc('{grain}', f.local_date) as date) as first_day,
        f.of_agent, coalesce(a.team, '') as of_team, coalesce(a.agent_site, '') as of_site,
        coalesce(a.sourcing, '') as of_sourcing,
        f.of_base, f.of_queue, f.of_reason, i.of_hours,
        cast({cases} as double) as n, cast({total} as double) as total,
        cast({squares} as double) as squares
    from (
        select
            f.*, {agent} as of_agent, coalesce({queue}, '') as of_queue, {base} as of_base,
            coalesce({reason}, '') as of_reason
        from ({rows}) as f
        where f.local_date between $from_date and $to_date
    ) as f
    left join (
        select
            agent_id as of_id, team, site as agent_site, sourcing, valid_from as since,
            valid_to as until
        from core.dim_agent
    ) as a on a.of_id = f.of_agent and f.local_date >= a.since and f.local_date < a.until
    left join (
        select
            interval_key as of_interval,
            floor(cast(substr(local_time, 1, 2) as int) / 6) as of_hours
        from core.dim_interval
        where local_date between $from_date - interval '1' day and $to_date + interval '1' day
    ) as i on i.of_interval = f.interval_key
    where f.of_agent is not null
    group by
        first_day, f.of_agent, of_team, of_site, of_sourcing, f.of_base, f.of_queue, f.of_reason,
        i.of_hours
    having {cases} > 0
),

-- Numbers for what cells are made of: they are compared many times below.
parts as (
    select
        of_base, of_queue, of_reason,
        row_number() over (order by of_base, of_queue, of_reason) as matter,
        dense_rank() over (order by of_base, of_queue) as queue,
        dense_rank() over (order by of_base, of_reason) as reason,
        dense_rank() over (order by of_base) as base
    from (select distinct of_base, of_queue, of_reason from dealt) as d
),

numbered as (
    select
        d.first_day, d.of_agent, d.of_team, d.of_site, d.of_sourcing,
        p.matter, p.queue, p.reason, p.base, coalesce(d.of_hours, -1) as hours,
        p.of_reason <> '' as is_reason_known, d.n, d.total, d.squares
    from dealt as d
    inner join parts as p
        on p.of_base = d.of_base and p.of_queue = d.of_queue and p.of_reason = d.of_reason
),

teams as (
    select
        first_day, of_team, of_site, of_sourcing, matter, queue, reason, base, hours,
        is_reason_known, sum(n) as n, sum(total) as total, sum(squares) as squares
    from numbered
    group by
        first_day, of_team, of_site, of_sourcing, matter, queue, reason, base, hours,
        is_reason_known
),

-- Cases by who is compared, as (kind, subject).
held as (
    select
        first_day, 'agent' as kind, of_agent as subject, matter, queue, reason, base, hours,
        is_reason_known, n, total, squares
    from numbered
    union all
    select
        first_day, 'team' as kind, of_team as subject, matter, queue, reason, base, hours,
        is_reason_known, n, total, squares
    from teams
    union all
    select
        first_day, 'site' as kind, of_site as subject, matter, queue, reason, base, hours,
        is_reason_known, n, total, squares
    from teams
    union all
    select
        first_day, 'sourcing' as kind, of_sourcing as subject, matter, queue, reason, base, hours,
        is_reason_known, n, total, squares
    from teams
),

-- Cells from the finest to the coarsest; what a cell is not of is null.
cells as (
    select
        first_day, kind, matter, queue, reason, base, hours,
        row_number() over (
            order by first_day, kind, matter, queue, reason, base, hours
        ) as cell,
        sum(n) as n, sum(total) as total, sum(squares) as squares,
        max(n) <= $most * sum(n) as is_shared
    from (
        select
            first_day, kind, subject, matter, queue, reason, base, hours,
            sum(n) as n, sum(total) as total, sum(squares) as squares
        from held
        group by grouping sets (
            (first_day, kind, subject, matter, hours),
            (first_day, kind, subject, matter),
            (first_day, kind, subject, queue),
            (first_day, kind, subject, reason, hours),
            (first_day, kind, subject, reason),
            (first_day, kind, subject, base)
        )
    ) as s
    group by first_day, kind, matter, queue, reason, base, hours
),

usable as (
    select * from cells where n >= $fewest and is_shared
),

-- The finest usable cell of each case; without any, all of its channel and direction.
placed as (
    select
        h.first_day, h.kind, h.subject, h.base, h.is_reason_known, h.n, h.total,
        case
            when c1.n is not null then 1
            when c2.n is not null then 2
            when c3.n is not null then 3
            when c4.n is not null then 4
            when c5.n is not null then 5
            else 6
        end as level,
        coalesce(c1.cell, c2.cell, c3.cell, c4.cell, c5.cell, c6.cell) as cell
    from held as h
    left join usable as c1
        on c1.first_day = h.first_day and c1.kind = h.kind and c1.matter = h.matter
        and c1.hours = h.hours
    left join usable as c2
        on c2.first_day = h.first_day and c2.kind = h.kind and c2.matter = h.matter
        and c2.hours is null
    left join usable as c3
        on c3.first_day = h.first_day and c3.kind = h.kind and c3.queue = h.queue
    left join usable as c4
        on c4.first_day = h.first_day and c4.kind = h.kind and c4.reason = h.reason
        and c4.hours = h.hours
    left join usable as c5
        on c5.first_day = h.first_day and c5.kind = h.kind and c5.reason = h.reason
        and c5.hours is null
    inner join cells as c6
        on c6.first_day = h.first_day and c6.kind = h.kind and c6.base = h.base
),

-- What each got and would have got from each cell. Dealt out by lot, n of a cell's cases sum to n
-- means with this variance (sampling without replacement). Cases of a channel that hardly anybody
-- else has (is_alone) are held against nobody.
against as (
    select
        p.first_day, p.kind, p.subject, p.base, p.level, p.is_reason_known,
        p.level = 6 and not c.is_shared as is_alone,
        p.n, p.total, cast(p.n * c.total / c.n as decimal(28, 6)) as expected,
        cast(
            case
                when c.n > 1 then
                    p.n * (1 - p.n / c.n)
                    * greatest(0, c.squares - c.total * c.total / c.n) / (c.n - 1)
                else 0
            end as decimal(28, 6)
        ) as variance
    from (
        select
            first_day, kind, subject, base, level, cell, max(is_reason_known) as is_reason_known,
            sum(n) as n, sum(total) as total
        from placed
        group by first_day, kind, subject, base, level, cell
    ) as p
    inner join cells as c on c.cell = p.cell
),

-- Cells of several sizes overlap: so that all expected together are what was got, each channel and
-- direction is put to scale.
scales as (
    select
        first_day, kind, base,
        case
            when sum(expected) > 0 then cast(sum(total) as double) / cast(sum(expected) as double)
            else 1
        end as scale
    from against
    where not is_alone
    group by first_day, kind, base
)

select
    a.first_day, a.kind, a.subject,
    cast(sum(a.n) filter (where not is_alone) as bigint) as n,
    sum(a.total) filter (where not is_alone) / {parts_of_unit} as observed,
    sum(cast(cast(a.expected as double) * s.scale as decimal(28, 6))) filter (
        where not is_alone
    ) / {parts_of_unit} as expected,
    sum(a.variance) filter (where not is_alone) / ({parts_of_unit} * {parts_of_unit}) as variance,
    cast(sum(a.n) filter (where level <= 2 and is_reason_known) as bigint) as n_same_reason,
    cast(sum(a.n) filter (where level <= 3) as bigint) as n_same_queue,
    cast(sum(a.n) filter (where level in (4, 5) and is_reason_known) as bigint) as n_other_queues,
    cast(sum(a.n) filter (where is_alone) as bigint) as n_alone
from against as a
left join scales as s on s.first_day = a.first_day and s.kind = a.kind and s.base = a.base
group by a.first_day, a.kind, a.subject
order by a.first_day, a.kind, a.subject
