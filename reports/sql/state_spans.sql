-- Agent time of a day from $from_at to $to_at by bins of $bin_s seconds (UTC) and state.
with spans as (
    select
        state,
        greatest(epoch_ms(from_at), epoch_ms($from_at)) as from_ms,
        least(epoch_ms(to_at), epoch_ms($to_at)) as to_ms
    from core.fact_agent_state
    where local_date between $day::date - 1 and $day::date + 1
        and to_at > $from_at and from_at < $to_at
),
bins as (
    select unnest(
        range(
            epoch_ms($from_at) - epoch_ms($from_at) % ($bin_s * 1000),
            epoch_ms($to_at),
            $bin_s * 1000
        )
    ) as bin_ms
)
select
    epoch_ms(b.bin_ms) as bin_at, s.state,
    sum(least(s.to_ms, b.bin_ms + $bin_s * 1000) - greatest(s.from_ms, b.bin_ms)) as state_ms
from bins b
join spans s on s.from_ms < b.bin_ms + $bin_s * 1000 and s.to_ms > b.bin_ms
group by b.bin_ms, s.state
order by b.bin_ms, s.state
