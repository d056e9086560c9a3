/*---
description: One order, upsell, payment or refund. It belongs to the day of its contact, or to its own day; what was refunded stands on the order too, and so counts in the order's month.
owner: team:analytics
grain: [sale_key]
materialization: daily
metrics:
  - row: sale
    attribution: contact start
    queue: f.queue_id
    queue_version: f.queue_key
    agent: f.agent_id
    agent_version: f.agent_key
    channel: f.channel
    site: coalesce(f.site, a.site)
  # Beside contacts those that the centre began are told apart.
  - row: contact_sale
    credit: contact
    attribution: contact start
    queue: f.queue_id
    queue_version: f.queue_key
    agent: f.agent_id
    agent_version: f.agent_key
    channel: f.channel
    site: coalesce(f.site, a.site)
    direction: f.direction
columns:
  sale_key: {tests: [not_null, unique]}
  sale_id: {tests: [not_null]}
  kind: {description: 'What the row is: order, upsell, payment or refund.', tests: [not_null, {allowed: [order, upsell, payment, refund]}]}
  order_key: Key of the order that the row is or belongs to; empty when not known.
  direction: 'Who began the contact: inbound, outbound, callback or internal; empty when there is none.'
  channel: 'The medium of the contact; empty when there is none.'
  local_date: {description: 'Local day of the contact, else of the sale.', tests: [not_null]}
  interval_start: Quarter hour (UTC) in which the contact started; of the sale where there is none.
  queue_id: Queue of the contact's last leg with the customer; empty when there is none.
  agent_id: Agent of the contact's last leg with the customer, else who made the sale; empty when not known.
  sale_amount: {tests: [{min: 0}]}
  reporting_amount: {description: "The amount in the reporting currency, by the rate of the month it was made in; empty without a rate.", tests: [{min: 0}]}
---*/
with sale as (
    select
        s.*,
        md5_key(coalesce(s.contact_source, s.source) || '|' || s.contact_id) as contact_key,
        -- DuckDB keeps a product of two decimals of 18 digits to 18 digits, and stops beyond.
        cast(
            cast(s.sale_amount as decimal(19, 4)) * x.exchange_rate as decimal(18, 4)
        ) as reporting_amount
    from staging.sale as s
    inner join ops.build_window as w on s.local_date between w.linked_from and w.late_to
    left join core.exchange_rate as x
        on x.currency = s.currency
        and s.local_date >= x.valid_from
        and s.local_date < x.valid_to
),

contact as (
    select c.contact_key, c.local_date, c.zone, c.interval_start, c.channel, c.direction, c.kind,
        c.site, c.is_handled, c.credited_queue_id, c.last_agent_id, c.last_agent_key
    from core.fact_contact as c
    inner join ops.build_window as w on c.local_date between w.linked_from and w.scan_to
),

linked as (
    select
        s.source,
        s.sale_id,
        s.kind,
        s.order_sale_id,
        s.refunds_sale_id,
        s.sold_at,
        s.sale_amount,
        s.currency,
        s.reporting_amount,
        s.contact_key,
        s.contact_id,
        s.local_date as own_local_date,
        c.contact_key is not null as is_linked,
        c.contact_key is not null and c.is_handled and c.kind = 'customer' as is_of_handled,
        c.channel,
        c.direction,
        c.site,
        c.credited_queue_id as queue_id,
        c.last_agent_key,
        c.last_agent_id is not null as is_agent_of_contact,
        coalesce(c.last_agent_id, s.agent) as agent_id,
        coalesce(c.local_date, s.local_date) as local_date,
        case when c.contact_key is null then s.zone else c.zone end as zone,
        case when c.contact_key is null then bucket15(s.sold_at) else c.interval_start end
            as interval_start
    from sale as s
    left join contact as c
        on c.contact_key = s.contact_key
        and c.local_date between s.local_date - interval '400' day
            and s.local_date + interval '7' day
),

wanted as (
    select l.*
    from linked as l
    inner join ops.build_window as w on l.local_date between w.from_date and w.to_date
),

-- An upsell that names no order belongs to the contact's latest order so far.
in_contact as (
    select
        l.source,
        l.sale_id,
        l.kind,
        row_number() over (
            partition by l.contact_key, l.kind
            order by l.sold_at, l.source, l.sale_id
        ) as place,
        last_value(case when l.kind = 'order' then l.source end ignore nulls) over so_far
            as order_source,
        last_value(case when l.kind = 'order' then l.sale_id end ignore nulls) over so_far
            as order_id
    from linked as l
    where l.is_linked and l.kind in ('order', 'upsell')
    window so_far as (
        partition by l.contact_key
        order by l.sold_at, l.kind, l.source, l.sale_id
        rows between unbounded preceding and current row
    )
),

-- A refund may give back a payment or an upsell: it is of the order that that one belongs to.
refunded as (
    select
        r.source,
        r.sale_id,
        coalesce(
            case when t.kind in ('upsell', 'payment') then t.order_sale_id end,
            case when t.kind = 'upsell' and i.order_source = t.source then i.order_id end,
            r.refunds_sale_id
        ) as order_id
    from sale as r
    left join sale as t
        on t.source = r.source
        and t.sale_id = r.refunds_sale_id
        and t.local_date between r.local_date - interval '390' day
            and r.local_date + interval '7' day
    left join in_contact as i on i.source = t.source and i.sale_id = t.sale_id
    where r.kind = 'refund'
),

