"""Orders, what was sold on top and given back, and what contacts brought."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from zoneinfo import ZoneInfo

from tests.oracle.linking import Handled, Row, contact_of, near
from tests.oracle.placing import Cell, Centre, Part, Place, cells, place

MINUTE = timedelta(minutes=1)
KINDS = ("queue", "channel", "agent", "team", "site")
OF_CONTACTS = (*KINDS, "direction")
Name = tuple[str, str]
"""Source and identifier of a sale."""
Rates = tuple[str, Mapping[tuple[str, date], Fraction]]
"""The reporting currency, and what others are worth in it, by currency and month."""


@dataclass
class Order:
    """An order with what hangs on it."""

    row: Row
    contact: Handled | None
    place: Place
    parts: list[Row] = field(default_factory=list)

    def has(self, kind: str) -> bool:
        """Something of this kind hangs on it."""
        return any(part["kind"] == kind for part in self.parts)

    def revenue(self, rates: Rates) -> Fraction | None:
        """What it brought in the end; None when any amount of it is not known."""
        total = _worth(self.row, rates)
        for part in self.parts:
            amount = _worth(part, rates)
            if total is None or amount is None:
                return None
            total += amount if part["kind"] == "upsell" else -amount
        return total


def _worth(sale: Row, rates: Rates) -> Fraction | None:
    """An amount in the reporting currency, by the rate of the month it was made in."""
    to, worth = rates
    if sale["sale_amount"] is None or sale["currency"] is None:
        return None
    month = sale["local_date"].replace(day=1)
    rate = Fraction(1) if sale["currency"] == to else worth.get((sale["currency"], month))
    return None if rate is None else Fraction(sale["sale_amount"]) * rate


def _latest_order(upsell: Row, sales: Iterable[Row], contact: Handled | None, linked) -> Row | None:
    """The contact's latest order so far.

    Reading: an order of another source is none that an upsell can be on top of.
    """
    orders = [
        sale
        for sale in sales
        if contact is not None
        and sale["kind"] == "order"
        and sale["sold_at"] <= upsell["sold_at"]
        and linked[sale["source"], sale["sale_id"]] is contact
    ]
    last = max(orders, key=lambda s: (s["sold_at"], s["source"], s["sale_id"]), default=None)
    return last if last and last["source"] == upsell["source"] else None


def _order_of(
    sale: Row, by_name: Mapping[Name, Row], linked: Mapping[Name, Handled | None]
) -> Name | None:
    """The order that an upsell, a payment or a refund belongs to."""
    source = sale["source"]
    if sale["kind"] == "refund":
        given_back = by_name.get((source, sale["refunds_sale_id"]))
        if given_back and given_back["kind"] in ("upsell", "payment"):
            return _order_of(given_back, by_name, linked)
        return source, sale["refunds_sale_id"]
    if sale["order_sale_id"] is not None:
        return source, sale["order_sale_id"]
    if sale["kind"] == "upsell":
        contact = linked[source, sale["sale_id"]]
        order = _latest_order(sale, by_name.values(), contact, linked)
        return order and (order["source"], order["sale_id"])
    return None


def told_orders(
    sales: Iterable[Row], contacts: Mapping[Name, Handled], centre: Centre
) -> list[Order]:
    """Every order, where it counts, with its upsells and refunds."""
    by_name = {(sale["source"], sale["sale_id"]): sale for sale in sales}
    linked = {name: contact_of(sale, contacts) for name, sale in by_name.items()}
    orders: dict[Name, Order] = {}
    for name, sale in by_name.items():
        if sale["kind"] == "order":
            contact = linked[name]
            told = {
                "channel": contact.row["channel"] if contact else None,
                "direction": contact.row["direction"] if contact else None,
            }
            where = place(sale, sale["sold_at"], contact, centre, sale["agent"], **told)
            orders[name] = Order(sale, contact, where)
    for sale in by_name.values():
        if sale["kind"] in ("upsell", "refund"):
            order = orders.get(_order_of(sale, by_name, linked))  # ty: ignore
            if order and near(order.place.day, sale["local_date"]):
                order.parts.append(sale)
    return list(orders.values())


def sale_metrics(
    sales: Iterable[Row], contacts: Mapping[Name, Handled], rates: Rates, centre: Centre
) -> dict[tuple[str, Cell], Part]:
    """Every metric of sales in every cell."""
    orders = told_orders(sales, contacts, centre)
    found: dict[tuple[str, Cell], Part] = {}
    for cell, own in cells([(order.place, order) for order in orders], KINDS).items():
        known = [r for order in own if (r := order.revenue(rates)) is not None]
        found |= {
            ("orders", cell): (len(own), None),
            ("upsell_rate", cell): (sum(order.has("upsell") for order in own), len(own)),
            ("refund_rate", cell): (sum(order.has("refund") for order in own), len(own)),
            ("average_order_value", cell): (sum(known), len(known)),
        }
    return found | _of_contacts(orders, contacts, rates, centre)


def _minutes(
    events: Iterable[Row], legs: Iterable[Row], watermarks: Mapping[str, datetime]
) -> set[tuple[str, str, str, datetime]]:
    """Source, its zone, agent and minute of all time in which an agent was there.

    Reading: he was logged in, or had somebody on the line, as far as the source was read.
    """
    spans = [(leg, leg["connected_at"], leg["ended_at"]) for leg in legs]
    since: dict[str, Row] = {}
    for event in sorted(events, key=lambda e: (e["event_at"], e["event"] == "login")):
        if event["event"] == "login":
            since[event["agent"]] = event
        else:
            spans.append((event, since[event["agent"]]["event_at"], event["event_at"]))
    found = set()
    for row, begins, ends in spans:
        at = begins
        while at < min(ends, watermarks[row["source"]]):
            found.add((row["source"], row["zone"], row["agent"], at))
            at += MINUTE
    return found


def sales_per_hour(
    tables: Mapping[str, list[Row]],
    contacts: Mapping[Name, Handled],
    watermarks: Mapping[str, datetime],
    centre: Centre,
) -> dict[tuple[str, Cell], Part]:
    """Orders and the time agents were there; an order per hour is 3600 per second.

    Reading: of days after the last that was read nothing is said, whatever was sold.
    """
    last = max(watermarks.values()).date()
    kinds = ("agent", "team", "site")
    orders = [(order.place, order) for order in told_orders(tables["sale"], contacts, centre)]
    there = []
    for _, zone, agent, at in _minutes(tables["agent_event"], tables["handle_segment"], watermarks):
        day = at.replace(tzinfo=UTC).astimezone(ZoneInfo(zone)).date()
        there.append((place({"local_date": day}, at, None, centre, agent), at))
    ordered, present = cells(orders, kinds), cells(there, kinds)
    return {
        ("sales_per_hour", cell): (
            3600 * len(ordered.get(cell, ())), 60 * len(present.get(cell, ()))
        )
        for cell in ordered.keys() | present.keys()
        if cell[2] <= last
    }  # fmt: skip


def _of_contacts(
    orders: list[Order], contacts: Mapping[Name, Handled], rates: Rates, centre: Centre
) -> dict[tuple[str, Cell], Part]:
    """What handled contacts of customers brought, those without an order among them."""
    placed = [
        (
            place(
                contact.row, contact.row["started_at"], contact, centre,
                channel=contact.row["channel"], direction=contact.row["direction"],
            ),
            [order for order in orders if order.contact is contact],
        )
        for contact in contacts.values()
        if contact.row["kind"] == "customer" and contact.legs
    ]  # fmt: skip
    found: dict[tuple[str, Cell], Part] = {}
    for cell, own in cells(placed, OF_CONTACTS).items():
        revenues = [order.revenue(rates) for brought in own for order in brought]
        known = [revenue for revenue in revenues if revenue is not None]
        total = sum(known) if len(known) == len(revenues) else None
        found["conversion_rate", cell] = (sum(bool(brought) for brought in own), len(own))
        found["revenue_per_contact", cell] = (total, len(own))
    return found
