"""A small centre: a share of the whole business, with the same sites, teams, queues and files.

What comes is cut in proportion. People are not: few agents serve as well as many only with more of
them per call, somebody must be there on all days, and a team needs a member.
"""

from collections.abc import Iterable
from dataclasses import replace
from math import ceil, sqrt

from pipelines.demo.centre.world import Queue, Site, Team

# Seats grow with load + reserve x its root.
_RESERVE = 0.5
_LEAST_SEATS = {"voice": 1, "digital": 2, "outbound": 1}
_SHORTEST_LINE = 2


def site_at(site: Site, size: float) -> Site:
    """The site with a share of its customers and of what they write."""
    return replace(
        site,
        customers=round(site.customers * size),
        chats=site.chats * size,
        emails=site.emails * size,
        socials=site.socials * size,
    )


def queue_at(queue: Queue, size: float) -> Queue:
    """The queue with a share of its calls; fewer agents can let fewer callers wait."""
    line = max(_SHORTEST_LINE, ceil(queue.max_length * sqrt(size)))
    return replace(queue, per_day=queue.per_day * size, max_length=line)


def team_at(team: Team, size: float) -> Team:
    """The team with the seats that its share of the work needs."""
    share = size + _RESERVE * sqrt(size) * (1 - sqrt(size))
    return replace(team, seats=max(_LEAST_SEATS[team.kind], round(team.seats * share)))


def seats(teams: Iterable[Team]) -> int:
    """How many seats some teams have together."""
    return sum(team.seats for team in teams)
