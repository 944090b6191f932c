import os
import signal
import ssl
import subprocess
import sys
import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from aiosmtpd.smtp import AuthResult
from sqlalchemy import select

from tests.core.mailserver import MailServer
from webapp.core import clock
from webapp.core.database import db
from webapp.core.mail import rules
from webapp.core.mail.delivery import BATCH, CLAIM, deliver
from webapp.core.mail.jobs import SENT_KEPT, sweep_sent
from webapp.core.mail.models import MailState, OutboxMail
from webapp.core.mail.services import queue
from webapp.core.mail.smtp import Server
from webapp.core.unit_of_work import unit_of_work

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
PATIENCE = 30


@pytest.fixture
def server():
    with MailServer() as running:
        yield running


@pytest.fixture
def use(monkeypatch):
    """`use(app, url)`: let the application send by that server."""

    def set_to(app, url):
        changed = replace(app.extensions["settings"], smtp_url=url, mail_from="课程 <noreply@example.org>")
        monkeypatch.setitem(app.extensions, "settings", changed)

    return set_to


def write(*recipients, now=NOON, subject="您的证书"):
    with unit_of_work():
        for recipient in recipients:
            queue(to=recipient, subject=subject, text="您好！\n请查收。", language="zh-Hans", now=now)


def only_mail():
    return db.session.scalars(select(OutboxMail).execution_options(populate_existing=True)).one()


def test_due_mail_goes_out_over_one_connection(database, server, use, at):
    use(database, server.url)
    at(NOON)
    write("a@example.org", "b@example.org", "c@example.org")
    assert deliver() == 3
    assert deliver() == 0
    assert [mail.recipients for mail in server.inbox.mails] == [["a@example.org"], ["b@example.org"], ["c@example.org"]]
    assert {mail.sender for mail in server.inbox.mails} == {"noreply@example.org"}
    assert server.inbox.mails[0].message["Subject"] == "您的证书"
    assert server.inbox.mails[0].message.get_content().splitlines() == ["您好！", "请查收。"]
    assert server.inbox.greetings == ["localhost"]
    rows = db.session.scalars(select(OutboxMail)).all()
    assert {(row.state, row.sent_at, row.claimed_until, row.tries) for row in rows} == {(MailState.SENT, NOON, None, 1)}


def test_without_a_mail_server_everything_stays_in_the_outbox(database, at):
    at(NOON)
    write("a@example.org")
    assert deliver() == 0
    assert (only_mail().state, only_mail().tries) == (MailState.WAITING, 0)


def test_nobody_is_called_when_nothing_is_due(database, server, use, at):
    use(database, server.url)
    at(NOON)
    write("a@example.org", now=NOON + timedelta(minutes=1))
    assert deliver() == 0
    assert server.inbox.connections == 0


def test_a_long_queue_is_worked_off_in_batches(database, server, use, at):
    use(database, server.url)
    at(NOON)
    write(*(f"p{number}@example.org" for number in range(BATCH + 1)))
    assert [deliver(), deliver(), deliver()] == [BATCH, 1, 0]
    assert server.inbox.connections == 2


def test_a_temporary_no_is_tried_again_after_a_minute(database, server, use, at):
    use(database, server.url)
    server.inbox.answers["a@example.org"] = "451 Try again later"
    at(NOON)
    write("a@example.org", "b@example.org")
    assert deliver() == 1
    waiting = db.session.scalars(select(OutboxMail).where(OutboxMail.state == MailState.WAITING)).one()
    assert (waiting.recipient, waiting.due_at, waiting.last_error) == ("a@example.org", NOON + timedelta(minutes=1), "recipient 451")
    server.inbox.answers.clear()
    at(NOON + timedelta(seconds=59))
    assert deliver() == 0
    at(NOON + timedelta(seconds=60))
    assert deliver() == 1
    assert server.inbox.mails[-1].recipients == ["a@example.org"]


@pytest.mark.parametrize(("stage", "reason"), [("answers", "recipient 550"), ("data_answers", "data 550")])
def test_a_permanent_no_is_kept_for_the_administrator_and_never_repeated(database, server, use, at, stage, reason):
    use(database, server.url)
    getattr(server.inbox, stage)["a@example.org"] = "550 No such user"
    at(NOON)
    write("a@example.org", "b@example.org")
    assert deliver() == 1
    failed = db.session.scalars(select(OutboxMail).where(OutboxMail.state == MailState.FAILED)).one()
    assert (failed.recipient, failed.last_error, failed.tries) == ("a@example.org", reason, 1)
    at(NOON + timedelta(days=3))
    assert deliver() == 0
    assert server.inbox.mails[-1].recipients == ["b@example.org"]


