"""Pieces of work side by side: each once, in order where order counts, and none left behind."""

import threading
import time
from collections.abc import Iterator
from datetime import datetime

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.storage.abreast import abreast, beside
from pipelines.storage.duck import connect

LONG = "select count(*) from range(1_000_000) a, range(1_000_000) b where a.range + b.range = 7"
SOON_S = 20


@pytest.fixture
def con() -> Iterator[duckdb.DuckDBPyConnection]:
    with connect() as con:
        yield con


@pytest.mark.parametrize("n_threads", [1, 3])
def test_each_writes_on_a_cursor_of_its_own(con, n_threads):
    work = {
        f"t{n}": lambda cursor, n=n: (
            cursor.execute(f"create table t{n} as select {n} as n") and threading.get_ident()
        )
        for n in range(8)
    }
    threads = dict(abreast(con, work, n_threads=n_threads))
    assert sorted(threads) == sorted(work)
    for n in range(8):
        assert con.execute(f"select n from t{n}").fetchall() == [(n,)]
    assert (threads["t0"] == threading.get_ident()) == (n_threads == 1)


@given(
    st.lists(st.lists(st.integers(0, 9), max_size=3), min_size=1, max_size=10),
    st.integers(1, 4),
)
def test_nothing_begins_before_what_it_comes_after(needs, n_threads):
    """Each comes after some of those named before it, and after some that are no work at all."""
    after = {
        f"w{n}": {f"w{m}" for m in earlier if m < n} | {"of no work"}
        for n, earlier in enumerate(needs)
    }
    done: list[str] = []
    too_early: list[str] = []

    def work(name: str):
        def do(_: duckdb.DuckDBPyConnection) -> None:
            if not after[name] - {"of no work"} <= set(done):
                too_early.append(name)
            done.append(name)

        return do

    with connect() as con:
        told = [n for n, _ in abreast(con, {n: work(n) for n in after}, n_threads=n_threads,
                                      after=after)]  # fmt: skip
    assert not too_early
    assert sorted(told) == sorted(done) == sorted(after)


def test_two_really_go_side_by_side(con):
    met = threading.Barrier(2, timeout=SOON_S)
    work = {name: lambda _: met.wait() for name in ("a", "b")}
    assert sorted(dict(abreast(con, work, n_threads=2)).values()) == [0, 1]


def _has_threads(cursor: duckdb.DuckDBPyConnection, wanted: int) -> None:
    """Wait until statements may have so many threads."""
    until = time.monotonic() + SOON_S
    while cursor.execute("select current_setting('threads')").fetchone() != (wanted,):
        assert time.monotonic() < until, wanted
        time.sleep(0.01)


def test_threads_that_no_piece_needs_help_the_others(con):
    """Of four, two pieces have one each and the two others; the last one has all."""
    met = threading.Barrier(2, timeout=SOON_S)

    def quick(cursor: duckdb.DuckDBPyConnection) -> None:
        _has_threads(cursor, 3)
        met.wait()

    def slow(cursor: duckdb.DuckDBPyConnection) -> None:
        met.wait()
        _has_threads(cursor, 4)

    con.execute("set threads = 4")
    assert [n for n, _ in abreast(con, {"quick": quick, "slow": slow}, n_threads=4)]
    _has_threads(con, 4)


def test_what_is_done_alone_has_nothing_beside_it(con):
    """It has the threads that it may have, and begins when others can do nothing without it."""
    going: set[str] = set()
    seen: dict[str, set[str]] = {}

    def work(name: str, threads: int):
        def do(cursor: duckdb.DuckDBPyConnection) -> None:
            going.add(name)
            _has_threads(cursor, threads)
            seen[name] = going - {name}
            going.remove(name)

        return do

    con.execute("set threads = 4")
    pieces = {"large": 4, "hungry": 2, "later": 4, "small": 4}
    told = abreast(
        con,
        {name: work(name, threads) for name, threads in pieces.items()},
        n_threads=4,
        after={"later": ["hungry"]},
        alone={"large": 9, "hungry": 2}.get,
    )
    assert [name for name, _ in told] == ["small", "large", "hungry", "later"]
    assert seen == {name: set() for name in pieces}
    _has_threads(con, 4)


