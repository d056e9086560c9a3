"""The business as it was founded: sites, queues, reasons, products, calendars.

Constants and lookups only. Durations are seconds unless named otherwise, instants are integer
milliseconds since 1970 UTC, local minutes count from local midnight and may pass 1440.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cache
from math import exp
from zoneinfo import ZoneInfo

from pipelines.demo.centre.quirks import CAMPAIGN

SECOND = 1000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR
QUARTER_MINUTES = 15


@dataclass(frozen=True, slots=True)
class Reason:
    """Why customers call: share of the queue, factor on talk time, chance to be solved."""

    name: str
    group: str
    share: float
    talk: float
    solved: float


@dataclass(frozen=True, slots=True)
class Queue:
    """One voice queue: how many come, how long they stay and talk."""

    name: str
    site: str
    per_day: float
    talk_s: float
    wrap_s: float
    patience_s: float
    weight: int
    threshold_s: int
    max_length: int
    number: str
    extension: str
    reasons: tuple[Reason, ...]
    language: str = "en"
    short_s: int = 5
    timeout_s: int = 900


@dataclass(frozen=True, slots=True)
class Team:
    """A team: its seats, kind of work and its queues, the main one first."""

    name: str
    site: str
    kind: str
    seats: int
    queues: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Site:
    """One site: where it is, who runs it, when it is open (local minutes), what an hour costs."""

    name: str
    zone: str
    country: str
    currency: str
    sourcing: str
    employer: str
    opens: int
    closes: int
    weekdays: tuple[float, ...]
    hourly_cost: float
    turnover: float
    absence: float
    customers: int
    chats: float
    emails: float
    socials: float
    holidays: tuple[tuple[int, int], ...]


_BILLING = (
    Reason("invoice question", "billing", 0.44, 0.95, 0.83),
    Reason("payment failed", "billing", 0.24, 0.9, 0.8),
    Reason("price increase", "billing", 0.14, 1.2, 0.7),
    Reason("refund request", "billing", 0.18, 1.1, 0.72),
)
_SUPPORT = (
    Reason("slow connection", "technical", 0.38, 1.1, 0.7),
    Reason("no connection", "technical", 0.27, 1.15, 0.74),
    Reason("router setup", "technical", 0.2, 0.95, 0.82),
    Reason("engineer visit", "appointment", 0.15, 0.7, 0.83),
)
_SALES = (
    Reason("new contract", "sales", 0.55, 1.15, 0.9),
    Reason("upgrade", "sales", 0.25, 0.95, 0.88),
    Reason("moving house", "account", 0.2, 0.8, 0.8),
)
_VIP = (
    Reason("business line down", "technical", 0.35, 1.2, 0.76),
    Reason("account change", "account", 0.4, 0.85, 0.86),
    Reason("invoice question", "billing", 0.25, 0.95, 0.84),
)
_MIXED = (
    Reason("no connection", "technical", 0.35, 1.15, 0.75),
    Reason("invoice question", "billing", 0.35, 0.95, 0.82),
    Reason("upgrade", "sales", 0.3, 0.9, 0.86),
)

SITES = {
    site.name: site
    for site in (
        Site(
            "Dublin", "Europe/Dublin", "IE", "EUR", "in-house", "Corrib Broadband", 480, 1200,
            (1.16, 1.05, 1.0, 0.98, 0.96, 0.55, 0.34), 24.5, 0.24, 0.042, 90_000, 150.0, 105.0,
            30.0, ((1, 1), (3, 17), (12, 25), (12, 26)),
        ),
        Site(
            "Manila", "Asia/Manila", "PH", "PHP", "outsourced", "Isla Contact Services", 840, 1560,
            (1.1, 1.04, 1.0, 1.0, 0.98, 0.7, 0.55), 520.0, 0.42, 0.05, 50_000, 130.0, 75.0, 20.0,
            ((1, 1), (12, 25), (12, 30)),
        ),
        Site(
            "Bogota", "America/Bogota", "CO", "COP", "offshore", "Corrib Latam", 480, 1200,
            (1.14, 1.05, 1.0, 1.0, 1.0, 0.6, 0.0), 31_000.0, 0.33, 0.045, 28_000, 70.0, 45.0, 15.0,
            ((1, 1), (5, 1), (7, 20), (12, 25)),
        ),
    )
}  # fmt: skip

QUEUES = {
    queue.name: queue
    for queue in (
        Queue("sales", "Dublin", 375, 368, 40, 190, 1, 20, 7, "5550101", "7001", _SALES),
        Queue("support", "Dublin", 550, 352, 36, 260, 1, 30, 10, "5550103", "7002", _SUPPORT),
        Queue("billing", "Dublin", 339, 298, 30, 230, 1, 20, 6, "5550104", "7003", _BILLING),
        Queue("vip", "Dublin", 99, 350, 45, 300, 10, 10, 3, "5550102", "7004", _VIP),
        Queue("tech_us", "Manila", 516, 368, 34, 240, 1, 30, 16, "5550110", "8001", _SUPPORT),
        Queue("billing_us", "Manila", 341, 308, 32, 220, 1, 20, 12, "5550111", "8002", _BILLING),
        Queue(
            "spanish", "Bogota", 450, 350, 38, 240, 1, 30, 12, "5550120", "9001", _MIXED, "es"
        ),
        Queue("sales_us", "Bogota", 178, 350, 42, 200, 2, 20, 6, "5550121", "9002", _SALES),
    )
}  # fmt: skip

TEAMS = (
    Team("Liffey", "Dublin", "voice", 13, ("support", "billing", "sales")),
    Team("Dodder", "Dublin", "voice", 9, ("support", "vip", "billing")),
    Team("Tolka", "Dublin", "voice", 12, ("sales", "support", "vip")),
    Team("Royal", "Dublin", "voice", 12, ("billing", "vip", "sales")),
    Team("Harbour", "Dublin", "digital", 8, ("chat_ie", "mail_ie", "social_ie")),
    Team("Pasig", "Manila", "voice", 17, ("tech_us", "billing_us")),
    Team("Marikina", "Manila", "voice", 15, ("billing_us", "tech_us")),
    Team("Taal", "Manila", "digital", 6, ("chat_us", "mail_us", "social_us")),
    Team("Andes", "Bogota", "voice", 12, ("spanish", "sales_us")),
    Team("Sabana", "Bogota", "voice", 10, ("sales_us", "spanish")),
    Team("Sierra", "Bogota", "digital", 5, ("chat_es", "mail_es", "social_es")),
    Team("Dorado", "Bogota", "outbound", 5, ()),
)

CAMPAIGNS = (
    # name, share of dials, share of right parties who agree, what they agree to
    ("winback", 0.35, 0.11, "sale"),
    ("collections", 0.4, 0.38, "promise"),
    (CAMPAIGN, 0.25, 0.14, "sale"),
)
PRODUCTS = (("Fibre 100", 32.0), ("Fibre 500", 45.0), ("Fibre 1000", 60.0), ("TV add-on", 14.0))
SEASON = (1.06, 1.03, 1.0, 0.99, 0.97, 0.96, 0.94, 0.95, 1.02, 1.01, 1.04, 1.0)
HOLIDAY_FACTOR = 0.35
SEGMENTS = (("consumer", 0.72), ("premium", 0.17), ("business", 0.08), ("vip", 0.03))


def queues_of(site: str) -> list[Queue]:
    """The voice queues of a site."""
    return [queue for queue in QUEUES.values() if queue.site == site]


def digital_queue(site: str, channel: str) -> str:
    """The name of a site's queue for a written channel (chat, email, social)."""
    suffix = {"Dublin": "ie", "Manila": "us", "Bogota": "es"}[site]
    return f"{'mail' if channel == 'email' else channel}_{suffix}"


