"""SQL that makes a contract's types of texts: NULL where a text is none of them."""

from assets.ingest.tabular.mapping import Column, Mapping
from pipelines.sql_models.contracts import ContractColumn
from pipelines.storage.duck import literal

ISO_FORMATS = (
    "%Y-%m-%d %H:%M:%S.%f", "%Y-%m-%dT%H:%M:%S.%f", "%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%S",
    "%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M", "%Y-%m-%d",
)  # fmt: skip
OFFSET = r"\s*(Z|[+-][0-9]{2}:?[0-9]{2})$"
"""What a time ends with that says its distance from UTC."""
_PLAIN_NUMBER = "'-?[0-9]{1,18}'"
_PLAIN_LENGTH = 19
_PLAIN_TIME = (
    "'[12][0-9]{3}-[0-9]{2}-[0-9]{2}[ T]([01][0-9]|2[0-3]):[0-9]{2}:[0-9]{2}"
    "(Z|[+-][0-9]{2}:[0-9]{2})?'"
)
"""What nearly all numbers and ISO times look like: to cast these costs a tenth, or a hundredth, of
what it costs to try every form that is read."""
_TRUE = "('1', 'true', 't', 'yes', 'y', 'on', 'x')"
_FALSE = "('0', 'false', 'f', 'no', 'n', 'off')"
_PER_UNIT = {"ms": 1, "s": 1_000, "min": 60_000, "h": 3_600_000}


def quoted(name: str) -> str:
    """A column's name as SQL writes it."""
    return '"' + name.replace('"', '""') + '"'


def text_sql(column: Column, mapping: Mapping) -> str:
    """The text of a target column: NULL for nothing and for what means nothing."""
    if column.constant is not None:
        return literal(column.constant)
    origin = quoted(column.column) if column.column is not None else f"({column.sql})"
    text = f"nullif(trim(cast({origin} as varchar)), '')"
    empty = [literal(word) for word in (*mapping.empty, *column.empty)]
    if empty:
        text = f"case when {text} not in ({', '.join(empty)}) then {text} end"
    if column.values:
        words = " ".join(
            f"when {literal(word.strip().lower())} then {_word(meaning)}"
            for word, meaning in column.values.items()
        )
        other = literal(column.default) if column.default is not None else text
        text = f"case lower({text}) {words} else {other} end"
    if column.default is not None:
        text = f"coalesce({text}, {literal(column.default)})"
    return text


def _word(meaning: str | None) -> str:
    return "null" if meaning is None else literal(meaning)


def value_sql(  # noqa: PLR0911  one for each type
    spec: ContractColumn, column: Column, mapping: Mapping, text: str
) -> str:
    """The value of a text expression; for instants see `local_sql` too."""
    number = text if mapping.decimal == "." else f"replace(replace({text}, '.', ''), ',', '.')"
    match spec.type:
        case "VARCHAR":
            return text
        case "BOOLEAN":
            low = f"lower({text})"
            return f"case when {low} in {_TRUE} then true when {low} in {_FALSE} then false end"
        case "DATE":
            return f"cast({_parsed(text, column, mapping)} as date)"
        case "TIMESTAMP":
            return _instant(text, column, mapping)
        case "BIGINT" if column.unit == "hms":
            return _clock_ms(text)
        case "BIGINT" if column.unit in _PER_UNIT:
            per = _PER_UNIT[column.unit]
            return f"cast(round(try_cast({number} as double) * {per}) as bigint)"
        case "BIGINT" | "INTEGER":
            # 12.0 is a whole number, 12.5 is none.
            whole = f"try_cast({number} as decimal(28, 6))"
            return (
                f"case when regexp_full_match({number}, {_PLAIN_NUMBER}) "
                f"then try_cast({number} as {spec.type}) "
                f"when {whole} = trunc({whole}) then try_cast({whole} as {spec.type}) end"
            )
        case _:
            return f"try_cast({number} as {spec.type})"


def _clock_ms(text: str) -> str:
    """Milliseconds of h:m:s, m:s or s, with fractions."""
    parts = f"string_split({text}, ':')"
    seconds = " + ".join(
        f"coalesce(try_cast({parts}[-{place}] as double), 0) * {factor}"
        for place, factor in ((1, 1_000), (2, 60_000), (3, 3_600_000))
    )
    fits = f"regexp_full_match({text}, '([0-9]+:)?([0-9]+:)?[0-9]+([.][0-9]+)?')"
    return f"case when {fits} then cast(round({seconds}) as bigint) end"