part as (
    select
        s.source,
        s.sale_id,
        s.kind,
        s.local_date,
        s.sale_amount,
        s.currency,
        s.reporting_amount,
        case
            when s.kind = 'refund' then s.source
            when s.order_sale_id is not null then s.source
            when s.kind = 'upsell' and i.order_source = s.source then i.order_source
        end as order_source,
        case
            when s.kind = 'refund' then r.order_id
            when s.order_sale_id is not null then s.order_sale_id
            when s.kind = 'upsell' and i.order_source = s.source then i.order_id
        end as order_id
    from sale as s
    left join in_contact as i on i.source = s.source and i.sale_id = s.sale_id
    left join refunded as r on r.source = s.source and r.sale_id = s.sale_id
    where s.kind <> 'order'
),

-- Amounts in another currency than the order's can't be added to it: then the sum is not known.
of_order as (
    select
        o.source,
        o.sale_id,
        count(*) filter (where p.kind = 'upsell') as n_upsells,
        count(*) filter (where p.kind = 'refund') as n_refunds,
        count(p.sale_amount) filter (where p.kind = 'upsell' and p.currency = o.currency)
            as n_upsells_known,
        count(p.sale_amount) filter (where p.kind = 'refund' and p.currency = o.currency)
            as n_refunds_known,
        sum(p.sale_amount) filter (where p.kind = 'upsell' and p.currency = o.currency)
            as upsell_amount,
        sum(p.sale_amount) filter (where p.kind = 'refund' and p.currency = o.currency)
            as refund_amount,
        count(*) filter (where p.kind in ('upsell', 'refund')) as n_parts,
        count(p.reporting_amount) filter (where p.kind in ('upsell', 'refund')) as n_parts_known,
        sum(case when p.kind = 'refund' then -p.reporting_amount else p.reporting_amount end)
            filter (where p.kind in ('upsell', 'refund')) as reporting_change
    from wanted as o
    inner join part as p
        on p.order_source = o.source
        and p.order_id = o.sale_id
        and p.local_date between o.local_date - interval '7' day
            and o.local_date + interval '400' day
    where o.kind = 'order'
    group by o.source, o.sale_id
)

select
    md5_key(s.source || '|' || s.sale_id) as sale_key,
    s.sale_id,
    s.source,
    s.contact_key,
    s.contact_id,
    s.is_linked,
    s.kind,
    case
        when s.kind = 'order' then md5_key(s.source || '|' || s.sale_id)
        else md5_key(p.order_source || '|' || p.order_id)
    end as order_key,
    s.channel,
    s.direction,
    s.site,
    coalesce(q.queue_key, -1) as queue_key,
    s.queue_id,
    case when s.is_agent_of_contact then s.last_agent_key else coalesce(a.agent_key, -1) end
        as agent_key,
    s.agent_id,
    s.sold_at,
    s.own_local_date,
    s.local_date,
    s.zone,
    coalesce(i.interval_key, -1) as interval_key,
    s.interval_start,
    s.sale_amount,
    s.currency,
    case when s.kind = 'order' then coalesce(o.n_upsells, 0) end as n_upsells,
    case
        when s.kind = 'order' and coalesce(o.n_upsells, 0) = coalesce(o.n_upsells_known, 0)
            then cast(coalesce(o.upsell_amount, 0) as decimal(18, 4))
    end as upsell_amount,
    case when s.kind = 'order' then coalesce(o.n_refunds, 0) end as n_refunds,
    case
        when s.kind = 'order' and coalesce(o.n_refunds, 0) = coalesce(o.n_refunds_known, 0)
            then cast(coalesce(o.refund_amount, 0) as decimal(18, 4))
    end as refund_amount,
    s.reporting_amount,
    case
        when s.kind = 'order' and coalesce(o.n_parts, 0) = coalesce(o.n_parts_known, 0)
            then cast(s.reporting_amount + coalesce(o.reporting_change, 0) as decimal(18, 4))
    end as revenue_amount,
    case when s.kind = 'order' then coalesce(o.n_upsells, 0) > 0 end as has_upsell,
    case when s.kind = 'order' then coalesce(o.n_refunds, 0) > 0 end as is_refunded,
    s.is_of_handled,
    coalesce(s.kind = 'order' and s.is_of_handled and c.place = 1, false) as is_conversion
from wanted as s
left join part as p on p.source = s.source and p.sale_id = s.sale_id
left join of_order as o on o.source = s.source and o.sale_id = s.sale_id
left join in_contact as c on c.source = s.source and c.sale_id = s.sale_id
left join core.dim_queue as q
    on q.queue_id = s.queue_id and s.local_date >= q.valid_from and s.local_date < q.valid_to
left join core.dim_agent as a
    on a.agent_id = s.agent_id and s.local_date >= a.valid_from and s.local_date < a.valid_to
left join core.dim_interval as i
    on i.zone = s.zone and i.interval_start = s.interval_start