@cache
def _zone(name: str) -> ZoneInfo:
    return ZoneInfo(name)


@cache
def instant(day: date, minute: int, zone: str) -> int:
    """The instant (ms) at which clocks in the zone show this minute of this day."""
    wall = datetime(day.year, day.month, day.day, tzinfo=_zone(zone)) + timedelta(minutes=minute)
    return int(wall.timestamp()) * SECOND


def local(at: int, zone: str) -> datetime:
    """The local time of an instant (ms)."""
    return datetime.fromtimestamp(at / SECOND, UTC).astimezone(_zone(zone))


def is_holiday(site: Site, day: date) -> bool:
    """Whether the site keeps this day as a holiday (open, with few callers and few agents)."""
    return (day.month, day.day) in site.holidays


def day_factor(site: Site, day: date) -> float:
    """Volume of a day against an ordinary Wednesday: weekday, season and holidays."""
    factor = site.weekdays[day.weekday()] * SEASON[day.month - 1]
    return factor * HOLIDAY_FACTOR if is_holiday(site, day) else factor


@cache
def day_shape(n_quarters: int) -> tuple[float, ...]:
    """Shares of a day's contacts over its open quarter hours: two peaks."""
    places = [(index + 0.5) / n_quarters for index in range(n_quarters)]
    heights = [
        0.5 + 0.29 * exp(-(((x - 0.4) / 0.16) ** 2)) + 0.48 * exp(-(((x - 0.63) / 0.18) ** 2))
        - 0.1 * x
        for x in places
    ]  # fmt: skip
    total = sum(heights)
    return tuple(height / total for height in heights)
