"""Deliveries: whole, once, safe from text of others, and never lost."""

import email
import hashlib
import hmac
import json
from datetime import UTC, date, datetime
from email.policy import default
from pathlib import Path

import pytest

from pipelines.commands.delivering import deliver as command
from pipelines.delivery.asked import described, faults
from pipelines.delivery.content import content_of, newest_span, span_asked
from pipelines.delivery.deliver import deliver
from pipelines.delivery.errors import DeliveryError
from pipelines.delivery.ledger import Ledger
from pipelines.delivery.message import SIGNATURE, subject
from pipelines.settings import Project, SettingsError, load_project, parse_settings
from pipelines.storage.integrity import flip_link
from reports.spans import Span
from tests.pipelines.delivery.servers import mail_server, web_server, write_certificate

WEEK = Span("week", date(2026, 11, 9))
NASTY = "Acme\r\nBcc: thief@example.org\r\n\r\n<b>"
FIGURE = {
    "metric": "service_level", "version": 1, "name": "Service level", "subject": "Overview",
    "unit": "percent", "value": 71.0, "text": "71.0 %", "numerator": 71, "denominator": 100,
    "goal": 80.0, "status": "missed", "is_small": False, "is_provisional": False,
}  # fmt: skip
MAIL = """
[delivery.email]
host = "127.0.0.1"
port = {port}
security = "none"
from = "Callmart <reports@example.org>"
to = ["ann@example.org", "bob@example.org"]
"""
HOOK = """
[delivery.webhook]
url = "http://127.0.0.1:{port}/hook"
secret_env = "HOOK_SECRET"
"""


@pytest.fixture
def at(tmp_path, monkeypatch):
    """Makes a project with settings and the site of publication 7."""
    monkeypatch.setenv("HOOK_SECRET", "s3cret")

    def made(settings: str, *, publication: int = 7) -> Project:
        (tmp_path / "callmart.toml").write_text(settings, encoding="utf-8")
        project = load_project(tmp_path)
        site = project.var / f"site-{publication}.1"
        folder = site / "weeks/2026-W46"
        folder.mkdir(parents=True)
        data = {
            "centre": NASTY, "period": "2026-W46", "grain": "week", "first_day": "2026-11-09",
            "last_day": "2026-11-15", "title": "Week 46", "provisional": "",
            "page": "weeks/2026-W46.html", "missed": ["Service level was 71 %"],
            "findings": [{"head": "Worse", "text": "on Monday"}], "figures": [FIGURE],
        }  # fmt: skip
        (folder / "summary.json").write_text(json.dumps(data), encoding="utf-8")
        html = '<html><a href="../2026-W46.html">all</a><a href="service.html">s</a></html>'
        (folder / "summary.html").write_text(html, encoding="utf-8")
        (site / "weeks/2026-W46.html").write_text("<html></html>", encoding="utf-8")
        (site / "weeks/2026-W46.pdf").write_bytes(b"%PDF-1.7 whole")
        flip_link(project.reports, site)
        return project

    return made


def outbox(project: Project) -> list[str]:
    return sorted(p.name for p in project.outbox.glob("*"))


def test_a_mail_is_proper_mime_and_no_name_from_outside_adds_a_header(at):
    with mail_server() as box:
        link = '[delivery]\nlink = "https://reports.example.org/centre"'
        project = at(link + MAIL.format(port=box.port) + 'attach = ["overview"]')
        (outcome,) = deliver(project, WEEK)
    assert outcome.text == "sent to 2 of 2 addresses"
    assert box.recipients == ["ann@example.org", "bob@example.org"]
    (raw,) = box.messages
    message = email.message_from_bytes(raw, policy=default)
    assert message["Bcc"] is None
    assert message["Subject"] == "Acme Bcc: thief@example.org <b>: Week 46"
    assert message["From"] == "Callmart <reports@example.org>"
    assert message["To"] == "ann@example.org, bob@example.org"
    assert message["Message-ID"].endswith("@example.org>")
    assert message["Date"].datetime.tzinfo is not None
    assert message["Auto-Submitted"] == "auto-generated"
    assert message.get_content_type() == "multipart/mixed"
    bodies, attached = message.iter_parts()
    assert [part.get_content_type() for part in bodies.iter_parts()] == ["text/plain", "text/html"]
    plain, html = (part.get_content() for part in bodies.iter_parts())
    assert "- Service level: 71.0 % (goal MISSED)" in plain
    assert "https://reports.example.org/centre/weeks/2026-W46.html" in plain
    assert 'href="https://reports.example.org/centre/weeks/2026-W46/service.html"' in html
    assert attached.get_filename() == "2026-W46-overview.pdf"
    assert attached.get_content() == b"%PDF-1.7 whole"


