"""Menus, campaigns, sales, cases, messages and money of the small centre, and what breaks them."""

STAGING = {
    "ivr_session": """
        select 'v' || contact_id as session_id, contact_id, 'ivr' as kind, 'voice' as channel,
            'c_' || substr(md5(contact_id), 1, 16) as customer_ref,
            entered_at - interval 40 second as entered_at,
            entered_at - interval 1 second as left_at, 'to_queue' as end_kind, file_id, line_no
        from call where contact_id like '%-%0'
        union all
        select 'w' || contact_id, null, 'bot', 'chat', null, entered_at,
            entered_at + interval 30 second, 'completed', file_id, line_no
        from call where contact_id like '%-%1'
        """,
    "ivr_step": """
        select 'v' || contact_id as session_id, step_ordinal, node,
            entered_at - interval 40 second + step_ordinal * interval 5 second as entered_at,
            entered_at - interval 30 second + step_ordinal * interval 5 second as left_at,
            task, outcome, file_id, line_no
        from call, (values
            (1, 'start', null, 'passed'), (2, 'balance', 'balance', 'done')
        ) as s(step_ordinal, node, task, outcome)
        where contact_id like '%-%0'
        """,
    "outbound_attempt": """
        select 'd' || contact_id as attempt_id, 'winback' as campaign, 'L' || line_no as lead_id,
            case when line_no % 4 = 1 then 'Ann' end as agent, entered_at as dialled_at,
            entered_at + interval 5 second as answered_at,
            case when line_no % 4 = 1 then entered_at + interval 6 second end
                as agent_connected_at,
            'human' as amd_result,
            case when line_no % 4 = 1 then 'sale' else 'hung_up' end as result, file_id, line_no
        from call
        """,
    "sale": """
        select 's' || contact_id as sale_id, contact_id, null as refunds_sale_id, 'Ann' as agent,
            entered_at + interval 40 second as sold_at, 'order' as kind, 25.5 as sale_amount,
            'EUR' as currency, file_id, line_no
        from call where line_no % 80 = 1
        union all
        select 'r' || contact_id, null, 's' || contact_id, 'Ann', entered_at + interval 2 hour,
            'refund', 25.5, 'EUR', file_id, line_no
        from call where line_no % 160 = 1
        """,
    "service_case": """
        select 'k' || contact_id as case_id, contact_id, 'Ann' as agent, queue,
            'voice' as channel, 'complaint' as kind, entered_at + interval 1 minute as opened_at,
            entered_at + interval 2 hour as due_at, file_id, line_no
        from call where contact_id like 'c0-%' and line_no % 80 = 1
        """,
    "service_case_event": """
        select 'k' || contact_id as case_id, event, event_at, 1 as event_repeat, file_id, line_no
        from (
            select *, 'resolved' as event, entered_at + interval 1 hour as event_at from call
            union all
            select *, 'reopened', entered_at + interval 90 minute from call
            union all
            select *, 'resolved', entered_at + interval 3 hour from call
        )
        where contact_id like 'c0-%' and line_no % 160 = 1
        """,
    "message": """
        select contact_id || '-' || n as message_id, contact_id as thread_id, contact_id, queue,
            'chat' as channel, case author_kind when 'agent' then agent end as agent,
            case author_kind when 'customer' then 'inbound' else 'outbound' end as direction,
            author_kind, entered_at + n * interval 10 second as sent_at, n = 3 as is_resolving,
            file_id, line_no
        from call, (values (1, 'customer'), (2, 'auto'), (3, 'agent')) as m(n, author_kind)
        where line_no % 80 = 1
        """,
    "calendar": """
        select 'office' as calendar, d.day_rule, '08:00' as opens_local_time,
            '20:00' as closes_local_time, 'f1' as file_id, 1 as line_no
        from (values ('monday'), ('tuesday'), ('wednesday'), ('thursday')) as d(day_rule)
        """,
    "cost": """
        select date '2026-03-01' as period_on, scope_kind, scope_id, 'labour' as kind,
            1000.5 as cost_amount, 'EUR' as currency, 'f1' as file_id, 1 as line_no
        from (values ('all', 'all'), ('site', 'Dublin')) as t(scope_kind, scope_id)
        """,
    "fx_rate": """
        select date '2026-03-01' as period_on, currency, 'EUR' as to_currency, rate,
            'f1' as file_id, 1 as line_no
        from (values ('USD', 0.9), ('GBP', 1.15), ('EUR', 1)) as r(currency, rate)
        """,
    "headcount": """
        select date '2026-03-01' as period_on, scope_kind, scope_id, 3 as n_opening,
            1 as n_joiners, 1 as n_leavers, 0 as n_transfers_in, 0 as n_transfers_out,
            0 as n_promotions, 3 as n_closing, 'f1' as file_id, 1 as line_no
        from (values ('all', 'all'), ('site', 'Dublin')) as t(scope_kind, scope_id)
        """,
}
"""Table -> rows, as `centre` makes them of its calls."""

