"""Sending: SMTP and HTTP, each tried a few times; an error says what to do."""

import os
import smtplib
import ssl
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from email.message import EmailMessage
from http.client import HTTPMessage
from typing import IO, TypeVar
from urllib.request import Request

from pipelines.delivery.errors import DeliveryError, RefusedError
from pipelines.delivery.message import SIGNATURE, signature
from pipelines.settings import Email, Webhook

PAUSES_S = (5.0, 20.0)
"""Between tries; so there is one more try than pauses."""
_TIMEOUT_S = 30.0
_TEMPORARY = (408, 429)
_FAULT = 500

Result = TypeVar("Result")


def secret_of(variable: str, what: str) -> str:
    """The value of an environment variable that the project file names.

    Raises:
        RefusedError: it is not set.
    """
    value = os.environ.get(variable)
    if not value:
        raise RefusedError(
            f"the environment variable {variable}, which {what} names, is not set: set it where "
            "callmart is started (a service's environment file, or export in a shell)."
        )
    return value


def patiently(work: Callable[[], Result], pauses_s: tuple[float, ...] = PAUSES_S) -> Result:
    """Try some work again after each pause, unless the other side refuses it.

    Raises:
        DeliveryError: the last try failed too.
    """
    for pause in pauses_s:
        try:
            return work()
        except RefusedError:
            raise
        except DeliveryError:
            time.sleep(pause)
    return work()


def send_mail(message: EmailMessage, settings: Email) -> list[str]:
    """Hand a message to the server; returns the addresses that it refused, where it took others.

    Raises:
        RefusedError: the server does not accept the password, the sender or any recipient.
        DeliveryError: it cannot be reached, or failed.
    """
    where = f"{settings.host}:{settings.port}"
    password = None
    if settings.password_env is not None:
        password = secret_of(settings.password_env, "delivery.email.password_env")
    try:
        with _server(settings) as server:
            if settings.security == "starttls":
                server.starttls(context=ssl.create_default_context())
            if settings.user is not None and password is not None:
                server.login(settings.user, password)
            return sorted(server.send_message(message))
    except smtplib.SMTPAuthenticationError as error:
        raise RefusedError(
            f"{where} does not accept user {settings.user}: {_said(error)}. Check delivery.email"
            f".user and the value of {settings.password_env}."
        ) from None
    except smtplib.SMTPRecipientsRefused as error:
        raise _refusal(error, where) from None
    except smtplib.SMTPNotSupportedError as error:
        raise RefusedError(
            f"{where} cannot do what is asked ({error}): check delivery.email.security."
        ) from None
    except smtplib.SMTPResponseException as error:
        kind = RefusedError if error.smtp_code >= _FAULT else DeliveryError
        raise kind(f"{where} did not take the message: {_said(error)}.") from None
    except ssl.SSLError as error:
        raise RefusedError(
            f"{where}: no safe connection ({error}). Check delivery.email.security (tls is "
            "usually on port 465, starttls on 587) and the server's certificate."
        ) from None
    except (OSError, smtplib.SMTPException) as error:
        raise DeliveryError(
            f"{where} cannot be reached: {error}. Check delivery.email.host and port, and whether "
            "a firewall lets this machine out."
        ) from None


def _server(settings: Email) -> smtplib.SMTP:
    if settings.security == "tls":
        context = ssl.create_default_context()
        return smtplib.SMTP_SSL(settings.host, settings.port, timeout=_TIMEOUT_S, context=context)
    return smtplib.SMTP(settings.host, settings.port, timeout=_TIMEOUT_S)


def _refusal(error: smtplib.SMTPRecipientsRefused, where: str) -> DeliveryError:
    """Every recipient was refused: for good, or for now, as with grey lists."""
    codes = [code for code, _ in error.recipients.values()]
    kind = RefusedError if codes and min(codes) >= _FAULT else DeliveryError
    said = "; ".join(
        f"{address}: {code} {bytes(text).decode(errors='replace')}"
        for address, (code, text) in error.recipients.items()
    )
    return kind(f"{where} refuses every recipient ({said}): check delivery.email.to.")


def _said(error: smtplib.SMTPResponseException) -> str:
    text = error.smtp_error
    words = text.decode(errors="replace") if isinstance(text, bytes) else text
    return f"{error.smtp_code} {words}"


class _Stay(urllib.request.HTTPRedirectHandler):
    """Where a body goes is what the project file says, and no other place."""

    def redirect_request(  # noqa: PLR0917  urllib's own
        self, req: Request, fp: IO[bytes], code: int, msg: str, headers: HTTPMessage, newurl: str
    ) -> None:
        """None: the answer is an error."""


def post(body: bytes, settings: Webhook, *, delivery: str) -> None:
    """Send a body to the webhook, signed where a secret is named.

    Raises:
        RefusedError: it answers that the request is wrong.
        DeliveryError: it cannot be reached, or failed.
    """
    headers = {"Content-Type": "application/json", "X-Callmart-Delivery": delivery}
    if settings.secret_env is not None:
        secret = secret_of(settings.secret_env, "delivery.webhook.secret_env")
        headers[SIGNATURE] = signature(body, secret)
    request = Request(settings.url, body, headers, method="POST")  # noqa: S310  the settings allow http and https alone
    host = request.host
    try:
        with urllib.request.build_opener(_Stay).open(request, timeout=_TIMEOUT_S):
            return
    except urllib.error.HTTPError as error:
        error.close()
        is_final = error.code < _FAULT and error.code not in _TEMPORARY
        kind = RefusedError if is_final else DeliveryError
        raise kind(
            f"{host} answers {error.code} {error.reason}: check delivery.webhook.url"
            f"{' and the secret' if settings.secret_env else ''}."
        ) from None
    except (OSError, ValueError) as error:
        raise DeliveryError(
            f"{host} cannot be reached: {getattr(error, 'reason', error)}. Check "
            "delivery.webhook.url, and whether a firewall lets this machine out."
        ) from None
