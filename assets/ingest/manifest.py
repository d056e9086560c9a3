"""A source's part of `ops.lake_manifest`, read once for a refresh and written once after it.

The warehouse copy of a killed run is thrown away whole, so nothing is gained by keeping it in step
after each table, and a look into it costs milliseconds for each of dozens of small tables.
"""

from collections.abc import Iterable
from datetime import date

import duckdb

from pipelines.storage import lake
from pipelines.storage.lake import LakeFile, add_to_manifest

_Place = tuple[str, str, date | None]
"""Layer, table and day."""


class Manifest:
    """The files of the lake that one source's tables are made of.

    Args:
        con: the warehouse copy.
        source: which.
    """

    def __init__(self, con: duckdb.DuckDBPyConnection, source: str) -> None:
        self._con = con
        self._source = source
        self._files: dict[tuple[str, str], list[LakeFile]] = {}
        self._changed: set[_Place] = set()
        self._put(lake.manifest(con, source=source))

    def files(self, layer: str, table: str | None = None) -> list[LakeFile]:
        """Files of a layer, or of one table of it, ordered by table, day and path."""
        if table is not None:
            return list(self._files.get((layer, table), ()))
        return [file for (of, _), files in sorted(self._files.items()) if of == layer
                for file in files]  # fmt: skip

    def days(self, layer: str) -> set[date]:
        """Local days of which a layer has rows."""
        return {file.local_date for file in self.files(layer) if file.local_date}

    def forget(self, layer: str, table: str, days: Iterable[date | None]) -> None:
        """Take some days out of a table; a table without days holds the day None."""
        gone = set(days)
        files = self._files.get((layer, table), [])
        self._changed |= {_place(file) for file in files if file.local_date in gone}
        self._files[layer, table] = [file for file in files if file.local_date not in gone]

    def forget_all(self, *layers: str) -> None:
        """Take whole layers out."""
        for layer, table in list(self._files):
            if layer in layers:
                self.forget(layer, table, {file.local_date for file in self.files(layer, table)})

    def add(self, files: Iterable[LakeFile]) -> None:
        """Name files of this source."""
        new = list(files)
        self._changed |= {_place(file) for file in new}
        self._put(new)

    def store(self) -> None:
        """Bring `ops.lake_manifest` up to what is known here."""
        if not self._changed:
            return
        layers, tables, days = zip(*self._changed, strict=True)
        self._con.execute(
            """
            delete from ops.lake_manifest as m using (
                select unnest($layers::varchar[]) as layer, unnest($tables::varchar[]) as name,
                    unnest($days::date[]) as day
            ) as changed
            where m.source = $source and m.layer = changed.layer and m.table_name = changed.name
                and m.local_date is not distinct from changed.day
            """,
            {
                "source": self._source,
                "layers": list(layers),
                "tables": list(tables),
                "days": list(days),
            },
        )
        every = (file for files in self._files.values() for file in files)
        add_to_manifest(self._con, (file for file in every if _place(file) in self._changed))
        self._changed.clear()

    def _put(self, new: Iterable[LakeFile]) -> None:
        grown = set()
        for file in new:
            grown.add((file.layer, file.table_name))
            self._files.setdefault((file.layer, file.table_name), []).append(file)
        for table in grown:
            self._files[table].sort(key=_order)


def _place(file: LakeFile) -> _Place:
    return file.layer, file.table_name, file.local_date


def _order(file: LakeFile) -> tuple[date, str, str]:
    return file.local_date or date.max, file.path, file.load_id