BROKEN = {
    "staging.ivr_session": {
        "leaves_after_entry": "update $t set left_at = entered_at - interval 1 second where $r",
        "ended_says_how": "update $t set end_kind = null where $r",
        "lasts_at_most_a_day": "update $t set left_at = entered_at + interval 25 hour where $r",
        "customer_ref_hashed": "update $t set customer_ref = '01715550100' where $r",
    },
    "staging.ivr_step": {
        "leaves_after_entry": "update $t set left_at = entered_at - interval 1 second where $r",
        "done_has_task": "update $t set task = null where outcome = 'done'",
    },
    "core.fact_ivr_session": {
        "leaves_after_entry": "update $t set left_at = entered_at - interval 1 second where $r",
        "tasks_done_within_tried": "update $t set n_tasks_done = n_tasks + 1 where $r",
        "unlinked_is_of_its_own_day": "update $t set own_local_date = local_date - 1 "
        "where not is_linked",
        "mature_has_ended": "update $t set left_at = null, is_mature = true where $r",
        "local_day_fits_zone": "update $t set zone = 'Europe/Berlin' where $r",
    },
    "core.fact_ivr_step": {
        "leaves_after_entry": "update $t set left_at = entered_at - interval 1 second where $r",
        "one_last_step": "update $t set is_last = not is_last where $r",
        "task_is_marked": "update $t set is_task = not is_task where $r",
        "session_there": "update $t set kind = null where $r",
        "local_day_fits_zone": "update $t set interval_key = -1 where $r",
    },
    "staging.outbound_attempt": {
        "answered_after_dial": "update $t set answered_at = dialled_at - interval 1 second "
        "where $r",
        "unanswered_has_no_answer": "update $t set result = 'no_answer' where $r",
        "dropped_has_no_agent": "update $t set result = 'dropped', "
        "agent_connected_at = answered_at where $r",
        "result_mostly_known": "update $t set result = 'unknown' where rowid > 80",
        "lead_is_no_number": "update $t set lead_id = '+44 171 5550100' where $r",
    },
    "core.dim_campaign": {
        "unknown_member": "delete from $t where campaign_key = -1",
        "last_after_first": "update $t set last_on = first_on - 1",
    },
    "core.fact_outbound_attempt": {
        "campaign_known": "update $t set campaign_key = -1 where $r",
        "live_is_connected": "update $t set is_connected = null where $r",
        "right_party_is_live": "update $t set is_right_party = true, is_live = null where $r",
        "dropped_or_given": "update $t set is_dropped = true, is_given = true where $r",
        "unlinked_is_of_its_own_day": "update $t set own_local_date = local_date - 1 where $r",
        "local_day_fits_zone": "update $t set local_date = local_date + 1 where $r",
    },
    "staging.sale": {
        "refund_names_what": "update $t set refunds_sale_id = null where kind = 'refund'",
        "only_refunds_refund": "update $t set refunds_sale_id = sale_id where kind = 'order'",
        "amount_has_currency": "update $t set currency = null where $r",
        "currency_is_a_code": "update $t set currency = 'Euro' where $r",
        "amount_mostly_known": "update $t set sale_amount = null where rowid > 12",
    },
    "core.fact_sale": {
        "order_is_its_own": "update $t set order_key = 1 where kind = 'order'",
        "refund_flag_fits": "update $t set is_refunded = not is_refunded where kind = 'order'",
        "refund_within_order": "update $t set refund_amount = 26, n_refunds = 1 "
        "where kind = 'order'",
        "conversion_is_linked": "update $t set is_conversion = true where kind = 'refund'",
        "converts_once": "update $t set is_conversion = true, contact_key = 1",
        "unlinked_is_of_its_own_day": "update $t set own_local_date = local_date - 1 "
        "where not is_linked",
        "local_day_fits_zone": "update $t set zone = 'Europe/Berlin' where $r",
        "revenue_is_of_orders": "update $t set revenue_amount = 1 where kind = 'refund'",
    },
    "staging.service_case": {
        "due_after_opening": "update $t set due_at = opened_at - interval 1 second where $r",
        "not_its_own_parent": "update $t set parent_case_id = case_id where $r",
        "customer_ref_hashed": "update $t set customer_ref = '01715550100' where $r",
    },
    "staging.service_case_event": {
        "case_is_there": "update $t set case_id = 'k9' where $r",
        "not_before_the_case": "update $t set event_at = event_at - interval 1 day where $r",
    },
    "core.fact_case_span": {
        "ends_after_start": "update $t set to_at = from_at - interval 1 second where not is_open",
        "open_has_no_end": "update $t set end_kind = 'resolved' where is_open",
        "stretches_do_not_overlap": "update $t set to_at = to_at + interval 1 day "
        "where span_ordinal = 1",
    },
    "core.fact_case": {
        "open_or_ended": "update $t set is_open = not is_open where $r",
        "first_before_last": "update $t set first_resolved_at = resolved_at + interval 1 second "
        "where not is_open or resolved_at is not null",
        "in_time_fits": "update $t set is_resolved_in_time = null where resolved_at is not null",
        "reopened_has_reopening": "update $t set is_reopened = true, n_reopened = 0 where $r",
        "local_day_fits_zone": "update $t set local_date = local_date + 1 where $r",
    },
    "core.fact_case_resolution": {
        "resolved_after_opening": "update $t set opened_at = resolved_at + interval 1 second "
        "where $r",
        "local_day_fits_zone": "update $t set zone = 'Europe/Berlin' where $r",
    },
    "core.fact_case_due": {
        "kept_or_past_due": "update $t set is_past_due = not is_past_due where $r",
        "local_day_fits_zone": "update $t set interval_key = -1 where $r",
    },
    "core.fact_case_backlog": {
        "age_fits_the_day": "update $t set age_ms = age_ms + 40000000000 where $r",
        "local_day_fits_zone": "update $t set local_date = local_date + 1 where $r",
    },
    "staging.message": {
        "customers_write_in": "update $t set direction = 'outbound' where author_kind = 'customer'",
        "agents_have_a_name": "update $t set agent = null where $r or author_kind = 'agent'",
        "agent_is_no_number": "update $t set agent = '01715550100' where $r",
    },
    "staging.calendar": {
        "opens_at_a_time": "update $t set opens_local_time = '8:00' where $r",
        "closes_at_a_time": "update $t set closes_local_time = '25:00' where $r",
        "special_has_its_day": "update $t set day_rule = 'special' where $r",
    },
    "core.business_interval": {
        "open_within_the_quarter_hour": "update $t set opens_ms = 1 where open_ms = 900000",
        "running_sum_is_the_sum": "update $t set open_before_ms = 1 where $r",
    },
    "core.fact_message_thread": {
        "reply_follows_the_customer": "update $t set first_reply_at = started_at - interval 1 day "
        "where $r",
        "hours_within_the_time": "update $t set first_response_business_ms = 99999999 where $r",
        "answered_or_overdue": "update $t set is_overdue = true where $r",
        "one_end": "update $t set is_silent = true where $r",
        "local_day_fits_zone": "update $t set local_date = local_date + 1 where $r",
    },
    "staging.cost": {
        "currency_is_a_code": "update $t set currency = 'Euro' where $r",
        "centre_is_named_all": "update $t set scope_id = 'all' where scope_kind = 'site'",
    },
    "staging.fx_rate": {
        "currency_is_a_code": "update $t set currency = 'Euro' where $r",
        "to_currency_is_a_code": "update $t set to_currency = 'euro' where $r",
        "rate_is_above_zero": "update $t set rate = 0 where currency = 'GBP'",
        "one_is_worth_itself": "update $t set rate = 2 where currency = 'EUR'",
    },
    "core.exchange_rate": {
        "one_reporting_currency": "update $t set exchange_rate = 2 where currency = 'EUR'",
        "months_do_not_overlap": "update $t set currency = 'EUR' where $r",
    },
    "staging.headcount": {
        "closing_follows": "update $t set n_closing = 9 where $r",
        "centre_is_named_all": "update $t set scope_id = 'everybody' where scope_kind = 'all'",
    },
    "core.fact_cost": {
        "month_begins_on_the_first": "update $t set local_date = local_date + 1 where $r",
    },
    "core.fact_chat_interval": {
        "engaged_within_chats": "update $t set chat_engaged_ms = chat_ms + 1 where $r",
        "local_day_fits_zone": "update $t set local_date = local_date + 1 where $r",
    },
    "core.fact_labour": {
        "month_begins_on_the_first": "update $t set local_date = local_date + 1 where $r",
        "paid_within_the_month": "update $t set paid_ms = 3000000000 where $r",
        "hourly_cost_known": "update $t set is_counted = true, labour_amount = null where $r",
    },
    "core.fact_cost_share": {
        "month_begins_on_the_first": "update $t set local_date = local_date + 1 where $r",
        "handled_by_somebody": "update $t set agent_id = null where handle_ms > 0",
        "amount_mostly_known": "update $t set reporting_amount = null",
    },
    "core.fact_headcount": {
        "month_begins_on_the_first": "update $t set local_date = local_date + 1",
        "somebody_counts": "update $t set is_counted = false",
    },
    "core.fact_customer_month": {
        "kept_and_lost_are_all": "update $t set n_kept = 0, n_lost = -1",
    },
}
"""As in test_suites: relation -> rule -> what breaks it."""