def test_a_temporary_no_to_the_content_is_tried_again(database, server, use, at):
    use(database, server.url)
    server.inbox.data_answers["a@example.org"] = "452 Mailbox full"
    at(NOON)
    write("a@example.org")
    assert deliver() == 0
    assert (only_mail().state, only_mail().last_error) == (MailState.WAITING, "data 452")


def test_an_unreachable_server_is_called_once_a_run_and_given_up_after_two_days(database, use, at):
    with MailServer() as gone:
        address = gone.url
    use(database, address)
    write("a@example.org")
    moment = NOON
    for _try in range(rules.TRIES):
        at(moment)
        assert deliver() == 0
        mail = only_mail()
        moment = mail.due_at
    assert mail.state is MailState.FAILED
    assert mail.last_error == "connection ConnectionRefusedError"
    assert timedelta(days=2) <= moment - NOON < timedelta(days=2, hours=1)


def test_when_the_server_cannot_be_reached_the_rest_of_the_batch_does_not_wait_for_it(database, use, at, monkeypatch):
    calls = []

    def refuse(_server, _own_name):
        calls.append(1)
        raise TimeoutError

    monkeypatch.setattr(Server, "connect", refuse)
    use(database, "smtp://mail.example.org")
    at(NOON)
    write("a@example.org", "b@example.org")
    assert deliver() == 0
    assert calls == [1]
    assert {mail.last_error for mail in db.session.scalars(select(OutboxMail))} == {"connection TimeoutError"}


def test_the_pause_between_tries_doubles_up_to_a_cap():
    delays = [rules.delay_after(tries) for tries in range(1, rules.TRIES + 1)]
    assert delays[:4] == [timedelta(minutes=minutes) for minutes in (1, 2, 4, 8)]
    assert delays[-2:] == [rules.LONGEST_DELAY, None]
    assert timedelta(days=2) <= sum(delays[:-1], timedelta()) < timedelta(days=2, hours=1)


def test_a_row_that_is_no_mail_fails_alone(database, server, use, at):
    use(database, server.url)
    at(NOON)
    write("not an address", "b@example.org")
    assert deliver() == 1
    failed = db.session.scalars(select(OutboxMail).where(OutboxMail.state == MailState.FAILED)).one()
    assert failed.last_error == "unsendable address"


def test_a_wrong_password_is_a_setting_to_put_right_not_the_end_of_a_mail(database, use, at):
    def nobody(_server, _session, _envelope, _mechanism, _data):
        return AuthResult(success=False, handled=False)

    with MailServer(authenticator=nobody, auth_require_tls=False) as strict:
        use(database, strict.url.replace("smtp://", "smtp://user:p%40ss@"))
        at(NOON)
        write("a@example.org")
        assert deliver() == 0
    assert (only_mail().state, only_mail().last_error) == (MailState.WAITING, "connection 535")


def test_user_and_password_of_the_address_are_given(database, use, at):
    given = []

    def everybody(_server, _session, _envelope, _mechanism, data):
        given.append((data.login, data.password))
        return AuthResult(success=True)

    with MailServer(authenticator=everybody, auth_require_tls=False) as strict:
        use(database, strict.url.replace("smtp://", "smtp://us%3Aer:p%40ss@"))
        at(NOON)
        write("a@example.org")
        assert deliver() == 1
    assert given == [(b"us:er", b"p@ss")]


def test_a_mail_is_never_sent_in_clear_where_encryption_is_asked_for(database, server, use, at):
    use(database, server.url.replace("smtp://", "smtp+starttls://"))
    at(NOON)
    write("a@example.org")
    assert deliver() == 0
    assert server.inbox.mails == []
    assert only_mail().last_error == "connection SMTPNotSupportedError"


