"""Who stays: agents by headcounts of months, and customers."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date, datetime

from tests.oracle.linking import Row
from tests.oracle.placing import Cell, Part, Person


def _counted(rows: list[Row], site_of: Mapping[str, str | None]) -> Iterable[tuple[Row, list]]:
    """The rows of one month that count, each with its scopes.

    Teams count; a site where none of its teams has a row, the whole centre where nothing smaller
    has one. A team that is at no site may be at any: then no site counts.
    """
    teams = [row for row in rows if row["scope_kind"] == "team"]
    there = {site_of.get(row["scope_id"]) for row in teams}
    sites = [row for row in rows if row["scope_kind"] == "site"]
    whole = [("all", "all")]
    for row in teams:
        site = site_of.get(row["scope_id"])
        yield row, [*whole, ("team", row["scope_id"]), *([("site", site)] if site else [])]
    for row in sites:
        if None not in there and row["scope_id"] not in there:
            yield row, [*whole, ("site", row["scope_id"])]
    if not teams and not sites:
        for row in rows:
            yield row, whole


def headcount_metrics(
    headcounts: Iterable[Row], people: Iterable[Person]
) -> dict[tuple[str, Cell], Part]:
    """Turnover and promotions of a year, by month.

    Reading: of several sources the first by name is believed. A team whose people are at several
    sites is at the first by name.
    """
    sites: dict[str, list[str]] = defaultdict(list)
    for person in people:
        if person.team and person.site:
            sites[person.team].append(person.site)
    site_of = {team: min(named) for team, named in sites.items()}
    told: dict[tuple[date, str, str], Row] = {}
    for row in sorted(headcounts, key=lambda row: row["source"]):
        told.setdefault((row["period_on"], row["scope_kind"], row["scope_id"]), row)
    found: dict[tuple[str, Cell], list[int]] = defaultdict(lambda: [0, 0])
    for month in {month for month, *_ in told}:
        rows = [row for (of, *_), row in told.items() if of == month]
        for row, scopes in _counted(rows, site_of):
            for name, column in (
                ("agent_turnover", "n_leavers"),
                ("promotion_rate", "n_promotions"),
            ):
                if row[column] is None:
                    continue
                for kind, which in scopes:
                    part = found[name, (kind, which, month)]
                    # Of a year, for the mean of opening and closing.
                    part[0] += 24 * row[column]
                    part[1] += row["n_opening"] + row["n_closing"]
    return {key: (top, bottom) for key, (top, bottom) in found.items()}


def customer_metrics(
    customers: Iterable[Row], months: Iterable[date], watermarks: Mapping[str, datetime]
) -> dict[tuple[str, Cell], Part]:
    """Who was there when a month began, and still when it ended.

    Reading: the last day is one on which he is there, and the first one too: who came on the first
    of a month was not there when it began. Of several lists the first by name is believed.
    """
    told: dict[str, Row] = {}
    for row in sorted(customers, key=lambda row: row["source"]):
        told.setdefault(row["customer_ref"], row)
    read_to = max(watermarks.values())
    found: dict[tuple[str, Cell], Part] = {}
    for month in months:
        after = date(month.year + month.month // 12, month.month % 12 + 1, 1)
        if datetime.combine(after, datetime.min.time()) > read_to:
            continue
        there = [
            row
            for row in told.values()
            if (row["since_on"] is None or row["since_on"] < month)
            and (row["left_on"] is None or row["left_on"] >= month)
        ]
        kept = sum(row["left_on"] is None or row["left_on"] >= after for row in there)
        cell = ("all", "all", month)
        found["customer_retention_rate", cell] = (kept, len(there))
        found["churn_rate", cell] = (len(there) - kept, len(there))
    return found
