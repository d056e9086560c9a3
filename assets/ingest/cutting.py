"""Planned parts of files to batches of chunks: each batch is parsed at once."""

from collections.abc import Generator
from dataclasses import dataclass

from assets.ingest.account import Part
from assets.ingest.chunks import RawChunk, Reader
from assets.ingest.content import CHUNK_BYTES, UnreadableError, read_chunks
from assets.ingest.ledger import FilePlan
from assets.ingest.lines import count_lines
from assets.ingest.state import hash_of


@dataclass(frozen=True)
class Batch:
    """Chunks of one feed that become one file of the raw lake."""

    feed: str
    chunks: list[tuple[Part, RawChunk]]
    """None, where a part turned out whole after its last chunk was given."""
    ended: list[Part]
    """Parts that were read to their ends, as they were planned."""

    @property
    def raw(self) -> list[RawChunk]:
        """The chunks alone."""
        return [chunk for _, chunk in self.chunks]


class Cutter:
    """Cuts what is new of one source: large files chunk by chunk, small ones of a feed together.

    The same files are cut the same way whenever they are read, so that what was parsed before is
    found again by its content.
    """

    def __init__(self, reader: Reader, chunk_bytes: int = CHUNK_BYTES) -> None:
        self._reader = reader
        self._chunk_bytes = chunk_bytes
        self._next_lines: dict[str, int] = {}
        self._waiting: list[tuple[Part, RawChunk]] = []

    def next_line(self, plan: FilePlan) -> int:
        """Number of the first line of a plan's stream that was not read."""
        return self._next_lines.get(plan.file_id, plan.first_line)

    def cut(self, plan: FilePlan) -> Generator[Batch]:
        """The batches that are full with this part; what is left waits for more of its feed.

        Raises:
            UnreadableError: the file is not what was planned; nothing of the part counts.
        """
        load_id = hash_of(plan.file_id, plan.first_byte, plan.digest, self._reader.parse_hash)
        part = Part(plan, f"l_{load_id}", self.next_line(plan))
        if plan.n_bytes > self._chunk_bytes:
            for chunk in self._chunks(part):
                yield Batch(plan.feed, [(part, chunk)], [])
            yield Batch(plan.feed, [], [part])
            return
        chunks = [(part, chunk) for chunk in self._chunks(part)]
        waiting = sum(len(chunk.data) for _, chunk in self._waiting)
        if waiting + plan.n_bytes > self._chunk_bytes:
            yield from self.rest()
        self._waiting += chunks

    def rest(self) -> Generator[Batch]:
        """What waits, if anything does: to be called after the last part of each feed."""
        waiting, self._waiting = self._waiting, []
        if waiting:
            ended = list({part.load_id: part for part, _ in waiting}.values())
            yield Batch(ended[0].plan.feed, waiting, ended)

    def _chunks(self, part: Part) -> Generator[RawChunk]:
        """The chunks of a part.

        Raises:
            UnreadableError: after the last, when they are not what was planned.
        """
        plan = part.plan
        assert plan.state is not None  # noqa: S101  set for whatever is to be read
        state, line = plan.state.copy(), part.first_line
        for data in read_chunks(
            plan.file,
            plan.first_byte,
            plan.end,
            state,
            chunk_bytes=self._chunk_bytes,
            opener=self._reader.adapter.opener_of(plan.file.name),
        ):
            yield RawChunk(plan.file_id, plan.path, line, data)
            line += count_lines(data)
        if state.hexdigest() != plan.digest:
            raise UnreadableError("changed while it was read: it is read in the next run")
        self._next_lines[plan.file_id] = line
