"""The project file: one `callmart.toml` per centre, read into validated, immutable settings.

A project is a folder of its own, outside this code: see `Project` for what it holds.
"""

import os
import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Literal
from zoneinfo import available_timezones

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, model_validator

from pipelines.currencies import CURRENCIES
from pipelines.errors import ExpectedError
from pipelines.languages import check_language

PROJECT_FILE = "callmart.toml"
PROJECT_VARIABLE = "CALLMART_PROJECT"


class SettingsError(ExpectedError):
    """The project file is missing or wrong; the text names file, place and remedy."""


@cache
def _zones() -> frozenset[str]:
    # Asked anew, the folders of the machine's zones are searched through again.
    return frozenset(available_timezones())


def _known_zone(name: str) -> str:
    if name not in _zones():
        from difflib import get_close_matches

        near = get_close_matches(name, _zones(), n=1)
        hint = f"; did you mean {near[0]!r}?" if near else ""
        raise ValueError(f"{name!r} is not an IANA time zone such as 'Europe/Berlin'{hint}")
    return name


def _known_currency(code: str) -> str:
    if code not in CURRENCIES:
        raise ValueError(f"{code!r} is not a currency of ISO 4217 such as 'EUR'")
    return code


Language = Annotated[str, AfterValidator(check_language)]
Zone = Annotated[str, AfterValidator(_known_zone)]
Currency = Annotated[str, AfterValidator(_known_currency)]
SiteName = Annotated[str, Field(pattern=r"^[^\s-].*$")]
Variable = Annotated[str, Field(pattern=r"^[A-Za-z_][A-Za-z0-9_]*$")]
Line = Annotated[str, Field(pattern=r"^[^\x00-\x1f\x7f]+$")]
Address = Annotated[str, Field(pattern=r"^[^\x00-\x1f\x7f,;]+@[^\x00-\x1f\x7f,;@]+$")]
Seconds = Annotated[int, Field(ge=0, le=86_400)]
Share = Annotated[float, Field(ge=0, le=1)]


class _Section(BaseModel):
    """A table of the project file: a key that nobody knows is an error, not ignored."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Centre(_Section):
    """Who this is, and the zone in which scope `all` and the schedule count their days."""

    name: str = "Contact centre"
    timezone: Zone = "Etc/UTC"
    country: Annotated[str, Field(pattern=r"^[A-Z]{2}$")] = "GB"
    """Two-letter country whose dialling rules read numbers without a country code."""
    currency: Currency | None = None
    """In which money is counted; left out, it is where all amounts are in one currency."""


class Source(_Section):
    """One system whose files land here. What only one kind of system needs is in `options`."""

    kind: Literal["asterisk", "tabular"]
    path: Path | None = None
    """Folder of its files, relative to the project; `landing/<name>` when left out."""
    files: tuple[str, ...] = ()
    """Patterns of the names of its files, such as `*_dublin_*`, where several sources share a
    folder; all files of the folder when left out."""
    timezone: Zone | None = None
    """Zone of times written without one; the centre's when left out."""
    site: SiteName | None = None
    """Site of its contacts, queues and agents, where `[queues]` or a roster name no other."""
    queue_prefix: str = ""
    """Put before each queue's name, for two systems whose queues share names."""
    aliases: dict[str, str] = {}
    """Other names of an agent in the logs -> the name to count under."""
    own_numbers: tuple[str, ...] = ()
    """Regular expressions of the centre's own numbers: kept as they are, never hashed."""
    late_after_hours: Annotated[float, Field(gt=0)] = 26
    """Without newer lines for so long the feed is reported late."""
    retired: bool = False
    """No more files come: it is never late, and nothing waits for it."""
    options: dict[str, Any] = {}
    """Checked by the adapter of this kind."""

    @model_validator(mode="after")
    def _names_no_site_itself(self) -> "Source":
        if self.site is not None and self.kind == "tabular":
            raise ValueError(
                "site is for an Asterisk, whose files name none; of a table its mapping says it: "
                f'site: {{constant: "{self.site}"}}'
            )
        return self


class Thresholds(_Section):
    """Within how many seconds an answer counts (T), and until when an abandon is short (t)."""

    service_level_s: Seconds | None = None
    short_abandon_s: Seconds | None = None
    group: str | None = None

    @model_validator(mode="after")
    def _short_is_shorter(self) -> "Thresholds":
        t, limit = self.short_abandon_s, self.service_level_s
        if t is not None and limit is not None and t > limit:
            raise ValueError(f"short_abandon_s ({t}) must not exceed service_level_s ({limit})")
        return self


class QueueSettings(Thresholds):
    """What the project says of one queue."""

    site: SiteName | None = None
    """Site of the contacts that come to it first, if not the source's."""


class Schedule(_Section):
    """When the daily run starts, in the centre's zone."""

    daily_at: Annotated[str, Field(pattern=r"^([01]\d|2[0-3]):[0-5]\d$")] = "05:00"


class Report(_Section):
    """How the report is written."""

    language: Language = "en"
    """Of all pages, workbooks and mails: a code of `pipelines.languages`."""


class Storage(_Section):
    """How much is kept and used."""

    keep_publications: Annotated[int, Field(ge=2, le=365)] = 7
    memory_limit: Annotated[str, Field(pattern=r"^\d+(\.\d+)?\s?(MB|GB|TB)$")] | None = None
    threads: Annotated[int, Field(ge=1)] | None = None

    @property
    def n_threads(self) -> int:
        """How many things are done at a time: `threads`, else one per core."""
        return self.threads or os.cpu_count() or 1


