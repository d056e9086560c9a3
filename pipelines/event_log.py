"""Dagster's SQLite event log with its connections kept open.

Dagster opens a database anew for every event, and a run has hundreds: that took longer than the
build of a small warehouse. The files are Dagster's own; any Dagster reads them.
"""

from collections import OrderedDict
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dagster import StringSource
from dagster._core.storage.event_log import SqliteEventLogStorage
from sqlalchemy import create_engine, event
from sqlalchemy.pool import StaticPool

if TYPE_CHECKING:
    from dagster._serdes import ConfigurableClassData
    from sqlalchemy.engine import Connection, Engine

_MOST_OPEN = 4
_WAIT_S = 60


class EventLog(SqliteEventLogStorage):
    """Dagster's `SqliteEventLogStorage`, but quick; named in the project's dagster.yaml."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self._engines: OrderedDict[str, Engine] = OrderedDict()
        super().__init__(*args, **kwargs)

    @classmethod
    def config_type(cls) -> dict[str, Any]:
        """Dagster's home folder, so that a project may be moved."""
        return {"home": StringSource}

    @classmethod
    def from_config_value(
        cls, inst_data: "ConfigurableClassData | None", config_value: Mapping[str, Any]
    ) -> "EventLog":
        """Where Dagster itself keeps it: `history/runs`."""
        folder = Path(config_value["home"]) / "history" / "runs"
        return cls(inst_data=inst_data, base_dir=str(folder))

    @contextmanager
    def _connect(self, shard: str) -> Generator["Connection"]:
        with self._db_lock:
            engine = self._engine(shard)
            if shard not in self._initialized_dbs:
                self._initdb(engine)
                self._initialized_dbs.add(shard)
            with engine.begin() as connection:
                yield connection

    def _engine(self, shard: str) -> "Engine":
        engine = self._engines.pop(shard, None)
        if engine is None:
            engine = create_engine(
                self.conn_string_for_shard(shard),
                poolclass=StaticPool,
                connect_args={"timeout": _WAIT_S, "check_same_thread": False},
            )
            event.listen(engine, "connect", _do_not_wait_for_the_disk)
        self._engines[shard] = engine
        while len(self._engines) > _MOST_OPEN:
            self._engines.popitem(last=False)[1].dispose()
        return engine

    def dispose(self) -> None:
        """Close all connections."""
        while self._engines:
            self._engines.popitem()[1].dispose()
        super().dispose()


def _do_not_wait_for_the_disk(connection: Any, _: Any) -> None:
    """In WAL mode this keeps the file whole after a crash; the newest events may be lost."""
    connection.execute("pragma synchronous = normal")
