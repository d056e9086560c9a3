"""What workforce planning leaves behind: schedules with their versions, and forecasts."""

from dataclasses import replace
from datetime import date

from pipelines.demo.centre.arrivals import Arrivals
from pipelines.demo.centre.ledger import Ledger
from pipelines.demo.centre.people import Person
from pipelines.demo.centre.rng import hit
from pipelines.demo.centre.scenario import Scenario
from pipelines.demo.centre.shifts import Shift
from pipelines.demo.centre.world import (
    DAY,
    HOUR,
    MINUTE,
    SITES,
    digital_queue,
    instant,
)

# Calls that reach a queue for each one planned at the menu: some stay in it, some come again.
_REACHING = 1.17
_HALF = 30 * MINUTE
_SICK_NOTE, _MOVED = 0.7, 0.05
_OVERTIME = 0.02


def schedules(
    scenario: Scenario,
    site: str,
    shifts: list[Shift],
    leave: list[tuple[Person, date]],
    ledger: Ledger,
) -> None:
    """Planned spans, paid leave, exceptions approved before or after the fact, overtime."""
    rng = scenario.rng("schedules", site)
    rows = ledger.rows["schedules"]
    for shift in shifts:
        agent, made = shift.person.agent_id, shift.version_at
        for span in shift.spans:
            if span.ends > span.starts:
                rows.append((agent, site, shift.day, span.activity, span.starts, span.ends,
                             span.is_paid, "planned", made, made))  # fmt: skip
        first, last = shift.spans[0].starts, shift.spans[-1].ends
        if shift.is_absent and hit(rng, _SICK_NOTE):
            approved = last + rng.randint(8, 60) * HOUR
            rows.append((agent, site, shift.day, "sick", first, last, True, "exception", approved,
                         approved))  # fmt: skip
        elif hit(rng, _OVERTIME):
            approved = first + 5 * HOUR
            rows.append((agent, site, shift.day, "work", last, last + 30 * MINUTE, True, "overtime",
                         approved, approved))  # fmt: skip
    zone = SITES[site].zone
    for person, day in leave:
        starts = instant(day, SITES[site].opens, zone)
        made = starts - 30 * DAY
        rows.append((person.agent_id, site, day, "annual leave", starts, starts + 8 * HOUR, True,
                     "planned", made, made))  # fmt: skip


def forecasts(scenario: Scenario, site_name: str, ledger: Ledger) -> None:
    """Two versions a day, made 14 and 3 days before, by half hours; planted events are unknown."""
    site, rng = scenario.site(site_name), scenario.rng("forecasts", site_name)
    quiet = Arrivals(replace(scenario, events=()), site)
    queues = [
        (q.name, q.per_day * _REACHING, q.talk_s * 0.98 + q.wrap_s + 9)
        for q in scenario.queues(site_name)
    ]
    queues.append((digital_queue(site_name, "chat"), site.chats * 0.64, 650.0))
    rows = ledger.rows["forecasts"]
    for day in scenario.dates:
        for name, per_day, aht_s in queues:
            profile = quiet.profile(name, per_day, day)
            for ahead, spread in ((14, 0.07), (3, 0.04)):
                scale = rng.gauss(1.0, spread)
                made = instant(day, 540, site.zone) - ahead * DAY
                aht = round(aht_s * rng.gauss(1.0, 0.02), 1)
                for place in range(0, len(profile) - 1, 2):
                    at = profile[place][0]
                    volume = (profile[place][1] + profile[place + 1][1]) * scale
                    rows.append((site_name, name, at, _HALF // 1000, made, round(volume, 2), aht))
