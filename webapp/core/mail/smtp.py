"""The connection to the mail server: opened for the first mail of a batch, kept for the others."""

from __future__ import annotations

import smtplib
import ssl
from email.headerregistry import Address
from email.message import EmailMessage
from types import TracebackType
from typing import Self
from urllib.parse import unquote, urlsplit

from webapp.core.frozen import dataclass

# Longer than a slow server's checks of a mail; a claim must outlast several of them.
PATIENCE_SECONDS = 30
_PORTS = {"smtp": 25, "smtps": 465, "smtp+starttls": 587}


class Refused(Exception):
    """The mail did not go. `permanent`: no later try would help. `reason` names the reply, never the person."""

    def __init__(self, reason: str, *, permanent: bool) -> None:
        super().__init__(reason)
        self.reason = reason
        self.permanent = permanent


@dataclass(frozen=True)
class Server:
    """Where and how to connect."""

    scheme: str
    host: str
    port: int
    user: str
    password: str

    @classmethod
    def from_url(cls, url: str) -> Server:
        """Read `smtp://user:password@host:port`; `smtps` is TLS from the start, `smtp+starttls` TLS after the greeting."""
        parts = urlsplit(url)
        return cls(
            scheme=parts.scheme, host=parts.hostname or "localhost", port=parts.port or _PORTS[parts.scheme],
            user=unquote(parts.username or ""), password=unquote(parts.password or ""),
        )

    def connect(self, own_name: str) -> smtplib.SMTP:
        """An open, greeted and signed-in connection. Raises `OSError` or `smtplib.SMTPException`."""
        # A name of our own in the greeting: looking one up may take seconds.
        connection: smtplib.SMTP
        if self.scheme == "smtps":
            tls = ssl.create_default_context()
            connection = smtplib.SMTP_SSL(self.host, self.port, local_hostname=own_name, timeout=PATIENCE_SECONDS, context=tls)
        else:
            connection = smtplib.SMTP(self.host, self.port, local_hostname=own_name, timeout=PATIENCE_SECONDS)
        try:
            if self.scheme == "smtp+starttls":
                connection.starttls(context=ssl.create_default_context())
            if self.user:
                connection.login(self.user, self.password)
        except BaseException:
            connection.close()
            raise
        return connection


class Line:
    """At most one connection at a time. When the server cannot be reached, the rest of the batch learns it at once."""

    def __init__(self, server: Server, own_name: str) -> None:
        self._server = server
        self._own_name = own_name
        self._connection: smtplib.SMTP | None = None
        self._unreachable: Refused | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if self._connection is None:
            return
        try:
            self._connection.quit()
        except (OSError, smtplib.SMTPException):
            self._connection.close()

    def send(self, message: EmailMessage, *, mail_from: Address, recipient: Address) -> None:
        """Hand the message over; returns when the server has taken it. Raises `Refused`."""
        connection = self._open()
        try:
            connection.send_message(message, mail_from.addr_spec, [recipient.addr_spec])
        except smtplib.SMTPRecipientsRefused as error:
            code = next(iter(error.recipients.values()))[0]
            raise Refused(f"recipient {code}", permanent=code >= 500) from error
        except smtplib.SMTPSenderRefused as error:
            # The sender is a setting: once it is put right, the same mail goes through.
            raise Refused(f"sender {error.smtp_code}", permanent=False) from error
        except smtplib.SMTPNotSupportedError as error:
            raise Refused("recipient not ASCII", permanent=True) from error
        except smtplib.SMTPResponseException as error:
            raise Refused(f"data {error.smtp_code}", permanent=error.smtp_code >= 500) from error
        except (OSError, smtplib.SMTPException) as error:
            raise Refused(type(error).__name__, permanent=False) from error
        finally:
            if connection.sock is None:
                self._connection = None

    def _open(self) -> smtplib.SMTP:
        if self._unreachable is not None:
            raise self._unreachable
        if self._connection is None:
            try:
                self._connection = self._server.connect(self._own_name)
            except smtplib.SMTPResponseException as error:
                self._unreachable = Refused(f"connection {error.smtp_code}", permanent=False)
                raise self._unreachable from error
            except (OSError, smtplib.SMTPException) as error:
                self._unreachable = Refused(f"connection {type(error).__name__}", permanent=False)
                raise self._unreachable from error
        return self._connection
