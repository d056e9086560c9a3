"""What each page of a day, week or month is about: its question, its key figures and its tables.

A page here is a matter of words and of the registry's metrics.
"""

from __future__ import annotations

from dataclasses import dataclass

from reports.language import N_, _


@dataclass(frozen=True)
class Breakdown:
    """A table of the page's key figures with a row for each scope of a kind."""

    kind: str
    title: str


@dataclass(frozen=True)
class Topic:
    """A page about one subject."""

    id: str
    title: str
    question: str
    """The question it answers."""
    cards: tuple[str, ...]
    """Its key figures: metrics; the first leads, and says whether there is such a page at all."""
    tables: tuple[Breakdown, ...]
    feed: str
    """What has to be brought for it, where it is missing."""


_BY_PLACE = (
    Breakdown("queue", N_("Queues")),
    Breakdown("channel", N_("Channels")),
    Breakdown("site", N_("Sites")),
)

TOPICS: tuple[Topic, ...] = (
    Topic(
        "service",
        N_("Service"),
        N_("How quickly were people served, and who was lost?"),
        (
            "offered",
            "service_level",
            "abandonment_rate",
            "average_speed_of_answer",
            "wait_p50",
            "wait_p90",
            "lost_rate",
            "blocked",
            "time_to_abandon",
            "longest_wait",
            "callback_rate",
        ),
        _BY_PLACE,
        N_("queue logs or call records with a row for each visit to a queue"),
    ),
    Topic(
        "handling",
        N_("Handling"),
        N_("How long does the work take, and is it done at the first attempt?"),
        (
            "handled_contacts",
            "average_handle_time",
            "average_talk_time",
            "average_hold_time",
            "average_wrap_time",
            "transfer_rate",
            "hold_rate",
            "escalation_rate",
            "first_contact_resolution",
            "repeat_contact_rate_7",
        ),
        (*_BY_PLACE, Breakdown("reason", N_("Reasons")), Breakdown("team", N_("Teams"))),
        N_("call records that tell when each conversation began and ended"),
    ),
    Topic(
        "customers",
        N_("Customers"),
        N_("What do customers say, and do they stay?"),
        (
            "csat",
            "nps",
            "ces",
            "survey_response_rate",
            "first_contact_resolution_survey",
            "customer_retention_rate",
            "churn_rate",
            "complaint_rate",
        ),
        (
            *_BY_PLACE,
            Breakdown("reason", N_("Reasons")),
            Breakdown("team", N_("Teams")),
            Breakdown("language", N_("Languages")),
        ),
        N_("answers of surveys"),
    ),
    Topic(
        "quality",
        N_("Quality"),
        N_("How well are contacts handled, and do evaluators agree?"),
        (
            "qa_score",
            "communication_score",
            "problem_solving_score",
            "script_adherence",
            "policy_adherence",
            "critical_error_accuracy_customer",
            "critical_error_accuracy_compliance",
            "qa_coverage",
            "calibration_gap",
            "documentation_rate",
            "recording_coverage",
        ),
        (
            Breakdown("team", N_("Teams")),
            Breakdown("site", N_("Sites")),
            Breakdown("channel", N_("Channels")),
        ),
        N_("quality evaluations with their items"),
    ),
    Topic(
        "people",
        N_("People"),
        N_("How is agents' time spent, and does it go as planned?"),
        (
            "occupancy",
            "utilization",
            "contacts_per_hour",
            "schedule_adherence",
            "schedule_conformance",
            "shrinkage",
            "shrinkage_internal",
            "shrinkage_external",
            "absence_rate",
            "ring_no_answer_rate",
            "declined_rate",
            "agent_turnover",
        ),
        (
            Breakdown("site", N_("Sites")),
            Breakdown("team", N_("Teams")),
            Breakdown("supervisor", N_("Supervisors")),
            Breakdown("level", N_("Levels")),
        ),
        N_("agents' log-ins and pauses, and their schedules"),
    ),
    Topic(
        "planning",
        N_("Planning"),
        N_("Did as much come as was forecast?"),
        ("forecast_wape", "forecast_wape_day", "forecast_bias", "offered", "average_handle_time"),
        (Breakdown("queue_group", N_("Staffing groups")), Breakdown("queue", N_("Queues"))),
        N_("forecasts of what will come"),
    ),
    Topic(
        "self-service",
        N_("Self-service"),
        N_("What do menus and bots settle without a person?"),
        (
            "ivr_sessions",
            "ivr_containment",
            "true_containment",
            "contained_gross",
            "self_service_rate",
        ),
        (Breakdown("channel", N_("Channels")), Breakdown("site", N_("Sites"))),
        N_("steps of menus and bots"),
    ),
    Topic(
        "digital",
        N_("Digital"),
        N_("How soon do people who write get their answer?"),
        (
            "threads",
            "first_response_within_goal",
            "first_response_p50",
            "first_response_p90",
            "first_response_business_p50",
            "chat_concurrency",
        ),
        _BY_PLACE,
        N_("messages of chat, mail or social networks"),
    ),
    Topic(
        "outbound",
        N_("Outbound"),
        N_("Whom do we reach, and what becomes of it?"),
        (
            "dials",
            "connect_rate",
            "right_party_contact_rate",
            "contact_rate",
            "drop_rate",
        ),
        (
            Breakdown("campaign", N_("Campaigns")),
            Breakdown("site", N_("Sites")),
            Breakdown("team", N_("Teams")),
        ),
        N_("attempts of a dialler"),
    ),
    Topic(
        "sales",
        N_("Sales"),
        N_("What is sold, and what is taken back?"),
        (
            "orders",
            "conversion_rate",
            "average_order_value",
            "revenue_per_contact",
            "sales_per_hour",
            "upsell_rate",
            "promotion_rate",
            "refund_rate",
        ),
        (*_BY_PLACE, Breakdown("team", N_("Teams"))),
        N_("orders and refunds"),
    ),
    Topic(
        "cost",
        N_("Cost and sourcing"),
        N_("What does a contact cost, here and elsewhere?"),
        (
            "cost_per_contact",
            "cost_per_resolution",
            "average_handle_time",
            "occupancy",
            "first_contact_resolution",
            "csat",
            "qa_score",
        ),
        (
            Breakdown("sourcing", N_("Sourcing")),
            Breakdown("site", N_("Sites")),
            Breakdown("channel", N_("Channels")),
        ),
        N_("costs"),
    ),
    Topic(
        "complaints",
        N_("Complaints"),
        N_("What do people complain of, and how soon is it put right?"),
        (
            "complaints",
            "complaint_rate",
            "complaint_resolution_p50",
            "complaints_within_goal",
            "follow_up_on_time",
            "reopen_rate",
            "cases",
            # Of complaints, requests and follow-ups, whatever medium they came by.
            "resolution_time_p50",
            "resolution_time_p90",
            "backlog",
            "backlog_past_due",
            "backlog_age_p90",
        ),
        (
            Breakdown("reason", N_("Reasons")),
            Breakdown("queue", N_("Queues")),
            Breakdown("site", N_("Sites")),
        ),
        N_("cases and complaints"),
    ),
)