@given(
    st.lists(st.lists(st.integers(0, 9), max_size=3), min_size=1, max_size=10),
    st.sets(st.integers(0, 9)),
    st.integers(2, 4),
)
def test_whatever_the_order_who_is_alone_is_alone(needs, large, n_threads):
    after = {f"w{n}": {f"w{m}" for m in earlier if m < n} for n, earlier in enumerate(needs)}
    going: list[str] = []
    beside: list[set[str]] = []

    def work(name: str):
        def do(_: duckdb.DuckDBPyConnection) -> None:
            going.append(name)
            # Long enough for another to begin, if it may.
            time.sleep(0.002)
            beside.append(set(going))
            going.remove(name)

        return do

    with connect() as con:
        told = [n for n, _ in abreast(
            con, {n: work(n) for n in after}, n_threads=n_threads, after=after,
            alone=lambda name: n_threads if int(name[1:]) in large else None,
        )]  # fmt: skip
    assert sorted(told) == sorted(after)
    assert not [names for names in beside if len(names) > 1 and names & {f"w{n}" for n in large}]


def test_the_first_error_stops_the_others(con):
    """What is being asked ends early, what has not begun never begins."""
    begun = threading.Event()
    late: list[datetime] = []

    def fail(_: duckdb.DuckDBPyConnection) -> None:
        assert begun.wait(SOON_S)
        raise ValueError("the reason")

    def ask(cursor: duckdb.DuckDBPyConnection) -> None:
        begun.set()
        cursor.execute(LONG)

    def never(_: duckdb.DuckDBPyConnection) -> None:
        late.append(datetime.now())  # noqa: DTZ005

    started = time.monotonic()
    with pytest.raises(ValueError, match="the reason"):
        dict(abreast(con, {"ask": ask, "fail": fail, "c": never, "d": never}, n_threads=2,
                     after={"c": ["ask"], "d": ["fail"]}))  # fmt: skip
    assert not late
    assert time.monotonic() - started < SOON_S
    assert con.execute("select 1").fetchall() == [(1,)]


def test_an_error_is_noticed_while_a_thread_is_taken_from_a_long_statement(con):
    """Two pieces leave a third thread to the statement, three do not."""
    con.execute("set threads = 3")
    con.execute("create table numbers as from range(1_000_000)")

    def ask(cursor: duckdb.DuckDBPyConnection) -> None:
        late = threading.Timer(SOON_S, cursor.interrupt)
        late.start()
        try:
            cursor.execute(LONG.replace("range(1_000_000)", "numbers"))
        finally:
            late.cancel()

    def fail(_: duckdb.DuckDBPyConnection) -> None:
        raise ValueError("the reason")

    work = {"ask": ask, "first": lambda _: time.sleep(0.5), "beside": lambda _: None, "fail": fail}
    started = time.monotonic()
    with pytest.raises(ValueError, match="the reason"):
        dict(abreast(con, work, n_threads=3, after={"beside": ["first"], "fail": ["first"]}))
    assert time.monotonic() - started < SOON_S
    _has_threads(con, 3)


def test_who_stops_listening_stops_the_work(con):
    work = {"quick": lambda _: None, "slow": lambda cursor: cursor.execute(LONG)}
    started = time.monotonic()
    told = abreast(con, work, n_threads=2)
    assert next(told) == ("quick", None)
    told.close()
    assert time.monotonic() - started < SOON_S


def test_what_goes_on_beside_a_block_is_there_after_it(con):
    met = threading.Barrier(2)

    def ask(cursor: duckdb.DuckDBPyConnection) -> int:
        met.wait(SOON_S)
        return len(cursor.execute("from range(7)").fetchall())

    with beside(con, ask) as asking:
        met.wait(SOON_S)
        assert con.execute("select 1").fetchall() == [(1,)]
    assert asking.done()
    assert asking.result() == 7


def test_a_block_that_fails_stops_what_goes_on_beside_it(con):
    begun = threading.Event()

    def ask(cursor: duckdb.DuckDBPyConnection) -> None:
        begun.set()
        cursor.execute(LONG)

    started = time.monotonic()
    with pytest.raises(KeyboardInterrupt), beside(con, ask) as asking:
        assert begun.wait(SOON_S)
        raise KeyboardInterrupt
    assert time.monotonic() - started < SOON_S
    assert isinstance(asking.exception(), duckdb.InterruptException)
