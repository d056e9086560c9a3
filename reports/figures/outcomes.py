"""How visits and rings ended, per queue, as shares of a whole."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

from reports import format as fmt
from reports.figures.base import Chart, category_axis, figure

if TYPE_CHECKING:
    from reports.records import Row

VISIT_OUTCOMES = (
    ("answered", "c1", "answered"),
    ("abandoned", "c2", "gave up"),
    ("short", "c2soft", "gave up at once"),
    ("timeout", "c5", "timed out"),
    ("empty", "c6", "no agents left"),
    ("withdrawn", "c6", "withdrawn"),
    ("exit_key", "c3", "pressed a key"),
    ("overflow", "c3", "moved on"),
    ("cut", "c4", "cut by a restart"),
    ("open", "c4soft", "still open"),
    ("blocked", "ink", "refused at the door"),
)
OFFER_OUTCOMES = (
    ("answered", "c1", "answered"),
    ("no_answer", "c2", "not answered"),
    ("declined", "c5", "declined"),
    ("caller_left", "c4", "caller left"),
    ("lost_to_other", "c4soft", "taken by another"),
    ("dumped", "c6", "dropped on announcement"),
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
        counts, names, VISIT_OUTCOMES, id="outcomes", title="How calls ended, by queue",
        sub="Every entry into a queue, and callers refused at the door.", what="calls",
    )  # fmt: skip


def offers(rows: list[Row], names: dict[str, str]) -> Chart:
    """One bar per queue, its rings at agents by outcome."""
    counts: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for row in rows:
        counts[row["queue_id"]][row["outcome"]] += row["n"]
    return _shares(
        counts, names, OFFER_OUTCOMES, id="offers", title="How rings at agents ended, by queue",
        sub="One call may ring several agents, or one agent twice.", what="rings",
    )  # fmt: skip


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
            "text": [f"{v:,}" if p >= 100 * _SHOWN else "" for v, p in
                     zip(values, parts, strict=True)],
            "textposition": "inside", "insidetextanchor": "middle", "textangle": 0,
            "textfont": {"color": "@on" + colour, "size": 11}, "constraintext": "none",
            "customdata": [[fmt.plotly_text(name), v] for name, v in
                           zip(labels, values, strict=True)],
            "hovertemplate": f"%{{customdata[0]}}: <b>%{{customdata[1]:,}}</b> {label}"
            " (%{x:.1f} %)<extra></extra>",
        })  # fmt: skip
    rest = f" The largest {_MOST} of {len(queues)} queues." if len(queues) > _MOST else ""
    return Chart(
        id=more["id"],
        title=more["title"],
        sub=more["sub"] + rest,
        alt=_in_words(counts, totals, used, more["what"]),
        figure=figure(
            data, barmode="stack", bargap=0.34, hovermode="closest",
            xaxis={"range": [0, 100], "ticksuffix": " %", "nticks": 6},
            yaxis=category_axis(labels), margin={"l": 8, "r": 16, "t": 4, "b": 28},
        ),
        span=6,
        height=max(150, 52 + 38 * len(shown)),
        legend=tuple((colour, label) for _, colour, label in used),
        head=("Queue", "All", *(label.capitalize() for _, _, label in used)),
        rows=[
            [names.get(q, q), fmt.count(totals[q]),
             *(fmt.count(counts[q].get(kind, 0)) for kind, _, _ in used)]
            for q in queues
        ],
    )  # fmt: skip


def _in_words(
    counts: dict[str, dict[str, int]],
    totals: dict[str, int],
    used: list[tuple[str, str, str]],
    what: str,
) -> str:
    whole = sum(totals.values())
    if not whole:
        return f"No {what}."
    parts = [
        f"{100 * sum(found.get(kind, 0) for found in counts.values()) / whole:.0f} % {label}"
        for kind, _, label in used
    ]
    return f"Of {whole:,} {what}: {', '.join(parts)}."
