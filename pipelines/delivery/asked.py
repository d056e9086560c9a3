"""Whether anything is delivered, and whether what it needs is there; no secret is told."""

import os
from collections.abc import Iterator

from pipelines.settings import Project


def described(project: Project) -> str:
    """Where deliveries go, in a line."""
    delivery = project.settings.delivery
    if not delivery.is_configured:
        return "not configured: nothing is sent."
    to = []
    if mail := delivery.email:
        to.append(f"mail to {len(mail.to)} by {mail.host}:{mail.port} ({mail.security})")
    if hook := delivery.webhook:
        to.append(f"webhook {'signed' if hook.secret_env else 'without a signature'}")
    return f"each {delivery.every} at {delivery.at}: {', '.join(to)}."


def faults(project: Project) -> Iterator[str]:
    """What has to be mended before anything can be delivered."""
    for place, variable in _variables(project):
        if not os.environ.get(variable):
            yield (
                f"delivery: the environment variable {variable}, which {place} names, is not set "
                "here; it has to be where deliveries are made."
            )
    left = sorted(project.outbox.glob("*")) if project.outbox.is_dir() else []
    if left:
        yield (
            f"{project.outbox} keeps {len(left)} messages that were not sent, the oldest "
            f"{left[0].name}: `callmart deliver --period ...` tries again; delete what is not "
            "wanted."
        )


def _variables(project: Project) -> Iterator[tuple[str, str]]:
    delivery = project.settings.delivery
    if delivery.email and delivery.email.password_env:
        yield "delivery.email.password_env", delivery.email.password_env
    if delivery.webhook and delivery.webhook.secret_env:
        yield "delivery.webhook.secret_env", delivery.webhook.secret_env
