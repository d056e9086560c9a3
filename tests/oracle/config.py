"""What is told about a centre: zones, thresholds, aliases, and the switch's queue settings."""

from dataclasses import dataclass, field

DEFAULT_SERVICE_LEVEL_S = 20
DEFAULT_SHORT_ABANDON_S = 5
DEFAULT_RING_TIMEOUT_S = 15


@dataclass
class QueueSettings:
    """What one section of queues.conf says that matters here."""

    service_level_s: int | None = None
    ring_timeout_s: int | None = None


@dataclass
class Config:
    """Everything the numbers depend on besides the log lines."""

    source: str = "asterisk"
    zone: str = "Etc/UTC"
    """Zone of the source: of times written without one, and of its days."""
    centre_zone: str = "Etc/UTC"
    """Zone in which the whole centre counts its days."""
    now_us: int | None = None
    """The run's instant: lines more than a day later are refused. None: no line is."""
    aliases: dict[str, str] = field(default_factory=dict)
    service_level_s: dict[str, int] = field(default_factory=dict)
    """Thresholds T that the project sets, by queue."""
    short_abandon_s: dict[str, int] = field(default_factory=dict)
    """Limits t that the project sets, by queue."""
    default_service_level_s: int | None = None
    default_short_abandon_s: int | None = None
    queue_group: dict[str, str] = field(default_factory=dict)
    callback_events: tuple[str, ...] = ("CALLBACKREQ",)
    voicemail_events: tuple[str, ...] = ("VOICEMAIL",)
    exit_keys: dict[str, str] = field(default_factory=dict)
    cdr_is_utc: bool = False
    cdr_column_17: str = "auto"
    queues: dict[str, QueueSettings] = field(default_factory=dict)
    members: dict[str, str] = field(default_factory=dict)
    """Interface -> agent name, of static members in queues.conf."""

    def threshold_s(self, queue: str) -> int:
        """T: the project's for the queue, the project's default, queues.conf, else 20 s.

        Reading: a project that names a default means it for queues that it does not name,
        but what the switch itself says of a queue is nearer to that queue than a default.
        """
        if queue in self.service_level_s:
            return self.service_level_s[queue]
        told = self.queues.get(queue, QueueSettings()).service_level_s
        if told is not None:
            return told
        if self.default_service_level_s is not None:
            return self.default_service_level_s
        return DEFAULT_SERVICE_LEVEL_S

    def short_s(self, queue: str) -> int:
        """The limit t: the project's for the queue, its default, else 5 s.

        Reading: t > T is a configuration error only where a person wrote t. A default that is
        longer than the queue's T (vip of the sample: T 3 s) is cut to T.
        """
        if queue in self.short_abandon_s:
            return self.short_abandon_s[queue]
        default = self.default_short_abandon_s
        if default is None:
            default = DEFAULT_SHORT_ABANDON_S
        return min(default, self.threshold_s(queue))

    def ring_timeout_s(self, queue: str) -> int:
        """How long the switch rings one agent: queues.conf, else 15 s."""
        told = self.queues.get(queue, QueueSettings()).ring_timeout_s
        return DEFAULT_RING_TIMEOUT_S if told is None else told


def read_queues_conf(text: str, config: Config) -> None:
    """Put what a queues.conf says into a configuration.

    A line is `key = value` or `key => value` under `[queue]`; `;` starts a comment. Sections
    `[general]` are no queue. A member is `interface,penalty,name,...`.
    """
    section = "general"
    for raw in text.splitlines():
        line = raw.split(";", 1)[0].strip()
        if line.startswith("["):
            section = line[1 : line.index("]")]
            if section != "general":
                config.queues.setdefault(section, QueueSettings())
        elif "=" in line and section != "general":
            key, value = (part.strip() for part in line.split("=", 1))
            _one_setting(config, section, key, value.removeprefix(">").strip())


def _one_setting(config: Config, queue: str, key: str, value: str) -> None:
    if key == "servicelevel":
        config.queues[queue].service_level_s = int(value)
    elif key == "timeout":
        config.queues[queue].ring_timeout_s = int(value)
    elif key == "member":
        parts = [part.strip() for part in value.split(",")]
        if len(parts) > 2 and parts[2]:
            config.members[parts[0]] = parts[2]
