"""From dialled numbers to the people one wanted to speak to, by campaign."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reports import format as fmt
from reports.figures import bars, entry
from reports.figures.bars import Part
from reports.figures.base import Chart, category_axis, figure
from reports.language import N_, _

if TYPE_CHECKING:
    from collections.abc import Sequence

    from reports.records import Row

STAGES = (
    ("dials", N_("Dialled")), ("connected", N_("Connected")), ("live", N_("Live person")),
    ("right_party", N_("Right person")),
)  # fmt: skip
"""What becomes of a dial, in order; each is a part of the one before."""
_COLOURS = ("c1", "c3", "c5", "c6", "c2")
_OTHERS = N_("other campaigns")


def funnel(rows: Sequence[Row], whole: Row) -> Chart | None:
    """A bar for each stage, its colours the campaigns.

    Args:
        rows: name, and for each stage a count or None where no system tells it.
        whole: the same of the centre; what is of no campaign is the rest.
    """
    stages = [(key, _(label)) for key, label in STAGES if whole[key] is not None]
    if not whole["dials"] or len(stages) < 2:  # noqa: PLR2004  one stage is no funnel
        return None
    ordered = sorted((r for r in rows if r["dials"]), key=lambda r: (-r["dials"], r["name"]))
    rest = _rest(whole, ordered, _("no campaign"), stages)
    shown = ordered if len(ordered) <= len(_COLOURS) else ordered[: len(_COLOURS) - 1]
    drawn = [*shown]
    if len(shown) < len(ordered):
        drawn.append(_sum(ordered[len(shown) :], _(_OTHERS), stages))
    colours = [*_COLOURS[: len(drawn)], "c4soft"]
    drawn = [*drawn, *([rest] if rest else [])]
    colours = colours[: len(drawn)] if not rest else [*colours[: len(drawn) - 1], "c4soft"]
    longest = 1.22 * whole["dials"]
    labels = [label for _key, label in stages]
    data = bars.stacked(
        labels,
        [
            Part(
                r["name"],
                colour,
                [r[k] for k, _label in stages],
                [fmt.count(r[k]) for k, _label in stages],
            )
            for r, colour in zip(drawn, colours, strict=True)
        ],
    )
    data.append(bars.ends(
        [whole[k] for k, _label in stages],
        [fmt.count(whole[k]) if k == "dials" else
         f"{fmt.count(whole[k])} · {fmt.number(100 * whole[k] / whole['dials'], 0)} %"
         for k, _label in stages],
    ))  # fmt: skip
    table = [{**whole, "name": _("All")}, *ordered, *([rest] if rest else [])]
    return Chart(
        id="funnel",
        title=_("From dial to the right person"),
        sub=_("Whole centre, by campaign; the share is of all dials. A dial whose "
            "result no system tells counts as not reached."),
        alt="; ".join(f"{label}: {fmt.count(whole[key])}" for key, label in stages) + ".",
        figure=figure(
            data, **bars.LAYOUT,
            xaxis=bars.count_axis(longest),
            yaxis=category_axis(labels),
        ),
        height=70 + 46 * len(stages),
        legend=tuple((c, r["name"]) for c, r in zip(colours, drawn, strict=True)),
        head=(_("Campaign"), *(x for k, label in stages for x in
                            ([label] if k == "dials" else [label, _("of dials")]))),
        rows=[_row(r, stages) for r in table],
    )  # fmt: skip


def _row(row: Row, stages: Sequence[tuple[str, str]]) -> list[str]:
    found = [row["name"], entry.count(row["dials"])]
    for key, _label in stages[1:]:
        share = 100 * row[key] / row["dials"] if row[key] is not None and row["dials"] else None
        found += [entry.count(row[key]), entry.share(share)]
    return found


def _sum(rows: Sequence[Row], name: str, stages: Sequence[tuple[str, str]]) -> Row:
    return {"name": name, **{key: sum(r[key] or 0 for r in rows) for key, _label in stages}}


def _rest(
    whole: Row, rows: Sequence[Row], name: str, stages: Sequence[tuple[str, str]]
) -> Row | None:
    told = _sum(rows, name, stages)
    found = {key: max(0, whole[key] - told[key]) for key, _label in stages}
    return {"name": name, **found} if found["dials"] else None
