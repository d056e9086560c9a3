"""How long callers waited: answered in time, answered later, gone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from reports import format as fmt
from reports.figures import entry
from reports.figures.base import COUNTS, Chart, figure, note
from reports.language import N_, _

if TYPE_CHECKING:
    from reports.records import Row

_FATES = (
    ("in_time", "c1", N_("answered in time")),
    ("later", "c5", N_("answered later")),
    ("lost", "c2", N_("lost")),
)
_CLOSE, _BESIDE = 0.075, 0.36
"""Labels nearer to an end than the first share of the axis begin there; labels nearer to each other
than the second are put one above the other, so that they stand apart on phones too."""


def histogram(
    waits: list[Row], step_ms: int, percentiles: Row, limits: list[int], last_step: int
) -> Chart:
    """Bars by length of wait with T and the percentiles of answered calls marked."""
    step = step_ms / 1000
    top = min(last_step, max((r["step"] for r in waits), default=0))
    counts = {(r["step"], r["fate"]): r["n"] for r in waits}
    x = [round((i + 0.5) * step, 3) for i in range(top + 1)]
    spans = [
        _("{i} or more", i=fmt.limit(i * step)) if i == last_step
        else fmt.to(fmt.limit(i * step), fmt.limit((i + 1) * step))
        for i in range(top + 1)
    ]  # fmt: skip
    data = [
        {
            "type": "bar", "x": x, "y": [counts.get((i, fate), 0) for i in range(top + 1)],
            "width": step * 0.86, "marker": {"color": f"@{colour}"}, "customdata": spans,
            "hovertemplate": f"%{{customdata}}: <b>%{{y:,}}</b> {_(label)}<extra></extra>",
        }
        for fate, colour, label in _FATES
    ]  # fmt: skip
    end = (top + 1) * step
    shapes, notes = _marks(percentiles, end)
    band, band_text = _limit_band(limits)
    if band:
        shapes.insert(0, band)
    half, slow = percentiles["p50"], percentiles["p95"]
    return Chart(
        id="waits",
        title=_("How long callers waited"),
        sub=_("Answered and lost contacts.") + f" {band_text}",
        alt=""
        if half is None
        else _(
            "Half of the answered waited {half} or less; one in twenty {slow} or longer.",
            half=fmt.seconds(half),
            slow=fmt.seconds(slow),
        ),
        figure=figure(
            data,
            barmode="stack",
            hovermode="closest",
            shapes=shapes,
            annotations=notes,
            xaxis={"ticksuffix": " s", "showgrid": False, "range": [0, end], "nticks": 8},
            yaxis={**COUNTS, "nticks": 5},
            margin={"l": 48, "r": 14, "t": 48, "b": 28},
        ),
        span=5,
        height=300,
        legend=tuple((colour, _(label)) for _fate, colour, label in _FATES),
        head=(_("Wait"), _("In time"), _("Later"), _("Lost")),
        rows=[
            [spans[i], *(entry.count(counts.get((i, fate), 0)) for fate, *_look in _FATES)]
            for i in range(top + 1)
        ],
    )


def _marks(percentiles: Row, end: float) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    shapes, notes, last, lines = [], [], None, 0
    for name, at in (("P50", "p50"), ("P90", "p90"), ("P95", "p95")):
        x = percentiles[at]
        if x is None or x > end:
            continue
        shapes.append({
            "type": "line", "x0": x, "x1": x, "yref": "paper", "y0": 0, "y1": 1,
            "line": {"color": "@ink", "width": 1, "dash": "dot"},
        })  # fmt: skip
        lines = lines + 1 if last is not None and (x - last) / end < _BESIDE else 0
        right = x / end > 1 - _CLOSE
        notes.append(note(
            f"<b>{name}</b> {fmt.seconds(x)}", x=x, yref="paper", y=1, yanchor="bottom",
            yshift=14 * lines,
            xanchor="right" if right else "left" if x / end < _CLOSE else "center",
        ))  # fmt: skip
        last = x
    return shapes, notes


def _limit_band(limits: list[int]) -> tuple[dict[str, Any] | None, str]:
    if not limits:
        return None, ""
    low, high = min(limits), max(limits)
    band = {
        "type": "rect" if low != high else "line", "x0": low, "x1": high, "yref": "paper",
        "y0": 0, "y1": 1, "fillcolor": "@c4", "opacity": 0.16 if low != high else 1,
        "line": {"width": 0 if low != high else 1.5, "color": "@c3"}, "layer": "below",
    }  # fmt: skip
    if low == high:
        return band, _("T is {limit} (green line).", limit=fmt.limit(low))
    limits_ = fmt.to(fmt.limit(low), fmt.limit(high))
    return band, _("Grey band: T, {limits} by queue.", limits=limits_)
