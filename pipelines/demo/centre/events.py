"""What was planted: dated causes with the size of their effect, written to truth/events.json.

An event says what it multiplies (volume, talk, absence, solved, self_service, capacity), for which
scopes (a site, queue, team or written channel) and between which instants.
"""

from dataclasses import dataclass, field
from datetime import date, timedelta

from pipelines.demo.centre.world import DAY, SITES, instant

_LONG = 4000


@dataclass(frozen=True, slots=True)
class Event:
    """One planted cause: effects are (what, scope, factor), in force from `begins` to `ends`."""

    name: str
    site: str
    begins: int
    ends: int
    effects: tuple[tuple[str, str, float], ...]
    expected: str
    fades: bool = False
    dates: tuple[str, str] = field(default=("", ""))


def _monday(day: date) -> date:
    return day + timedelta(days=-day.weekday() % 7)


def _event(
    name: str,
    site: str,
    span: tuple[date, int, date, int],
    effects: tuple[tuple[str, str, float], ...],
    expected: str,
    *,
    fades: bool = False,
) -> Event:
    first, from_minute, last, to_minute = span
    zone = SITES[site].zone
    begins, ends = instant(first, from_minute, zone), instant(last, to_minute, zone)
    dates = (first.isoformat(), last.isoformat())
    return Event(name, site, begins, ends, effects, expected, fades=fades, dates=dates)


def outage(day: date, callers: float = 2.3) -> Event:
    """The menus at Dublin fail from 09:30 to 13:00: no self-service, `callers` times the calls."""
    effects = (("self_service", "Dublin", 0.0), ("volume", "Dublin", callers))
    expected = (
        "Dublin: service level far below the week before, abandonment above 15 %, no calls "
        "contained in the menu between 09:30 and 13:00; the switch restarts at 11:07."
    )
    return _event("outage", "Dublin", (day, 570, day, 780), effects, expected)


def qa_form(day: date) -> Event:
    """A new version of the QA form with a stricter compliance part."""
    expected = "QA form v2 from this day on: heavier compliance, mean score 3 to 6 points lower."
    return _event("qa_form", "Dublin", (day, 0, day + timedelta(days=_LONG), 0), (), expected)


def vendor_week(day: date, talk: float = 1.18, absence: float = 2.2) -> Event:
    """A bad week at the vendor in Manila: `talk` times the talk, `absence` times the absence."""
    effects = (
        ("talk", "Manila", talk), ("absence", "Manila", absence), ("late", "Manila", 3.0),
        ("solved", "Manila", 0.93),
    )  # fmt: skip
    expected = (
        f"Manila: handle time about {100 * talk - 100:.0f} % up, absence {absence:g} times the "
        "usual, adherence 6 points down or more, service level down."
    )
    return _event("vendor_week", "Manila", (day, 0, day + timedelta(days=7), 0), effects, expected)


def training(day: date, talk: float = 0.88) -> Event:
    """Team Liffey is trained in guided fault finding: `talk` times the talk, and it stays."""
    effects = (("talk", "Liffey", talk), ("solved", "Liffey", 1.09))
    less = f"talk time about {100 - 100 * talk:.0f} % down"
    expected = f"Team Liffey: {less}, solved at first contact 6 to 8 points up."
    last = day + timedelta(days=_LONG)
    return _event("training", "Dublin", (day, 0, last, 0), effects, expected)


def mail_backlog(day: date, mails: float = 3.4) -> Event:
    """A mailing with a wrong link: four days of `mails` times the mail at Dublin, a backlog."""
    effects = (("volume", "mail_ie", mails),)
    expected = (
        f"Dublin mail: volume {mails:g} times the usual for 4 days, first response over 24 hours."
    )
    return _event("mail_backlog", "Dublin", (day, 0, day + timedelta(days=4), 0), effects, expected)


def price_change(day: date) -> Event:
    """Prices rise: billing calls and complaints, fading over three weeks."""
    effects = (
        ("volume", "billing", 1.5), ("volume", "billing_us", 1.35), ("complaints", "billing", 3.0),
        ("complaints", "billing_us", 2.5), ("price", "billing", 3.5), ("price", "billing_us", 3.5),
    )  # fmt: skip
    expected = (
        "billing queues: volume up to 1.5 times, complaints up to 3 times, fading in 21 days."
    )
    span = (day, 0, day + timedelta(days=21), 0)
    return _event("price_change", "Dublin", span, effects, expected, fades=True)


def planted(start: date) -> tuple[Event, ...]:
    """The events of the default world; all but the price change begin within the first 50 days."""
    after = timedelta
    return (
        outage(_monday(start + after(days=14))),
        qa_form(_monday(start + after(days=21))),
        vendor_week(_monday(start + after(days=28))),
        training(_monday(start + after(days=35))),
        mail_backlog(_monday(start + after(days=42))),
        price_change(_monday(start + after(days=150))),
    )


def effect(events: tuple[Event, ...], what: str, scope: str, at: int) -> float:
    """The product of the factors of all events in force; a fading one shrinks towards 1."""
    factor = 1.0
    for event in events:
        if event.begins <= at < event.ends:
            left = (event.ends - at) / (event.ends - event.begins) if event.fades else 1.0
            for kind, name, size in event.effects:
                if kind == what and name == scope:
                    factor *= 1 + (size - 1) * left
    return factor


def restarts(events: tuple[Event, ...], start: date, days: int) -> list[int]:
    """Instants at which Dublin's switch restarts: once a quarter at night, and in an outage."""
    zone = SITES["Dublin"].zone
    nights = [start + timedelta(days=n) for n in range(0, days, 91)]
    found = [instant(day, 195, zone) for day in nights]
    for event in events:
        if event.name == "outage":
            found.append(event.begins + 97 * 60_000)
    last = instant(start, 0, zone) + days * DAY
    return sorted(at for at in found if at < last)
