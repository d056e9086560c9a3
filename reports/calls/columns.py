"""What a list shows of each fact's rows, beside whom they count for.

A fixed choice, so that no number of a caller, name of a customer or text of theirs can come into a
file that is passed on.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection


@dataclass(frozen=True)
class Shown:
    """How the rows of a fact are listed."""

    at: str = "interval_start"
    """Instant that says when, UTC; the quarter hour in which a row counts, where that is another
    than its own."""
    columns: tuple[str, ...] = ()


_CASE = ("kind", "priority")
_RESPONSES = ("first_response_ms", "first_response_business_ms")

SHOWN: dict[str, Shown] = {
    "fact_agent_offer": Shown("offered_at", ("outcome", "ring_ms", "is_consult")),
    "fact_case": Shown("opened_at", (*_CASE, "is_escalated", "is_cancelled", "is_open")),
    "fact_case_backlog": Shown("local_date", (*_CASE, "age_ms", "is_past_due")),
    "fact_case_due": Shown("due_at", (*_CASE, "is_resolved_in_time", "is_past_due")),
    "fact_case_resolution": Shown("resolved_at", (*_CASE, "resolution_ms", "is_reopened")),
    "fact_contact": Shown(
        "started_at",
        ("kind", "disposition", "n_visits", "n_transfers", "wait_ms", "talk_ms", "hold_ms",
         "wrap_ms", "is_handled", "is_abandoned", "is_recorded", "is_open"),
    ),
    "fact_contact_repeat": Shown(
        "started_at", ("repeat_after_ms", "is_first_contact", "is_provisional")
    ),
    "fact_escalation": Shown("escalated_at", ("is_by_transfer", "is_by_case")),
    "fact_handle_segment": Shown(
        "connected_at",
        ("kind", "role", "talk_ms", "hold_ms", "wrap_ms", "transfer_type", "is_cut"),
    ),
    "fact_ivr_session": Shown(
        "entered_at", ("kind", "end_kind", "session_ms", "n_steps", "n_tasks", "n_tasks_done")
    ),
    "fact_message_thread": Shown(
        "started_at",
        ("n_customer_messages", "n_agent_messages", *_RESPONSES, "is_answered", "is_resolved"),
    ),
    "fact_outbound_attempt": Shown("dialled_at", ("result", "amd_result", "agent_delay_ms")),
    "fact_qa_evaluation": Shown(
        columns=("form", "form_version", "evaluation_status", "is_calibration", "score")
    ),
    "fact_qa_item": Shown(columns=("item", "topic", "criticality", "weight", "is_met")),
    "fact_queue_refusal": Shown("refused_at", ("cause", "kind")),
    "fact_queue_visit": Shown(
        "entered_at",
        ("kind", "outcome", "wait_ms", "talk_ms", "next_step", "is_in_counted_hours",
         "is_within_threshold", "is_short_abandon", "is_consult"),
    ),
    "fact_sale": Shown(
        columns=("kind", "sale_amount", "currency", "n_upsells", "n_refunds", "is_conversion")
    ),
    "fact_survey_answer": Shown(columns=("question", "kind", "score", "nps_class")),
    "fact_survey_invite": Shown(columns=("survey_channel", "is_delivered", "is_answered")),
}  # fmt: skip
"""A fact that is not here, a project's own, is listed by its quarter hours and scopes alone."""


def shown_of(fact: str, known: Collection[str]) -> Shown:
    """How a fact is listed, of the columns that its table has."""
    shown = SHOWN.get(fact, Shown())
    at = shown.at if shown.at in known else "local_date"
    return Shown(at, tuple(column for column in shown.columns if column in known))
