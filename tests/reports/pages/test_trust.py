"""The data-quality note names what is wrong, and says when nothing is."""

from datetime import date

from reports.pages import trust
from reports.records import Trust


def _check(name: str, *, passed: bool, waived: bool = False, severity: str = "critical") -> dict:
    return {
        "relation": "core.fact_contact", "check_name": name, "severity": severity,
        "is_passed": passed, "is_waived": waived,
    }  # fmt: skip


def _file(status: str, read: int = 0, refused: int = 0) -> dict:
    return {
        "path": f"landing/{status}", "status": status, "n_read": read, "n_loaded": read - refused,
        "n_quarantined": refused, "n_skipped": 0,
    }  # fmt: skip


def _feed(behind: float | None) -> dict:
    return {"source": "pbx", "feed": "cdr", "behind_hours": behind, "late_after_hours": 26}


def test_all_is_well_only_when_everything_is():
    calm = Trust(checks=[_check("a", passed=True)], files=[_file("loaded", 10)], feeds=[_feed(2)])
    assert trust.headline(calm).state == "good"
    assert {n.state for n in trust.notes(calm)} == {"good"}
    assert [n.head for n in trust.notes(calm)] == ["Checks", "Lines", "Feeds"]


def test_no_checks_is_not_success():
    assert trust.headline(Trust()).state == "warn"
    assert trust.notes(Trust())[0].text == "No check ran on this publication."


def test_what_failed_was_accepted_or_is_late_is_named():
    found = trust.notes(
        Trust(
            checks=[_check("a", passed=False, waived=True), _check("b", passed=False)],
            waivers=[
                {"relation": "core.fact_contact", "check_name": "a", "reason": "known",
                 "until_date": date(2026, 12, 31)}
            ],
            files=[_file("loaded", 10, 2), _file("unread")],
            feeds=[_feed(40), _feed(None)],
            queues=[
                {"queue_name": "sales", "is_threshold_assumed": True, "service_level_s": 20},
                {"queue_name": "vip", "is_threshold_assumed": False, "service_level_s": 3},
            ],
        )
    )  # fmt: skip
    texts = [n.text for n in found]
    assert texts[0] == "1 of 2 did not hold: core.fact_contact: b."
    assert found[0].state == "bad"
    assert "accepted until Thu 31 Dec 2026: known." in texts[1]
    assert texts[2] == (
        "10 lines read = 8 loaded + 2 quarantined + 0 left out by a named rule, from 1 file."
    )
    assert texts[3] == "1 file could not be read: landing/unread."
    assert "nothing for 40\u202fh" in texts[4]
    assert "not brought a single line" in texts[5]
    assert texts[6].startswith("Nobody has set a time limit for sales: 20 s was assumed.")


def test_groups_of_checks_show_failures_first():
    checks = [_check("a", passed=True) | {"relation": "a"}, _check("b", passed=False)]
    groups = trust.checks_by_relation(Trust(checks=checks))
    assert [(g["relation"], g["n_failed"]) for g in groups] == [("core.fact_contact", 1), ("a", 0)]


def test_what_did_not_hold_comes_before_what_was_accepted():
    checks = [
        _check("kept", passed=True), _check("accepted", passed=False, waived=True),
        _check("warned", passed=False, severity="warning"), _check("stopped", passed=False),
    ]  # fmt: skip
    found = trust.not_held(Trust(checks=checks))
    assert [c["check_name"] for c in found] == ["stopped", "warned", "accepted"]
    assert [c["state"][2] for c in found] == ["failed", "failed", "accepted"]
