"""The message: MIME for mail, JSON for a webhook. Text from outside stays text in both."""

import hashlib
import hmac
import json
from collections.abc import Sequence
from datetime import UTC, datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, make_msgid, parseaddr
from pathlib import Path

from pipelines.delivery.content import Content
from pipelines.settings import Email
from reports.outputs.text import plain

SIGNATURE = "X-Callmart-Signature"


def mail(content: Content, settings: Email, attached: Sequence[Path] = ()) -> EmailMessage:
    """The summary as a message: plain text and HTML as alternatives, PDF attached."""
    message = EmailMessage(policy=SMTP)
    message["From"] = settings.sender
    message["To"] = ", ".join(settings.to)
    message["Subject"] = subject(content, settings.subject)
    message["Date"] = format_datetime(datetime.now(UTC))
    message["Message-ID"] = make_msgid(domain=parseaddr(settings.sender)[1].partition("@")[2])
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(content.text)
    message.add_alternative(content.html, subtype="html")
    for path in attached:
        page = "overview" if path.stem == content.span.name else path.stem
        message.add_attachment(
            path.read_bytes(), maintype="application", subtype="pdf",
            filename=f"{content.span.name}-{page}.pdf",
        )  # fmt: skip
    return message


def subject(content: Content, template: str) -> str:
    """The subject with its places filled in, on one line whatever a name holds."""
    filled = template
    for place, key in (("{centre}", "centre"), ("{title}", "title"), ("{period}", "period")):
        filled = filled.replace(place, str(content.data[key]))
    return " ".join(plain(filled).split())


def posted(content: Content, *, sent_at: datetime) -> bytes:
    """The body that a webhook gets."""
    told = {
        "delivery": content.name,
        "sent_at": sent_at.isoformat(),
        "publication": content.publication,
        "link": content.link,
        **content.data,
    }
    return json.dumps(told, ensure_ascii=False, indent=1).encode()


def signature(body: bytes, secret: str) -> str:
    """What proves that a body comes from who knows the secret: HMAC with SHA-256, RFC 2104."""
    return "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
