"""What pages say of days with unusual amounts of data."""

from datetime import date, timedelta

from reports.pages import volumes
from reports.spans import span_of

MONDAY = date(2026, 3, 2)


def row(day: date, n: int, fact: str = "contact") -> dict:
    return {"local_date": day, "source": "dialler", "fact": fact, "n_rows": n, "usual_rows": 1500.0}


def test_a_page_tells_of_its_own_days():
    unusual = [row(MONDAY, 20), row(MONDAY, 1, "queue_visit"), row(MONDAY + timedelta(days=8), 9)]
    assert volumes.notes(unusual, span_of("day", MONDAY)) == [
        "Mon 2 Mar: 20 contacts from dialler; usual are 1,500.",
        "Mon 2 Mar: 1 visits to queues from dialler; usual are 1,500.",
    ]
    assert len(volumes.notes(unusual, span_of("week", MONDAY))) == 2
    assert len(volumes.notes(unusual, span_of("month", MONDAY))) == 3
    assert volumes.notes(unusual, span_of("day", MONDAY + timedelta(days=1))) == []


def test_of_many_the_furthest_from_usual_are_told_in_order():
    days = [MONDAY + timedelta(days=n) for n in range(15)]
    told = volumes.notes(
        [row(day, 100 * n) for n, day in enumerate(days)], span_of("month", MONDAY)
    )
    assert [text.split()[1] for text in told[:-1]] == [str(day.day) for day in days[:12]]
    assert told[-1] == "And 3 more."
