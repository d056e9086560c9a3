"""Surveys, evaluations and lists of customers of the small centre, and what breaks their checks."""

STAGING = {
    # Every answered call whose number divides by 3 is asked, every sixth answers.
    "survey_invite": """
        select 's' || contact_id as invite_id, contact_id, 'sms' as channel,
            entered_at + interval 5 minute as sent_at, true as is_delivered,
            case when call_no % 6 = 0 then entered_at + interval 1 hour end as answered_at,
            'c_' || substr(md5(contact_id), 1, 16) as customer_ref, file_id, line_no
        from call where is_answered and call_no % 3 = 0
        """,
    "survey_answer": """
        select 's' || contact_id as invite_id, question, kind,
            entered_at + interval 1 hour as answered_at, scale_min, scale_max, is_higher_better,
            score, comment as text, file_id, line_no
        from call,
            (values
                ('Q1', 'csat', 1, 5, true, 4, null),
                ('Q2', 'nps', 0, 10, true, 9, null),
                ('Q3', 'ces', 1, 7, false, 2, null),
                ('Q4', 'fcr', null, null, null, 1, null),
                ('Q5', 'text', null, null, null, null, 'Thanks, ask for order 4711')
            ) as q(question, kind, scale_min, scale_max, is_higher_better, score, comment)
        where is_answered and call_no % 6 = 0
        """,
    # Every sixth call is evaluated; the first of each day is a calibration of two.
    "qa_evaluation": """
        select 'e' || contact_id || evaluator as evaluation_id, contact_id, agent, evaluator,
            'calls' as form, 'v1' as form_version, entered_at + interval 20 hour as evaluated_at,
            'completed' as status, case when call_no = 0 then 'k1' end as calibration_id,
            file_id, line_no
        from call, (values ('Eva'), ('Uwe')) as e(evaluator)
        where is_answered and call_no % 6 = 0 and (evaluator = 'Eva' or call_no = 0)
        """,
    "qa_item": """
        select 'e' || contact_id || evaluator as evaluation_id, item, topic,
            entered_at + interval 20 hour as evaluated_at, weight,
            case when evaluator = 'Eva' then max_points when is_fatal then 0 else 1 end as points,
            max_points,
            true as is_applicable, criticality, is_fatal, file_id, line_no
        from call, (values ('Eva'), ('Uwe')) as e(evaluator),
            (values
                ('greeting', 'script', 5, 4, 'none', false),
                ('diagnosis', 'problem_solving', 20, 4, 'customer', false),
                ('consent', 'policy', 10, 1, 'compliance', true)
            ) as i(item, topic, weight, max_points, criticality, is_fatal)
        where is_answered and call_no % 6 = 0 and (evaluator = 'Eva' or call_no = 0)
        """,
    "customer": """
        select 'c_' || substr(md5('customer' || i), 1, 16) as customer_ref, 'home' as segment,
            date '2024-01-01' as since_on, date '2026-02-01' as left_on, 'f1' as file_id,
            1 as line_no
        from range(4) as c(i)
        """,
    # The third and the fourth share an address.
    "customer_alias": """
        select 'c_' || substr(md5('customer' || i), 1, 16) as customer_ref, 'phone' as kind,
            'c_' || substr(md5('c0-' || least(i, 2)), 1, 16) as address_hash, 'f1' as file_id,
            1 as line_no
        from range(4) as c(i)
        """,
}
"""Rows of staging by table, over the calls of `tests.quality_checks.centre`."""

_DAY = {"local_day_fits_zone": "update $t set local_date = local_date + 1 where $r"}
_LINKED = {"linked_has_a_contact": "update $t set contact_key = 1 where $r"}


def _unknown(key: str) -> dict[str, str]:
    return {"unknown_member": f"delete from $t where {key} = -1"}


