"""What of a line may stay in the clear: extensions, agents' names, the centre's own numbers."""

import polars as pl

from assets.ingest.pseudonyms import Pseudonyms

EXTENSION = r"^\*?[0-9]{1,6}$"
HASH = r"^c_[0-9a-f]{16}$"
_CHANNEL = r"^(.*?)(-[0-9a-f]{8}(?:;[0-9])?)?$"
_PEER = r"^[A-Za-z0-9]+/([0-9]{1,6})(?:[^0-9].*)?$"


def caller(numbers: pl.Series, pseudonyms: Pseudonyms, known: frozenset[str]) -> pl.Series:
    """Caller numbers: hashed, but for extensions, own numbers and names in `known`.

    A name in place of a number (a SIP user such as jo.smith) names a person too: hashed.
    """
    protected = pseudonyms.protect_all(numbers)
    personal = protected.str.contains("[^0-9*#+]").fill_null(False) & ~protected.str.contains(HASH)
    personal = personal & ~protected.is_in(list(known))
    names = protected.filter(personal).unique()
    if names.is_empty():
        return protected
    hashed = pl.Series([pseudonyms.hash_number(name) for name in names], dtype=pl.String)
    return protected.replace(names, hashed)


def channel(channels: pl.Series, pseudonyms: Pseudonyms) -> pl.Series:
    """Channel names with the numbers in them hashed; the serial at the end is none."""
    parts = channels.to_frame("c").select(
        name=pl.col("c").str.extract(_CHANNEL, 1), serial=pl.col("c").str.extract(_CHANNEL, 2)
    )
    masked = pseudonyms.mask_texts(parts["name"])
    return masked + parts["serial"].fill_null("")


def channel_first(params: pl.Series, pseudonyms: Pseudonyms) -> pl.Series:
    """Parameters that begin with a channel name: `PJSIP/1019-00000007|128`."""
    parts = params.to_frame("p").select(
        name=pl.col("p").str.extract(r"^([^|]*)", 1), rest=pl.col("p").str.extract(r"(\|.*)$", 1)
    )
    rest = pseudonyms.mask_texts(parts["rest"].fill_null(""))
    return channel(parts["name"], pseudonyms) + rest


def peer_extension(column: str) -> pl.Expr:
    """The extension a channel belongs to: 1013 of PJSIP/1013-0000007b; null for trunks."""
    return pl.col(column).str.extract(_PEER, 1)
