"""What handle time is made of, and which reasons make the work."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reports import format as fmt
from reports.figures import bars, entry
from reports.figures.bars import Part
from reports.figures.base import Chart, category_axis, figure, note
from reports.language import N_, _, ngettext

if TYPE_CHECKING:
    from collections.abc import Sequence

    from reports.records import Row

_PARTS = (("talk", "c1", N_("talk")), ("hold", "c5", N_("hold")), ("wrap", "c3", N_("wrap-up")))
_VITAL = 80
"""The share, in percent, that Pareto's rule speaks of."""


def parts(rows: Sequence[Row]) -> Chart | None:
    """A bar for each queue: average talk, hold and wrap-up time of its conversations.

    Args:
        rows: name, talk, hold, wrap (seconds; None where not known), n, is_small.
    """
    known = [r for r in rows if r["talk"] is not None]
    if not known:
        return None
    ordered = sorted(known, key=lambda r: (-_total(r), r["name"]))
    shown = ordered[: bars.MOST]
    used = [k for k in _PARTS if any(r[k[0]] for r in ordered)]
    longest = 1.14 * max(_total(r) for r in shown) or 1
    names = [r["name"] for r in shown]
    data = bars.stacked(
        names,
        [
            Part(_(label), colour, [r[kind] for r in shown], [fmt.seconds(r[kind]) for r in shown])
            for kind, colour, label in used
        ],
        [r["is_small"] for r in shown],
    )
    data.append(bars.ends([_total(r) for r in shown], [_together(r) for r in shown]))
    top = ordered[0]
    return Chart(
        id="handle-parts",
        title=_("What a conversation takes, by queue"),
        sub=_(
            "Whole centre. Averages per conversation; “≥”: no system tells a part. "
            "Pale bars rest on few cases."
        )
        + _rest(len(shown), len(ordered), N_("The first {shown} of {every} queues.")),
        alt=_("The longest: {name}, {top}.", name=top["name"], top=fmt.seconds(_total(top))),
        figure=figure(
            data,
            **bars.LAYOUT,
            xaxis=bars.time_axis(longest),
            yaxis=category_axis(names),
        ),
        span=6,
        height=bars.height(len(shown)),
        legend=tuple((colour, _(label)) for _kind, colour, label in used),
        head=(_("Queue"), _("Talk"), _("Hold"), _("Wrap-up"), _("Together"), _("Conversations")),
        rows=[
            [
                r["name"],
                *(entry.seconds(r[kind]) for kind, *_rest_of in _PARTS),
                _together(r),
                entry.count(r["n"]),
            ]
            for r in ordered
        ],
    )


def _total(row: Row) -> float:
    return sum(row[kind] or 0 for kind, *_rest_of in _PARTS)


def _together(row: Row) -> str:
    has_all = all(row[kind] is not None for kind, *_rest_of in _PARTS)
    return entry.seconds(_total(row)) if has_all else "≥ " + fmt.seconds(_total(row))


def pareto(rows: Sequence[Row], whole: float) -> Chart | None:
    """Reasons from the most frequent, and the share that they make together.

    Args:
        rows: name, n.
        whole: contacts in all, those without a reason with them.
    """
    ordered = sorted((r for r in rows if r["n"]), key=lambda r: (-r["n"], r["name"]))
    total = sum(r["n"] for r in ordered)
    if not total:
        return None
    shown = ordered[: bars.MOST]
    names = [r["name"] for r in shown]
    shares = [100 * r["n"] / total for r in ordered]
    together = [sum(shares[: i + 1]) for i in range(len(shares))]
    vital = next(i for i, share in enumerate(together) if share >= _VITAL - 1e-9) + 1
    counts = [fmt.count(r["n"]) for r in shown]
    data = bars.stacked(names, [Part(_("contacts"), "c1", shares[: len(shown)], counts)])
    data.append({
        "type": "scatter", "mode": "lines+markers", "x": together[: len(shown)],
        "y": list(range(len(shown))), "line": {"color": "@c2", "width": 2},
        "marker": {"color": "@c2", "size": 6}, "cliponaxis": False,
        "customdata": [fmt.plotly_text(name) for name in names],
        "hovertemplate": _("%{customdata} and all above: <b>%{x:.1f} %</b><extra></extra>"),
    })  # fmt: skip
    said = ngettext(
        "{n} reason makes {share} %", "{n} reasons make {share} %", vital,
        share=fmt.number(together[vital - 1], 0),
    )  # fmt: skip
    return Chart(
        id="reasons-pareto",
        title=_("Which reasons make the work"),
        sub=_("Whole centre. Handled contacts by reason: it is known of {total} of "
            "{whole}.",
            total=fmt.count(total),
            whole=fmt.count(max(whole, total))
            ) + _rest(len(shown), len(ordered), N_("The first {shown} of {every} reasons.")),
        alt=_("{said} of the contacts; the most frequent is {names}.",
            said=said,
            names=names[0]
            ),
        figure=figure(
            data, **bars.LAYOUT,
            shapes=[{
                "type": "line", "x0": _VITAL, "x1": _VITAL, "yref": "paper", "y0": 0, "y1": 1,
                "line": {"color": "@ink", "width": 1, "dash": "dot"},
            }],
            annotations=[note(
                f"<b>{said}</b>", x=_VITAL, yref="paper", y=0.02, xanchor="right",
                yanchor="bottom", xshift=-6,
            )],
            xaxis={"range": [0, 102], **bars.PERCENT},
            yaxis=category_axis(names),
        ),
        span=6,
        height=bars.height(len(shown)),
        legend=(("c1", _("share of the contacts")), ("c2", _("with all reasons above it"))),
        head=(_("Reason"), _("Handled"), _("Share"), _("With all above")),
        rows=[
            [r["name"], entry.count(r["n"]), entry.share(s), entry.share(t)]
            for r, s, t in zip(ordered, shares, together, strict=True)
        ],
    )  # fmt: skip


def _rest(shown: int, every: int, what: str) -> str:
    return " " + _(what, shown=shown, every=every) if shown < every else ""