class Email(_Section):
    """To whom the summary of a day or week is mailed, and by which server."""

    host: Annotated[str, Field(pattern=r"^[A-Za-z0-9.:-]+$")]
    port: Annotated[int, Field(ge=1, le=65_535)] = 587
    security: Literal["starttls", "tls", "none"] = "starttls"
    user: str | None = None
    password_env: Variable | None = None
    """Name of the environment variable that holds the password; the password is written nowhere."""
    sender: Annotated[Address, Field(alias="from")]
    to: Annotated[tuple[Address, ...], Field(min_length=1)]
    subject: Line = "{centre}: {title}"
    """`{centre}`, `{title}` and `{period}` are filled in."""
    attach: tuple[Annotated[str, Field(pattern=r"^[a-z-]+$")], ...] = ()
    """Pages attached as PDF: `overview`, or a subject such as `service`."""

    @model_validator(mode="after")
    def _password_is_safe(self) -> "Email":
        if (self.user is None) != (self.password_env is None):
            raise ValueError("user and password_env go together")
        if self.user is not None and self.security == "none":
            raise ValueError("a password goes over TLS alone: security is starttls or tls")
        return self


class Webhook(_Section):
    """Where the key figures and findings of a day or week are sent as JSON."""

    url: Annotated[str, Field(pattern=r"^https?://[^\s\x00-\x1f]+$")]
    secret_env: Variable | None = None
    """Name of the environment variable whose value signs what is sent (HMAC, SHA-256)."""


class Delivery(_Section):
    """What is sent when a day or week is over; nothing, without `email` and `webhook`."""

    every: Literal["day", "week"] = "week"
    at: Annotated[str, Field(pattern=r"^([01]\d|2[0-3]):[0-5]\d$")] = "07:00"
    """When, in the centre's zone; a week's on Monday."""
    link: Annotated[str, Field(pattern=r"^https?://[^\s\x00-\x1f]+$")] | None = None
    """Where people reach the report."""
    email: Email | None = None
    webhook: Webhook | None = None

    @property
    def is_configured(self) -> bool:
        """Whether anything is sent."""
        return self.email is not None or self.webhook is not None


class Settings(_Section):
    """All of `callmart.toml`."""

    centre: Centre = Centre()
    sources: dict[Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,30}$")], Source] = {}
    defaults: Thresholds = Thresholds()
    queues: dict[str, QueueSettings] = {}
    goals: dict[str, float] = {}
    schedule: Schedule = Schedule()
    report: Report = Report()
    storage: Storage = Storage()
    delivery: Delivery = Delivery()

    def zone_of(self, source: str) -> str:
        """The zone of a source's local times and local days."""
        return self.sources[source].timezone or self.centre.timezone


@dataclass(frozen=True)
class Project:
    """The folder of one centre: its settings and the place of everything in it."""

    root: Path
    settings: Settings

    @property
    def var(self) -> Path:
        """Private working files: lake, copies, run log, key."""
        return self.root / "var"

    @property
    def lake(self) -> Path:
        """Immutable Parquet: raw and staging."""
        return self.var / "lake"

    @property
    def key_file(self) -> Path:
        """The secret of the pseudonyms, mode 0600."""
        return self.var / "key"

    @property
    def quarantine(self) -> Path:
        """Originals of refused rows, mode 0600."""
        return self.var / "quarantine"

    @property
    def outbox(self) -> Path:
        """Messages that are not delivered yet, for their owner alone."""
        return self.var / "outbox"

    @property
    def runs_db(self) -> Path:
        """Runs, refusals, waivers: kept apart from what is published."""
        return self.var / "runs.duckdb"

    @property
    def dagster_home(self) -> Path:
        """Dagster's own files."""
        return self.var / "dagster"

    @property
    def warehouse(self) -> Path:
        """The published warehouse: a symbolic link to the newest version."""
        return self.root / "warehouse.duckdb"

    @property
    def reports(self) -> Path:
        """The published site: a symbolic link to the newest version."""
        return self.root / "reports"

    def landing(self, source: str) -> Path:
        """The folder in which a source's files land."""
        path = self.settings.sources[source].path
        return self.root / (path if path is not None else Path("landing") / source)


def _place(error: dict[str, Any]) -> str:
    return ".".join(str(part) for part in error["loc"]) or "the file"


def parse_settings(text: str, name: str = PROJECT_FILE) -> Settings:
    """Read the text of a project file.

    Raises:
        SettingsError: the text is not TOML, or a value is wrong; every fault is named.
    """
    try:
        return Settings.model_validate(tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(f"{name}: not valid TOML: {error}") from None
    except ValidationError as error:
        faults = "\n".join(f"  {_place(dict(e))}: {e['msg']}" for e in error.errors())
        raise SettingsError(f"{name} has wrong settings:\n{faults}") from None


def find_project(folder: Path | None = None) -> Path:
    """The project folder: the one named, else `CALLMART_PROJECT`, else the current folder.

    Raises:
        SettingsError: the folder holds no project file.
    """
    root = (folder or Path(os.environ.get(PROJECT_VARIABLE, "."))).expanduser().resolve()
    if not (root / PROJECT_FILE).is_file():
        raise SettingsError(
            f"{root} is not a callmart project: it has no {PROJECT_FILE}. "
            "Make one with `callmart init`, or name its folder with --project."
        )
    return root


def load_project(folder: Path | None = None) -> Project:
    """Find and read a project.

    Raises:
        SettingsError: no project file, or a wrong one.
    """
    root = find_project(folder)
    path = root / PROJECT_FILE
    return Project(root, parse_settings(path.read_text(encoding="utf-8"), str(path)))
