"""Delivers a period: composed, kept in the outbox, sent, noted."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from pipelines.delivery.channels import PAUSES_S, patiently, post, send_mail
from pipelines.delivery.content import Content, content_of
from pipelines.delivery.errors import DeliveryError
from pipelines.delivery.ledger import Channel, Ledger
from pipelines.delivery.message import mail, posted
from pipelines.errors import ExpectedError
from pipelines.settings import Project
from pipelines.storage.lock import RunLock
from reports.spans import Span

_SUFFIXES: dict[Channel, str] = {"email": ".eml", "webhook": ".json"}


@dataclass(frozen=True)
class Outcome:
    """What became of one channel."""

    channel: Channel
    is_made: bool
    text: str
    """For a person."""


def deliver(
    project: Project, span: Span, *, dry_run: bool = False, again: bool = False,
    pauses_s: tuple[float, ...] = PAUSES_S,
) -> list[Outcome]:  # fmt: skip
    """Deliver a period by every channel that the project file has; each once a publication.

    Args:
        project: whose.
        span: a day or week.
        dry_run: write what would be sent into `var/outbox`, and send nothing.
        again: also what was delivered before.
        pauses_s: between tries.

    Raises:
        DeliveryError: nothing is configured, there is no summary, or a channel failed; what could
            not be sent is in `var/outbox`, and the other channels were served.
    """
    settings = project.settings.delivery
    if not settings.is_configured:
        raise DeliveryError(
            "callmart.toml has neither [delivery.email] nor [delivery.webhook]: nothing is ever "
            "sent. docs/settings.md says what they hold."
        )
    made: list[Outcome] = []
    failed: list[str] = []
    with RunLock(project.var / "delivery.lock").hold("deliver"):
        content, ledger = content_of(project, span), Ledger(project)
        for channel, prepare in _channels(project, content):
            before = ledger.find(span.name, content.publication, channel)
            if before and not again and not dry_run:
                made.append(Outcome(channel, False, f"delivered at {before.at}; --again repeats"))
                continue
            path = None
            try:
                body, send = prepare()
                path = _keep(project.outbox / f"{content.name}{_SUFFIXES[channel]}", body)
                if dry_run:
                    made.append(Outcome(channel, False, f"written, not sent: {path}"))
                    continue
                said = patiently(send, pauses_s)
            except ExpectedError as error:
                failed.append(f"{channel}: {error}" + (f"\n  It is kept: {path}" if path else ""))
                continue
            ledger.add(span.name, content.publication, channel)
            path.unlink()
            made.append(Outcome(channel, True, said))
    if failed:
        told = [f"{outcome.channel}: {outcome.text}" for outcome in made]
        raise DeliveryError(
            "\n".join([*failed, *told, f"Try again with `callmart deliver --period {span.name}`."])
        )
    return made


_Prepared = tuple[bytes, Callable[[], str]]


def _channels(project: Project, content: Content) -> list[tuple[Channel, Callable[[], _Prepared]]]:
    settings = project.settings.delivery
    found: list[tuple[Channel, Callable[[], _Prepared]]] = []
    if settings.email is not None:
        found.append(("email", lambda: _by_mail(project, content)))
    if settings.webhook is not None:
        found.append(("webhook", lambda: _by_webhook(project, content)))
    return found


def _by_mail(project: Project, content: Content) -> _Prepared:
    settings = project.settings.delivery.email
    if settings is None:
        raise DeliveryError("callmart.toml has no [delivery.email].")
    message = mail(content, settings, pdf_of(content, settings.attach))

    def send() -> str:
        refused = send_mail(message, settings)
        sent = f"sent to {len(settings.to) - len(refused)} of {len(settings.to)} addresses"
        return sent + (f"; refused: {', '.join(refused)}" if refused else "")

    return message.as_bytes(), send


def _by_webhook(project: Project, content: Content) -> _Prepared:
    settings = project.settings.delivery.webhook
    if settings is None:
        raise DeliveryError("callmart.toml has no [delivery.webhook].")
    body = posted(content, sent_at=datetime.now(UTC))

    def send() -> str:
        post(body, settings, delivery=content.name)
        return "posted"

    return body, send


def pdf_of(content: Content, names: Sequence[str]) -> list[Path]:
    """PDF of the named pages of a period; those that are not printed yet are printed.

    Raises:
        DeliveryError: the period has no such page.
        PrintError: there is nothing to print with.
    """
    folder = content.span.folder
    pages = [f"{folder}.html" if name == "overview" else f"{folder}/{name}.html" for name in names]
    for name, page in zip(names, pages, strict=True):
        if not (content.site / page).is_file():
            known = ["overview", *sorted(p.stem for p in (content.site / folder).glob("*.html"))]
            raise DeliveryError(
                f"delivery.email.attach: {content.span.name} has no page {name!r}; it has "
                f"{', '.join(known)}."
            )
    files = [(content.site / page).with_suffix(".pdf") for page in pages]
    # A new site brings only the PDF of pages that are the same: one that is there is right.
    missing = [page for page, file in zip(pages, files, strict=True) if not file.is_file()]
    if missing:
        from reports.outputs.pdf import print_pages

        print_pages(content.site, missing)
    return files


def _keep(path: Path, body: bytes) -> Path:
    """Write a message in one piece, readable by its owner alone; returns where."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    building = path.with_suffix(path.suffix + ".part")
    building.touch(mode=0o600)
    building.write_bytes(body)
    building.replace(path)
    return path
