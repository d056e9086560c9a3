"""A mail server and a web server of this machine, as small as what is asked of them."""

import ssl
import threading
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from ipaddress import ip_address
from pathlib import Path
from socketserver import StreamRequestHandler, ThreadingTCPServer

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID


@dataclass
class Mailbox:
    """What a mail server was sent, and how it answers."""

    port: int = 0
    messages: list[bytes] = field(default_factory=list)
    recipients: list[str] = field(default_factory=list)
    answers: list[str] = field(default_factory=list)
    """Answers to the next messages; 250 when there are none left."""
    refused: tuple[str, ...] = ()
    """Recipients that it does not know."""
    heard: list[str] = field(default_factory=list)
    """Commands that came unencrypted."""
    secure: ssl.SSLContext | None = None
    starts_plain: bool = False
    """Encryption begins when it is asked for."""


class _Smtp(StreamRequestHandler):
    """As much of RFC 5321 as smtplib needs."""

    box: Mailbox

    def handle(self) -> None:
        self.is_secure = False
        if self.box.secure and not self.box.starts_plain:
            self._encrypt()
        self._say("220 here")
        while line := self.rfile.readline().decode().strip():
            if not self.is_secure:
                self.box.heard.append(line)
            self._answer(line)

    def _answer(self, line: str) -> None:
        word, _, rest = line.partition(" ")
        word = word.upper()
        if word == "RCPT":
            self._recipient(rest)
        elif word == "DATA":
            self._say("354 go on")
            self._data()
        elif word == "EHLO":
            offers = self.box.secure and not self.is_secure
            self._say("250-here\r\n250 STARTTLS" if offers else "250-here\r\n250 AUTH PLAIN")
        elif word == "STARTTLS":
            self._say("220 begin")
            self._encrypt()
        else:
            self._say({"QUIT": "221 bye", "AUTH": "235 known"}.get(word, "250 yes"))

    def _encrypt(self) -> None:
        assert self.box.secure
        self.connection = self.box.secure.wrap_socket(self.connection, server_side=True)
        self.rfile = self.connection.makefile("rb")
        self.wfile = self.connection.makefile("wb", buffering=0)
        self.is_secure = True

    def _recipient(self, rest: str) -> None:
        is_known = not any(name in rest for name in self.box.refused)
        if is_known:
            self.box.recipients.append(rest.partition("<")[2].partition(">")[0])
        self._say("250 yes" if is_known else "550 nobody here")

    def _data(self) -> None:
        lines = []
        while (line := self.rfile.readline()) != b".\r\n":
            lines.append(line.removeprefix(b".") if line.startswith(b"..") else line)
        answer = self.box.answers.pop(0) if self.box.answers else "250 taken"
        if answer.startswith("250"):
            self.box.messages.append(b"".join(lines))
        self._say(answer)

    def _say(self, text: str) -> None:
        self.wfile.write(f"{text}\r\n".encode())


class _Server(ThreadingTCPServer):
    def handle_error(self, *_: object) -> None:
        """A client that does not trust the certificate goes away."""


@contextmanager
def mail_server(
    certificate: Path | None = None, *, starts_plain: bool = False
) -> Generator[Mailbox]:
    """A mail server on a free port; with a certificate, one that encrypts."""
    box = Mailbox(starts_plain=starts_plain)
    if certificate:
        box.secure = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        box.secure.load_cert_chain(certificate)
    with _Server(("127.0.0.1", 0), type("Handler", (_Smtp,), {"box": box})) as server:
        server.daemon_threads = True
        box.port = server.server_address[1]
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        yield box
        server.shutdown()


@dataclass
class Posted:
    """What a web server was sent, and how it answers."""

    port: int = 0
    bodies: list[bytes] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    answers: list[int] = field(default_factory=list)


@contextmanager
def web_server() -> Generator[Posted]:
    """A web server on a free port that takes what is posted."""
    posted = Posted()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            posted.bodies.append(self.rfile.read(int(self.headers["Content-Length"])))
            posted.headers.append(dict(self.headers))
            self.send_response(posted.answers.pop(0) if posted.answers else 204)
            self.send_header("Location", "http://127.0.0.1:9/elsewhere")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        posted.port = server.server_address[1]
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        yield posted
        server.shutdown()


def write_certificate(path: Path) -> None:
    """A key and a certificate of this machine that it gives itself, valid for an hour."""
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(minutes=5))
        .not_valid_after(now + timedelta(hours=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False
        )
        .sign(key, hashes.SHA256())
    )
    pem, private = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
    written = key.private_bytes(pem, private, serialization.NoEncryption())
    path.write_bytes(written + certificate.public_bytes(pem))
