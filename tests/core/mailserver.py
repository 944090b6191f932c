"""A real mail server on a free port of this machine: what came in, and what it is to answer."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from email import message_from_bytes
from email.policy import default
from typing import TYPE_CHECKING, Any, Self

from aiosmtpd.controller import Controller

if TYPE_CHECKING:
    from email.message import EmailMessage


@dataclass
class Received:
    """One mail as it came in, with its envelope."""

    content: bytes
    sender: str
    recipients: list[str]

    @property
    def message(self) -> EmailMessage:
        return message_from_bytes(self.content, policy=default)


@dataclass
class Inbox:
    """Keeps what comes; `answers` maps a recipient, `data_answers` a recipient, to the reply to give instead of yes."""

    mails: list[Received] = field(default_factory=list)
    answers: dict[str, str] = field(default_factory=dict)
    data_answers: dict[str, str] = field(default_factory=dict)
    connections: int = 0
    greetings: list[str] = field(default_factory=list)
    hold: threading.Event | None = None
    hold_at: str = "DATA"
    arrived: threading.Event = field(default_factory=threading.Event)

    async def handle_EHLO(self, server: Any, session: Any, _envelope: Any, hostname: str, responses: list[str]) -> list[str]:  # noqa: N802  the server's name for it
        self.connections += 1
        self.greetings.append(hostname)
        session.host_name = hostname
        await self._held(server, "EHLO")
        return responses

    async def handle_RCPT(self, _server: Any, _session: Any, envelope: Any, address: str, _options: list[str]) -> str:  # noqa: N802  the server's name for it
        if address in self.answers:
            return self.answers[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802  the server's name for it
        to = envelope.rcpt_tos[0]
        if to in self.data_answers:
            return self.data_answers[to]
        self.mails.append(Received(envelope.original_content, envelope.mail_from, list(envelope.rcpt_tos)))
        await self._held(server, "DATA")
        return "250 Accepted"

    async def _held(self, server: Any, command: str) -> None:
        if self.hold is not None and self.hold_at == command:
            self.arrived.set()
            await server.loop.run_in_executor(None, self.hold.wait)

    @property
    def ids(self) -> list[str]:
        return [mail.message["Message-ID"] for mail in self.mails]


class _FreePort(Controller):
    def _trigger_server(self) -> None:
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()


class MailServer:
    """`with MailServer() as server: server.url, server.inbox`."""

    def __init__(self, **options: Any) -> None:
        self.inbox = Inbox()
        self._controller = _FreePort(self.inbox, hostname="127.0.0.1", port=0, **options)

    def __enter__(self) -> Self:
        self._controller.start()
        return self

    def __exit__(self, *_error: object) -> None:
        if self.inbox.hold is not None:
            self.inbox.hold.set()
        self._controller.stop(no_assert=True)

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self._controller.port}"
