"""Templates for people without an export: a header to fill in, and the mapping that reads it."""

from textwrap import wrap

from assets.ingest.tabular.defaults import computed_columns, default_sql
from pipelines.sql_models.contracts import ContractColumn, load_contracts

_ASKED = {
    "contact": ("kind", "channel", "direction"),
    "queue_visit": ("wait_ms", "next_step"),
    "handle_segment": ("channel", "role", "talk_ms"),
    "queue_config": ("channel", "service_level_s", "short_abandon_s"),
}
"""Columns that would be worked out, yet are a person's to say: left empty they have a default."""
_NOT_ASKED = {
    "contact": ("site_queue",),
    "roster": ("is_site_assumed", "first_seen_at", "last_seen_at"),
}
"""Columns that only logs can tell."""
_CONSTANTS = {"queue_config": {"is_threshold_assumed": "false"}}
"""What follows from a row being written by a person."""
_TYPES = {
    "VARCHAR": "text",
    "BIGINT": "whole number",
    "INTEGER": "whole number",
    "BOOLEAN": "yes or no",
    "TIMESTAMP": "time as 2026-01-31 09:30:00, in the source's zone or with an offset",
    "DATE": "day as 2026-01-31",
    "DOUBLE": "number",
    "DECIMAL(18,4)": "number",
}
_UNITS = {"_ms": "in milliseconds", "_s": "in seconds"}
_WIDTH = 98


def template_columns(table: str) -> dict[str, ContractColumn]:
    """Columns of a staging table that a person fills in, in order.

    Raises:
        KeyError: there is no such table.
    """
    left_out = (computed_columns(table) - {*_ASKED.get(table, ())}) | {*_NOT_ASKED.get(table, ())}
    columns = load_contracts()[table].own_columns
    return {name: spec for name, spec in columns.items() if name not in left_out}


def template_csv(table: str) -> str:
    """The header line of a CSV file for a staging table."""
    return ",".join(template_columns(table)) + "\n"


def template_mapping(table: str) -> str:
    """A mapping that reads such a file; a comment says of each column what goes into it."""
    contract = load_contracts()[table]
    lines = [
        "description: >-",
        *wrap(
            f"Template of {table}, each column by its own name: {contract.description}",
            _WIDTH, initial_indent="  ", subsequent_indent="  ",
        ),
        f'files: "{table}*.csv"',
        "rows:",
        f"  - table: {table}",
        "    columns:",
    ]  # fmt: skip
    for name, spec in template_columns(table).items():
        default = _default(table, name)
        lines += wrap(
            _told(name, spec, default),
            _WIDTH, initial_indent="      # ", subsequent_indent="      # ",
        )  # fmt: skip
        origin = name if default is None else f'{{column: {name}, default: "{default}"}}'
        lines.append(f"      {name}: {origin}")
    for name, value in _CONSTANTS.get(table, {}).items():
        lines.append(f'      {name}: {{constant: "{value}"}}')
    return "\n".join(lines) + "\n"


def _default(table: str, name: str) -> str | None:
    """What an empty value of a required column means, where it may be left empty."""
    if (
        name not in computed_columns(table)
        or not load_contracts()[table].own_columns[name].required
    ):
        return None
    return default_sql(table, name).strip("'")


def _told(name: str, spec: ContractColumn, default: str | None) -> str:
    # Its clock is the file's: UTC is what staging makes of it.
    facts = [_TYPES[spec.type]]
    facts += [told for ending, told in _UNITS.items() if name.endswith(ending)]
    if spec.minimum is not None:
        facts.append(f"at least {spec.minimum:g}")
    if spec.allowed:
        facts.append(f"one of {', '.join(spec.allowed)}")
    if spec.is_customer:
        facts.append("a customer's number, of which only a keyed hash is kept")
    if spec.is_free_text:
        facts.append("telephone numbers in it are masked")
    if default is not None:
        facts.append(f"{default} when empty")
    elif spec.required:
        facts.append("required")
    else:
        facts.append("may be empty")
    description = spec.description.replace(" (UTC)", "")
    form = "; ".join(facts)
    return f"{description} {form[0].upper()}{form[1:]}."
