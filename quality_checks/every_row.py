"""Facts have every row of the staging table they are made of: one check for each, of one form."""

from dataclasses import dataclass

from quality_checks.sql_check import SqlCheck


@dataclass(frozen=True)
class _Kept:
    """A fact that neither loses nor doubles rows of staging."""

    table: str
    """Name of the staging table."""
    words: str
    """What is counted by what."""
    split: str
    """Column or expression over staging by which rows are told apart within a day."""
    found_split: str = ""
    """The same over the fact, where it is called differently there."""
    day: str = "local_date"
    """The fact's column for the day that the row has in staging."""


_OWN = "own_local_date"
_KEPT: dict[str, _Kept] = {
    "fact_contact": _Kept("contact", "contacts of each direction", "direction"),
    "fact_queue_visit": _Kept("queue_visit", "visits of each outcome", "outcome"),
    "fact_queue_refusal": _Kept("queue_refusal", "refusals of each cause", "cause"),
    "fact_agent_offer": _Kept("agent_offer", "rings of each outcome", "outcome"),
    "fact_handle_segment": _Kept("handle_segment", "segments of each role", "role"),
    "fact_case": _Kept("service_case", "cases of each kind", "kind"),
    "fact_ivr_session": _Kept("ivr_session", "sessions of each end", "end_kind", day=_OWN),
    "fact_ivr_step": _Kept("ivr_step", "steps of each outcome", "outcome", day=_OWN),
    "fact_outbound_attempt": _Kept("outbound_attempt", "dials of each result", "result", day=_OWN),
    "fact_sale": _Kept("sale", "sales of each kind", "kind", day=_OWN),
    "fact_survey_invite": _Kept(
        "survey_invite", "invitations, told delivered or not,", "is_delivered is not null", day=_OWN
    ),
    "fact_survey_answer": _Kept("survey_answer", "answers of each kind", "kind", day=_OWN),
    "fact_qa_evaluation": _Kept(
        "qa_evaluation", "evaluations of each status", "status", "evaluation_status", day=_OWN
    ),
    "fact_qa_item": _Kept("qa_item", "lines of forms", "is_applicable", day=_OWN),
}


def every_row_checks() -> list[SqlCheck]:
    """One check for each fact that has every row of a staging table."""
    return [_check(fact, kept) for fact, kept in _KEPT.items()]


def _check(fact: str, kept: _Kept) -> SqlCheck:
    name = kept.split.split()[0]
    whose = "Each day" if kept.day == "local_date" else "Each day of their own"
    return SqlCheck(
        relation=f"core.{fact}",
        name=f"{fact}_has_every_row",
        severity="critical",
        description=f"{whose} has as many {kept.words} as staging: none lost or doubled by a join.",
        sql=f"""
            select source, local_date, {name},
                sum(n_expected) as n_expected, sum(n_found) as n_found
            from (
                select source, local_date, {kept.split} as {name},
                    1 as n_expected, 0 as n_found
                from staging.{kept.table}
                union all
                select source, {kept.day}, {kept.found_split or kept.split}, 0, 1
                from core.{fact}
            )
            where local_date between $from_date and $to_date
            group by source, local_date, {name}
            having sum(n_expected) <> sum(n_found)
        """,
    )
