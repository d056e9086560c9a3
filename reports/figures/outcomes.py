"""How visits and rings ended, per queue, as shares of a whole."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

from reports import format as fmt
from reports.figures import entry
from reports.figures.bars import LAYOUT
from reports.figures.base import Chart, category_axis, figure
from reports.language import N_, _

if TYPE_CHECKING:
    from reports.records import Row

VISIT_OUTCOMES = (
    ("answered", "c1", N_("answered")),
    ("abandoned", "c2", N_("gave up")),
    ("short", "c2soft", N_("gave up at once")),
    ("timeout", "c5", N_("timed out")),
    ("empty", "c6", N_("no agents left")),
    ("withdrawn", "c6", N_("withdrawn")),
    ("exit_key", "c3", N_("pressed a key")),
    ("overflow", "c3", N_("moved on")),
    ("cut", "c4", N_("cut by a restart")),
    ("open", "c4soft", N_("still open")),
    ("blocked", "ink", N_("refused at the door")),
)
OFFER_OUTCOMES = (
    ("answered", "c1", N_("answered")),
    ("no_answer", "c2", N_("not answered")),
    ("declined", "c5", N_("declined")),
    ("caller_left", "c4", N_("caller left")),
    ("lost_to_other", "c4soft", N_("taken by another")),
    ("dumped", "c6", N_("dropped on announcement")),
)
_SHOWN = 0.08
_MOST = 30


def visits(rows: list[Row], names: dict[str, str]) -> Chart:
    """One bar per queue, its visits by outcome; refused callers stand last."""
    counts: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for row in rows:
        outcome = "short" if row["is_short_abandon"] else row["outcome"]
        counts[row["queue_id"]][outcome] += row["n"]
    return _shares(
        counts,
        names,
        VISIT_OUTCOMES,
        id="outcomes",
        title=_("How contacts ended, by queue"),
        sub=_("Every entry into a queue, and callers refused at the door."),
        none=_("No contacts."),
        whole=N_("Of {all} contacts: {parts}."),
    )


def offers(rows: list[Row], names: dict[str, str]) -> Chart:
    """One bar per queue, its rings at agents by outcome."""
    counts: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for row in rows:
        counts[row["queue_id"]][row["outcome"]] += row["n"]
    return _shares(
        counts,
        names,
        OFFER_OUTCOMES,
        id="offers",
        title=_("How rings at agents ended, by queue"),
        sub=_("One call may ring several agents, or one agent twice."),
        none=_("No rings."),
        whole=N_("Of {all} rings: {parts}."),
    )


def _shares(
    counts: dict[str, dict[str, int]],
    names: dict[str, str],
    kinds: tuple[tuple[str, str, str], ...],
    **more: Any,
) -> Chart:
    totals = {queue: sum(found.values()) for queue, found in counts.items()}
    queues = sorted(totals, key=lambda q: (-totals[q], q))
    shown = queues[:_MOST]
    used = [k for k in kinds if any(counts[q].get(k[0]) for q in queues)]
    labels = [names.get(q, q) for q in shown]
    data = []
    for kind, colour, label in used:
        values = [counts[q].get(kind, 0) for q in shown]
        parts = [100 * v / totals[q] for v, q in zip(values, shown, strict=True)]
        data.append({
            "type": "bar", "orientation": "h", "y": list(range(len(shown))), "x": parts,
            "marker": {"color": f"@{colour}", "line": {"color": "@card", "width": 1}},
            "text": [fmt.count(v) if p >= 100 * _SHOWN else "" for v, p in
                     zip(values, parts, strict=True)],
            "textposition": "inside", "insidetextanchor": "middle", "textangle": 0,
            "textfont": {"color": "@on" + colour, "size": 11}, "constraintext": "none",
            "customdata": [[fmt.plotly_text(name), v] for name, v in
                           zip(labels, values, strict=True)],
            "hovertemplate": f"%{{customdata[0]}}: <b>%{{customdata[1]:,}}</b> {_(label)}"
            " (%{x:.1f} %)<extra></extra>",
        })  # fmt: skip
    rest = (
        " " + _("The largest {n} of {all} queues.", n=_MOST, all=len(queues))
        if len(queues) > _MOST
        else ""
    )
    return Chart(
        id=more["id"],
        title=more["title"],
        sub=more["sub"] + rest,
        alt=_in_words(counts, totals, used, more),
        figure=figure(
            data, barmode="stack", bargap=0.34, hovermode="closest",
            xaxis={"range": [0, 100], "ticksuffix": " %", "nticks": 6},
            yaxis=category_axis(labels), margin=LAYOUT["margin"],
        ),
        span=6,
        height=max(150, 52 + 38 * len(shown)),
        legend=tuple((colour, _(label)) for _kind, colour, label in used),
        head=(_("Queue"), _("All"), *(fmt.capital(_(label)) for *_kind, label in used)),
        rows=[
            [names.get(q, q), entry.count(totals[q]),
             *(entry.count(counts[q].get(kind, 0)) for kind, *_rest in used)]
            for q in queues
        ],
    )  # fmt: skip


def _in_words(
    counts: dict[str, dict[str, int]],
    totals: dict[str, int],
    used: list[tuple[str, str, str]],
    more: dict[str, str],
) -> str:
    whole = sum(totals.values())
    if not whole:
        return more["none"]
    parts = [
        fmt.number(100 * sum(found.get(kind, 0) for found in counts.values()) / whole, 0)
        + f" % {_(label)}"
        for kind, _colour, label in used
    ]
    said = more["whole"]
    return _(said, all=fmt.count(whole), parts=", ".join(parts))