@pytest.mark.parametrize("security", ["tls", "starttls"])
def test_passwords_and_mails_go_encrypted_to_who_is_trusted_alone(
    at, tmp_path, monkeypatch, security
):
    certificate = tmp_path / "server.pem"
    write_certificate(certificate)
    monkeypatch.setenv("MAIL_PASSWORD", "s3cret")
    monkeypatch.delenv("SSL_CERT_FILE", raising=False)
    with mail_server(certificate, starts_plain=security == "starttls") as box:
        mail = MAIL.format(port=box.port).replace('"none"', f'"{security}"')
        project = at(mail + 'user = "callmart"\npassword_env = "MAIL_PASSWORD"\n')
        with pytest.raises(DeliveryError, match="the server's certificate"):
            deliver(project, WEEK)
        assert box.messages == []
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
        (taken,) = deliver(project, WEEK)
    assert taken.text == "sent to 2 of 2 addresses"
    assert len(box.messages) == 1
    assert {line.split()[0].upper() for line in box.heard} <= {"EHLO", "STARTTLS"}


def test_a_server_that_does_not_encrypt_is_told_nothing(at, monkeypatch):
    monkeypatch.setenv("MAIL_PASSWORD", "s3cret")
    with mail_server() as box:
        mail = MAIL.format(port=box.port).replace('"none"', '"starttls"')
        project = at(mail + 'user = "me"\npassword_env = "MAIL_PASSWORD"\n')
        with pytest.raises(DeliveryError, match=r"check delivery\.email\.security"):
            deliver(project, WEEK)
    assert {line.split()[0].upper() for line in box.heard} <= {"EHLO", "QUIT"}


def test_without_a_link_a_mail_has_none(at):
    content = content_of(at(MAIL.format(port=1)), WEEK)
    assert "href" not in content.html
    assert "http" not in content.text


def test_a_webhook_gets_signed_json(at):
    with web_server() as web:
        deliver(at(HOOK.format(port=web.port)), WEEK)
    (body,), (headers,) = web.bodies, web.headers
    told = json.loads(body)
    assert told["figures"] == [FIGURE]
    assert told["findings"] == [{"head": "Worse", "text": "on Monday"}]
    assert (told["delivery"], told["publication"], told["link"]) == ("2026-W46-p7", 7, None)
    expected = hmac.new(b"s3cret", body, hashlib.sha256).hexdigest()
    assert headers[SIGNATURE] == f"sha256={expected}"
    assert headers["Content-Type"] == "application/json"
    assert b"s3cret" not in body


def test_once_for_each_publication_and_again_when_asked(at, tmp_path):
    with mail_server() as box:
        project = at(MAIL.format(port=box.port))
        assert [o.is_made for o in deliver(project, WEEK)] == [True]
        again = deliver(project, WEEK)
        assert not again[0].is_made
        assert "--again repeats" in again[0].text
        assert [o.is_made for o in deliver(project, WEEK, again=True)] == [True]
        assert [o.is_made for o in deliver(at(MAIL.format(port=box.port), publication=8), WEEK)]
    assert len(box.messages) == 3
    assert outbox(project) == []
    assert [d.publication for d in Ledger(project).all()] == [7, 7, 8]


def test_a_half_written_line_of_the_ledger_hides_no_other(at):
    project = at("")
    ledger = Ledger(project)
    ledger.add("2026-W45", 6, "email")
    with ledger.path.open("a") as file:
        file.write('{"period": "2026-W4')
    ledger.add("2026-W46", 7, "email")
    assert [d.period for d in ledger.all()] == ["2026-W45", "2026-W46"]


def test_a_dry_run_writes_what_would_be_sent_and_sends_nothing(at, capsys):
    with mail_server() as box, web_server() as web:
        project = at(MAIL.format(port=box.port) + HOOK.format(port=web.port))
        command(project.root, "2026-W46", dry_run=True, again=False)
        assert (box.messages, web.bodies) == ([], [])
    assert outbox(project) == ["2026-W46-p7.eml", "2026-W46-p7.json"]
    assert "written, not sent" in capsys.readouterr().out
    path = project.outbox / "2026-W46-p7.eml"
    assert path.stat().st_mode & 0o077 == 0
    assert email.message_from_bytes(path.read_bytes(), policy=default)["Subject"]
    assert Ledger(project).all() == []


@pytest.mark.parametrize(
    ("answers", "tries", "words"),
    [
        (["451 later", "451 later"], 3, None),
        (["451 later"] * 3, 3, "did not take the message: 451 later"),
        (["554 spam"], 1, "did not take the message: 554 spam"),
    ],
)
def test_a_server_that_fails_is_tried_again_and_one_that_refuses_is_not(at, answers, tries, words):
    with mail_server() as box:
        box.answers = list(answers)
        project = at(MAIL.format(port=box.port))
        if words is None:
            assert deliver(project, WEEK, pauses_s=(0, 0))[0].is_made
        else:
            with pytest.raises(DeliveryError, match=words):
                deliver(project, WEEK, pauses_s=(0, 0))
    assert len(box.recipients) == 2 * tries
    assert outbox(project) == ([] if words is None else ["2026-W46-p7.eml"])


