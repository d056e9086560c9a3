"""How a run that failed is told: what was expected as a sentence, a fault with its place."""

import dagster as dg
import duckdb
import pytest

from pipelines.commands import running
from pipelines.commands.errors import INTERRUPTED
from pipelines.errors import ExpectedError, FaultError
from pipelines.run import RunResult, _result_of


class _SoonFullError(ExpectedError):
    pass


def _ended(error: BaseException) -> RunResult:
    @dg.op
    def build() -> None:
        raise error

    @dg.job
    def daily() -> None:
        build()

    with dg.DagsterInstance.ephemeral() as instance:
        return _result_of(daily.execute_in_process(instance=instance, raise_on_error=False))


def test_an_expected_error_is_its_own_sentence():
    ended = _ended(_SoonFullError("the disk is full: make room"))
    assert (ended.is_success, ended.error, ended.fault) == (
        False,
        "the disk is full: make room",
        None,
    )


def test_a_fault_is_told_with_its_kind_and_its_place():
    ended = _ended(TypeError("'<' not supported"))
    assert (ended.is_success, ended.error) == (False, "TypeError: '<' not supported")
    assert "in build" in (ended.fault or "")


@pytest.mark.parametrize(
    "error",
    [
        KeyboardInterrupt(),
        duckdb.InterruptException("INTERRUPT Error: Interrupted!"),
        RuntimeError("Query interrupted"),
    ],
)
def test_a_run_that_was_stopped_is_no_fault(error):
    ended = _ended(error)
    assert (ended.is_success, ended.is_interrupted, ended.fault) == (False, True, None)


def test_a_run_that_was_stopped_says_so_and_nothing_else(tmp_path, monkeypatch, capsys):
    (tmp_path / "callmart.toml").write_text('[centre]\nname = "Test"\n', encoding="utf-8")
    ended = RunResult("r", False, None, is_refusal=False, is_interrupted=True)
    monkeypatch.setattr("pipelines.run.run_project", lambda *_, **__: ended)
    assert running.run(tmp_path) == INTERRUPTED
    assert capsys.readouterr().out.strip().startswith("Interrupted: ")


def test_a_fault_of_a_run_is_raised_with_where_it_was(tmp_path, monkeypatch):
    (tmp_path / "callmart.toml").write_text('[centre]\nname = "Test"\n', encoding="utf-8")
    ended = RunResult("r", False, "TypeError: no", is_refusal=False, fault="in build, line 3")
    monkeypatch.setattr("pipelines.run.run_project", lambda *_, **__: ended)
    with pytest.raises(FaultError, match="TypeError: no") as raised:
        running.run(tmp_path)
    assert "in build, line 3" in str(raised.value.__cause__)
