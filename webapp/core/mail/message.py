"""One outbox row as an Internet message: the same row gives the same bytes, at every try."""

from __future__ import annotations

import re
import unicodedata
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr
from uuid import UUID

from webapp.core.frozen import dataclass

_ADDRESS = re.compile(r"[\w.!#$%&'*+/=?^`{|}~-]+@\w(?:[\w.-]*\w)?")
_LANGUAGE = re.compile(r"[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*")
_CALENDAR = re.compile(r"BEGIN:VCALENDAR\r?\n.*?\r?\nEND:VCALENDAR\r?\n?", re.DOTALL)
_METHOD = re.compile(r"^METHOD:([A-Z]{1,20})\r?$", re.MULTILINE)
_STOP = re.compile(r"https?://[!-;=?-~]+")
_MESSAGE_ID = re.compile(r"<[!-;=?-~]+@[!-;=?-~]+>")


class UnsendableMail(ValueError):
    """The row can never become a message: no later try would help."""


@dataclass(frozen=True)
class Letter:
    """What of an outbox row is needed to send it."""

    id: UUID
    recipient: str
    subject: str
    text: str
    language: str
    message_id: str
    created_at: datetime
    tries: int
    calendar: str | None = None
    stop_url: str | None = None


def sender(mail_from: str) -> Address:
    """The setting `mail_from`, `Name <address>` or a bare address. Raises `ValueError`."""
    name, address = parseaddr(mail_from)
    return _address(address, _one_line(name))


def compose(letter: Letter, mail_from: Address) -> EmailMessage:
    """The message. Raises `UnsendableMail` where a header would not be what it should be.

    The text is base64 or quoted-printable: no line that travels is longer than 76 octets, whatever the language, and the
    reader's program breaks the lines that it shows.
    """
    message = EmailMessage(policy=SMTP)
    message["Date"] = format_datetime(letter.created_at)
    message["From"] = mail_from
    message["To"] = _address(letter.recipient)
    message["Subject"] = _one_line(letter.subject)
    if not _MESSAGE_ID.fullmatch(letter.message_id):
        raise UnsendableMail("message_id")
    message["Message-ID"] = letter.message_id
    # RFC 3834: nobody's holiday note answers it.
    message["Auto-Submitted"] = "auto-generated"
    if letter.stop_url:
        _stop(message, letter.stop_url)
    body = "\n".join(letter.text.splitlines()) + "\n"
    message.set_content(body, subtype="plain", charset="utf-8", cte="quoted-printable" if body.isascii() else "base64")
    if _LANGUAGE.fullmatch(letter.language):
        message["Content-Language"] = letter.language
    if letter.calendar:
        _attach(message, letter.calendar, f"{letter.id.hex}-{letter.created_at:%Y%m%d%H%M%S}")
    return message


def _stop(message: EmailMessage, url: str) -> None:
    """The address behind a mail program's own button (RFC 2369), pressed for the reader without a page where it is safe (RFC 8058).

    Raises `UnsendableMail`.
    """
    if not _STOP.fullmatch(url):
        raise UnsendableMail("stop_url")
    message["List-Unsubscribe"] = f"<{url}>"
    if url.startswith("https:"):
        message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"


def _attach(message: EmailMessage, calendar: str, mark: str) -> None:
    """Each calendar object as a part of its own: a request about several events would have to be one event (RFC 5546, 3.2.2).

    The parameter `method` is what makes a mail program put the event into the calendar (RFC 6047). Raises `UnsendableMail`.
    """
    objects = _CALENDAR.findall(calendar)
    if not objects:
        raise UnsendableMail("calendar")
    for number, text in enumerate(objects, 1):
        method = _METHOD.search(text)
        if method is None:
            raise UnsendableMail("calendar")
        message.add_attachment(
            text.encode(), maintype="text", subtype="calendar", cte="base64", filename=f"event-{number}.ics",
            params={"method": method[1], "charset": "utf-8"},
        )
    # Made from the row, so that every try sends the same bytes.
    message.set_boundary(f"=_{mark}")


def _address(text: str, display_name: str = "") -> Address:
    """Exactly one address, without comments, quotes or lists. Raises `UnsendableMail`."""
    if not _ADDRESS.fullmatch(text):
        raise UnsendableMail("address")
    username, domain = text.split("@")
    try:
        domain = domain if domain.isascii() else domain.encode("idna").decode()
        return Address(display_name=display_name, username=username, domain=domain)
    except ValueError as error:
        raise UnsendableMail("address") from error


def _one_line(text: str) -> str:
    printable = (" " if unicodedata.category(character) in ("Cc", "Cs", "Zl", "Zp") else character for character in text)
    return " ".join("".join(printable).split())
