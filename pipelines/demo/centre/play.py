"""Plays one site from the first day to the last into its ledger."""

from pipelines.demo.centre import events, finance, people, planning
from pipelines.demo.centre.aftermath import Aftermath
from pipelines.demo.centre.arrivals import Customers
from pipelines.demo.centre.desk import Desk
from pipelines.demo.centre.dialler import Dialler
from pipelines.demo.centre.floor import Floor
from pipelines.demo.centre.journeys import Journeys
from pipelines.demo.centre.ledger import Ledger
from pipelines.demo.centre.scenario import Scenario
from pipelines.demo.centre.shifts import site_shifts
from pipelines.demo.centre.threads import phone_queue


def play_site(scenario: Scenario, site_name: str, ledger: Ledger) -> None:
    """Play one site: first the written channels, then the calls, then the dialler."""
    site = scenario.site(site_name)
    staff = people.staff(scenario)
    customers = Customers(scenario, site)
    shifts, leave = site_shifts(scenario, site_name, staff.by_site[site_name])

    def after(kind: str) -> Aftermath:
        return Aftermath(scenario, site, ledger, customers=customers, staff=staff, kind=kind)

    desk = Desk(scenario, site_name, shifts, ledger, customers=customers, after=after("digital"))
    desk.run()
    journeys = Journeys(scenario, site, ledger, customers, after("voice"))
    stops = events.restarts(scenario.events, scenario.start, scenario.days)
    restarts = stops if site_name == "Dublin" else []
    floor = Floor(scenario, site_name, shifts, ledger, journeys=journeys, restarts=restarts)
    for at, thread in desk.spill:
        when = journeys.calendar.open_at(at, desk.rng)
        if when is not None:
            floor.push(when, floor.start_call, (phone_queue(site_name, thread.reason), thread))
    floor.run()
    dialler = Dialler(
        scenario, site_name, shifts, ledger, customers=customers, after=after("outbound")
    )
    dialler.run()
    ledger.rows["customers"] += customers.rows()
    planning.schedules(scenario, site_name, shifts, leave, ledger)
    planning.forecasts(scenario, site_name, ledger)
    finance.labour(site_name, shifts, leave, ledger)
    finance.running_costs(scenario, site_name, ledger)
    ledger.compact(always=True)


def play_centre(scenario: Scenario, ledger: Ledger) -> None:
    """Fill in what the business keeps once."""
    finance.centre(scenario, people.staff(scenario), ledger)
    ledger.compact(always=True)
