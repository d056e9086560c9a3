"""Who was needed, planned and there: drawn as it was, and counted as it is drawn."""

from datetime import date

from reports.figures import staffing


def _quarter(time: str, came: float, required: int | None, present: float, **more) -> dict:
    return {
        "staffing_group": "Voice", "local_time": time, "n_visits": came, "forecast_volume": 10.0,
        "required_agents": required, "required_agents_forecast": 4, "scheduled_agents": 4.0,
        "present_agents": present, **more,
    }  # fmt: skip


def test_a_day_tells_how_often_and_by_how_much_too_few_were_there():
    rows = [_quarter("09:00", 12, 5, 3.5), _quarter("09:15", 8, 3, 4.0),
            _quarter("10:00", 9, 4, 3.0)]  # fmt: skip
    chart = staffing.quarters(rows, 0)
    assert chart
    assert chart.title.endswith("Voice")
    assert "Too few were present in 2 of 3 quarter hours, by 0.6" in chart.sub
    required, scheduled, present, came, forecast = chart.figure["data"]
    assert required["x"] == ["09:00", "09:15", "09:30", "09:45", "10:00"]
    assert required["y"] == [5, 3, 0, 0, 4]
    assert present["y"] == [3.5, 4, 0, 0, 3]
    assert scheduled["y"][0] == 4
    assert came["y"][:2] == [12, 8]
    assert forecast["y"][0] == 10
    assert len(chart.rows) == 5
    assert staffing.quarters(rows, 1) is None


def test_groups_come_by_size_and_those_without_anybody_not_at_all():
    rows = [
        _quarter("09:00", 1, 1, 1.0, staffing_group="small"),
        _quarter("09:00", 9, 9, 9.0, staffing_group="large"),
        _quarter("09:00", 0, 0, 0.0, staffing_group="none", scheduled_agents=0.0),
    ]
    titles = [c.title for n in range(4) if (c := staffing.quarters(rows, n))]
    assert [title.rsplit(" ", 1)[1] for title in titles] == ["large", "small"]


def test_what_is_not_known_is_no_shortage():
    chart = staffing.quarters([_quarter("09:00", 4, None, 0.0)], 0)
    assert chart
    assert chart.sub.startswith("How many were required is not known")
    assert (
        "Enough were present" in (staffing.quarters([_quarter("09:00", 4, 2, 2.0)], 0) or chart).sub
    )


def test_days_are_sums_of_all_groups():
    day = {"local_date": date(2026, 2, 3), "n_visits": 100.0, "forecast_volume": 90.0,
           "required_h": 30.0, "scheduled_h": 28.0, "present_h": None}  # fmt: skip
    chart = staffing.days([{**day, "staffing_group": g} for g in ("a", "b")])
    assert chart
    assert chart.rows == [["Tue 3 Feb", "60.0", "56.0", "0.0", "200", "180"]]
    assert staffing.days([]) is None
