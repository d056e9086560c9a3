"""What each site costs, by what is paid for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reports import format as fmt
from reports.figures import bars
from reports.figures.bars import Part
from reports.figures.base import Chart, category_axis, figure
from reports.figures.entry import Entry
from reports.language import N_, _

if TYPE_CHECKING:
    from collections.abc import Sequence

    from reports.records import Row

_KINDS = (
    ("labour", "c1", N_("labour")),
    ("vendor", "c3", N_("vendors")),
    ("telecom", "c5", N_("telecoms")),
    ("overhead", "c4soft", N_("all else")),
)
_NOWHERE = N_("no site")


def by_site(rows: Sequence[Row]) -> Chart | None:
    """A bar for each site.

    Args:
        rows: site (None where not known), currency, labour, vendor, telecom, overhead, total; a
            kind is None where nothing is on record or an amount is not known.
    """
    ordered = sorted(
        ({**r, "name": r["site"] or _(_NOWHERE)} for r in rows if _told(r)),
        key=lambda r: (-_told(r), r["name"]),
    )
    if not ordered:
        return None
    used = [k for k in _KINDS if any(r[k[0]] for r in ordered)]
    shown = ordered[: bars.MOST]
    names = [r["name"] for r in shown]
    longest = 1.16 * _told(shown[0])
    data = bars.stacked(
        names,
        [
            Part(_(label), colour, [float(r[kind] or 0) for r in shown],
                 [fmt.count(float(r[kind] or 0)) for r in shown])
            for kind, colour, label in used
        ],
    )  # fmt: skip
    data.append(bars.ends([_told(r) for r in shown], [_whole(r) for r in shown]))
    every = sum(_told(r) for r in ordered)
    return Chart(
        id="costs",
        title=_("What each site costs, by kind"),
        sub=_(
            "Whole centre, in {currency}; costs of the whole centre are shared "
            "by handle time. “≥”: an amount is not known.",
            currency=rows[0]["currency"] or _("its currency"),
        ),
        alt=_(
            "{names} has {ordered} % of {every}.",
            names=names[0],
            ordered=fmt.number(100 * _told(ordered[0]) / every, 0),
            every=fmt.count(every),
        ),
        figure=figure(
            data,
            **bars.LAYOUT,
            xaxis=bars.count_axis(longest),
            yaxis=category_axis(names),
        ),
        height=bars.height(len(shown)),
        legend=tuple((colour, _(label)) for _kind, colour, label in used),
        head=(_("Site"), *(fmt.capital(_(label)) for *_kind, label in used), _("Together")),
        rows=[
            [
                r["name"],
                *(_amount(_number(r[kind])) for kind, *_look in used),
                _whole(r),
            ]
            for r in ordered
        ],
    )


def _number(value: object) -> float | None:
    return None if value is None else float(value)  # ty: ignore[invalid-argument-type]


def _told(row: Row) -> float:
    return float(sum(row[kind] or 0 for kind, *_look in _KINDS))


def _whole(row: Row) -> str:
    amount = _amount(_told(row))
    return amount if row["total"] is not None else f"≥ {amount}"


def _amount(value: float | None) -> Entry:
    return Entry(fmt.count(value), value, "money")
