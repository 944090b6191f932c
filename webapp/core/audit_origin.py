"""From where an act came: the channel, and the network of the address.

Kept are the first three numbers of an IPv4 address (/24) or the first three groups of an IPv6 address (/48): enough to tell
an office from a hotel, too little to name a household's device. Entries are never erased, so the whole address is never kept.
"""

from __future__ import annotations

from contextlib import contextmanager
from contextvars import ContextVar
from enum import StrEnum
from ipaddress import IPv6Address, ip_address, ip_network
from typing import TYPE_CHECKING

from flask import has_request_context, request

if TYPE_CHECKING:
    from collections.abc import Iterator


class AuditChannel(StrEnum):
    """How an act reached us."""

    WEB = "web"
    API = "api"
    COMMAND = "command"
    JOB = "job"


_BITS = {4: 24, 6: 48}
_channel: ContextVar[AuditChannel | None] = ContextVar("audit_channel", default=None)


@contextmanager
def through(channel: AuditChannel) -> Iterator[None]:
    """Whatever is recorded inside came through this channel: for jobs, and for commands that pretend to be requests."""
    token = _channel.set(channel)
    try:
        yield
    finally:
        _channel.reset(token)


def origin() -> tuple[AuditChannel, str | None]:
    """Channel and network of what is being done now; outside a request it is the command line, and no network."""
    chosen = _channel.get()
    if not has_request_context():
        return chosen or AuditChannel.COMMAND, None
    channel = AuditChannel.API if request.path.startswith("/api/") else AuditChannel.WEB
    return chosen or channel, network_of(request.remote_addr)


def network_of(address: str | None) -> str | None:
    """The network of an address, `203.0.113.0/24` or `2001:db8:7::/48`; None for what is no address."""
    try:
        found = ip_address((address or "").partition("%")[0])
    except ValueError:
        return None
    if isinstance(found, IPv6Address) and found.ipv4_mapped is not None:
        found = found.ipv4_mapped
    return str(ip_network((found, _BITS[found.version]), strict=False))
