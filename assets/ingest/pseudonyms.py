"""Keyed hashes in place of telephone numbers, and the key they are made with.

The same number gives the same hash however it was written, within one centre. Without the key
file nobody can go back, nor try numbers out.
"""

import os
import re
import secrets
from collections.abc import Callable, Iterable
from functools import cache, cached_property
from hashlib import blake2b
from pathlib import Path

import polars as pl

from pipelines.errors import ExpectedError

KEY_BYTES = 32
_WITHHELD = frozenset(
    {"", "anonymous", "unknown", "private", "restricted", "unavailable", "withheld", "<unknown>"}
)
_MIN_DIGITS = 7
_PLAIN_E164 = re.compile(r"\+[1-9][0-9]{6,14}")
_HASH = r"c_[0-9a-f]{16}"
# The hash comes first, so that text masked before stays as it is.
_RUN = re.compile(rf"{_HASH}|\+?\(?\d(?:[ \-./()\u00a0]{{0,3}}\d){{{_MIN_DIGITS - 1},}}")
# The same without look at hashes: which texts are worth the regular expression above.
_MAYBE = r"\d(?:[ \-./()\x{a0}]{0,3}\d){6,}"
_ADDRESS = re.compile(r"^(?:sips?|tel):([^@;>]*).*$", re.IGNORECASE)
_CACHE_LIMIT = 500_000


class KeyFileError(ExpectedError):
    """The key of the pseudonyms is missing or unusable; the text names the file and the remedy."""


def create_key(path: Path) -> None:
    """Make a key file of 32 random bytes, mode 0600, unless there is one.

    Raises:
        KeyFileError: there is a file, but it is no key.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        read_key(path)
        return
    with os.fdopen(handle, "wb") as file:
        file.write(secrets.token_bytes(KEY_BYTES))
        file.flush()
        os.fsync(file.fileno())


def read_key(path: Path) -> bytes:
    """Read a key file.

    Raises:
        KeyFileError: it is missing, or not 32 bytes.
    """
    try:
        key = path.read_bytes()
    except FileNotFoundError:
        raise KeyFileError(
            f"{path} is missing: without the key, customers seen before would look new. "
            "Put it back from a backup; for a new project `callmart init` makes one."
        ) from None
    if len(key) != KEY_BYTES:
        raise KeyFileError(
            f"{path} holds {len(key)} bytes and not {KEY_BYTES}: put it back from a backup."
        )
    return key


class Pseudonyms:
    """Turns numbers of customers into keyed hashes; keeps extensions and the centre's own.

    Args:
        key: the 32 bytes of the key file.
        country: two-letter country whose dialling rules read numbers without a country code.
        own_numbers: regular expressions of whole numbers that belong to the centre; tried on the
            number as written, on its digits and on its international form.
    """

    def __init__(self, key: bytes, country: str, own_numbers: Iterable[str] = ()) -> None:
        number_key = blake2b(b"number", key=key, digest_size=32).digest()
        self._number_hash = blake2b(key=number_key, digest_size=8)
        self._line_key = blake2b(b"line", key=key, digest_size=32).digest()
        self._country = country
        self._own = [re.compile(pattern) for pattern in own_numbers]
        self._known: dict[str, tuple[bool, str | None]] = {}

    @cached_property
    def fingerprint(self) -> str:
        """Tells keys apart without giving one away: 16 hex digits."""
        return blake2b(b"fingerprint", key=self._line_key, digest_size=8).hexdigest()

    def line_ids(self, lines: Iterable[bytes]) -> list[str]:
        """A keyed hash of each line, 16 hex digits."""
        # Faster than anything set-based at hand: 1.2 million lines a second.
        keyed = blake2b(key=self._line_key, digest_size=8)
        ids = []
        for line in lines:
            one = keyed.copy()
            one.update(line)
            ids.append(one.hexdigest())
        return ids

    def is_external(self, number: str) -> bool:
        """Whether this is an outside number: at least 7 digits, and none of the centre's own."""
        return self._told(number)[0]

    def hash_number(self, number: str) -> str | None:
        """`c_` and 16 hex digits; None when the number is withheld."""
        return self._told(number)[1]

    def _told(self, number: str) -> tuple[bool, str | None]:
        """Whether a number is an outside one, and its hash; the same callers come again."""
        told = self._known.get(number)
        if told is None:
            if len(self._known) >= _CACHE_LIMIT:
                self._known.clear()
            text = _bare(number)
            is_long = _PLAIN_E164.fullmatch(text) or sum(map(str.isdigit, text)) >= _MIN_DIGITS
            is_external = bool(is_long) and not self._is_own(text)
            withheld = text.lower() in _WITHHELD
            told = is_external, None if withheld else self._digest(self._normal(text))
            self._known[number] = told
        return told

    def customer_ref(self, number: str | None) -> str | None:
        """The hash of an outside number; None for withheld numbers, extensions and own numbers."""
        if number is None or not self.is_external(number):
            return None
        return self.hash_number(number)

    def protect(self, number: str) -> str | None:
        """The hash of an outside number; others as they are, withheld ones None."""
        if self.is_external(number):
            return self.hash_number(number)
        return None if number.strip().lower() in _WITHHELD else number

    def mask_text(self, text: str) -> str:
        """Free text with each run of 7 digits or more, separators allowed, as `protect` says."""
        return _RUN.sub(self._mask_run, text)

    def customer_refs(self, numbers: pl.Series) -> pl.Series:
        """`customer_ref` of each value, worked out once for each distinct value."""
        return _by_distinct(numbers, self.customer_ref)

    def hash_texts(self, texts: pl.Series) -> pl.Series:
        """A hash of each text, such as a mail address, without regard to case and blanks around."""
        return _by_distinct(texts, lambda text: self._digest(f"text|{text.strip().casefold()}"))

    def protect_all(self, numbers: pl.Series) -> pl.Series:
        """`protect` of each value, worked out once for each distinct value."""
        return _by_distinct(numbers, self.protect)

    def mask_texts(self, texts: pl.Series) -> pl.Series:
        """`mask_text` of each value; only those that may hold a number are looked at."""
        distinct = texts.unique()  # Once: each call may give another order.
        risky = distinct.filter(distinct.str.contains(_MAYBE).fill_null(False))
        if risky.is_empty():
            return texts
        masked = pl.Series([self.mask_text(text) for text in risky], dtype=pl.String)
        return texts.replace(risky, masked)

    def _mask_run(self, match: re.Match[str]) -> str:
        run = match.group()
        if run.startswith("c_") or not self.is_external(run):
            return run
        return self.hash_number(run) or run

    def _is_own(self, text: str) -> bool:
        if not self._own:
            return False
        forms = {text, "".join(filter(str.isdigit, text)), self._normal(text)}
        return any(own.fullmatch(form) for own in self._own for form in forms)

    def _digest(self, normal: str) -> str:
        one = self._number_hash.copy()
        one.update(normal.encode())
        return "c_" + one.hexdigest()

    def _normal(self, text: str) -> str:
        """International form; where the rules know none, digits (00 read as +), else the text."""
        import phonenumbers

        if _PLAIN_E164.fullmatch(text) and _is_settled(text):
            return text
        for candidate in (text, "+" + text[2:]) if text.startswith("00") else (text,):
            try:
                number = phonenumbers.parse(candidate, self._country)
            except phonenumbers.NumberParseException:
                continue
            if phonenumbers.is_possible_number(number):
                return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
        digits = "".join(str(int(c)) for c in text if c.isdecimal())
        return re.sub(r"^00", "", digits) if digits else text.lower()