@pytest.mark.parametrize("scheme", ["smtps", "smtp+starttls"])
def test_a_certificate_that_nobody_vouches_for_is_refused(database, use, at, tmp_path, scheme):
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    made = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1", "-subj", "/CN=127.0.0.1"]
    subprocess.run([*made, "-keyout", key, "-out", certificate], check=True, capture_output=True)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate, key)
    with MailServer(tls_context=context) as encrypted:
        use(database, encrypted.url.replace("smtp://", f"{scheme}://"))
        at(NOON)
        write("a@example.org")
        assert deliver() == 0
        assert encrypted.inbox.mails == []
    assert only_mail().last_error.startswith("connection SSL")


@pytest.mark.parametrize(("url", "port"), [("smtp://h", 25), ("smtps://h", 465), ("smtp+starttls://h", 587), ("smtp://h:2525", 2525)])
def test_each_kind_of_server_has_its_port(url, port):
    assert Server.from_url(url).port == port


def test_sent_mail_is_forgotten_after_a_month_and_failed_mail_is_kept(database, server, use, at):
    use(database, server.url)
    server.inbox.answers["b@example.org"] = "550 No such user"
    at(NOON)
    write("a@example.org", "b@example.org")
    deliver()
    with unit_of_work():
        assert sweep_sent(NOON + SENT_KEPT - timedelta(seconds=1)) == 0
        assert sweep_sent(NOON + SENT_KEPT) == 1
    assert only_mail().recipient == "b@example.org"


def test_two_runners_at_once_send_every_mail_once(committed, server, use):
    use(committed, server.url)
    write(*(f"p{number}@example.org" for number in range(20)), now=clock.now())
    sent = []
    both = threading.Barrier(2)

    def runner():
        with committed.app_context():
            both.wait(PATIENCE)
            sent.append(deliver())

    threads = [threading.Thread(target=runner) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE)
    assert sum(sent) == 20
    assert len(server.inbox.ids) == len(set(server.inbox.ids)) == 20


def delivering_process(app, url):
    """A process of its own that runs the scheduler's job once."""
    here = app.extensions["settings"]
    variables = {
        "MODE": "test", "DATA_DIR": str(here.data_dir), "DATABASE_URL": here.database_url, "SECRET_KEY": here.secret_key,
        "SMTP_URL": url, "MAIL_FROM": "noreply@example.org", "PUBLIC_URL": "http://localhost",
    }
    command = [sys.executable, "-c", "from webapp.cli import main; main()", "scheduler", "--once", "deliver-mail"]
    environment = os.environ | {f"LOCALGOALS_{name}": value for name, value in variables.items()}
    environment.pop("LOCALGOALS_TEST_SERVER", None)
    return subprocess.Popen(command, env=environment, stderr=subprocess.DEVNULL)


@pytest.mark.parametrize(("killed_at", "copies"), [("EHLO", 1), ("DATA", 2)])
def test_a_runner_killed_in_the_middle_loses_nothing_and_repeats_at_most_once(committed, server, use, at, killed_at, copies):
    use(committed, server.url)
    server.inbox.hold, server.inbox.hold_at = threading.Event(), killed_at
    write("a@example.org", now=clock.now())
    process = delivering_process(committed, server.url)
    try:
        assert server.inbox.arrived.wait(PATIENCE)
        process.send_signal(signal.SIGKILL)
    finally:
        process.kill()
        process.wait(PATIENCE)
    assert process.returncode == -signal.SIGKILL
    server.inbox.hold.set()
    server.inbox.hold = None

    assert deliver() == 0, "the claim still stands"
    assert only_mail().state is MailState.WAITING
    at(clock.now() + CLAIM)
    assert deliver() == 1
    assert deliver() == 0
    assert len(server.inbox.ids) == copies
    assert set(server.inbox.ids) == {only_mail().message_id}
    assert len({mail.message["Subject"] for mail in server.inbox.mails}) == 1
    assert only_mail().state is MailState.SENT


def test_the_job_of_the_command_line_delivers(committed, server):
    write("a@example.org", now=clock.now())
    process = delivering_process(committed, server.url)
    assert process.wait(PATIENCE) == 0
    assert only_mail().state is MailState.SENT


def test_a_mail_is_numbered_below_our_own_address_and_who_has_none_gets_none(database):
    with unit_of_work():
        mail = queue(to="li@example.org", subject="s", text="t", language="en", now=NOON)
        assert queue(to="", subject="s", text="t", language="en", now=NOON) is None
    assert mail.message_id == f"<{mail.id}@localhost>"
    assert db.session.query(OutboxMail).count() == 1
