"""A browser as far as a server can tell: one kept connection, cookies, forms, redirects. Cheap, since it shares the machine."""

from __future__ import annotations

import http.client
import json
import re
import socket
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from urllib.parse import urlencode, urlsplit

TIMEOUT = 20.0
STREAM_TIMEOUT = 300.0
FORM = "Content-Type: application/x-www-form-urlencoded"
_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
_LOCATION = re.compile(rb"\r\nlocation: *([^\r]+)", re.IGNORECASE)
_COOKIE = re.compile(rb"\r\nset-cookie: *([^=;\r]+)=([^;\r]*)", re.IGNORECASE)
_CLOSE = re.compile(rb"\r\nconnection: *close", re.IGNORECASE)

Fields = Mapping[str, str] | Sequence[tuple[str, str]]


class UnexpectedAnswerError(RuntimeError):
    """The server answered what no browser would have met."""


@dataclass(frozen=True)
class Answer:
    """A response and how long it took, in seconds, from the first byte sent to the last one received."""

    status: int
    head: bytes
    body: bytes
    seconds: float

    @property
    def text(self) -> str:
        """The body as text."""
        return self.body.decode()

    @property
    def location(self) -> str:
        """Path to which the answer redirects, empty if it does not."""
        found = _LOCATION.search(self.head)
        parts = urlsplit(found[1].decode()) if found else None
        return "" if parts is None else parts.path + (f"?{parts.query}" if parts.query else "")


class Browser:
    """One person's browser at one server. Not to be shared by threads."""

    def __init__(self, url: str, cookies: Mapping[str, str] | None = None) -> None:
        parts = urlsplit(url)
        assert parts.hostname is not None
        assert parts.port is not None
        self.address = (parts.hostname, parts.port)
        self.cookies = dict(cookies or {})
        self._socket: socket.socket | None = None

    @property
    def cookie_header(self) -> str:
        """All cookies as the header carries them."""
        return "; ".join(f"{name}={value}" for name, value in self.cookies.items())

    def get(self, path: str, *, status: int = 200) -> Answer:
        """A page. Raises `UnexpectedAnswerError` for another status."""
        return self._ask("GET", path, b"", "text/html", status)

    def post(self, path: str, fields: Fields, *, status: int = 303, accept: str = "text/html") -> Answer:
        """A form. Raises `UnexpectedAnswerError` for another status."""
        return self._ask("POST", path, urlencode(fields).encode(), accept, status)

    def post_json(self, path: str, body: object, token: str, *, status: int = 200) -> Answer:
        """What a script sends. Raises `UnexpectedAnswerError` for another status."""
        head = ["Content-Type: application/json", f"X-CSRFToken: {token}"]
        return self._ask("POST", path, json.dumps(body).encode(), "application/json", status, head)

    def stream(self, path: str, fields: Fields) -> Iterator[bytes]:
        """A form whose answer has no known end, piece by piece as it comes. Raises `UnexpectedAnswerError` for anything but 200."""
        connection = http.client.HTTPConnection(*self.address, timeout=STREAM_TIMEOUT)
        head = {"Content-Type": FORM.partition(": ")[2], "Cookie": self.cookie_header}
        try:
            connection.request("POST", path, urlencode(fields), head)
            answer = connection.getresponse()
            if answer.status != HTTPStatus.OK:
                raise UnexpectedAnswerError(f"POST {path}: {answer.status}")
            while piece := answer.read1(1 << 16):
                yield piece
        finally:
            connection.close()

    def close(self) -> None:
        """End the connection."""
        if self._socket is not None:
            self._socket.close()
            self._socket = None

    def _ask(self, method: str, path: str, body: bytes, accept: str, status: int, head: Sequence[str] = (FORM,)) -> Answer:
        lines = [f"{method} {path} HTTP/1.1", f"Host: {self.address[0]}:{self.address[1]}", f"Accept: {accept}"]
        if self.cookies:
            lines.append(f"Cookie: {self.cookie_header}")
        if method == "POST":
            lines += [*head, f"Content-Length: {len(body)}"]
        answer = self._exchange("\r\n".join(lines).encode() + b"\r\n\r\n" + body)
        for name, value in _COOKIE.findall(answer.head):
            self.cookies[name.decode()] = value.decode()
        if answer.status != status:
            told = answer.body[:300].decode(errors="replace")
            raise UnexpectedAnswerError(f"{method} {path}: {answer.status} instead of {status}\n{told}")
        return answer

    def _exchange(self, request: bytes) -> Answer:
        begun = time.perf_counter()
        reused = self._socket is not None
        try:
            return self._once(request, begun)
        except (ConnectionError, EOFError):
            # The server may end a kept connection at any moment; a new one gets one more chance.
            self.close()
            if not reused:
                raise
            return self._once(request, begun)

    def _once(self, request: bytes, begun: float) -> Answer:
        if self._socket is None:
            self._socket = socket.create_connection(self.address, TIMEOUT)
            self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._socket.sendall(request)
        received = b""
        while (end := received.find(b"\r\n\r\n")) < 0:
            received += self._more()
        head, body = received[:end], received[end + 4:]
        status = int(head[9:12])
        found = _LENGTH.search(head)
        if found is None and status not in (204, 304):
            raise UnexpectedAnswerError(f"an answer without a length: {head!r}")
        length = int(found[1]) if found else 0
        parts = [body]
        missing = length - len(body)
        while missing > 0:
            parts.append(self._more())
            missing -= len(parts[-1])
        answer = Answer(status, head, b"".join(parts), time.perf_counter() - begun)
        if _CLOSE.search(head):
            self.close()
        return answer

    def _more(self) -> bytes:
        assert self._socket is not None
        received = self._socket.recv(1 << 16)
        if not received:
            raise EOFError
        return received
