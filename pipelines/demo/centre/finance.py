"""Money and heads: monthly costs, headcount by team, exchange rates, and the roster of people."""

from datetime import date, timedelta

from pipelines.demo.centre.ledger import Ledger
from pipelines.demo.centre.people import Person, Staff
from pipelines.demo.centre.rng import stream
from pipelines.demo.centre.scenario import Scenario
from pipelines.demo.centre.shifts import Shift
from pipelines.demo.centre.world import HOUR, SITES

_RATES = {"USD": 0.915, "PHP": 0.0158, "COP": 0.000222}
_VENDOR_MINUTE, _TELECOM_MINUTE = 0.29, 0.011
_OVERHEAD = {"Dublin": 61_000.0, "Manila": 9_500.0, "Bogota": 13_500.0}
_CENTRE_OVERHEAD = 48_000.0


def month_of(day: date) -> date:
    """The first day of the month."""
    return day.replace(day=1)


def months(scenario: Scenario) -> list[date]:
    """The first days of all months touched."""
    return sorted({month_of(day) for day in scenario.dates})


def labour(
    site_name: str, shifts: list[Shift], leave: list[tuple[Person, date]], ledger: Ledger
) -> None:
    """Labour of own sites by team and month: paid hours at each person's rate, with 21 % on top."""
    site = SITES[site_name]
    sums: dict[tuple[date, str], float] = {}
    for shift in shifts:
        key = (month_of(shift.day), shift.person.team(shift.day).name)
        paid = sum(s.ends - s.starts for s in shift.spans if s.is_paid) / HOUR
        sums[key] = sums.get(key, 0.0) + paid * shift.person.hourly_cost
    for person, day in leave:
        key = (month_of(day), person.team(day).name)
        sums[key] = sums.get(key, 0.0) + 8 * person.hourly_cost
    if site.sourcing == "outsourced":
        return
    for (month, team), amount in sorted(sums.items()):
        row = (month, "team", team, "labour", round(amount * 1.21, 2), site.currency)
        ledger.rows["costs"].append(row)


def running_costs(scenario: Scenario, site_name: str, ledger: Ledger) -> None:
    """Telecom, the vendor's invoice (per handled minute) and overhead of a site, by month."""
    import polars as pl

    legs = ledger.frame("legs")
    local = pl.col("connected_at").dt.convert_time_zone(SITES[site_name].zone)
    minutes = (
        legs.group_by(local.dt.strftime("%Y-%m-01").alias("month"))
        .agg(
            (pl.col("talk_ms") + pl.col("hold_ms") + pl.col("wrap_ms")).sum() / 60_000,
            telecom=(pl.col("talk_ms") * (pl.col("channel") == "voice")).sum() / 60_000,
        )
        .sort("month")
    )
    rows = ledger.rows["costs"]
    overhead = round(_OVERHEAD[site_name] * scenario.size, 2)
    known = set(months(scenario))
    for text, handled, talked in minutes.rows():
        month = date.fromisoformat(text)
        if month not in known:
            continue
        rows.append(
            (month, "site", site_name, "telecom", round(talked * _TELECOM_MINUTE, 2), "EUR")
        )
        if SITES[site_name].sourcing == "outsourced":
            amount = round(handled * _VENDOR_MINUTE, 2)
            rows.append((month, "site", site_name, "vendor", amount, "USD"))
        rows.append((month, "site", site_name, "overhead", overhead, "EUR"))


def centre(scenario: Scenario, staff: Staff, ledger: Ledger) -> None:
    """What is kept once for the whole business: people, roster, headcount, rates, overhead."""
    rng = stream(scenario.seed, "finance")
    overhead = round(_CENTRE_OVERHEAD * scenario.size, 2)
    for month in months(scenario):
        ledger.rows["costs"].append((month, "centre", "all", "overhead", overhead, "EUR"))
        for currency, rate in _RATES.items():
            value = float(f"{rate * rng.gauss(1.0, 0.012):.6g}")
            ledger.rows["fx_rates"].append((month, currency, value))
        for team in scenario.teams:
            ledger.rows["headcount"].append(_heads(month, team.name, team.site, staff))
    for person in staff.agents:
        _person_rows(person, staff, ledger, scenario)


def _heads(month: date, team: str, site: str, staff: Staff) -> tuple[object, ...]:
    after = month_of(month + timedelta(days=32))
    before, last = month - timedelta(days=1), after - timedelta(days=1)
    opening = closing = joiners = leavers = moved_in = moved_out = 0
    for person in staff.agents:
        was = person.is_employed(before) and person.team(before).name == team
        now = person.is_employed(last) and person.team(last).name == team
        opening, closing = opening + was, closing + now
        if now and not was:
            joiners, moved_in = (
                (joiners + 1, moved_in) if person.hired_on >= month else (joiners, moved_in + 1)
            )
        if was and not now:
            is_gone = not person.is_employed(last)
            leavers, moved_out = (leavers + 1, moved_out) if is_gone else (leavers, moved_out + 1)
    return (month, site, team, opening, joiners, leavers, moved_in, moved_out, closing)


def _person_rows(person: Person, staff: Staff, ledger: Ledger, scenario: Scenario) -> None:
    site, left = SITES[person.site], _left(person, scenario)
    language = "es" if person.site == "Bogota" else "en"
    ledger.rows["people"].append((
        person.agent_id, person.site, person.kind, person.name, person.hired_on, left,
        person.level, person.work_mode, language, person.extension, person.login,
        f"{person.login}@corrib.example", person.hourly_cost, site.currency,
        round(person.speed, 4), round(person.skill, 4),
    ))  # fmt: skip
    for place, (since, team) in enumerate(person.moves):
        change = "hired" if place == 0 else "moved"
        ledger.rows["roster"].append((
            person.agent_id, since, person.site, team.name, staff.supervisors[team.name],
            staff.managers[person.site], staff.director, change, ";".join(team.queues),
        ))  # fmt: skip
    if left is not None:
        team = person.moves[-1][1]
        ledger.rows["roster"].append((
            person.agent_id, left, person.site, team.name, None, None, None, "left", "",
        ))  # fmt: skip


def _left(person: Person, scenario: Scenario) -> date | None:
    return person.left_on if person.left_on and person.left_on < scenario.end else None