BROKEN = {
    "staging.survey_invite": {
        "answered_after_sent": "update $t set answered_at = sent_at - interval 1 second where $r",
        "customer_ref_hashed": "update $t set customer_ref = '01715550100' where $r",
        "answered_was_delivered": "update $t set is_delivered = false "
        "where answered_at is not null",
    },
    "staging.survey_answer": {
        "score_on_scale": "update $t set score = 11 where kind = 'nps'",
        "scale_known": "update $t set is_higher_better = null where kind = 'csat'",
        "resolved_is_yes_or_no": "update $t set score = 0.5 where kind = 'fcr'",
        "text_without_numbers": "update $t set text = 'call (0171) 5550100' where kind = 'text'",
        "answer_has_an_invitation": "update $t set invite_id = 'none' where $r",
    },
    "staging.qa_evaluation": {
        "completed_has_lines": "update $t set evaluation_id = 'none' where $r",
        "agent_is_no_number": "update $t set agent = '01715550100' where $r",
        "calibration_has_an_evaluator": "update $t set evaluator = null, calibration_id = 'k1' "
        "where $r",
    },
    "staging.qa_item": {
        "points_within_maximum": "update $t set points = max_points + 1 where $r",
        "line_has_an_evaluation": "update $t set evaluation_id = 'none' where $r",
        "fatal_line_has_points": "update $t set max_points = 0, points = 0 where is_fatal",
    },
    "staging.customer": {
        "left_after_since": "update $t set left_on = since_on - 1 where $r",
        "customer_ref_hashed": "update $t set customer_ref = '01715550100' where $r",
    },
    "staging.customer_alias": {
        "customer_ref_hashed": "update $t set customer_ref = '01715550100' where $r",
        "address_hashed": "update $t set address_hash = '01715550100' where $r",
    },
    "core.dim_channel": _unknown("channel_key")
    | {"voice_is_not_written": "update $t set is_written = true where channel = 'voice'"},
    "core.dim_reason": _unknown("reason_key")
    | {"alone_without_a_group": "update $t set n_groups = 2 where reason = 'invoice'"},
    "core.dim_customer": _unknown("customer_key")
    | {"customer_once": "insert into $t select * replace (1 as customer_key) from $t"},
    "core.bridge_customer_address": {
        "customer_ref_hashed": "update $t set customer_ref = '01715550100' where $r",
        "shared_is_nobody_s": "update $t set customer_key = 1 where is_shared",
        "owner_is_listed": "update $t set customer_key = 2 where not is_shared",
    },
    "core.dim_survey_question": _unknown("question_key")
    | {
        "top_box_on_scale": "update $t set top_box_from = 6 where kind = 'csat'",
        "easy_on_scale": "update $t set easy_from = 1 where kind = 'ces'",
    },
    "core.dim_qa_item": _unknown("qa_item_key")
    | {"weight_known": "update $t set weight = null where item = 'consent'"},
    "core.fact_survey_invite": {
        "answered_after_sent": "update $t set response_ms = -1 where $r",
        "answered_is_delivered": "update $t set is_delivered = false where is_answered",
        "answered_has_an_instant": "update $t set is_answered = not is_answered where $r",
    }
    | _LINKED
    | _DAY,
    "core.fact_survey_answer": {
        "measured_by_its_kind": "update $t set is_easy = true where kind = 'fcr'",
        "measured_where_it_can_be": "update $t set is_top_box = null where kind = 'csat'",
        "question_known": "update $t set question_key = -1 where $r",
    }
    | _LINKED
    | _DAY,
    "core.fact_qa_evaluation": {
        "fatal_error_scores_nothing": "update $t set score = 1 where has_fatal_error",
        "score_within_one": "update $t set score = 1.1 where not has_fatal_error",
        "met_within_scored": "update $t set n_met_items = n_scored_items + 1 where $r",
        "counted_is_completed": "update $t set is_counted = true where is_calibration",
        "agent_known": "update $t set agent_key = -1 where $r",
    }
    | _LINKED
    | _DAY,
    "core.fact_qa_item": {
        "met_is_scored": "update $t set is_met = null where $r",
        "line_known": "update $t set qa_item_key = -1 where $r",
    }
    | _LINKED
    | _DAY,
    "core.fact_contact_repeat": {
        "repeat_is_later": "update $t set repeat_after_ms = -1 where $r",
        "longer_windows_hold_more": "update $t set is_repeated_1d = true, is_repeated_3d = false "
        "where $r",
        "resolved_is_first_and_unrepeated": "update $t set is_first_contact = false, "
        "is_first_contact_resolved = true where $r",
        "unknown_customers_are_not_judged": "update $t set is_customer_known = false, "
        "is_first_contact = false where $r",
    }
    | _DAY,
}
"""Relation -> rule -> what breaks it, as in `test_suites`."""

_EVERY_ROW = (
    ("survey_invite", "invite_id = 'sc1-6'"),
    ("survey_answer", "invite_id = 'sc1-6'"),
    ("qa_evaluation", "contact_id = 'c1-6'"),
    ("qa_item", "contact_id = 'c1-6'"),
    ("contact_repeat", "contact_id = 'c1-6'"),
)
MUTATIONS = [
    *(
        (f"core.fact_{name}", f"fact_{name}_has_every_row", change)
        for name, row in _EVERY_ROW
        for change in (
            f"delete from core.fact_{name} where {row}",
            f"insert into core.fact_{name} from core.fact_{name} where {row}",
        )
    ),
    (
        "core.fact_contact_repeat",
        "fact_contact_repeat_has_every_row",
        "update core.fact_contact set customer_ref = null where contact_id = 'c1-6'",
    ),
]
"""Relation, reconciliation and what unbalances it, as in `test_reconciliation`."""

KEYED = (
    "core.fact_survey_invite",
    "core.fact_survey_answer",
    "core.fact_qa_evaluation",
    "core.fact_qa_item",
)
"""Facts whose keys must not collide."""