def _by_distinct(values: pl.Series, function: Callable[[str], str | None]) -> pl.Series:
    distinct = values.drop_nulls().unique()
    results = pl.Series([function(value) for value in distinct], dtype=pl.String)
    return values.replace_strict(distinct, results, default=None, return_dtype=pl.String)


def _bare(number: str) -> str:
    """The number of a SIP or tel address, else the text, without blanks around it."""
    if _PLAIN_E164.fullmatch(number):
        return number
    return _ADDRESS.sub(r"\1", number.strip().strip("<>")).strip()


def _is_settled(number: str) -> bool:
    """Whether `+` and digits are the international form already.

    phonenumbers takes 45 µs to say so. It changes such a number only where the part after the
    country code begins with what may be a national prefix.
    """
    country = _country_of(number[1:4])
    if country is None:
        return False
    length, prefix = country
    return prefix is None or prefix.match(number[1 + length :]) is None


@cache
def _country_of(digits: str) -> tuple[int, re.Pattern[str] | None] | None:
    """Length of the country code that digits begin with, and the national prefixes there."""
    from phonenumbers import COUNTRY_CODE_TO_REGION_CODE, PhoneMetadata

    for length in (1, 2, 3):
        code = int(digits[:length])
        if regions := COUNTRY_CODE_TO_REGION_CODE.get(code):
            metadata = PhoneMetadata.metadata_for_region_or_calling_code(code, regions[0])
            prefix = metadata.national_prefix_for_parsing if metadata else None
            return length, None if prefix is None else re.compile(prefix)
    return None