def _formats(column: Column, mapping: Mapping) -> tuple[str, ...]:
    return column.formats or mapping.formats or ISO_FORMATS


def _reads_offset(column: Column, mapping: Mapping) -> bool:
    formats = column.formats or mapping.formats
    return not formats or any("%z" in one for one in formats)


def _is_iso(column: Column, mapping: Mapping) -> bool:
    return _formats(column, mapping) == ISO_FORMATS


def _parsed(text: str, column: Column, mapping: Mapping) -> str:
    if not _is_iso(column, mapping):
        return _by_format(text, column, mapping)
    return (
        f"case when {_is_plain(text)} "
        f"then try_cast(left({text}, {_PLAIN_LENGTH}) as timestamp) "
        f"else {_by_format(text, column, mapping)} end"
    )


def _by_format(text: str, column: Column, mapping: Mapping) -> str:
    formats = [one.replace("%z", "").rstrip() for one in _formats(column, mapping)]
    if _reads_offset(column, mapping):
        text = f"regexp_replace({text}, {literal(OFFSET)}, '')"
    # DuckDB compares what a format has between its fields without a look at the text's end: of a
    # text that ends where memory does, the byte after it killed the process. A blank is no matter.
    return f"try_strptime({text} || ' ', [{', '.join(map(literal, formats))}])"


def _instant(text: str, column: Column, mapping: Mapping) -> str:
    if column.unit in ("epoch_s", "epoch_ms"):
        per = 1_000_000 if column.unit == "epoch_s" else 1_000
        return (
            "make_timestamp(case "
            f"when regexp_full_match({text}, {_PLAIN_NUMBER}) and length({text}) <= 13 "
            f"then cast({text} as bigint) * {per} "
            f"else cast(round(try_cast({text} as decimal(28, 6)) * {per}) as bigint) end)"
        )
    return _parsed(text, column, mapping)


def _is_plain(text: str) -> str:
    return f"regexp_full_match({text}, {_PLAIN_TIME})"


def offset_sql(column: Column, mapping: Mapping, text: str) -> str:
    """Seconds from UTC that a time says of itself; NULL where it is local."""
    if column.unit in ("epoch_s", "epoch_ms"):
        return "0"
    if not _reads_offset(column, mapping):
        return "cast(null as integer)"
    mark = f"regexp_extract({text}, {literal(OFFSET)}, 1)"
    offset = (
        f"case when {mark} = 'Z' then 0 when {mark} = '' or {mark} is null then null "
        f"else {_offset_seconds(mark)} end"
    )
    if not _is_iso(column, mapping):
        return offset
    after = f"substr({text}, {_PLAIN_LENGTH + 1})"
    return (
        f"case when {_is_plain(text)} then "
        f"case {after} when '' then null when 'Z' then 0 else {_offset_seconds(after)} end "
        f"else {offset} end"
    )


def _offset_seconds(mark: str) -> str:
    """Seconds of a text such as +01:00 or -0330."""
    hours, minutes = f"substr({mark}, 2, 2)", f"right({mark}, 2)"
    seconds = f"(cast({hours} as integer) * 3600 + cast({minutes} as integer) * 60)"
    return f"case when starts_with({mark}, '-') then -{seconds} else {seconds} end"


def fault_of(name: str, spec: ContractColumn, column: Column, mapping: Mapping) -> str:
    """What to tell of a text that is no value of the column's type, and what to do."""
    formats = ", ".join(_formats(column, mapping))
    told = {
        "BOOLEAN": "is neither yes nor no: name its words under `values`",
        "DATE": f"is no day in the form {formats}: see `formats`",
        "TIMESTAMP": f"is no time in the form {formats}, or one that the clock skipped",
    }
    if column.unit == "hms":
        return f"{name}: is no duration as h:m:s"
    if column.unit in ("epoch_s", "epoch_ms"):
        return f"{name}: is no count of {column.unit.removeprefix('epoch_')} since 1970: see `unit`"
    return f"{name}: {told.get(spec.type, f'is no {spec.type.lower()}: see `unit` and `decimal`')}"
