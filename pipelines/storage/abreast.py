"""Independent work on one database side by side, each piece on a cursor of its own.

DuckDB spreads a large statement over all cores; a run is mostly small ones, which leave cores idle.
And a small statement on two threads takes a third more processor time than on one: what runs beside
others is not spread. Large ones are done alone, on all threads: two of them would share the memory,
and put into files what each by itself could keep.
"""

from collections.abc import Callable, Collection, Generator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import ExitStack, contextmanager
from graphlib import TopologicalSorter
from queue import SimpleQueue
from types import MappingProxyType
from typing import TypeVar

import duckdb

T = TypeVar("T")
Work = Callable[[duckdb.DuckDBPyConnection], T]
_NO_ORDER: Mapping[str, Collection[str]] = MappingProxyType({})
_INTERRUPT_EVERY_S = 0.05


def _none_alone(_: str) -> None:
    """How `abreast` takes every piece where nobody says otherwise."""


def abreast(
    con: duckdb.DuckDBPyConnection,
    work: Mapping[str, Work[T]],
    *,
    n_threads: int,
    after: Mapping[str, Collection[str]] = _NO_ORDER,
    alone: Callable[[str], int | None] = _none_alone,
) -> Generator[tuple[str, T]]:
    """Do named pieces of work, several at a time; the first error stops all of them.

    Args:
        con: the database, no transaction open; it has `n_threads` threads, and has them again at
            the end.
        work: by name, in an order in which they could be done one after the other.
        n_threads: how many at a time; with one, all is done in order on `con` itself.
        after: the names that must be done before a name; those of no work are none.
        alone: with how many threads a piece is done that shall have nothing beside it; None of
            others. Asked when all is done that the piece comes after.

    Yields:
        Name and result of each, as it ends.

    Raises:
        BaseException: what the first piece raised that failed, after the others have stopped.
    """
    if n_threads == 1:
        for name, do in work.items():
            yield name, do(con)
        return
    turns = _Turns(list(work), after, alone, n_threads)
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
            while turns.are_left:
                names, threads = turns.next(len(running))
                shared = sharer.submit(_share, sharing, threads)
                # Nothing has a thread to give back: what begins has no more than its own.
                if not running:
                    shared.result()
                for name in names:
                    running[executor.submit(_do, free, work[name])] = name
                for future in wait(running, return_when=FIRST_COMPLETED).done:
                    name = running.pop(future)
                    yield name, future.result()
                    turns.done(name)
        finally:
            _stop(running, cursors)
            sharer.submit(_share, sharing, n_threads).result()


@contextmanager
def beside(con: duckdb.DuckDBPyConnection, do: Work[T]) -> Generator["Future[T]"]:
    """Do one piece of work on a cursor of its own while the block goes on, and end with it.

    Args:
        con: the database, no transaction open.
        do: the work; stopped where the block fails.

    Yields:
        What it will have found; after the block it is there.
    """
    with con.cursor() as cursor, ThreadPoolExecutor(1) as executor:
        future = executor.submit(do, cursor)
        try:
            yield future
        except BaseException:
            _stop([future], [cursor])
            raise


class _Turns:
    """Whose turn it is: who may be beside others first, then one by one those who are alone."""

    def __init__(
        self,
        names: Sequence[str],
        after: Mapping[str, Collection[str]],
        alone: Callable[[str], int | None],
        n_threads: int,
    ) -> None:
        self._ranks = {name: rank for rank, name in enumerate(names)}
        self._alone = alone
        self._n_threads = n_threads
        self._apart: dict[str, int] = {}
        """The threads of each that waits until nothing else is left to do."""
        self._sorter = TopologicalSorter({n: {*names} & {*after.get(n, ())} for n in names})
        self._sorter.prepare()

    @property
    def are_left(self) -> bool:
        return self._sorter.is_active()

    def done(self, name: str) -> None:
        self._sorter.done(name)

    def next(self, n_running: int) -> tuple[list[str], int]:
        """Who begins now, beside so many, and the threads that a statement may have then."""
        beside = []
        for name in sorted(self._sorter.get_ready(), key=self._ranks.__getitem__):
            if (most := self._alone(name)) is None:
                beside.append(name)
            else:
                self._apart[name] = min(most, self._n_threads)
        if n_running or beside:
            # Each brings the thread that it runs on; the others help whoever asks.
            return beside, max(1, self._n_threads - n_running - len(beside) + 1)
        first = min(self._apart, key=self._ranks.__getitem__)
        return [first], self._apart.pop(first)


def _do(free: "SimpleQueue[duckdb.DuckDBPyConnection]", do: Work[T]) -> T:
    cursor = free.get()
    try:
        return do(cursor)
    finally:
        free.put(cursor)


def _share(con: duckdb.DuckDBPyConnection, n_threads: int) -> None:
    """Leave so many threads to a statement, its own among them.

    Where a statement has a thread that it shall not have any more, this waits for what that thread
    is doing; who waits for pieces of work must not wait here, or could not stop them.
    """
    con.execute(f"set threads = {n_threads}")


def _stop(running: Collection[Future], cursors: Collection[duckdb.DuckDBPyConnection]) -> None:
    """Have what is still being done end early; nothing is, where all went well."""
    left = [future for future in running if not future.cancel()]
    while wait(left, timeout=_INTERRUPT_EVERY_S).not_done:
        # Said once, it would stop one statement, and the next would begin.
        for cursor in cursors:
            cursor.interrupt()
