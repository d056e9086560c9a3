"""Bytes of landing files: measured, marked and cut into whole lines."""

import gzip
from hashlib import sha256
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assets.ingest import content
from assets.ingest.content import UnreadableError, decode, measure, read_chunks, read_head

MANY = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
BYTES = st.lists(st.binary(max_size=9) | st.just(b"\n"), max_size=12).map(b"".join)


@MANY
@given(data=BYTES, packed=st.booleans(), size=st.integers(1, 20), marks=st.sets(st.integers(0, 60)))
def test_measuring_and_reading_agree(
    tmp_path: Path, data: bytes, packed: bool, size: int, marks: set[int]
) -> None:
    path = tmp_path / "log"
    packed = packed or data.startswith((b"\x1f\x8b", *content._OTHER_PACKERS))
    path.write_bytes(gzip.compress(data) if packed else data)
    measured = measure(path, marks)
    end = len(data) if packed else data.rfind(b"\n") + 1
    assert (measured.size, measured.tail) == (end, len(data) - end)
    assert measured.digest == sha256(data[:end]).hexdigest()
    wanted = {mark for mark in marks if mark <= len(data) and data[mark - 1 : mark] == b"\n"}
    assert measured.states.keys() == {0, *wanted}
    for mark, state in measured.states.items():
        assert state.hexdigest() == sha256(data[:mark]).hexdigest()
        if mark > end:
            continue
        rest = state.copy()
        chunks = list(read_chunks(path, mark, end, rest, chunk_bytes=size))
        assert b"".join(chunks) == data[mark:end]
        assert rest.hexdigest() == measured.digest
        assert all(chunk.endswith(b"\n") for chunk in chunks[:-1])
        assert all(chunks)


def test_a_line_longer_than_a_block_is_one_chunk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(content, "_BLOCK", 7)
    path = tmp_path / "log"
    data = b"a\n" + b"b" * 100 + b"\nc\nrest"
    path.write_bytes(data)
    measured = measure(path, {2, 3})
    assert (measured.size, measured.tail) == (len(data) - 4, 4)
    assert measured.states.keys() == {0, 2}
    chunks = list(read_chunks(path, 2, measured.size, measured.states[2], chunk_bytes=10))
    assert chunks == [b"b" * 100 + b"\nc\n"]


def test_members_of_a_gzip_file_are_read_on(tmp_path: Path) -> None:
    path = tmp_path / "log"
    path.write_bytes(gzip.compress(b"a\nb") + gzip.compress(b"c\n"))
    assert measure(path).size == 5
    assert read_head(path) == b"a\nbc\n"


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(UnreadableError, match="cannot be read"):
        measure(tmp_path / "gone")


@pytest.mark.parametrize(
    ("data", "text"),
    [("Zoë".encode(), "Zoë"), ("Zoë".encode("cp1252"), "Zoë"), (b"\x81", "\x81"),
     (b"\xef\xbb\xbfx", "x")],
)  # fmt: skip
def test_text_is_found_in_any_bytes(data: bytes, text: str) -> None:
    assert decode(data) == text
