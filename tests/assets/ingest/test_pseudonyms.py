"""Numbers become hashes however they are written; extensions and own numbers stay."""

import stat
from pathlib import Path
from random import Random

import phonenumbers
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assets.ingest.pseudonyms import KeyFileError, Pseudonyms, create_key, read_key

KEY = b"k" * 32
BERLIN = Pseudonyms(KEY, "DE", [r"\+4930900\d+", r"555\d{5}"])

SAME = [
    "+49 30 1234567", "0049 30 1234567", "030 1234567", "030/123-45 67", "(030) 1234567",
    "+49(0)301234567", "sip:+49301234567@10.0.0.1;user=phone", "<tel:+49-30-1234567>",
]  # fmt: skip


@pytest.mark.parametrize("written", SAME)
def test_one_number_has_one_hash(written: str) -> None:
    assert BERLIN.customer_ref(written) == BERLIN.hash_number("+49301234567")


def test_hashes_depend_on_number_and_key() -> None:
    one = BERLIN.hash_number("+49301234567")
    assert one is not None
    assert one.startswith("c_")
    assert len(one) == 18
    assert one != BERLIN.hash_number("+49301234568")
    assert one != Pseudonyms(b"x" * 32, "DE").hash_number("+49301234567")
    assert BERLIN.fingerprint == Pseudonyms(KEY, "GB").fingerprint
    assert BERLIN.fingerprint != Pseudonyms(b"x" * 32, "DE").fingerprint


@pytest.mark.parametrize("number", ["", " ", "anonymous", "Unknown", "PRIVATE", "unavailable"])
def test_withheld_numbers_are_nobody(number: str) -> None:
    assert BERLIN.hash_number(number) is None
    assert BERLIN.customer_ref(number) is None
    assert BERLIN.protect(number) is None


@pytest.mark.parametrize("number", ["1013", "*11", "+49 30 900-12", "0309001", "55512345", "Ana"])
def test_extensions_and_own_numbers_stay(number: str) -> None:
    assert not BERLIN.is_external(number)
    assert BERLIN.customer_ref(number) is None
    assert BERLIN.protect(number) == number


def test_impossible_numbers_are_hashed_by_their_digits() -> None:
    assert BERLIN.hash_number("99 99 99 99 99 99 99 99") == BERLIN.hash_number("9999999999999999")
    assert BERLIN.is_external("9999999999999999")


def test_runs_of_digits_in_text_are_hashed() -> None:
    ref = BERLIN.hash_number("+49301234567")
    text = "back to +49 (30) 1234-567 by 14:30, room 1013, trunk 0309001 or 55512345"
    masked = BERLIN.mask_text(text)
    assert masked == text.replace("+49 (30) 1234-567", str(ref))
    assert BERLIN.mask_text(masked) == masked


@settings(max_examples=200, deadline=None)
@given(st.text(alphabet="0123456789+-/() .a", max_size=40))
def test_no_run_of_seven_digits_survives(text: str) -> None:
    masked = Pseudonyms(KEY, "DE").mask_text(text)
    left = "".join(part for part in masked.split("c_") if part)
    plain = "".join(c for c in text if c.isdigit())
    for start in range(len(plain) - 6):
        run = plain[start : start + 7]
        if run in text:
            assert run not in left or any(run in part[:16] for part in masked.split("c_")[1:])


def test_a_number_written_internationally_is_as_phonenumbers_says() -> None:
    random = Random(7)  # noqa: S311
    for _ in range(3000):
        length = random.randrange(7, 15)
        number = "+" + "".join(random.choice("0123456789") for _ in range(length))
        try:
            parsed = phonenumbers.parse(number, "DE")
        except phonenumbers.NumberParseException:
            continue
        if phonenumbers.is_possible_number(parsed):
            form = phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)
            assert BERLIN._normal(number) == form


def test_series_are_worked_out_by_distinct_value() -> None:
    numbers = pl.Series(["+49301234567", None, "1013", "anonymous", "030 1234567"])
    ref = BERLIN.hash_number("+49301234567")
    assert BERLIN.customer_refs(numbers).to_list() == [ref, None, None, None, ref]
    assert BERLIN.protect_all(numbers).to_list() == [ref, None, "1013", None, ref]
    many = pl.Series([None, *(f"+4930{n:07} x" for n in range(500))])
    expected = [None if text is None else BERLIN.mask_text(text) for text in many]
    assert BERLIN.mask_texts(many).to_list() == expected
    plain = pl.Series(["a", "b 12", None])
    assert BERLIN.mask_texts(plain).to_list() == plain.to_list()
    assert BERLIN.customer_refs(pl.Series([], dtype=pl.String)).to_list() == []


def test_line_ids_are_keyed_and_of_the_whole_line() -> None:
    first, second, again = BERLIN.line_ids([b"a|b", b"a|c", b"a|b"])
    assert first == again != second
    assert len(first) == 16
    assert first != Pseudonyms(b"x" * 32, "DE").line_ids([b"a|b"])[0]


def test_the_key_is_made_once_for_the_owner(tmp_path: Path) -> None:
    path = tmp_path / "var" / "key"
    with pytest.raises(KeyFileError, match="callmart init"):
        read_key(path)
    create_key(path)
    key = read_key(path)
    assert len(key) == 32
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    create_key(path)
    assert read_key(path) == key
    path.write_bytes(b"short")
    with pytest.raises(KeyFileError, match="5 bytes and not 32"):
        create_key(path)
