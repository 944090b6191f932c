from datetime import UTC, datetime
from email import message_from_bytes
from email.policy import SMTP, default

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webapp.core.ids import new_id
from webapp.core.mail.message import Letter, UnsendableMail, compose, sender

WRITTEN = datetime(2026, 3, 1, 8, 30, tzinfo=UTC)
SENDER = sender("LocalGoals <noreply@localgoals.example>")


def letter(**values):
    row = {
        "id": new_id(), "recipient": "li@example.org", "subject": "Welcome", "text": "Hello.", "language": "en",
        "message_id": "<1@localgoals.invalid>", "created_at": WRITTEN, "tries": 1,
    }
    return Letter(**{**row, **values})


def sent(one, mail_from=SENDER):
    """The message as the recipient's program reads it from the wire."""
    return message_from_bytes(compose(one, mail_from).as_bytes(policy=SMTP), policy=default)


def test_a_mail_has_the_headers_that_a_careful_program_sends():
    message = sent(letter(language="zh-Hans"))
    assert message["Date"].datetime == WRITTEN
    assert message["From"] == "LocalGoals <noreply@localgoals.example>"
    assert message["To"] == "li@example.org"
    assert message["Message-ID"] == "<1@localgoals.invalid>"
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["Content-Language"] == "zh-Hans"
    assert message.get_content_type() == "text/plain"
    assert message.get_content_charset() == "utf-8"


def test_a_regular_mail_says_how_to_stop_it():
    url = "https://example.org/mail/stop/abc.def-_?lang=zh-Hans"
    message = sent(letter(stop_url=url))
    assert message["List-Unsubscribe"] == f"<{url}>"
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert "List-Unsubscribe" not in sent(letter())


def test_a_mail_program_stops_nothing_by_itself_over_an_open_line():
    message = sent(letter(stop_url="http://127.0.0.1:8000/mail/stop/abc"))
    assert message["List-Unsubscribe"] == "<http://127.0.0.1:8000/mail/stop/abc>"
    assert "List-Unsubscribe-Post" not in message


def test_a_long_address_that_stops_a_mail_is_not_broken():
    url = f"https://example.org/mail/stop/{'x' * 400}"
    assert sent(letter(stop_url=url))["List-Unsubscribe"].replace("\r\n", "").replace(" ", "") == f"<{url}>"


@pytest.mark.parametrize("url", ["https://a.b/>,<mailto:c@d.e", "https://a.b/\r\nBcc: c@d.e", "mailto:a@b.c", "https://a.b/ c"])
def test_what_is_no_address_of_a_page_goes_into_no_header(url):
    with pytest.raises(UnsendableMail):
        compose(letter(stop_url=url), SENDER)


def test_chinese_arrives_as_written_and_travels_in_short_lines():
    subject = "您已完成“可持续发展目标本地化导论”课程，请查收您的培训证书（编号 7KQ4-M2XD-9RTW-5B）"
    text = "李老师，您好！\n\n" + "您已完成本课程的全部学习内容，" * 80 + "\n\n证书：https://example.org/certificates/7KQ4"
    message = sent(letter(subject=subject, text=text))
    assert message["Subject"] == subject
    assert message.get_content().splitlines() == text.splitlines()
    wire = compose(letter(subject=subject, text=text), SENDER).as_bytes(policy=SMTP)
    assert wire.isascii()
    assert max(len(line) for line in wire.split(b"\r\n")) <= 78


def test_a_long_english_line_arrives_as_written_and_travels_in_short_lines():
    text = "https://example.org/" + "x" * 2000
    assert sent(letter(text=text)).get_content().splitlines() == [text]
    assert max(len(line) for line in compose(letter(text=text), SENDER).as_bytes(policy=SMTP).split(b"\r\n")) <= 78


def test_the_same_row_gives_the_same_bytes_at_every_try():
    one = letter(subject="证书", text="您好")
    assert compose(one, SENDER).as_bytes() == compose(one, SENDER).as_bytes()


def test_a_chinese_sender_name_is_encoded():
    assert sent(letter(), sender("本地化培训项目 <noreply@example.org>"))["From"] == "本地化培训项目 <noreply@example.org>"


@pytest.mark.parametrize("mail_from", ["", "LocalGoals", "a b@c d <nobody>"])
def test_a_sender_that_is_no_address_is_refused(mail_from):
    with pytest.raises(ValueError, match=r".*"):
        compose(letter(), sender(mail_from))


NO_ADDRESS = ("", "nobody", "a@b.c, d@e.f", "a@b.c\nBcc: d@e.f", "a@b.c\r\n\r\nbody", "<a@b.c>", "a b@c.d", "a@", "@b.c", "a@b.c\x00")


@pytest.mark.parametrize("address", NO_ADDRESS)
def test_what_is_not_exactly_one_address_is_never_written_to(address):
    with pytest.raises(UnsendableMail):
        compose(letter(recipient=address), SENDER)


def test_a_chinese_domain_is_written_as_servers_spell_it():
    assert sent(letter(recipient="li@例子.中国"))["To"] == "li@xn--fsqu00a.xn--fiqs8s"


@given(
    subject=st.text(max_size=300), language=st.text(max_size=20), text=st.text(max_size=500),
    recipient=st.one_of(st.just("li@example.org"), st.text(max_size=60), st.emails()),
)
def test_no_text_adds_a_header_or_a_recipient(subject, language, text, recipient):
    try:
        message = sent(letter(subject=subject, language=language, text=text, recipient=recipient))
    except ValueError:
        return
    assert [name for name in message if name != "Content-Language"] == [
        "Date", "From", "To", "Subject", "Message-ID", "Auto-Submitted", "Content-Type", "Content-Transfer-Encoding", "MIME-Version",
    ]
    assert len(message["To"].addresses) == 1
    assert not message.is_multipart()


EVENT = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nMETHOD:{}\r\nBEGIN:VEVENT\r\nSUMMARY:培训\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"


def test_each_calendar_object_is_a_part_that_names_its_method():
    one = letter(text="您好", calendar=EVENT.format("REQUEST") + EVENT.format("CANCEL"))
    text, *parts = sent(one).iter_parts()
    assert text.get_content().strip() == "您好"
    assert [(part.get_content_type(), part.get_param("method"), part.get_param("charset")) for part in parts] == [
        ("text/calendar", "REQUEST", "utf-8"), ("text/calendar", "CANCEL", "utf-8"),
    ]
    assert parts[0].get_content() == EVENT.format("REQUEST")
    assert compose(one, SENDER).as_bytes() == compose(one, SENDER).as_bytes()
    assert compose(one, SENDER).as_bytes(policy=SMTP).isascii()


@pytest.mark.parametrize("calendar", ["nonsense", EVENT.replace("METHOD:{}\r\n", "")])
def test_what_is_no_calendar_is_not_sent(calendar):
    with pytest.raises(UnsendableMail):
        compose(letter(calendar=calendar), SENDER)
