"""Surveys and quality evaluations, by month.

Dublin surveys through a tool whose export is wide and has three header lines; Manila and Bogota
send long rows, Bogota in latin-1. QA scores are rounded to whole percent.
"""

from pathlib import Path

import polars as pl

from pipelines.demo.centre.writers.output import (
    Dirt,
    Family,
    Output,
    export,
    local,
    read,
    text,
    zone_of,
)

_QUESTIONS = {
    "csat": "How satisfied were you with this contact?",
    "recommend": "How likely is it that you recommend us?",
    "easy": "It was easy to get my problem solved.",
    "solved": "Was your problem solved?",
    "comment": "Anything you want to tell us?",
}
_WIDE = ("ResponseId", "ContactId", "StartDate", "Finished", "Q1", "Q2", "Q3", "Q4", "Q5")


def write(out: Output, truth: Path, site: str) -> None:
    """Surveys and evaluations of one site."""
    _invites(out, truth, site)
    if site == "Dublin":
        _wide_answers(out, truth, site)
    else:
        _long_answers(out, truth, site)
    _evaluations(out, truth, site)


def _invites(out: Output, truth: Path, site: str) -> None:
    zone = zone_of(site)
    frame = read(truth, "survey_invites", site).sort("sent_at", "invite_id")
    shown = frame.select(
        _day=local("sent_at", zone).dt.date(), invite_id="invite_id", contact_id="contact_id",
        channel="channel", sent_at=text("sent_at", zone),
        delivered=pl.when("is_delivered").then(pl.lit("yes")).otherwise(pl.lit("no")),
    )  # fmt: skip
    dirt = Dirt(late=0, time="sent_at", key="invite_id", copied_files=0)
    export(out, Family(f"surveys/invites_{site.lower()}_%Y-%m.csv", dirt), shown, "_day")


def _answered(truth: Path, site: str) -> pl.DataFrame:
    invites = read(truth, "survey_invites", site).filter(pl.col("answered_at").is_not_null())
    return invites.select("invite_id", "contact_id", "answered_at")


def _header(names: str) -> str:
    columns = names.strip().split(",")
    texts = dict(zip(_WIDE[-5:], _QUESTIONS.values(), strict=True))
    second = ",".join(f'"{texts.get(name, name)}"' for name in columns)
    third = ",".join(f'"{{""ImportId"":""{name.lower()}""}}"' for name in columns)
    return f"{','.join(columns)}\n{second}\n{third}\n"


def _wide_answers(out: Output, truth: Path, site: str) -> None:
    """One row per response: Q1 csat 1-5, Q2 0-10, Q3 1-7, Q4 Yes/No, Q5 comment."""
    zone = zone_of(site)
    answers = read(truth, "survey_answers", site)
    wide = _answered(truth, site)
    names = dict(zip(_QUESTIONS, _WIDE[-5:], strict=True))
    for question, name in names.items():
        value = pl.col("text") if question == "comment" else pl.col("score").cast(pl.String)
        if question == "solved":
            value = value.replace({"1": "Yes", "0": "No"})
        part = answers.filter(pl.col("question") == question).select("invite_id", value.alias(name))
        wide = wide.join(part, on="invite_id", how="left", maintain_order="left")
    shown = wide.sort("answered_at", "invite_id").select(
        _day=local("answered_at", zone).dt.date(), ResponseId="invite_id", ContactId="contact_id",
        StartDate=text("answered_at", zone, "%m/%d/%Y %H:%M:%S"), Finished=pl.lit("TRUE"),
        **{name: pl.col(name) for name in names.values()},
    )  # fmt: skip
    dirt = Dirt(late=0, time="StartDate", key="ResponseId", copied_files=0, bad=0.002)
    family = Family("surveys/responses_dublin_%Y-%m.csv", dirt, header=_header, bom_in=0)
    export(out, family, shown, "_day")


def _long_answers(out: Output, truth: Path, site: str) -> None:
    zone = zone_of(site)
    joined = read(truth, "survey_answers", site).join(
        _answered(truth, site), on="invite_id", maintain_order="left"
    )
    shown = joined.sort("answered_at", "invite_id", "question").select(
        _day=local("answered_at", zone).dt.date(), invite_id="invite_id", contact_id="contact_id",
        answered_at=text("answered_at", zone, "%d/%m/%Y %H:%M"), question="question", kind="kind",
        answer=pl.coalesce(pl.col("score").cast(pl.String), "text"),
        scale=pl.concat_str(pl.col("scale_min").cast(pl.String), pl.lit("-"),
                            pl.col("scale_max").cast(pl.String)),
    )  # fmt: skip
    dirt = Dirt(late=0, time="answered_at", key="invite_id", copied_files=0, bad=0.001)
    encoding = "latin-1" if site == "Bogota" else "utf-8"
    family = Family(f"surveys/answers_{site.lower()}_%Y-%m.csv", dirt, encoding=encoding)
    export(out, family, shown, "_day")


def _evaluations(out: Output, truth: Path, site: str) -> None:
    zone = zone_of(site)
    frame = read(truth, "qa_evaluations", site).sort("evaluated_at", "evaluation_id")
    day = local("evaluated_at", zone).dt.date()
    shown = frame.select(
        _day=day, evaluation_id="evaluation_id", contact_id="contact_id", agent_id="agent_id",
        evaluator="evaluator", form="form", form_version=pl.concat_str(pl.lit("v"), "form_version"),
        evaluated_on=text("evaluated_at", zone, "%Y-%m-%d %H:%M"), status="status",
        calibration_session="calibration_id",
        fatal=pl.col("is_fatal").replace_strict({True: "Y", False: "N"}),
        score=pl.concat_str((pl.col("score") * 100).round().cast(pl.Int64), pl.lit("%")),
    )  # fmt: skip
    dirt = Dirt(late=0, time="evaluated_on", key="evaluation_id", copied_files=0,
                corrected=("status", "draft"), corrections=0.004)  # fmt: skip
    name = site.lower()
    export(out, Family(f"qa/evaluations_{name}_%Y-%m.csv", dirt), shown, "_day")
    items = read(truth, "qa_items", site).join(
        frame.select("evaluation_id", "evaluated_at"), on="evaluation_id", maintain_order="left"
    )
    shown = items.sort("evaluated_at", "evaluation_id").select(
        _day=day, evaluation_id="evaluation_id",
        evaluated_on=text("evaluated_at", zone, "%Y-%m-%d %H:%M"), item="item", topic="topic",
        weight="weight",
        points=pl.when("is_applicable").then(pl.col("points").cast(pl.String)).otherwise(pl.lit("n/a")),
        max_points="max_points", criticality="criticality",
    )  # fmt: skip
    dirt = Dirt(late=0, time="evaluated_on", key="evaluation_id", copied_files=0)
    export(out, Family(f"qa/items_{name}_%Y-%m.csv", dirt), shown, "_day")
