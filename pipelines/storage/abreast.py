"""Independent work on one database side by side, each piece on a cursor of its own.

DuckDB spreads a large statement over all cores; a run is mostly small ones, which leave cores idle.
And a statement on two threads takes a third more processor time than on one: what runs beside
others is not spread.
"""

from collections.abc import Callable, Collection, Generator, Mapping
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import ExitStack
from graphlib import TopologicalSorter
from queue import SimpleQueue
from types import MappingProxyType
from typing import TypeVar

import duckdb

T = TypeVar("T")
Work = Callable[[duckdb.DuckDBPyConnection], T]
_NO_ORDER: Mapping[str, Collection[str]] = MappingProxyType({})
_NO_LIMIT: Mapping[str, int] = MappingProxyType({})
_INTERRUPT_EVERY_S = 0.05


def abreast(
    con: duckdb.DuckDBPyConnection,
    work: Mapping[str, Work[T]],
    *,
    n_threads: int,
    after: Mapping[str, Collection[str]] = _NO_ORDER,
    most_threads: Mapping[str, int] = _NO_LIMIT,
) -> Generator[tuple[str, T]]:
    """Do named pieces of work, several at a time; the first error stops all of them.

    Args:
        con: the database, no transaction open; it has `n_threads` threads, and has them again at
            the end.
        work: by name, in an order in which they could be done one after the other.
        n_threads: how many at a time; with one, all is done in order on `con` itself.
        after: the names that must be done before a name; those of no work are none.
        most_threads: how many threads a statement may have while a piece is done that needs much
            memory for each.

    Yields:
        Name and result of each, as it ends.

    Raises:
        BaseException: what the first piece raised that failed, after the others have stopped.
    """
    if n_threads == 1 or (len(work) <= 1 and not most_threads):
        for name, do in work.items():
            yield name, do(con)
        return
    ranks = {name: rank for rank, name in enumerate(work)}
    sorter = TopologicalSorter({name: work.keys() & set(after.get(name, ())) for name in work})
    sorter.prepare()
    running: dict[Future, str] = {}
    with ExitStack() as stack:
        cursors = [stack.enter_context(con.cursor()) for _ in range(n_threads)]
        free: SimpleQueue[duckdb.DuckDBPyConnection] = SimpleQueue()
        for cursor in cursors:
            free.put(cursor)
        executor = stack.enter_context(ThreadPoolExecutor(n_threads))
        sharer = stack.enter_context(ThreadPoolExecutor(1))
        sharing = stack.enter_context(con.cursor())
        try:
            while sorter.is_active():
                ready = sorted(sorter.get_ready(), key=ranks.__getitem__)
                names = [*running.values(), *ready]
                most = min((most_threads.get(name, n_threads) for name in names), default=n_threads)
                shared = sharer.submit(_share, sharing, most, len(names))
                # Nothing has a thread to give back: what begins has no more than its own.
                if not running:
                    shared.result()
                for name in ready:
                    running[executor.submit(_do, free, work[name])] = name
                for future in wait(running, return_when=FIRST_COMPLETED).done:
                    name = running.pop(future)
                    yield name, future.result()
                    sorter.done(name)
        finally:
            _stop(running, cursors)
            sharer.submit(_share, sharing, n_threads, 1).result()


def _do(free: "SimpleQueue[duckdb.DuckDBPyConnection]", do: Work[T]) -> T:
    cursor = free.get()
    try:
        return do(cursor)
    finally:
        free.put(cursor)


def _share(con: duckdb.DuckDBPyConnection, n_threads: int, n_running: int) -> None:
    """Leave to a statement the threads that no other piece of work needs.

    Where a statement has a thread that it shall not have any more, this waits for what that thread
    is doing; who waits for pieces of work must not wait here, or could not stop them.
    """
    # Each piece brings the thread that it runs on; the others help whoever asks.
    con.execute(f"set threads = {max(1, n_threads - n_running + 1)}")


def _stop(running: Collection[Future], cursors: Collection[duckdb.DuckDBPyConnection]) -> None:
    """Have what is still being done end early; nothing is, where all went well."""
    left = [future for future in running if not future.cancel()]
    while wait(left, timeout=_INTERRUPT_EVERY_S).not_done:
        # Said once, it would stop one statement, and the next would begin.
        for cursor in cursors:
            cursor.interrupt()