def test_what_fails_is_kept_and_the_other_channel_is_served_once(at):
    with web_server() as web:
        project = at(MAIL.format(port=9) + HOOK.format(port=web.port))
        for _ in range(2):
            with pytest.raises(DeliveryError, match="cannot be reached") as failed:
                deliver(project, WEEK, pauses_s=())
    assert "callmart deliver --period 2026-W46" in str(failed.value)
    assert "It is kept" in str(failed.value)
    assert len(web.bodies) == 1
    assert outbox(project) == ["2026-W46-p7.eml"]
    assert any("keeps 1 messages" in fault for fault in faults(project))


def test_one_unknown_recipient_does_not_keep_it_from_the_others(at):
    with mail_server() as box:
        box.refused = ("bob",)
        (outcome,) = deliver(at(MAIL.format(port=box.port)), WEEK)
    assert outcome.text == "sent to 1 of 2 addresses; refused: bob@example.org"


@pytest.mark.parametrize(("code", "words"), [(401, "401"), (302, "302")])
def test_a_webhook_that_says_no_or_leads_elsewhere_is_not_asked_again(at, code, words):
    with web_server() as web:
        web.answers = [code]
        with pytest.raises(DeliveryError, match=f"answers {words}.*delivery.webhook.url"):
            deliver(at(HOOK.format(port=web.port)), WEEK, pauses_s=(0, 0))
    assert len(web.bodies) == 1


def test_nothing_is_sent_unless_configured(at, tmp_path):
    project = at("")
    with pytest.raises(DeliveryError, match="neither"):
        deliver(project, WEEK)
    assert described(project) == "not configured: nothing is sent."
    assert list(faults(project)) == []


def test_a_page_that_is_not_there_is_named_with_those_that_are(at):
    project = at(MAIL.format(port=9) + 'attach = ["sales"]')
    with pytest.raises(DeliveryError, match=r"no page 'sales'; it has overview, summary"):
        deliver(project, WEEK)


def test_a_period_without_a_summary_names_the_newest(at):
    project = at(MAIL.format(port=9))
    with pytest.raises(DeliveryError, match=r"no summary of 2026-W47; the newest is of 2026-W46"):
        deliver(project, Span("week", date(2026, 11, 16)))
    with pytest.raises(DeliveryError, match="months have no"):
        span_asked("2026-11")


def test_doctor_says_whether_a_secret_is_there_and_never_which(at, monkeypatch):
    project = at(HOOK.format(port=9))
    assert list(faults(project)) == []
    assert "signed" in described(project)
    assert "s3cret" not in described(project)
    monkeypatch.delenv("HOOK_SECRET")
    assert "HOOK_SECRET" in next(faults(project))
    with pytest.raises(
        DeliveryError, match=r"HOOK_SECRET, which delivery\.webhook\.secret_env names"
    ):
        deliver(project, WEEK)


@pytest.mark.parametrize(
    ("every", "now", "span"),
    [
        ("week", datetime(2026, 11, 16, 7, tzinfo=UTC), WEEK),
        ("week", datetime(2026, 11, 15, 23, 30, tzinfo=UTC), WEEK),
        ("week", datetime(2026, 11, 22, 12, tzinfo=UTC), WEEK),
        ("day", datetime(2026, 11, 15, 23, 30, tzinfo=UTC), Span("day", date(2026, 11, 15))),
    ],
)
def test_the_last_period_that_is_over_by_the_centres_clock(at, every, now, span):
    text = f'[centre]\ntimezone = "Europe/Berlin"\n[delivery]\nevery = "{every}"'
    assert newest_span(at(text), now) == span


def test_a_subject_of_ones_own(at):
    content = content_of(at(MAIL.format(port=9)), WEEK)
    assert subject(content, "{period} {title} {other}") == "2026-W46 Week 46 {other}"


@pytest.mark.parametrize(
    "wrong",
    [
        'to = []\nfrom = "a@b.c"',
        'to = ["a@b.c\\r\\nBcc: x@y.z"]\nfrom = "a@b.c"',
        'to = ["a@b.c, x@y.z"]\nfrom = "a@b.c"',
        'to = ["a@b.c"]\nfrom = "a@b.c"\nuser = "u"',
        'to = ["a@b.c"]\nfrom = "a@b.c"\nuser = "u"\npassword_env = "P"\nsecurity = "none"',
        'to = ["a@b.c"]\nfrom = "a@b.c"\nsubject = "a\\nb"',
        'to = ["a@b.c"]\nfrom = "a@b.c"\npassword = "p"',
    ],
)
def test_settings_that_would_do_harm_are_refused(wrong):
    with pytest.raises(SettingsError, match=r"delivery\.email"):
        parse_settings(f'[delivery.email]\nhost = "h"\n{wrong}')


def test_the_site_that_is_read_is_the_published_one(at):
    project = at("")
    assert content_of(project, WEEK).site == Path(project.reports).resolve()