def shown() -> dict[str, set[str]]:
    """Kind of scope -> the metrics that any topic shows of it."""
    found: dict[str, set[str]] = {}
    for topic in TOPICS:
        for kind in ("all", *(table.kind for table in topic.tables)):
            found.setdefault(kind, set()).update(topic.cards)
    return found


PAGES: dict[str, str] = {
    "overview": "Are we meeting our goals, what changed, what needs attention?",
    **{topic.id: topic.question for topic in TOPICS},
    "trends": "What has moved to a new level, and which days stood out?",
    "outlook": "What will come in the next four weeks, and whom does it need?",
    "data-quality": "What was read, refused, late or restated, and do the checks hold?",
    "glossary": "What does each number mean, and by which definition?",
}
"""Kind of page -> the question that it answers."""


KINDS = {
    "queue": N_("queue"), "queue_group": N_("queue group"), "channel": N_("channel"),
    "site": N_("site"), "reason": N_("reason"), "team": N_("team"), "language": N_("language"),
    "supervisor": N_("supervisor"), "level": N_("level"), "campaign": N_("campaign"),
    "sourcing": N_("sourcing"), "agent": N_("agent"), "direction": N_("direction"),
}  # fmt: skip


CODES = {
    "channel": {
        "voice": N_("voice"), "chat": N_("chat"), "email": N_("e-mail"), "sms": N_("SMS"),
        "social": N_("social media"),
    },
    "sourcing": {
        "in_house": N_("in-house"), "outsourced": N_("outsourced"), "offshore": N_("offshore"),
    },
}  # fmt: skip
"""Kind of scope -> what people call the codes that the warehouse has for it."""


def code_words(kind: str, code: str) -> str:
    """What people call a scope that is a code: in-house; others stay as they are."""
    words = CODES.get(kind, {}).get(code)
    return _(words) if words else code


def kind_words(kind: str) -> str:
    """What people call a kind of scope: queue group."""
    return _(KINDS.get(kind, kind.replace("_", " ")))


def page_kind(path: str) -> str:
    """Which kind of page is at a path within the site."""
    _, _, name = path.removesuffix(".html").rpartition("/")
    return name if name in PAGES else "overview"
