"""HTML of the rows of tables.

Pages hold hundreds of thousands of cells: a template takes several times as long for them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from markupsafe import Markup, escape

from reports import format as fmt
from reports.language import N_, _

if TYPE_CHECKING:
    from collections.abc import Sequence

    from reports.pages.tables import Cell
    from reports.records import Number

_WHOLE = 0.9
"""A number that is known of fewer of the cases that matter to it carries a sign in tables."""
_MISSED = {"bad": ("■", N_("misses its goal")), "warn": ("▲", N_("near its goal"))}


def sign(state: tuple[str, str, str]) -> Markup:
    """A state as a shape, a colour and a word."""
    kind, shape, word = map(escape, state)
    text = f'<span class="pill {kind}"><span aria-hidden="true">{shape}</span> {word}</span>'
    return Markup(text)  # noqa: S704  its parts are escaped


def ask(number: Number, text: str, *, in_row: bool = False) -> Markup:
    """A number that can be asked about; in a table the row says whose it is."""
    whose = (
        ""
        if in_row
        else f' data-kind="{escape(number.scope_kind)}" data-id="{escape(number.scope_id)}"'
    )
    parts = "".join(
        f' data-{name}="{fmt.plain_number(part)}"'
        for name, part in (("num", number.numerator), ("den", number.denominator))
        if part is not None
    )
    shown, unit = fmt.number_and_unit(text)
    small = f"<small>{escape(unit)}</small>" if unit else ""
    return Markup(  # noqa: S704  what comes from outside is escaped
        f'<button class="ask" data-metric="{escape(number.metric.id)}"{whose}{parts}>'
        f"{escape(shown)}{small}</button>"
    )


def is_partial(number: Number | None) -> bool:
    """Whether what a number needs is known of too few of its cases to stand beside others."""
    return (
        number is not None
        and number.value is not None
        and number.coverage is not None
        and number.coverage < _WHOLE
    )


def any_partial(rows: Sequence[Sequence[Cell]]) -> bool:
    """Whether a table has such a number."""
    return any(is_partial(cell.number) for row in rows for cell in row)


def row(cells: Sequence[Cell]) -> Markup:
    """A row of a table, its first cell a heading."""
    asked = next((cell.number for cell in cells if cell.number), None)
    whose = (
        f' data-kind="{escape(asked.scope_kind)}" data-id="{escape(asked.scope_id)}"'
        if asked
        else ""
    )
    head, *rest = cells
    words = escape(head.text)
    if head.href:
        words = f'<a href="{escape(head.href)}">{words}</a>'
    first = f'<th scope="row" class="l"{_sort(head)}>{words}</th>'
    return Markup(f"<tr{whose}>{first}{''.join(map(_cell, rest))}</tr>")  # noqa: S704  as above


def _sort(cell: Cell) -> str:
    return "" if cell.sort is None else f' data-v="{escape(cell.sort)}"'


def _cell(cell: Cell) -> str:
    if cell.bar is not None:
        mark = "" if cell.mark is None else f'<em style="left:{cell.mark:.2f}%"></em>'
        return f'<td class="bar"><div><i style="width:{cell.bar:.2f}%"></i>{mark}</div></td>'
    kinds = (("l ", cell.left), ("faint ", cell.faint), ("pic", cell.picture))
    classes = "".join(name for name, is_so in kinds if is_so)
    kind = f' class="{classes}"' if classes else ""
    return f"<td{kind}{_sort(cell)}>{_inside(cell)}</td>"


def _inside(cell: Cell) -> str:
    text = escape(cell.text)
    if cell.picture:
        title = f' title="{text}"' if text else ""
        spoken = f'<span class="sr">{text}</span>' if text else ""
        return f"<span{title}>{cell.picture}</span>{spoken}"
    if cell.state:
        return sign(cell.state)
    if cell.href:
        return f'<a href="{escape(cell.href)}">{text}</a>'
    if cell.number:
        number = ask(cell.number, cell.text, in_row=True)
        return f"{_mood(cell.mood)}{number}{_partial(cell.number)}"
    return text


def _partial(number: Number) -> str:
    if not is_partial(number):
        return ""
    words = escape(_("known of {coverage}", coverage=fmt.share(100 * (number.coverage or 0), 0)))
    sign = f'<sup title="{words}" aria-hidden="true">°</sup>'
    return f'{sign}<span class="sr"> {words}</span>'


def _mood(mood: str) -> str:
    if not mood:
        return ""
    shape, word = _MISSED[mood]
    return (
        f'<span class="{mood}" aria-hidden="true">{shape}</span><span class="sr">{_(word)}: </span>'
    )