MUTATIONS = [
    ("core.fact_ivr_session", "fact_ivr_session_has_every_row",
     "delete from core.fact_ivr_session where contact_id = 'c1-10'"),
    ("core.fact_ivr_session", "fact_ivr_session_has_every_row",
     "update core.fact_ivr_session set end_kind = null where contact_id = 'c1-10'"),
    ("core.fact_ivr_step", "fact_ivr_step_has_every_row",
     "insert into core.fact_ivr_step from core.fact_ivr_step limit 1"),
    ("core.fact_outbound_attempt", "fact_outbound_attempt_has_every_row",
     "update core.fact_outbound_attempt set result = 'refused' where attempt_id = 'dc1-7'"),
    ("core.fact_outbound_attempt", "fact_outbound_attempt_has_every_row",
     "delete from core.fact_outbound_attempt where attempt_id = 'dc1-7'"),
    ("core.fact_sale", "fact_sale_has_every_row",
     "update core.fact_sale set kind = 'payment' where sale_id = 'sc1-8'"),
    ("core.fact_sale", "fact_sale_has_every_row",
     "delete from core.fact_sale where sale_id = 'sc1-8'"),
    ("core.fact_sale", "refunds_stand_on_their_orders",
     "update core.fact_sale set n_refunds = 0 where n_refunds = 1"),
    ("core.fact_sale", "refunds_stand_on_their_orders",
     "delete from core.fact_sale where kind = 'refund'"),
    ("core.fact_case", "fact_case_has_every_row",
     "update core.fact_case set kind = 'request' where case_id = 'kc0-8'"),
    ("core.fact_case", "fact_case_has_every_row",
     "delete from core.fact_case where case_id = 'kc0-8'"),
    ("core.fact_case_span", "cases_have_their_spans",
     "delete from core.fact_case_span where case_id = 'kc0-8'"),
    ("core.fact_case_span", "cases_have_their_spans",
     "delete from core.fact_case_resolution where span_ordinal = 2"),
    ("core.fact_case_span", "cases_have_their_spans", "update core.fact_case set n_reopened = 2"),
    ("marts.case_backlog_day", "backlog_follows_from_the_day_before",
     "update marts.case_backlog_day set n_open = n_open + 1"),
    ("marts.case_backlog_day", "backlog_follows_from_the_day_before",
     "update marts.case_backlog_day set n_opened = n_opened - 1"),
    ("core.fact_message_thread", "threads_have_every_message",
     "update core.fact_message_thread set n_automatic_messages = 0 where thread_id = 'c1-8'"),
    ("core.fact_message_thread", "threads_have_every_message",
     "delete from core.fact_message_thread where thread_id = 'c1-8'"),
    ("core.fact_cost", "fact_cost_has_every_amount",
     "update core.fact_cost set cost_amount = 1 where scope_kind = 'all'"),
    ("core.fact_cost", "fact_cost_has_every_amount", "delete from core.fact_cost"),
    ("core.fact_cost_share", "cost_shares_sum_to_the_costs",
     "delete from core.fact_cost_share where handle_ms > 0"),
    ("core.fact_cost_share", "cost_shares_sum_to_the_costs",
     "update core.fact_cost_share set reporting_amount = reporting_amount + 0.0001"),
    ("core.fact_chat_interval", "chat_intervals_sum_to_the_chats",
     "delete from core.fact_chat_interval"),
    ("core.fact_labour", "labour_sums_to_paid_time",
     "update core.fact_labour set paid_ms = paid_ms + 1"),
    ("core.fact_labour", "labour_sums_to_paid_time", "delete from core.fact_labour"),
    ("core.fact_headcount", "fact_headcount_has_every_scope",
     "delete from core.fact_headcount where scope_kind = 'site'"),
    ("core.fact_customer_month", "months_hold_every_customer",
     "update core.fact_customer_month set n_customers = n_customers + 1"),
]  # fmt: skip
"""As in test_reconciliation: relation, check, what breaks it."""

KEYED = (
    "core.fact_ivr_session", "core.fact_ivr_step", "core.fact_outbound_attempt", "core.fact_sale",
    "core.fact_case", "core.fact_case_span", "core.fact_case_resolution", "core.fact_case_due",
    "core.fact_message_thread",
)  # fmt: skip
"""Facts whose keys are looked at for collisions."""
