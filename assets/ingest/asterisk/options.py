"""What a project file may say in `[sources.<name>.options]` of an Asterisk."""

import re
from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from pipelines.settings import SettingsError

NextStep = Literal["callback", "voicemail", "operator", "agent", "unknown"]
EventName = Annotated[str, Field(min_length=1, max_length=80)]

PARSE_OPTIONS = frozenset({"cdr_utc", "cdr_column_17", "dial_prefixes"})


class Options(BaseModel):
    """Options of an Asterisk source; a key that nobody knows is an error."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    cdr_utc: bool = False
    """Times of call detail records are UTC (`usegmtime=yes` in cdr.conf)."""
    cdr_column_17: Literal["auto", "uniqueid", "userfield"] = "auto"
    """What the 17th column is where there are 17 or 20; `auto` goes by its value."""
    dial_prefixes: tuple[Annotated[str, Field(pattern=r"^[0-9*#+]{1,6}$")], ...] = ()
    """Digits that extensions dial before an outside number, such as "9" or "0"."""
    exit_keys: dict[Annotated[str, Field(min_length=1, max_length=20)], NextStep] = {}
    """Key that leaves a queue -> what the caller gets."""
    callback_events: tuple[EventName, ...] = ("CALLBACKREQ",)
    """Custom events that mean: the caller asked to be called back."""
    voicemail_events: tuple[EventName, ...] = ("VOICEMAIL",)
    """Custom events that mean: the caller left a message."""


def read_options(options: Mapping[str, Any]) -> Options:
    """Check the options of a source.

    Raises:
        SettingsError: an unknown option or a wrong value; every fault is named.
    """
    try:
        return Options.model_validate(dict(options))
    except ValidationError as error:
        faults = [_fault(dict(e)) for e in error.errors()]
        known = ", ".join(sorted(Options.model_fields))
        raise SettingsError(
            "options of an Asterisk source are wrong:\n"
            + "\n".join(f"  options.{fault}" for fault in faults)
            + f"\nKnown options: {known}."
        ) from None


def _fault(error: dict[str, Any]) -> str:
    place = ".".join(str(part) for part in error["loc"]) or "options"
    message = "unknown option" if error["type"] == "extra_forbidden" else error["msg"]
    return f"{place}: {re.sub('^Input s', 's', str(message))}"
