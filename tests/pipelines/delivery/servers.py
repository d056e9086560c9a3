"""A mail server and a web server of this machine, as small as what is asked of them."""

import threading
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, HTTPServer
from socketserver import StreamRequestHandler, ThreadingTCPServer


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


class _Smtp(StreamRequestHandler):
    """As much of RFC 5321 as smtplib needs."""

    box: Mailbox

    def handle(self) -> None:
        self._say("220 here")
        while line := self.rfile.readline().decode().strip():
            word, _, rest = line.partition(" ")
            word = word.upper()
            if word == "RCPT":
                self._recipient(rest)
            elif word == "DATA":
                self._say("354 go on")
                self._data()
            else:
                self._say("221 bye" if word == "QUIT" else "250 yes")

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


@contextmanager
def mail_server() -> Generator[Mailbox]:
    """A mail server on a free port."""
    box = Mailbox()
    with ThreadingTCPServer(("127.0.0.1", 0), type("Handler", (_Smtp,), {"box": box})) as server:
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
