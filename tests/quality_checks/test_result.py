"""What a finding may say."""

from quality_checks.result import CheckSpec, broken, failed_to_run, held, is_tellable, sample_text

SPEC = CheckSpec("core.fact_contact", "some_check", "critical", "What it asks.")


def test_only_a_critical_failure_blocks():
    assert broken(SPEC, "2 found").is_blocking
    assert not held(SPEC).is_blocking
    warning = CheckSpec("core.fact_contact", "some_check", "warning", "What it asks.")
    assert not broken(warning, "2 found").is_blocking


def test_what_could_not_run_has_failed():
    result = failed_to_run(SPEC, RuntimeError("no such table\nLINE 1: ..."))
    assert result.is_blocking
    assert result.detail == "the check could not run: no such table"


def test_an_error_does_not_quote_a_number():
    error = ValueError("Could not convert string '+44 171 555 0100' to INT64")
    assert "555" not in failed_to_run(SPEC, error).detail


def test_samples_tell_keys_and_counts_only():
    row = {
        "visit_key": 7,
        "customer_ref": "c_0011223344556677",
        "agent_id": "Ann Other",
        "first_agent_id": "Ann Other",
        "agent": "Ann Other",
        "scope_id": "Ann Other",
        "name": "Ann Other",
        "caller_extension": "1013",
        "reason": "call 0171 555 0100",
        "n_rows": 2,
    }
    assert sample_text([row]) == "visit_key 7, n_rows 2"
    assert is_tellable("agent_key")


def test_samples_are_few():
    assert sample_text({"visit_key": n} for n in range(100)).count("visit_key") == 5


def test_of_a_wide_row_the_first_values_are_told():
    wide = {f"k{n}_key": None if n == 1 else n for n in range(9)}
    assert sample_text([wide]) == ", ".join(f"k{n}_key {n}" for n in (0, *range(2, 9)))
    wider = wide | {"k9_key": 9}
    assert sample_text([wider]).endswith("k7_key 7, k8_key 8, ...")
    narrow = {"visit_key": 1, "queue": None}
    assert sample_text([narrow]) == "visit_key 1, queue None"
