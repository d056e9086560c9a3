"""The paths through menus and bots: from which step to which, and where sessions ended."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from reports import format as fmt
from reports.figures import entry
from reports.figures.base import Chart, figure
from reports.language import N_, _, ngettext

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from reports.records import Row

MOST = 20
"""So many ways are drawn."""
_LISTED = 150
_ENDED = N_("session ended")

Node = tuple[str, str]
"""Kind (menu or bot) and name: both may call a step the same."""
_END: Node = ("", _ENDED)
Way = tuple[Node, Node]


def sankey(rows: Sequence[Row]) -> Chart | None:
    """The largest ways between steps as a flow from left to right.

    A way back to a step already passed has no place in such a flow: the table has it.

    Args:
        rows: kind, node, next_node (None where the session ended), n.
    """
    ways: Counter[Way] = Counter()
    for row in rows:
        start = (row["kind"], row["node"])
        ways[start, (row["kind"], row["next_node"]) if row["next_node"] else _END] += int(row["n"])
    drawable = _with_a_choice(ways)
    forward = _forward(drawable)
    shown = forward[:MOST]
    if not any(end != _END for _start, end in shown):
        return None
    back = set(drawable) - set(forward)
    told = sum(ways[w] for w in shown)
    every = sum(ways[w] for w in drawable)
    return Chart(
        id="paths",
        title=_("Paths through menus and bots"),
        sub=_(
            "Whole centre. The {n} largest ways between steps, with {told} of the "
            "{every} moves. Grey: the session ended there though other ways led on.",
            n=len(shown),
            told=fmt.share(100 * told / every, 0),
            every=fmt.count(every),
        )
        + _of_back(back, ways),
        alt=_in_words(shown, ways),
        figure=figure([_trace(shown, ways)], margin={"l": 6, "r": 6, "t": 10, "b": 10}),
        height=max(300, 120 + 17 * len({end for _start, end in shown}) + 40),
        legend=(("c1", _("menu")), ("c3", _("bot")), ("c4soft", _(_ENDED)))
        if {start[0] for start, _end in shown} >= {"bot", "ivr"}
        else (),
        head=(_("From"), _("To"), _("Sessions"), _("Of those at the step"), _("Direction")),
        rows=_table(ways, back),
    )


def _with_a_choice(ways: Counter[Way]) -> list[Way]:
    """All ways, but those to the end from a step from which nothing else leads on."""
    leads_on = {start for start, end in ways if end != _END}
    found = [(start, end) for start, end in ways if end != _END or start in leads_on]
    return sorted(found, key=lambda w: (-ways[w], w))


def _forward(ways: Iterable[Way]) -> list[Way]:
    """The ways that can be drawn without a circle; of those that close one the smaller go."""
    after: dict[Node, set[Node]] = {}
    found = []
    for start, end in ways:
        if start == end or _reaches(after, end, start):
            continue
        after.setdefault(start, set()).add(end)
        found.append((start, end))
    return found


def _reaches(after: dict[Node, set[Node]], start: Node, goal: Node) -> bool:
    seen, open_ = set(), [start]
    while open_:
        node = open_.pop()
        if node == goal:
            return True
        if node not in seen:
            seen.add(node)
            open_.extend(after.get(node, ()))
    return False


def _of_back(back: set[Way], ways: Counter[Way]) -> str:
    if not back:
        return ""
    return " " + ngettext(
        "{n} step back or again: in the numbers only.",
        "{n} steps back or again: in the numbers only.", sum(ways[w] for w in back),
    )  # fmt: skip


def _trace(shown: Sequence[Way], ways: Counter[Way]) -> dict[str, Any]:
    nodes = list(dict.fromkeys(node for way in shown for node in way))
    place = {node: i for i, node in enumerate(nodes)}
    through = {n: max(_sum(shown, ways, 0, n), _sum(shown, ways, 1, n)) for n in nodes}
    return {
        "type": "sankey",
        "arrangement": "snap",
        "textfont": {"color": "@ink", "size": 12},
        "node": {
            "label": [fmt.plotly_text(fmt.shorten(_spoken(n))) for n in nodes],
            "color": [f"@{_colour(n)}" for n in nodes],
            "customdata": [[fmt.plotly_text(_named(n)), through[n]] for n in nodes],
            "hovertemplate": "%{customdata[0]}: <b>%{customdata[1]:,}</b><extra></extra>",
            "pad": 14,
            "thickness": 14,
            "line": {"width": 0, "color": "@card"},
        },
        "link": {
            "source": [place[start] for start, _end in shown],
            "target": [place[end] for _start, end in shown],
            "value": [ways[w] for w in shown],
            "color": [_link_colour(w) for w in shown],
            "customdata": [
                [fmt.plotly_text(_named(a)), fmt.plotly_text(_named(b))] for a, b in shown
            ],
            "hovertemplate": "%{customdata[0]} → %{customdata[1]}: <b>%{value:,}</b>"
            "<extra></extra>",
        },
    }


def _sum(shown: Sequence[Way], ways: Counter[Way], side: int, node: Node) -> int:
    return sum(ways[w] for w in shown if w[side] == node)


def _named(node: Node) -> str:
    return _(_ENDED) if node == _END else node[1]


def _spoken(node: Node) -> str:
    """A step as people read it: systems join words with underscores."""
    return _(_ENDED) if node == _END else node[1].replace("_", " ")


def _colour(node: Node) -> str:
    return "c4soft" if node == _END else "c3" if node[0] == "bot" else "c1"


def _link_colour(way: Way) -> str:
    return "@c4fade" if way[1] == _END else "@c3fade" if way[0][0] == "bot" else "@c1soft"


def _in_words(shown: Sequence[Way], ways: Counter[Way]) -> str:
    told = [
        _("{a} to {b} {ways}", a=_spoken(a), b=_spoken(b), ways=fmt.count(ways[a, b]))
        for a, b in shown[:3]
    ]
    return _("The largest ways: {told}.", told=fmt.words(told))


def _table(ways: Counter[Way], back: set[Way]) -> list[list[str]]:
    left: Counter[Node] = Counter()
    for (start, _end), n in ways.items():
        left[start] += n
    ordered = sorted(ways, key=lambda w: (-ways[w], w))[:_LISTED]
    return [
        [
            _named(start), _named(end), entry.count(ways[start, end]),
            entry.share(100 * ways[start, end] / left[start]),
            _("ended") if end == _END else _("back or again") if (start, end) in back else _("on"),
        ]
        for start, end in ordered
    ]  # fmt: skip
